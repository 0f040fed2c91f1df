"""An E-ARK package: what its METS documents say of its files, judged by the rules of E-ARK."""

from contextlib import suppress

from preservation.model.packages import SipKind
from preservation.model.report import Remark
from preservation.ports import Source
from preservation.rules import Refused
from preservation.stages.receive import descriptions, wrapped
from preservation.stages.receive.reading import Reading, References, Said
from preservation.standards.eark.judge import Judgement, judge
from preservation.standards.eark.judging import shown
from preservation.standards.eark.layout import container
from preservation.standards.installed_schemas import InstalledSchemas, namespace_of
from preservation.standards.xml import METS, PREMIS

_PREMIS_2 = "info:lc/xmlns/premis-v2"
_BY_TYPE = {"SIP": SipKind.EARK_SIP, "AIP": SipKind.EARK_AIP, "DIP": SipKind.EARK_DIP}


def read(source: Source, base: bytes = b"", references: References | None = None) -> Reading:
    """Read an E-ARK package whose root is the folder `base` (with `/` at the end)."""
    sizes = {p[len(base) :]: size for p, size in source.sizes.items() if p.startswith(base)}
    empty = [e[len(base) :] for e in source.contents.empty_folders if e.startswith(base)]
    found = judge(sizes, lambda p: source.open(base + p), empty=empty, place=shown(base))
    folder = b"metadata/descriptive/"
    payload = _payload(sizes, base)
    documents = [base + p for p in sizes if p.startswith(folder) and p.endswith(b".xml")]
    documents += descriptions.case_records(source, (p for p in payload if p not in documents))
    schemas = (references or References()).schemas
    described = descriptions.read(source, documents, schemas)
    remarks, unchecked = _by_schema(source, base, found, InstalledSchemas(schemas))
    wrapped_in = _wrapped(source, base, found)
    package = [it for about, every in wrapped_in if not about for it in every]
    package += [it for every in described.statements.values() for it in every]
    said = tuple(dict.fromkeys(package))
    parts = [(base + about, every) for about, every in described.parts]
    parts += [(about, every) for about, every in wrapped_in if about]
    return Reading(
        _BY_TYPE[found.kind],
        payload,
        claims={base + path: claims for path, claims in found.claims.items()},
        statements=[*([(b"", said)] if said else []), *parts],
        histories=tuple(base + path for path in found.histories),
        remarks=(
            *found.remarks,
            *remarks,
            *_container(source, base, found),
            *described.remarks,
        ),
        unchecked=(*unchecked, *described.unchecked),
    )


def _wrapped(source: Source, base: bytes, found: Judgement) -> list[Said]:
    """What METS documents say in themselves; one that is not safe was refused by the rules."""
    said: list[Said] = []
    for path in found.documents:
        folder = base + path.rpartition(b"/")[0]
        with suppress(Refused):
            said += wrapped.statements(source, base + path, folder + b"/" if folder else b"")
    return said


def _by_schema(
    source: Source, base: bytes, found: Judgement, schemas: InstalledSchemas
) -> tuple[list[Remark], list[str]]:
    """METS and PREMIS by their official schemas; those of Arkiv are a profile of its own METS."""
    remarks: list[Remark] = []
    unchecked: list[str] = []
    for code, those, namespaces in (
        ("METS-SCHEMA", found.documents, (METS,)),
        ("PREMIS-SCHEMA", found.histories, (PREMIS, _PREMIS_2)),
    ):
        missing = 0
        for path in those:
            with source.open(base + path) as stream:
                namespace = namespace_of(stream)
            if namespace not in namespaces:
                continue  # the rules say what it is
            if schemas.of(namespace) is None:
                missing += 1
                continue
            with source.open(base + path) as stream:
                for line, message in schemas.refusals(stream, namespace):
                    where = f"{shown(base + path)}, line {line}" if line else shown(base + path)
                    remarks.append(Remark(code, where, message))
        if missing:
            what = code.partition("-")[0]
            unchecked.append(f"{what} ({missing} documents): no schema of {what} is installed")
    return remarks, unchecked


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
