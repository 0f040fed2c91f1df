"""Pack: METS, PREMIS, Dublin Core and manifests written and validated, and the tar laid out."""

import os
from collections.abc import Sequence

from preservation.model.names import written
from preservation.model.packages import Aip, Characterized, Role, Sip
from preservation.model.premis import (
    ARKIV,
    Event,
    EventType,
    FileObject,
    Finding,
    Outcome,
)
from preservation.model.storage import Account, HeldFile, Summary
from preservation.recording import Stage
from preservation.stages.pack.bag import members
from preservation.stages.pack.documents import VERSION, Documents, Packing, validate
from preservation.stages.pack.metadata import (
    accompany,
    describe,
    enclose,
    file_objects,
    represent,
)


def pack(characterized: Characterized, *, packing: Packing) -> Stage[Aip]:
    """Write every document of the AIP, validate it against our schemas, and lay out the tar.

    The last event that PREMIS has is this one; it is on record before PREMIS is written.
    """
    verified = characterized.identified.verified
    sip = verified.sip
    account = _account(sip)
    detail = "AIP (E-ARK CSIP and AIP 2.2, METS 1.12, PREMIS 3, BagIt 1.0)"
    note = f"{account.preserved_files} files, {account.preserved_bytes} octets of payload"
    yield Finding(EventType.PACKAGE_CREATION, Outcome.SUCCESS, ARKIV, detail, note)
    events = tuple(packing.events())
    documents = Documents(sip.id, packing.scratch / "aip", packing.created)
    records = describe(sip, documents)
    accompany(sip, documents, account.preserved_files)
    represent(characterized, documents, packing, creation(events))
    enclose(characterized, documents, packing, events)
    validate(documents)
    laid = tuple(members(characterized, documents))
    name = written(os.fsencode(sip.root.name))
    files = tuple(_held(file) for file in file_objects(characterized))
    summary = Summary(
        sip.id,
        VERSION,
        packing.created,
        name,
        verified.fingerprint,
        account,
        records,
        files,
        events,
        packing.stores,
    )
    return Aip(sip.id, VERSION, packing.created, laid, summary)


def _account(sip: Sip) -> Account:
    payload = [f.size for f in sip.files if f.role is Role.PAYLOAD]
    submission = [f.size for f in sip.files if f.role is Role.SUBMISSION]
    excluded = [e.size for e in sip.exclusions]
    return Account(
        len(payload), sum(payload), len(submission), sum(submission), len(excluded), sum(excluded)
    )


def creation(events: Sequence[Event]) -> str:
    made = [e.identifier for e in events if e.finding.type is EventType.PACKAGE_CREATION]
    return made[-1]


def _held(file: FileObject) -> HeldFile:
    told = file.format
    return HeldFile(
        file.path,
        file.original_name,
        file.size,
        file.digests[0],
        told.puid,
        told.name,
        told.mime,
    )


__all__ = ["Packing", "pack"]
