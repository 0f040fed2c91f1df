"""Pack: METS, PREMIS, Dublin Core and manifests written and validated, and the tar laid out."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

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
from preservation.stages.pack.bag import Bag, bag
from preservation.stages.pack.documents import (
    ORIGINAL,
    REPRESENTATIONS,
    Documents,
    Packing,
    mets_of,
    premis_of,
)
from preservation.stages.pack.earlier import Earlier
from preservation.stages.pack.metadata import (
    accompany,
    describe,
    enclose,
    file_objects,
    keep_rules,
    represent,
    submission,
)
from preservation.standards.members import MemberRow
from preservation.standards.members import write as write_members
from preservation.standards.summary import write as write_summary
from preservation.standards.tar import Layout
from preservation.streams import write_file


def pack(validated: Validated, *, packing: Packing) -> Stage[Aip]:
    """Write every document of the AIP, validate it against our schemas, and lay out the tar.

    The last event that PREMIS has is this one; it is on record before PREMIS is written. Of a next
    version the documents describe all of it; its tar has what is not in an earlier one.
    """
    verified = validated.characterized.identified.verified
    sip, earlier = verified.sip, packing.earlier
    kept = tuple(earlier.payload(sip)) if earlier else ()
    account = _account(sip, packing, kept)
    if earlier:
        yield from _changes(sip, earlier)
    detail = "AIP (E-ARK CSIP and AIP 2.2, METS 1.12, PREMIS 3, BagIt 1.0)"
    note = f"{account.preserved_files} files, {account.preserved_bytes} octets of payload"
    yield Finding(EventType.PACKAGE_CREATION, Outcome.SUCCESS, ARKIV, detail, note)
    own = tuple(packing.events())
    events = (*own, *sip.imported)
    documents = Documents(sip.id, packing.scratch / "aip", packing.created)
    records = describe(sip, documents, packing)
    accompany(sip, documents, packing, account.preserved_files)
    keep_rules(sip, documents, packing.rules, packing.version)
    objects = tuple(file_objects(validated))
    names = _represent(objects, kept, documents, packing, _creation(own))
    told = (*earlier.events, *events) if earlier else events
    enclose(validated.characterized, documents, packing, told, names)
    files = [*map(_held, objects), *(row.file for row in kept if row.file)]
    del objects  # a hundred thousand of them weigh fifty MiB
    base = f"{sip.id}/data/{sip.id}/"
    held = {base + file.path: file for file in files}
    del files
    laid = bag(verified, documents, earlier, held)
    summary = Summary(
        sip.id,
        packing.version,
        packing.created,
        sip.name,
        verified.fingerprint,
        account,
        records,
        tuple(_in_order(laid, held)),
        events,
        packing.stores,
        packing.retained_until,
        sip.rights or (earlier.rights if earlier else ()),
    )
    beside = tuple(_beside(laid, held, summary, packing))
    refers = tuple(sorted({row.version for row in laid.referred if row.version}))
    reason = earlier.reason if earlier else "ingested"
    return Aip(sip.id, packing.version, packing.created, laid.own, beside, summary, refers, reason)


def _represent(
    objects: Sequence[FileObject],
    kept: Sequence[MemberRow],
    documents: Documents,
    packing: Packing,
    creation: str,
) -> tuple[str, ...]:
    """Describe every representation that has files; one without any change stays as it is."""
    new: dict[str, list[FileObject]] = {}
    for it in objects:
        new.setdefault(_representation(it.path), []).append(it)
    old: dict[str, list[HeldFile]] = {}
    for row in kept:
        if row.file:
            old.setdefault(_representation(row.file.path), []).append(row.file)
    names = sorted({*new, *old}, key=lambda name: (name != ORIGINAL, name)) or [ORIGINAL]
    for name in names:
        if packing.earlier is None:
            represent(name, new.get(name, ()), documents, packing, creation)
        elif name in new or not _as_it_was(name, old[name], packing.earlier, documents):
            there = {file.path: file for file in old.get(name, ())}
            had = packing.earlier.objects(name) if there else ()
            taken = [
                replace(it, format=replace(it.format, mime=there[it.path].mime))
                for it in had
                if it.path in there
            ]
            both = sorted([*taken, *new.get(name, ())], key=lambda it: it.path)
            represent(name, both, documents, packing, creation)
    return tuple(names)


def _as_it_was(
    name: str, files: Sequence[HeldFile], earlier: Earlier, documents: Documents
) -> bool:
    """Whether a representation has all files that it had; then its documents are taken over."""
    top = f"{REPRESENTATIONS}{name}/"
    had = sum(1 for row in earlier.rows if row.file and row.file.path.startswith(top))
    rows = [(path, earlier.of(path)) for path in (premis_of(name), mets_of(name))]
    if had != len(files):
        return False
    for path, row in rows:
        if row is None:
            return False
        documents.keep(path, row.size, row.digest)
    return True


def _representation(path: str) -> str:
    return path.split("/")[1]


def _changes(sip: Sip, earlier: Earlier) -> Iterator[Finding]:
    """What is different in the next version."""
    had = {row.file.path for row in earlier.rows if row.file}
    brought = [file.path for file in sip.files if file.role is Role.PAYLOAD]
    replaced = [path for path in brought if path in had]
    withdrawn = sorted(earlier.withdrawn & had - set(brought))
    detail = f"version {earlier.version + 1} of the AIP: {earlier.reason}"
    changes = (
        ("added", len(brought) - len(replaced)),
        ("replaced", len(replaced)),
        (f"withdrawn, which remain in version {earlier.version}", len(withdrawn)),
    )
    note = "; ".join(f"{count} files {what}" for what, count in changes if count)
    if note:
        objects = (*brought, *withdrawn)
        yield Finding(EventType.MODIFICATION, Outcome.SUCCESS, ARKIV, detail, note, objects)
    if sip.description or sip.rights:
        said = (f"{len(sip.description)} records of description", f"{len(sip.rights)} of rights")
        note = " and ".join(it for it in said if not it.startswith("0 "))
        yield Finding(EventType.METADATA_MODIFICATION, Outcome.SUCCESS, ARKIV, detail, note)


def _in_order(laid: Bag, held: Mapping[str, HeldFile]) -> Iterator[HeldFile]:
    """The payload files as `members.jsonl` lists them, with the places of their content."""
    layout = Layout(laid.own)
    own = ((m.name, layout.offset(n), None) for n, m in enumerate(laid.own))
    referred = ((row.name, row.offset, row.version) for row in laid.referred)
    for name, offset, tar in chain(own, referred):
        file = held.get(name)
        if file:
            yield replace(file, offset=offset, tar=tar)


def _beside(
    laid: Bag, held: Mapping[str, HeldFile], summary: Summary, packing: Packing
) -> Iterator[Member]:
    """What lies beside the tar in a store: where each member begins, and the summary."""
    layout = Layout(laid.own)
    rows = ((m, layout.offset(n), held.get(m.name)) for n, m in enumerate(laid.own))
    seconds = int(summary.created.timestamp())
    for name, chunks in (
        ("members.jsonl", write_members(rows, laid.referred)),
        ("summary.json", iter([write_summary(summary)])),
    ):
        it = write_file(packing.scratch / name, chunks)
        yield Member(name, it.size, it.digest, seconds, os.fsencode(it.path))


def _account(sip: Sip, packing: Packing, kept: Sequence[MemberRow]) -> Account:
    """The sums of all versions: what is preserved now, and what else ever came or was left out."""
    payload = [f.size for f in sip.files if f.role is Role.PAYLOAD]
    payload += [row.size for row in kept if row.file and not row.file.source]
    submission = [f.size for f in sip.files if f.role is Role.SUBMISSION]
    excluded = [e.size for e in sip.exclusions]
    before = packing.earlier.account if packing.earlier else Account(0, 0, 0, 0, 0, 0)
    return Account(
        len(payload),
        sum(payload),
        before.submission_files + len(submission),
        before.submission_bytes + sum(submission),
        before.excluded_files + len(excluded),
        before.excluded_bytes + sum(excluded),
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


__all__ = ["Earlier", "Packing", "pack", "submission"]
