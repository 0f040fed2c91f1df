"""JHOVE: TIFF, JPEG, GIF, WAVE and AIFF by the rules of their formats. One JVM for many files."""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from lxml import etree

from preservation.model.validity import Candidate, Verdict
from preservation.resources import folder
from preservation.tools.process import Json, run
from preservation.tools.standins import linked, regular_size
from preservation.tools.tool import media_types
from preservation.tools.validators.judge import Judge, faulty, sound

PARTS = ("jhove-apps", "jhove-core", "tiff-hul", "jpeg-hul", "gif-hul", "wave-hul", "aiff-hul")
"""The jars that `deploy/tools` installs; each module has a release of its own."""

# Many short runs: little compiling, and no threads for collecting garbage.
_OPTIONS = ("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_MAIN = "edu.harvard.hul.ois.jhove.Jhove"
_REPORT_MAX = 256 << 20
_VERSION = re.compile(r"Jhove \(Rel\. ([\d.]+)")
_MODULES = {
    "image/tiff": "TIFF-hul",
    "image/jpeg": "JPEG-hul",
    "image/gif": "GIF-hul",
    "audio/x-wav": "WAVE-hul",
    "audio/x-aiff": "AIFF-hul",
}
_CLASSES = ("Tiff", "Jpeg", "Gif", "Wave", "Aiff")
_BEGINNINGS = {
    b"II*\0": "TIFF-hul",
    b"MM\0*": "TIFF-hul",
    b"\xff\xd8\xff": "JPEG-hul",
    b"GIF8": "GIF-hul",
    b"RIFF": "WAVE-hul",
    b"FORM": "AIFF-hul",
}
_STATUS = {
    "Well-Formed and valid": Verdict.VALID,
    "Well-Formed, but not valid": Verdict.NOT_VALID,
    "Not well-formed": Verdict.NOT_WELL_FORMED,
}
_CONFIGURATION = (
    '<jhoveConfig version="1.0" xmlns="http://hul.harvard.edu/ois/xml/ns/jhove/jhoveConfig">'
    "<jhoveHome>{home}</jhoveHome><defaultEncoding>utf-8</defaultEncoding>"
    "<tempDirectory>{home}</tempDirectory><bufferSize>131072</bufferSize>"
    "<mixVersion>2.0</mixVersion><sigBytes>1024</sigBytes>{modules}</jhoveConfig>"
)


def classpath() -> str:
    """Where JHOVE lies once it is installed; the core goes before the older one in the apps."""
    place = folder("tools") / "jhove"
    return ":".join(os.fspath(place / f"{part}.jar") for part in (*PARTS[1:], PARTS[0]))


def judge(items: Sequence[Json], java: str, jars: str) -> Json:
    """Run in the worker: a verdict for each path; the version for an item that is None."""
    with tempfile.TemporaryDirectory(prefix="jhove-") as home:
        command = _command(java, jars, Path(home))
        if items == [None]:
            return [[_version(command, jars), "TIFF, JPEG, GIF, WAVE, AIFF"]]
        if not items:
            _version(command, jars)
            return []
        return _judged(command, items)


def _command(java: str, jars: str, home: Path) -> list[str]:
    modules = "".join(
        f"<module><class>edu.harvard.hul.ois.jhove.module.{name}Module</class></module>"
        for name in _CLASSES
    )
    settings = home / "jhove.conf"
    settings.write_text(_CONFIGURATION.format(home=home, modules=modules), "utf-8")
    return [java, *_OPTIONS, "-cp", jars, _MAIN, "-c", os.fspath(settings)]


def _version(command: Sequence[str], jars: str) -> str:
    if not all(os.path.isfile(jar) for jar in jars.split(":")):
        raise FileNotFoundError("it is not installed; run: sh deploy/tools")
    ran = run([*command, "-v"], largest=1 << 20)
    found = _VERSION.search(ran.output.decode("utf-8", "replace"))
    if not found:
        raise RuntimeError(f"it does not tell its version: {ran.said}")
    return found[1]


def _judged(command: Sequence[str], items: Sequence[str]) -> list[Json]:
    """All files that one module reads go to it in one run."""
    modules = [_module(path) for path in items]
    found: list[Json] = [reason if module is None else None for module, reason in modules]
    for name in sorted({module for module, _ in modules if module}):
        places = [n for n, (module, _) in enumerate(modules) if module == name]
        with linked([items[n] for n in places]) as links:
            told = _report(command, name, links)
            for n, link in zip(places, links, strict=True):
                found[n] = told.get(link, "its report does not speak of this file")
    return found


def _module(path: str) -> tuple[str | None, str]:
    """The module for a file, by how it begins; or why there is none."""
    try:
        regular_size(os.fsencode(path))
        with open(path, "rb") as file:
            head = file.read(4)
    except OSError as error:
        return None, f"the file cannot be read: {error.strerror or error}"
    for beginning, module in _BEGINNINGS.items():
        if head.startswith(beginning):
            return module, ""
    return None, "it does not begin as a format that JHOVE is asked about"


def _report(command: Sequence[str], module: str, links: Sequence[str]) -> Mapping[str, Json]:
    ran = run([*command, "-m", module, "-h", "xml", *links], largest=_REPORT_MAX)
    if ran.crashed:
        raise RuntimeError(ran.said)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True
    )
    try:
        report = etree.fromstring(ran.output, parser)
    except etree.XMLSyntaxError as error:
        raise RuntimeError(f"it gave no report: {ran.said}") from error
    return {str(it.get("uri", "")): _told(it) for it in report.iterfind("{*}repInfo")}


def _told(it: etree._Element) -> Json:
    status = it.findtext("{*}status", "").strip()
    verdict = _STATUS.get(status)
    if verdict is None:
        return f"its report gives no verdict: {status or 'no status'}"
    module = it.findtext("{*}reportingModule", "JHOVE")
    against = f"{module.partition('-')[0]} as JHOVE has it"
    if verdict is Verdict.VALID:
        return sound(verdict, against)
    return faulty(list(_problems(it)) or [status], verdict, against)


def _problems(it: etree._Element) -> Iterator[str]:
    for message in it.iterfind("{*}messages/{*}message"):
        if message.get("severity") == "error":
            where = f" at {message.get('offset')}" if message.get("offset") else ""
            yield f"{message.get('id', '')}: {(message.text or '').strip()}{where}".lstrip(": ")


class Jhove(Judge):
    """What JHOVE says of TIFF, JPEG, GIF, WAVE and AIFF; one module each."""

    TYPES: ClassVar[frozenset[str]] = frozenset(_MODULES)
    EXTENSIONS: ClassVar[frozenset[str]] = frozenset(
        {"tif", "tiff", "jpg", "jpeg", "gif", "wav", "aif", "aiff"}
    )
    batch: ClassVar[int] = 512

    def __init__(self, *, patience: float = 60, java: str = "java", jars: str = "") -> None:
        """Start nothing yet; `patience` in seconds a batch; `java` and `jars` of another one."""
        given = (java, jars or classpath())
        super().__init__("JHOVE", judge, given=given, patience=patience, memory=None)

    @property
    def against(self) -> str:
        """The report names it more exactly."""
        return "the format as JHOVE has it"

    def handles(self, candidate: Candidate) -> bool:
        """Its formats by media type; broadcast and other waves too."""
        return super().handles(candidate) or any(
            kind in ("audio/wav", "audio/vnd.wave") for kind in media_types(candidate.format)
        )
