"""Rules of the folders of a package (CSIPSTR), and of the container that it came in (AIP)."""

from dataclasses import replace

from preservation.model.report import Level, Remark
from preservation.standards.eark.judging import Files, shown

_TOP = (
    ("CSIPSTR5", b"metadata/"),
    ("CSIPSTR6", b"metadata/preservation/"),
    ("CSIPSTR7", b"metadata/descriptive/"),
    ("CSIPSTR9", b"representations/"),
    ("CSIPSTR15", b"schemas/"),
    ("CSIPSTR16", b"documentation/"),
)


_ALSO_INSIDE = ("CSIPSTR15", "CSIPSTR16")
"""Folders that may lie in the representations instead."""


def _inside(files: Files, folder: bytes) -> bool:
    below = b"representations/"
    places = [below, *(below + name + b"/" for name in files.folders(below))]
    return any(files.has(place + folder) for place in places)


def judge(files: Files, *, content: bool) -> tuple[Remark, ...]:
    """What the folders show; places are below the root of the package.

    `content` tells whether METS lists content: a package of nothing but metadata has no
    representation, and its absence is no fault.
    """
    remarks = [
        Remark(code, shown(folder))
        for code, folder in _TOP
        if not files.has(folder) and not (code in _ALSO_INSIDE and _inside(files, folder))
    ]
    if not content:
        remarks = [_milder(remark) for remark in remarks]
    if b"METS.xml" not in files.sizes:
        other = next((p for p in files.sizes if p.lower() == b"mets.xml"), b"")
        remarks.append(Remark("CSIPSTR4", "METS.xml", shown(other)))
    names = files.folders(b"representations/")
    if files.has(b"representations/") and not names:
        remarks.append(Remark("CSIPSTR10", "representations/"))
    for name in names:
        place = b"representations/" + name + b"/"
        if not files.has(place + b"data/"):
            remarks.append(Remark("CSIPSTR11", shown(place) + "data/"))
        if place + b"METS.xml" not in files.sizes:
            remarks.append(Remark("CSIPSTR12", shown(place) + "METS.xml"))
        if not files.has(place + b"metadata/"):
            remarks.append(Remark("CSIPSTR13", shown(place) + "metadata/"))
    folded: dict[str, bytes] = {}
    for name in names:
        twin = folded.setdefault(shown(name).casefold(), name)
        if twin != name:
            remarks.append(Remark("CSIPSTR10", f"representations/{shown(name)}", shown(twin)))
    return tuple(remarks)


def _milder(remark: Remark) -> Remark:
    return replace(remark, level=Level.INFO) if remark.code == "CSIPSTR9" else remark


def container(name: str, objid: str, *, kind: str, place: str) -> tuple[Remark, ...]:
    """What the name of the root folder, and of the file it came in, shows."""
    remarks = []
    if name and objid and name != _portable(objid):
        remarks.append(Remark("CSIPSTR2", "", name, objid))
    if kind == "AIP" and place and objid:
        if not place.startswith(_portable(objid)):
            remarks += [Remark("AIP20", place, "", objid), Remark("AIP22", place, "", objid)]
        if place.endswith((".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")):
            remarks.append(Remark("AIP28", place))
    return tuple(remarks)


def _portable(objid: str) -> str:
    """An identifier as a name of a file: `urn:uuid:` and the like cannot be kept everywhere."""
    return objid.removeprefix("urn:uuid:").removeprefix("uuid-") if ":" in objid else objid
