"""The next version of an AIP on its way: files added or withdrawn, the description changed."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from preservation.agreements import DEFAULT, Agreed
from preservation.assembly.archive import Archive
from preservation.assembly.ingestion import Ingestion, Step
from preservation.assembly.rejections import Submitted
from preservation.assembly.scratch import Submissions
from preservation.assembly.stored_version import stored_version
from preservation.errors import Corrupt, Misconfigured
from preservation.model.description import Record
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.packages import (
    Aip,
    Characterized,
    Identified,
    ReceivedFile,
    Role,
    Sip,
    SipKind,
    StoredAip,
    Validated,
    Verified,
    VerifiedFile,
)
from preservation.model.premis import Event
from preservation.model.storage import CopyState, Summary
from preservation.ports import Progress
from preservation.stages.pack import Packing, submission
from preservation.stages.revise import Change, described, placed, withdrawn
from preservation.standards import ocfl
from preservation.streams import read_once, sha512


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a revision is to do to an AIP: why, which files come and go, what describes it now.

    The files of a `sip` go into the `representation`. `withdraw` are names as the files were
    submitted; `description` is a spreadsheet like `metadata.csv`. Refuses (Misconfigured) what
    would change nothing.
    """

    reason: str
    sip: Path | None = None
    withdraw: tuple[str, ...] = ()
    description: Path | None = None
    representation: str = "original"
    agreement: str = DEFAULT

    def __post_init__(self) -> None:
        if self.sip is None and not self.withdraw and self.description is None:
            raise Misconfigured(
                "nothing to change; name a SIP with files, --withdraw a file, or give a "
                "--description"
            )
        if self.sip is not None and self.description is not None:
            raise Misconfigured(
                "a SIP brings its own metadata.csv; give either a SIP or a --description"
            )


class Revision(Ingestion):
    """One SIP, or none, on its way to be the next version of an AIP."""

    def __init__(
        self,
        archive: Archive,
        submissions: Submissions,
        *,
        agreed: Agreed,
        of: Summary,
        wanted: Wanted,
        progress: Progress,
    ) -> None:
        """Raises Rejected for a file to be withdrawn that is not there.

        Misconfigured when a store of the AIP is no longer one of the archive.
        """
        super().__init__(archive, submissions, agreed=agreed, again=True, progress=progress)
        self.id, self.version = of.id, of.version + 1
        self._run = uuid4()  # what a try that failed has found is no part of the next
        self._of, self._wanted = of, wanted
        names = _holders(archive, of)
        self._stores = tuple(archive.stores[name] for name in names)
        files = tuple(archive.catalogue.files(of.id))
        self._change = Change(self.version, wanted.representation, files)
        self._gone = withdrawn(self._change, wanted.withdraw)
        self._before = {event.identifier for event in archive.journal.events(of.id)}

    @property
    def steps(self) -> tuple[Step, ...]:
        """The stages; the first takes the path of the SIP, or None when nothing is brought."""
        if self._wanted.sip is None:
            return ("describe", self._describe), *super().steps[-3:]
        return super().steps

    def submitted(self) -> Submitted:
        """What is known of the SIP so far, on record under an identifier of its own."""
        return replace(super().submitted(), id=PackageId(str(uuid4())))

    def events(self) -> tuple[Event, ...]:
        """What this try has put on record so far."""
        return tuple(event for event in super().events() if event.identifier not in self._before)

    def _receive(self, sip: Path) -> Sip:
        received = super()._receive(sip)
        return self._record("revise", placed(received, self._change))

    def _describe(self, _: object) -> Validated:
        """A next version without a SIP: nothing is brought but a description."""
        files: tuple[VerifiedFile, ...] = ()
        records: tuple[Record, ...] = ()
        sheet = self._wanted.description
        if sheet:
            path = os.fsencode(sheet.absolute())
            told = read_once(path, (Algorithm.SHA512,))
            records = described(sheet.read_bytes(), sheet.name, self._change)
            place = f"{submission(self.version)}metadata.csv"
            file = ReceivedFile(
                b"metadata.csv", place, Role.SUBMISSION, told.size, told.modified_ns, place=path
            )
            files = (VerifiedFile(file, told.digests),)
        sip = Sip(
            self.id,
            self._of.sip,
            self._archive.scratch,
            SipKind.FOLDER,
            tuple(file.received for file in files),
            (),
            (),
            records,
        )
        verified = Verified(sip, files, self._fingerprint(records))
        return Validated(Characterized(Identified(verified, ()), ()), ())

    def _fingerprint(self, records: tuple[Record, ...]) -> Digest:
        """What stands for the SIP that there is none of: what was asked for."""
        said = repr((self.id, self.version, sorted(self._gone), records))
        return sha512(said.encode("utf-8"))

    def _packing(self) -> Packing:
        earlier = stored_version(
            self._archive, self._of, withdrawn=self._gone, reason=self._wanted.reason
        )
        packing = super()._packing()
        days = [it for it in (self._of.retained_until, packing.retained_until) if it]
        # What was once promised is not shortened.
        return replace(packing, earlier=earlier, retained_until=max(days, default=None))

    def _replicate(self, aip: Aip) -> StoredAip:
        self._require_earlier(aip)
        return super()._replicate(aip)

    def _require_earlier(self, aip: Aip) -> None:
        """Raise Corrupt when a store lacks an earlier version that this one refers to."""
        copies = self._archive.catalogue.copies(self.id)
        wrong = [
            f"store {copy.store}: version {copy.version} of {self.id} is {copy.state} there, and "
            "the next version would refer to it; run arkiv audit, repair it, then revise again"
            for copy in copies
            if copy.state in (CopyState.CORRUPT, CopyState.MISSING)
            and copy.store in {store.name for store in self._stores}
        ]
        for store in self._stores:
            for version in {*aip.refers, aip.version - 1}:
                needed = (ocfl.commit_key(self.id, version), ocfl.tar_key(self.id, version))
                wrong += [
                    f"store {store.name}: {key} is missing; run arkiv audit, then revise again"
                    for key in needed
                    if store.size(key) is None
                ]
        if wrong:
            raise Corrupt(*dict.fromkeys(wrong))


def _holders(archive: Archive, of: Summary) -> tuple[StoreName, ...]:
    """The stores for the next version: those written at ingest that have all versions before it.

    A store that is not there any more, and was not retired, is a mistake in the settings.
    """
    held: dict[StoreName, set[int]] = {}
    for copy in archive.catalogue.copies(of.id):
        held.setdefault(copy.store, set()).add(copy.version)
    lacking = [name for name in held if name not in archive.stores]
    if lacking:
        raise Misconfigured(
            *(f"store {name}: holds {of.id} and is not in arkiv.toml" for name in lacking)
        )
    every = set(range(1, of.version + 1))
    return tuple(name for name in archive.preserving if every <= held.get(name, set()))
