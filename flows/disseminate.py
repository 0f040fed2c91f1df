"""A package given out again: one task."""

from pathlib import Path
from typing import Any

from prefect import flow

from flows import command, steps
from preservation.assembly.archive import opened
from preservation.assembly.exports import Form, export
from preservation.assembly.named import required
from preservation.assembly.recovery import Silence
from preservation.forms import DipForm, words


@flow(name="disseminate", persist_result=False)
def disseminate(archive: str, aip_id: str, to: str, form: DipForm = "bag") -> dict[str, Any]:
    """Write an AIP below the folder `to`; gives what was given out, as `export.json` describes it.

    Every octet is compared on the way; a damaged copy gives way to a sound one.
    """
    place = opened(Path(archive).resolve())
    package = required(place.catalogue, aip_id).id
    dip = steps.run(
        "disseminate",
        export,
        place,
        package,
        folder=Path(to).absolute(),
        form=Form(form),
        progress=Silence(),
    )
    files = place.catalogue.files(package)
    return words.exported(dip, form, files).model_dump(mode="json")


if __name__ == "__main__":
    command.run(disseminate)
