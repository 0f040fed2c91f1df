"""An AIP of Archivematica: a bag with its METS, the files below `objects/`, and their history."""

from dataclasses import replace

from preservation.model.names import written
from preservation.model.packages import SipKind
from preservation.model.report import Remark
from preservation.ports import Source
from preservation.rules import Refused
from preservation.stages.receive import kinds, wrapped
from preservation.stages.receive.reading import Reading

_OBJECTS = b"data/objects/"
_NO_PAYLOAD = (b"data/objects/metadata/", b"data/objects/submissionDocumentation/")


def refined(source: Source, bag: Reading) -> Reading:
    """The reading of a bag, or that of Archivematica's AIP where the bag holds one.

    What stands below `metadata/` and `submissionDocumentation/` is kept as submission material.
    """
    documents = kinds.archivematica_documents(source)
    payload = {
        path: path[len(_OBJECTS) :]
        for path in source.sizes
        if path.startswith(_OBJECTS) and not path.startswith(_NO_PAYLOAD)
    }
    if not documents or not payload:
        return bag
    refined = replace(
        bag, kind=SipKind.ARCHIVEMATICA_AIP, payload=payload, histories=documents, rights=()
    )
    try:
        newest = max(documents, key=lambda it: (wrapped.created(source, it), it))
        said = wrapped.statements(source, newest, b"data/", folders=_OBJECTS)
    except Refused as refused:
        return replace(refined, statements=(), remarks=(*bag.remarks, *refused.remarks))
    if len(documents) > 1:
        found = f"{len(documents)} of them; the newest is {written(newest)}"
        bag = replace(bag, remarks=(*bag.remarks, Remark("HISTORY-SEVERAL", "data", found)))
    return replace(refined, statements=said, remarks=bag.remarks)
