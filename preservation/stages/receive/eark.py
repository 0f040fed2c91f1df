"""An E-ARK package: what its METS documents say of its files, judged by the rules of E-ARK."""

from preservation.model.packages import SipKind
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.model.report import Remark
from preservation.ports import Source
from preservation.stages.receive import descriptions
from preservation.stages.receive.reading import Reading
from preservation.standards.eark.judge import Judgement, judge
from preservation.standards.eark.judging import shown
from preservation.standards.eark.layout import container

_BY_TYPE = {"SIP": SipKind.EARK_SIP, "AIP": SipKind.EARK_AIP, "DIP": SipKind.EARK_DIP}

SCHEMA_NOT_CHECKED = Finding(
    EventType.VALIDATION,
    Outcome.NOT_PERFORMED,
    ARKIV,
    "METS by the schema of METS",
    "the schema of METS is not installed; the rules of E-ARK were checked",
)
"""The schemas of Arkiv are a profile of what Arkiv writes: no other METS is judged by them."""


def read(source: Source, base: bytes = b"") -> Reading:
    """Read an E-ARK package whose root is the folder `base` (with `/` at the end)."""
    sizes = {p[len(base) :]: size for p, size in source.sizes.items() if p.startswith(base)}
    empty = [e[len(base) :] for e in source.contents.empty_folders if e.startswith(base)]
    found = judge(sizes, lambda p: source.open(base + p), empty=empty, place=shown(base))
    folder = b"metadata/descriptive/"
    payload = _payload(sizes, base)
    documents = [base + p for p in sizes if p.startswith(folder) and p.endswith(b".xml")]
    documents += descriptions.case_records(source, (p for p in payload if p not in documents))
    described = descriptions.read(source, documents)
    said = tuple(dict.fromkeys(it for every in described.statements.values() for it in every))
    return Reading(
        _BY_TYPE[found.kind],
        payload,
        claims={base + path: claims for path, claims in found.claims.items()},
        statements=[(b"", said)] if said else [],
        histories=tuple(base + path for path in found.histories),
        remarks=(*found.remarks, *_container(source, base, found), *described.remarks),
        unchecked=tuple(described.unchecked),
    )


def _payload(sizes: dict[bytes, int], base: bytes) -> dict[bytes, bytes]:
    """The data of all representations, each below its name; if there are none, what is there."""
    kept = {}
    for path in sizes:
        parts = path.split(b"/")
        if len(parts) > 3 and parts[0] == b"representations" and parts[2] == b"data":
            kept[base + path] = path.removeprefix(b"representations/")
    if not kept:
        beside = (b"metadata/", b"schemas/", b"documentation/", b"METS.xml", b"submission/")
        kept = {base + p: p for p in sizes if not p.startswith(beside)}
        kept = {given: p for given, p in kept.items() if not p.endswith(b"/METS.xml")}
    return kept


def _container(source: Source, base: bytes, found: Judgement) -> tuple[Remark, ...]:
    """The name of the root folder: the source's own, or that of the folder one down."""
    name = shown(base.rstrip(b"/").rpartition(b"/")[2])
    inside_bag = b"bagit.txt" in source.sizes
    return container(
        source.name if not base and not inside_bag else name,
        found.objid,
        kind=found.kind,
        place=source.place.name if source.place.is_file() else "",
    )
