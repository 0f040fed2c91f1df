"""What another system did to the files: its events come along, with their dates and identifiers."""

import os
from collections.abc import Iterable, Mapping, Sequence

from preservation.model.names import composed, written
from preservation.model.packages import ReceivedFile, Role
from preservation.model.premis import Event
from preservation.model.report import Remark
from preservation.ports import Source
from preservation.rules import Refused

_VARIABLES = ("%transferDirectory%", "%SIPDirectory%")
_TOPS = ("data/", "objects/")


def read(
    source: Source, documents: Iterable[bytes], files: Sequence[ReceivedFile]
) -> tuple[tuple[Event, ...], tuple[Remark, ...]]:
    """The events of all documents, each once, those that say the same joined; and what is wrong."""
    events: dict[str, Event] = {}
    remarks: list[Remark] = []
    documents = tuple(documents)
    if not documents:
        return (), ()
    from preservation.standards.premis import history  # noqa: PLC0415  few packages have one
    from preservation.standards.premis.grouping import grouped  # noqa: PLC0415

    places = _places(files)
    for document in documents:
        where = written(document)
        try:
            with source.open(document) as stream:
                found, said = history.read(stream, where, lambda name: _place(name, places))
        except Refused as refused:
            remarks += refused.remarks
            continue
        remarks += said
        for event in found:
            events.setdefault(event.identifier, event)
    return tuple(grouped(events.values())), tuple(remarks)


def _places(files: Sequence[ReceivedFile]) -> Mapping[str, str]:
    """Where each payload file will lie, by its name from the top and from `objects/`."""
    places: dict[str, str] = {}
    for file in files:
        if file.role is not Role.PAYLOAD:
            continue
        name = composed(written(file.given))
        places.setdefault(name, file.path)
        for top in _TOPS:
            name = name.removeprefix(top)
            places.setdefault(name, file.path)
    return places


def _place(name: str, places: Mapping[str, str]) -> str:
    for variable in _VARIABLES:
        name = name.removeprefix(variable)
    name = composed(written(os.fsencode(name)))
    return places.get(name) or places.get(name.removeprefix("objects/"), "")
