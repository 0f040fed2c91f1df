"""Rules of the structural map, and of pointers between the sections of a document."""

from collections.abc import Iterator

from preservation.model.report import Level
from preservation.standards.eark.document import Document, Element
from preservation.standards.eark.judging import Judging, shown

_EARLY = "CSIP StructMap"
"""The label of the structural map in the first texts of CSIP 2.0."""

_PARTS = (
    ("Documentation", "CSIP93", "CSIP94", "CSIP95", "CSIP96", "CSIP116"),
    ("Schemas", "CSIP97", "CSIP98", "CSIP99", "CSIP100", "CSIP118"),
    ("Representations", "CSIP101", "CSIP102", "CSIP103", "CSIP104", "CSIP119"),
)
"""Of each part: its division, the division's ID and LABEL, a pointer a group, its FILEID."""


def judge(it: Judging, document: Document) -> None:
    """The CSIP structural map of a document, and every pointer."""
    root = document.root
    maps = list(root.all("structMap"))
    named = [m for m in maps if m.get("LABEL") in ("CSIP", _EARLY)]
    if not maps or len(named) != 1:
        it.remarks.add("CSIP80", named[1] if len(named) > 1 else root, f"{len(named)} of them")
    if any(m.get("LABEL") == _EARLY for m in named):
        it.remarks.add("CSIP82", named[0], _EARLY, "CSIP", level=Level.WARNING)
    if maps and not named:
        it.remarks.add("CSIP82", maps[0], maps[0].get("LABEL") or "nothing", "CSIP")
    for structure in named or maps[:1]:
        if structure.get("TYPE") != "PHYSICAL":
            it.remarks.add("CSIP81", structure, structure.get("TYPE") or "nothing", "PHYSICAL")
        if not structure.get("ID"):
            it.remarks.add("CSIP83", structure, "nothing")
        tops = list(structure.all("div"))
        if len(tops) != 1:
            it.remarks.add("CSIP84", structure, f"{len(tops)} of them", "one div")
        for top in tops[:1]:
            _top(it, document, top)
    _pointers(it, document)
    _repeated(it, document)


def _top(it: Judging, document: Document, top: Element) -> None:
    if not top.get("ID"):
        it.remarks.add("CSIP85", top, "nothing")
    objid = document.root.get("OBJID")
    if top.get("LABEL") != objid:
        it.remarks.add("CSIP86", top, top.get("LABEL") or "nothing", objid)
    parts = list(top.all("div"))
    _metadata(it, document, top, [p for p in parts if p.get("LABEL") == "Metadata"])
    for part in parts:
        label = part.get("LABEL")
        if label != "Metadata" and label.casefold() == "metadata":
            it.remarks.add("CSIP90", part, label, "Metadata")
    groups = {g.get("ID"): g for g in _groups(document.root) if g.get("ID")}
    for codes in _PARTS:
        _part(it, top, groups, codes)
    _representations(it, document, top, groups)


def _groups(parent: Element) -> Iterator[Element]:
    for child in parent.children:
        if child.name == "fileGrp":
            yield child
        if child.name in ("fileGrp", "fileSec"):
            yield from _groups(child)


def _metadata(it: Judging, document: Document, top: Element, found: list[Element]) -> None:
    if len(found) != 1:
        it.remarks.add("CSIP88", top, f"{len(found)} of them", "one div")
    for division in found[:1]:
        if not division.get("ID"):
            it.remarks.add("CSIP89", division, "nothing")
        _listed(it, document, division, "DMDID", "CSIP92", ("dmdSec",))
        kinds = ("digiprovMD", "rightsMD", "techMD", "sourceMD")
        _listed(it, document, division, "ADMID", "CSIP91", kinds)


def _listed(
    it: Judging,
    document: Document,
    division: Element,
    attribute: str,
    code: str,
    kinds: tuple[str, ...],
) -> None:
    """The division names every current metadata section of these kinds, and nothing else."""
    root = document.root
    if kinds == ("dmdSec",):
        sections, wholes = list(root.all("dmdSec")), {}
    else:
        sections = [s for kind in kinds for s in root.all("amdSec", kind)]
        wholes = {a.get("ID"): list(a.children) for a in root.all("amdSec") if a.get("ID")}
    listed = set(division.get(attribute).split())
    covered = listed | {s.get("ID") for whole in listed & set(wholes) for s in wholes[whole]}
    missing = [
        s.get("ID")
        for s in sections
        if s.get("ID") and s.get("ID") not in covered and s.get("STATUS") != "SUPERSEDED"
    ]
    if missing:
        it.remarks.add(code, division, f"{' '.join(missing)} not in {attribute}")
    extra = listed - {s.get("ID") for s in sections} - set(wholes)
    if extra:
        found = f"{' '.join(sorted(extra))} in {attribute}"
        it.remarks.add(code, division, found, level=Level.ERROR)


