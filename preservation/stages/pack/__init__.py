"""Pack: METS, PREMIS, Dublin Core and manifests written and validated, and the tar laid out."""

import os
from collections.abc import Iterator, Sequence

from preservation.model.packages import Aip, Role, Sip, Validated
from preservation.model.premis import (
    ARKIV,
    Event,
    EventType,
    FileObject,
    Finding,
    Outcome,
)
from preservation.model.storage import Account, HeldFile, Member, Summary
from preservation.model.validity import verdict
from preservation.recording import Stage
from preservation.stages.pack.bag import members
from preservation.stages.pack.documents import VERSION, Documents, Packing
from preservation.stages.pack.metadata import (
    accompany,
    describe,
    enclose,
    file_objects,
    keep_rules,
    represent,
)
from preservation.standards.members import write as write_members
from preservation.standards.summary import write as write_summary
from preservation.standards.tar import Layout
from preservation.streams import write_file


def pack(validated: Validated, *, packing: Packing) -> Stage[Aip]:
    """Write every document of the AIP, validate it against our schemas, and lay out the tar.

    The last event that PREMIS has is this one; it is on record before PREMIS is written.
    """
    verified = validated.characterized.identified.verified
    sip = verified.sip
    account = _account(sip)
    detail = "AIP (E-ARK CSIP and AIP 2.2, METS 1.12, PREMIS 3, BagIt 1.0)"
    note = f"{account.preserved_files} files, {account.preserved_bytes} octets of payload"
    yield Finding(EventType.PACKAGE_CREATION, Outcome.SUCCESS, ARKIV, detail, note)
    own = tuple(packing.events())
    events = (*own, *sip.imported)
    documents = Documents(sip.id, packing.scratch / "aip", packing.created)
    records = describe(sip, documents)
    accompany(sip, documents, account.preserved_files)
    keep_rules(sip, documents, packing.rules)
    objects = tuple(file_objects(validated))
    represent(objects, documents, packing, _creation(own))
    enclose(validated.characterized, documents, packing, events)
    summary = Summary(
        sip.id,
        VERSION,
        packing.created,
        sip.name,
        verified.fingerprint,
        account,
        records,
        tuple(_held(file) for file in objects),
        events,
        packing.stores,
    )
    del objects  # a hundred thousand of them weigh fifty MiB
    laid = tuple(members(verified, documents))
    return Aip(
        sip.id, VERSION, packing.created, laid, tuple(_beside(laid, summary, packing)), summary
    )


def _beside(laid: Sequence[Member], summary: Summary, packing: Packing) -> Iterator[Member]:
    """What lies beside the tar in a store: where each member begins, and the summary."""
    layout = Layout(laid)
    base = f"{summary.id}/data/{summary.id}/"
    held = {base + file.path: file for file in summary.files}
    rows = ((m, layout.offset(n), held.get(m.name)) for n, m in enumerate(laid))
    seconds = int(summary.created.timestamp())
    for name, chunks in (
        ("members.jsonl", write_members(rows)),
        ("summary.json", iter([write_summary(summary)])),
    ):
        it = write_file(packing.scratch / name, chunks)
        yield Member(name, it.size, it.digest, seconds, os.fsencode(it.path))


def _account(sip: Sip) -> Account:
    payload = [f.size for f in sip.files if f.role is Role.PAYLOAD]
    submission = [f.size for f in sip.files if f.role is Role.SUBMISSION]
    excluded = [e.size for e in sip.exclusions]
    return Account(
        len(payload), sum(payload), len(submission), sum(submission), len(excluded), sum(excluded)
    )


def _creation(events: Sequence[Event]) -> str:
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
        verdict(file.judgements),
        file.inhibitors,
        file.source,
    )


__all__ = ["Packing", "pack"]
