"""The JSON Schemas of the forms: `python -m preservation.forms.schemas schemas`."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from preservation.agreements import AgreementFile
from preservation.forms import FORMS, Form
from preservation.policies import PolicyFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def documents() -> Iterator[tuple[str, str]]:
    """File name (`ingest.json`) and text of each schema, the same in every run.

    The last are those of agreements and format policies, for editors.
    """
    for form in FORMS:
        # As it is printed: a field with a default is always there.
        schema = {"$schema": DIALECT} | form.model_json_schema(mode="serialization")
        yield file_name(form), json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    for name, file in (("agreement", AgreementFile), ("format-policy", PolicyFile)):
        written = {"$schema": DIALECT} | file.model_json_schema()
        yield f"{name}.json", json.dumps(written, indent=2, ensure_ascii=False) + "\n"


def file_name(form: type[Form]) -> str:
    """The name of the file that has the schema of a form: `IngestForm` is in `ingest.json`."""
    return f"{form.__name__.removesuffix('Form').lower()}.json"


def write(folder: Path) -> None:
    """Write all schemas into a folder, over those that are there."""
    for name, text in documents():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
