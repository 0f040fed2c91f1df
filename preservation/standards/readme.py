"""The README in `documentation/` of each AIP: how to understand it without Arkiv, in six forms."""

from collections.abc import Mapping
from importlib.resources import files as resources
from string import Template

from preservation.model.identifiers import PackageId

LANGUAGES = ("en", "sq", "sr-Latn", "sr-Cyrl", "sv", "tr")
"""BCP 47 tags of the texts: the languages of those who will most likely open a package."""


def readme(package: PackageId, *, files: int, version: int = 1) -> Mapping[str, bytes]:
    """The texts for one package version, by file name: `README.en.txt` and so on, in UTF-8.

    `files` is the number of its payload files; of a later version it says how the earlier ones
    complete it. The texts describe the
    stored form of names (`preservation.model.names`) and the layout of the AIP; who changes these
    changes the texts too. The same arguments give the same bytes.
    """
    texts = resources("preservation.standards") / "readme_texts"
    tars = "\n".join(f"    tar -xf {package}.v{number}.tar" for number in range(1, version + 1))
    values = {"package": package, "files": str(files), "version": str(version), "tars": tars}
    parts = ("", ".later") if version > 1 else ("",)
    return {
        f"README.{language}.txt": "".join(
            Template((texts / f"{language}{part}.txt").read_text(encoding="utf-8")).substitute(
                values
            )
            for part in parts
        ).encode("utf-8")
        for language in LANGUAGES
    }
