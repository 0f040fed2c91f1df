"""One SIP on its way: the stages in their order, with the tools and stores of its archive."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from preservation.agreements import Agreed
from preservation.assembly.agreed import stores
from preservation.assembly.archive import Archive
from preservation.assembly.checks import scanned_all_the_same
from preservation.assembly.locks import secured
from preservation.assembly.recovery import register
from preservation.assembly.references import references
from preservation.assembly.rejections import Heeding, Submitted
from preservation.assembly.scratch import Submissions
from preservation.assembly.several import holds_packages
from preservation.assembly.sources import FolderSource, source_at, unpacking
from preservation.assembly.unfolding import unfold
from preservation.model.fixity import Digest
from preservation.model.identifiers import PackageId
from preservation.model.packages import (
    Aip,
    Characterized,
    Exclusion,
    Identified,
    Sip,
    SipKind,
    StoredAip,
    Validated,
    Verified,
)
from preservation.model.premis import Event, Outcome
from preservation.model.receipt import Receipt
from preservation.model.report import Remark
from preservation.policies import find as find_policy
from preservation.ports import Claim, Progress
from preservation.recording import Stage, record
from preservation.rules import Refused
from preservation.settings.place import cores
from preservation.stages.admit import admit, admit_formats, admit_validity
from preservation.stages.characterize import characterize
from preservation.stages.pack import Packing, pack
from preservation.stages.receive import receive
from preservation.stages.replicate import replicate
from preservation.stages.scan import scan
from preservation.stages.validate import validate
from preservation.stages.verify import verify

T = TypeVar("T")

MANY = 10_000
"""Files from which on the second that tools take to start costs less than their memory."""

Step = tuple[str, Callable[[Any], Any]]
"""A stage by its name; each takes what the one before it gave."""


class Ingestion:
    """One SIP on its way into an archive: its stages, in order, each recorded as it runs."""

    def __init__(
        self,
        archive: Archive,
        submissions: Submissions,
        *,
        agreed: Agreed,
        again: bool,
        progress: Progress,
    ) -> None:
        """Give the package its identifier; `again` lets a SIP in that is preserved already."""
        self._submissions = submissions
        self.id = PackageId(str(uuid4()))
        self._run = self.id.uuid
        self.version = 1
        self.claim: Claim | None = None
        self._exclusions: tuple[Exclusion, ...] = ()
        self._archive = archive
        self._agreed = agreed
        self._agreement = agreed.agreement
        self._decided = find_policy(agreed.agreement.format_policy, archive.folder)
        self._stores = stores(archive, agreed.agreement)
        self._journal = Heeding(archive.journal)
        self._sip = Path()
        self._kind: SipKind | None = None
        self._again = again
        self._progress = progress

    @property
    def steps(self) -> tuple[Step, ...]:
        """The stages; the first takes the path of the SIP, the last gives the receipt."""
        return (
            ("receive", self._receive),
            ("admit", self._admit),
            ("verify", self._verify),
            ("scan", self._scan),
            ("identify", self._identify),
            ("unfold", self._unfold),
            ("admit formats", self._admit_formats),
            ("characterize", self._characterize),
            ("validate", self._validate),
            ("admit validity", self._admit_validity),
            ("pack", self._pack),
            ("replicate", self._replicate),
            ("register", self._register),
        )

    def carry_out(self, sip: Path | None) -> Receipt:
        """All steps, one after the other; raises what a step raises."""
        state: Any = sip
        for _, step in self.steps:
            state = step(state)
        receipt: Receipt = state
        return receipt

    @property
    def _scratch(self) -> Path:
        return self._archive.scratch / self.id

    def events(self) -> tuple[Event, ...]:
        """What is on record of this package so far."""
        return self._archive.journal.events(self.id)

    def _record(self, name: str, stage: Stage[T]) -> T:
        return record(
            stage,
            name=name,
            run=self._run,
            package=self.id,
            journal=self._journal,
            clock=self._archive.clock,
        )

    def submitted(self) -> Submitted:
        """What is known of the SIP so far."""
        source: FolderSource | None = getattr(self, "_source", None)
        found = tuple(self._journal.findings)
        return Submitted(self.id, self._sip, self._kind, source, self._agreement, found)

    def _receive(self, sip: Path) -> Sip:
        self._sip = sip
        unpacked = self._scratch / "unpacked"
        shutil.rmtree(unpacked, ignore_errors=True)  # a step may be tried again
        self._source = source_at(sip, unpacked, self._agreement.limits)
        self._record("unpack", unpacking(self._source))
        if self._source.unpacked and holds_packages(self._source.place):
            raise Refused(Remark("CONTAINER-SEVERAL"))
        exclude = self._archive.settings.ingest.exclude
        known = references(self._agreement, self._archive.folder)
        stage = receive(self._source, package=self.id, exclude=exclude, references=known)
        received = self._record("receive", stage)
        self._exclusions = received.exclusions
        self._kind = received.kind
        return received

    def _admit(self, sip: Sip) -> Sip:
        return self._record("admit", admit(sip, agreement=self._agreement))

    def _admit_formats(self, identified: Identified) -> Identified:
        stage = admit_formats(identified, agreement=self._agreement)
        return self._record("admit formats", stage)

    def _verify(self, sip: Sip) -> Verified:
        stage = verify(
            sip, self._source, holder=self._holder, cores=cores(), progress=self._progress
        )
        try:
            return self._record("verify", stage)
        except Refused as refused:
            self._record("scan", scanned_all_the_same(self._scanning(sip), refused))
            raise

    def _scan(self, verified: Verified) -> Verified:
        self._record("scan", self._scanning(verified.sip))
        return verified

    def _scanning(self, sip: Sip) -> Stage[None]:
        return scan(
            sip,
            self._source,
            scanner=self._archive.scanner,
            agreement=self._agreement,
            now=self._archive.clock.now(),
            progress=self._progress,
        )

    def _holder(self, fingerprint: Digest) -> PackageId | None:
        """The AIP that holds this SIP already; keeps out whoever brings the same at this moment."""
        self._submissions.hold(fingerprint)
        return None if self._again else self._archive.catalogue.holder(fingerprint)

    def _identify(self, verified: Verified) -> Identified:
        stage = self._archive.tools.identify(verified, progress=self._progress)
        identified = self._record("identify", stage)
        self._rest_from(len(identified.identifications))
        return identified

    def _unfold(self, identified: Identified) -> Identified:
        """Members of containers join the payload, if the agreement wants them to."""
        if not self._agreement.unpack:
            return identified
        scratch = self._scratch / "members"
        shutil.rmtree(scratch, ignore_errors=True)  # a step may be tried again
        stage = unfold(
            identified, agreement=self._agreement, scratch=scratch, progress=self._progress
        )
        members = self._record("unfold", stage)
        if not members:
            return identified
        verified = identified.verified
        told = self._archive.tools.identify(
            replace(verified, files=members), progress=self._progress
        )
        found = self._record("identify members", told)
        return Identified(
            replace(verified, files=(*verified.files, *members)),
            (*identified.identifications, *found.identifications),
        )

    def _characterize(self, identified: Identified) -> Characterized:
        tools = self._tools(self._archive.tools.characterizers, len(identified.identifications))
        stage = characterize(identified, characterizers=tools, progress=self._progress)
        return self._record("characterize", stage)

    def _validate(self, characterized: Characterized) -> Validated:
        tools = self._tools(self._archive.tools.validators, len(characterized.characteristics))
        stage = validate(characterized, validators=tools, progress=self._progress)
        return self._record("validate", stage)

    def _admit_validity(self, validated: Validated) -> Validated:
        stage = admit_validity(validated, policy=self._decided.policy)
        return self._record("admit validity", stage)

    def _tools(self, tools: Sequence[T], files: int) -> Iterator[T]:
        return self._archive.tools.in_turn(tools, thrifty=files > MANY)

    def _rest_from(self, files: int) -> None:
        """Give the tools' memory back where it is wanted; a small package leaves them running."""
        if files > MANY:
            self._archive.tools.rest()

    def _packing(self) -> Packing:
        now = self._archive.clock.now()
        return Packing(
            now,
            tuple(store.name for store in self._stores),
            self._scratch,
            self._archive.settings.archive.name,
            self.events,
            {"agreement": self._agreed.kept, "format-policy": self._decided.kept},
            retained_until=self._agreement.retained_until(now),
        )

    def _pack(self, validated: Validated) -> Aip:
        return self._record("pack", pack(validated, packing=self._packing()))

    def _replicate(self, aip: Aip) -> StoredAip:
        stores = self._stores
        if self.claim:
            self.claim.require()
        return self._record("replicate", replicate(aip, stores=stores, progress=self._progress))

    def _register(self, stored: StoredAip) -> Receipt:
        summary = stored.aip.summary
        copies = register(self._archive, summary, stored.copies)
        # Of earlier versions too: a later one may be kept for longer.
        not_locked = secured(self._archive, self._archive.catalogue.copies(summary.id)).waits
        warnings = tuple(
            event.finding.note
            for event in summary.events
            if event.finding.outcome is Outcome.WARNING
        )
        return Receipt(
            self.id,
            summary.version,
            summary.sip,
            summary.account,
            self._exclusions,
            copies,
            (*warnings, *not_locked),
        )