def _part(it: Judging, top: Element, groups: dict[str, Element], codes: tuple[str, ...]) -> None:
    label, one, identity, spelling, pointer, target = codes
    divisions = list(top.all("div"))
    found = [d for d in divisions if d.get("LABEL") == label]
    mine = {identifier for identifier, group in groups.items() if _is_of(group, label)}
    own = any(d.get("LABEL").startswith(f"{label}/") for d in divisions)
    if len(found) > 1:
        it.remarks.add(one, found[1], f"{len(found)} of them", "one div", level=Level.ERROR)
    elif not found and mine and not own:
        it.remarks.add(one, top, f"no div with the label {label}")
    for division in divisions:
        given = division.get("LABEL")
        if given != label and given.casefold() == label.casefold():
            it.remarks.add(spelling, division, given, label)
    pointed = {f.get("FILEID") for f in _below(top, "fptr")}
    pointed |= {m.get("xlink:title") for m in _below(top, "mptr")}
    for division in found:
        if not division.get("ID"):
            it.remarks.add(identity, division, "nothing")
        for identifier in sorted(mine - pointed):
            it.remarks.add(pointer, division, f"no fptr to {identifier}", level=Level.ERROR)
            if label == "Representations":
                it.remarks.add(target, division, f"no fptr to {identifier}")
        _targets(it, division, groups, mine, codes)


def _targets(
    it: Judging,
    division: Element,
    groups: dict[str, Element],
    mine: set[str],
    codes: tuple[str, ...],
) -> None:
    label, *_, pointer, target = codes
    for fptr in division.all("fptr"):
        given = fptr.get("FILEID")
        if given not in mine:
            it.remarks.add(pointer, fptr, given, f"a file group of {label}")
            if given in groups:
                it.remarks.add(target, fptr, given, f"a file group of {label}")


def _is_of(group: Element, label: str) -> bool:
    return group.get("USE").casefold().split("/")[0] == label.casefold()


def _below(parent: Element, name: str) -> Iterator[Element]:
    for child in parent.children:
        if child.name == name:
            yield child
        elif child.name == "div":
            yield from _below(child, name)


def _representations(
    it: Judging, document: Document, top: Element, groups: dict[str, Element]
) -> None:
    """A division with one mptr for each representation that has a METS document."""
    pointed: set[bytes] = set()
    for division in top.all("div"):
        pointers = list(division.all("mptr"))
        if pointers:
            pointed |= _pointed(it, division, pointers, groups)
    if not it.is_root:
        return
    for name in it.files.folders(b"representations/"):
        path = b"representations/" + name + b"/METS.xml"
        if path in it.files.sizes and path not in pointed:
            it.remarks.add("CSIP105", document.root, f"no div with an mptr to {shown(path)}")
            if not any(f"/{shown(name)}" in d.get("LABEL") for d in top.all("div")):
                it.remarks.add("CSIP107", top, f"no div for {shown(path)}", level=Level.WARNING)


def _pointed(
    it: Judging, division: Element, pointers: list[Element], groups: dict[str, Element]
) -> set[bytes]:
    found = set()
    if not division.get("ID"):
        it.remarks.add("CSIP106", division, "nothing")
    label = division.get("LABEL")
    if not label.startswith("Representations"):
        it.remarks.add("CSIP107", division, label or "nothing", "Representations/ and its name")
    if len(pointers) != 1 and label != "Representations":
        it.remarks.add("CSIP109", division, f"{len(pointers)} of them", "one mptr")
    for pointer in pointers:
        title = pointer.get("xlink:title")
        if title not in groups or not _is_of(groups[title], "Representations"):
            it.remarks.add("CSIP108", pointer, title or "nothing", "the ID of a file group")
        path = it.resolve(pointer.get("xlink:href"))
        if path is None or path not in it.files.sizes:
            it.remarks.add("CSIP110", pointer, pointer.get("xlink:href") or "nothing")
        else:
            found.add(path)
            it.referenced.add(path)
        for code, attribute, value in (
            ("CSIP111", "xlink:type", "simple"),
            ("CSIP112", "LOCTYPE", "URL"),
        ):
            if pointer.get(attribute) != value:
                it.remarks.add(code, pointer, pointer.get(attribute) or "nothing", value)
    return found


_POINTS = {
    ("ADMID", "mets/fileSec/fileGrp"): "CSIP61",
    ("ADMID", "mets/fileSec/fileGrp/file"): "CSIP74",
    ("DMDID", "mets/fileSec/fileGrp/file"): "CSIP75",
    ("ADMID", "mets/structMap/div/div"): "CSIP91",
    ("DMDID", "mets/structMap/div/div"): "CSIP92",
}
_TARGETS = {
    "ADMID": ("mets/amdSec",),
    "DMDID": ("mets/dmdSec",),
    "FILEID": ("mets/fileSec",),
}


def _pointers(it: Judging, document: Document) -> None:
    """Every identifier that is pointed to is there, and is of a section of the right kind."""
    for (attribute, path, target), line in document.pointers.items():
        if not document.ids.get(target, "").startswith(_TARGETS[attribute]):
            code = _POINTS.get((attribute, path), "EARK-POINTER")
            found = f"{attribute} {target}"
            it.remarks.add(code, line, found, "the ID of a section", level=Level.ERROR)


_IDENTITIES = {
    "mets/dmdSec": "CSIP18",
    "mets/amdSec/digiprovMD": "CSIP33",
    "mets/amdSec/rightsMD": "CSIP46",
    "mets/fileSec": "CSIP59",
    "mets/fileSec/fileGrp": "CSIP65",
    "mets/fileSec/fileGrp/file": "CSIP67",
    "mets/structMap": "CSIP83",
    "mets/structMap/div": "CSIP85",
}


def _repeated(it: Judging, document: Document) -> None:
    for identifier, element in document.repeated:
        it.remarks.add("XML-ID", element, identifier)
        if element.path in _IDENTITIES:
            it.remarks.add(_IDENTITIES[element.path], element, f"{identifier} a second time")
