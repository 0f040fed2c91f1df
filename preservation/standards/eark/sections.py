"""Rules of the root, the header, the metadata sections and the file section as a whole."""

from collections.abc import Iterable

from preservation.model.report import Level
from preservation.standards.eark import terms
from preservation.standards.eark.document import Document, Element
from preservation.standards.eark.judging import Judging, shown
from preservation.standards.eark.table import CONTENT_TYPES

_DIVISIONS = ("documentation", "schemas", "representations", "metadata", "submission")


def judge(it: Judging, document: Document) -> None:
    """Everything that a document says before its structural map."""
    root = document.root
    _root(it, root)
    headers = list(root.all("metsHdr"))
    if len(headers) != 1:
        it.remarks.add("CSIP117", root, f"{len(headers)} of them")
    for header in headers[:1]:
        _software(it, header)
    _metadata(it, root)
    _files(it, root)


def content_type(it: Judging, element: Element, code: str, other: str) -> None:
    """csip:CONTENTINFORMATIONTYPE of the package or a file group, and its other name."""
    value = element.get("csip:CONTENTINFORMATIONTYPE")
    named = element.get("csip:OTHERCONTENTINFORMATIONTYPE")
    if value not in CONTENT_TYPES:
        if "csip:CONTENTINFORMATIONTYPE" in element.attributes:
            it.remarks.add(code, element, value, "a term of the vocabulary")
    elif value == terms.OTHER and not named:
        expected = "csip:OTHERCONTENTINFORMATIONTYPE beside OTHER"
        it.remarks.add(other, element, "nothing", expected, level=Level.WARNING)
        it.remarks.add(code, element, "OTHER without its name", level=Level.WARNING)
    if named and value != terms.OTHER:
        expected = "csip:CONTENTINFORMATIONTYPE OTHER beside it"
        it.remarks.add(other, element, named, expected, level=Level.WARNING)
    elif named in CONTENT_TYPES:
        it.remarks.add(other, element, named, "no term of the vocabulary", level=Level.WARNING)


def _root(it: Judging, root: Element) -> None:
    if root.get("TYPE") == terms.OTHER and not root.get("csip:OTHERTYPE"):
        it.remarks.add("CSIP3", root, "nothing", "csip:OTHERTYPE beside OTHER")
        it.remarks.add("CSIP2", root, "OTHER without its name", level=Level.WARNING)
    if "csip:CONTENTINFORMATIONTYPE" not in root.attributes:
        level = None if it.is_root else Level.ERROR
        it.remarks.add("CSIP4", root, "nothing", level=level)
    content_type(it, root, "CSIP4", "CSIP5")


_SOFTWARE = (
    ("CSIP11", "ROLE", "CREATOR"),
    ("CSIP12", "TYPE", "OTHER"),
    ("CSIP13", "OTHERTYPE", "SOFTWARE"),
)


def _software(it: Judging, header: Element) -> None:
    """The agent that is the creating software, or the one that comes nearest to it."""
    agents = list(header.all("agent"))
    if not agents:
        it.remarks.add("CSIP10", header, "no agent")
        return
    best = max(
        agents,
        key=lambda agent: (
            sum(agent.get(a) == value for _, a, value in _SOFTWARE),
            agent.get("OTHERTYPE") == "SOFTWARE",
            agent.get("TYPE") == "OTHER",
        ),
    )
    for code, attribute, value in _SOFTWARE:
        if best.get(attribute) != value:
            it.remarks.add(code, best, best.get(attribute) or "nothing", value)
    if not any(name.text for name in best.all("name")):
        it.remarks.add("CSIP14", best, "no name")
    notes = list(best.all("note"))
    versions = [n for n in notes if n.get("csip:NOTETYPE") == "SOFTWARE VERSION"]
    if len(versions) != 1 or not versions[0].text:
        if not any(note.text for note in notes) or len(versions) > 1:
            it.remarks.add("CSIP15", best, f"{len(notes)} notes")
        if not versions and notes:
            found = notes[0].get("csip:NOTETYPE") or "nothing"
            it.remarks.add("CSIP16", notes[0], found, "SOFTWARE VERSION")


