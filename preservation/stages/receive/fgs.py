"""FGS 1.2, the Swedish form of a SIP: `mets.xml` in small letters beside `content/`."""

from preservation.model.fixity import Claim
from preservation.model.names import written
from preservation.model.packages import SipKind
from preservation.model.report import Remark
from preservation.ports import Source
from preservation.rules import Refused
from preservation.stages.receive import descriptions
from preservation.stages.receive.reading import Reading, References
from preservation.standards import fgs

_METS = fgs.NAME.encode()


def read(source: Source, content: bytes, references: References | None = None) -> Reading:
    """Read an FGS: the folder of content is the payload, all else is kept as submission material.

    `content` is that folder, with `/` at its end.
    """
    payload = {path: path[len(content) :] for path in source.sizes if path.startswith(content)}
    try:
        with source.open(_METS) as stream:
            document = fgs.read(stream, fgs.NAME)
    except Refused as refused:
        return Reading(SipKind.FGS, payload, remarks=refused.remarks)
    remarks = list(document.remarks)
    claims: dict[bytes, tuple[Claim, ...]] = {}
    for file in document.files:
        where = f"{fgs.NAME}, line {file.line}"
        if file.path.startswith(b"/") or b".." in file.path.split(b"/"):
            remarks.append(Remark("FGS-OUTSIDE", where, written(file.path)))
            continue
        if file.path not in source.sizes:
            remarks.append(Remark("FGS-ABSENT", where, written(file.path)))
            continue
        size = source.sizes[file.path]
        if file.size.isdigit() and int(file.size) != size:
            expected = f"{file.size} octets by {where}"
            remarks.append(Remark("FGS-SIZE", written(file.path), f"{size} octets", expected))
        claim = (Claim(file.digest, where, "FGS-DIGEST"),) if file.digest else ()
        claims[file.path] = (*claims.get(file.path, ()), *claim)
    remarks += [Remark("FGS-UNLISTED", written(p)) for p in payload if p not in claims]
    metadata = [p for p in source.sizes if p.startswith(b"metadata/") and p.endswith(b".xml")]
    metadata += descriptions.case_records(source, payload)
    described = descriptions.read(source, metadata, (references or References()).schemas)
    said = [it for found in described.statements.values() for it in found]
    statements = tuple(dict.fromkeys((*document.statements(), *said)))
    return Reading(
        SipKind.FGS,
        payload,
        {path: found for path, found in claims.items() if found},
        [(b"", statements)] if statements else [],
        [(b"", it) for it in document.rights()],
        histories=tuple(p for p in metadata if p.rpartition(b"/")[2].lower() == b"premis.xml"),
        remarks=(*remarks, *described.remarks),
        unchecked=tuple(described.unchecked),
    )