def _metadata(it: Judging, root: Element) -> None:
    descriptive = list(root.all("dmdSec"))
    provenance = list(root.all("amdSec", "digiprovMD"))
    rights = list(root.all("amdSec", "rightsMD"))
    others = [*root.all("amdSec", "techMD"), *root.all("amdSec", "sourceMD")]
    _administrative(it, root, provenance)
    _listed(it, descriptive, b"metadata/descriptive/", "CSIP17")
    _listed(it, [*provenance, *rights, *others], b"metadata/preservation/", "CSIP32")
    described = it.files.filled(it.base + b"metadata/descriptive/")
    for code, group in (("CSIP21", descriptive), ("CSIP35", provenance), ("CSIP48", rights)):
        for section in group:
            references = sum(1 for _ in section.all("mdRef"))
            if references != 1 and (section.children or described or code != "CSIP21"):
                it.remarks.add(code, section, f"{references} of them", "one mdRef")


def _administrative(it: Judging, root: Element, provenance: list[Element]) -> None:
    """One section for history and rights, and nothing in it that leads nowhere."""
    sections = list(root.all("amdSec"))
    held = it.files.filled(it.base + b"metadata/preservation/")
    if len(sections) > 1:
        it.remarks.add("CSIP31", sections[1], f"{len(sections)} of them", "one")
    elif not sections:
        found = "no amdSec, and files in metadata/preservation" if held else "no amdSec"
        it.remarks.add("CSIP31", root, found)
    for section in sections:
        if not section.children:
            it.remarks.add("CSIP31", section, "an amdSec with nothing in it")
    if not provenance and not held:
        it.remarks.add("CSIP32", sections[0] if sections else root, "no digiprovMD")
    for section in provenance:
        if not section.children:
            it.remarks.add("CSIP32", section, "a digiprovMD that leads to no document")


def _listed(it: Judging, sections: Iterable[Element], folder: bytes, code: str) -> None:
    """Every file of a metadata folder is named by a section; a folder without any is no matter."""
    links = (it.resolve(ref.get("xlink:href")) for s in sections for ref in s.all("mdRef"))
    named = set(links)
    for path in it.files.files(it.base + folder):
        if path not in named:
            it.remarks.add(code, 0, f"no section names {shown(path)}")


def _groups(parent: Element) -> Iterable[Element]:
    for group in parent.all("fileGrp"):
        yield group
        yield from _groups(group)


def _files(it: Judging, root: Element) -> None:
    sections = list(root.all("fileSec"))
    if len(sections) > 1:
        it.remarks.add("CSIP58", sections[1], f"{len(sections)} of them", "one")
    if not sections and any(True for _ in it.files.below(it.base + b"representations/")):
        it.remarks.add("CSIP58", root, "no fileSec")
    groups = [group for section in sections for group in _groups(section)]
    uses = [group.get("USE").casefold() for group in groups]
    for use, folder, code in (
        ("documentation", b"documentation/", "CSIP60"),
        ("schemas", b"schemas/", "CSIP113"),
        ("representations", b"representations/", "CSIP114"),
    ):
        if it.files.filled(it.base + folder) and not any(u.startswith(use) for u in uses):
            it.remarks.add(code, sections[0] if sections else root, "no such file group")
    for group in groups:
        _group(it, group)


def _group(it: Judging, group: Element) -> None:
    use = group.get("USE")
    if not group.files and not any(True for _ in group.all("fileGrp")):
        it.remarks.add("CSIP66", group, "no file")
    if use.casefold().startswith("representations"):
        if "csip:CONTENTINFORMATIONTYPE" not in group.attributes:
            it.remarks.add("CSIP62", group, "nothing")
        content_type(it, group, "CSIP62", "CSIP63")
    known = use.casefold().startswith(_DIVISIONS)
    folder = (it.base.decode("utf-8", "surrogateescape") + use).strip("/")
    if use and not it.files.folded(folder) and not (known and not it.is_root):
        expected = "the path of a folder of the package"
        it.remarks.add("CSIP64", group, use, expected)
