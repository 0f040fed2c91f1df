"""What an earlier version of an AIP holds, for the next one to take over what did not change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from preservation.model.description import Record
from preservation.model.fixity import Digest
from preservation.model.packages import Role, Sip
from preservation.model.premis import Event, FileObject, RightsStatement
from preservation.model.storage import Account, Member, Summary
from preservation.standards.members import MemberRow, path_in_aip

_SUBMISSION = "submission/"


@dataclass(frozen=True)
class Earlier:
    """The newest version that is stored, complete, and what the next one leaves out of it.

    `summary` is that of the version, its files with the formats that are on record now. `rows` are
    all its members, each with the version in whose tar it lies. `objects` reads the PREMIS objects
    of a representation. `received` is its list of what came with it. `withdrawn` are paths in the
    AIP, and `reason` is why there is a next version. `begun` is when the first one was made.
    """

    summary: Summary
    rows: tuple[MemberRow, ...]
    objects: Callable[[str], tuple[FileObject, ...]]
    events: tuple[Event, ...]
    rights: tuple[RightsStatement, ...]
    received: bytes
    withdrawn: frozenset[str]
    reason: str
    begun: datetime

    @property
    def version(self) -> int:
        """Its number."""
        return self.summary.version

    @property
    def account(self) -> Account:
        """Where every file of it went."""
        return self.summary.account

    @cached_property
    def members(self) -> dict[str, MemberRow]:
        """Its members by their names in the tar."""
        return {row.name: row for row in self.rows}

    def of(self, path: str) -> MemberRow | None:
        """The member at a path of the AIP."""
        package = self.summary.id
        return self.members.get(f"{package}/data/{package}/{path}")

    def same(self, member: Member) -> MemberRow | None:
        """The member of the same name and content, which need not be stored again."""
        row = self.members.get(member.name)
        return row if row is not None and row.digest == member.digest else None

    def payload(self, sip: Sip) -> Iterator[MemberRow]:
        """The payload files that are neither withdrawn nor replaced by one of the SIP.

        What was unpacked from a container goes with it.
        """
        gone = self.withdrawn | {file.path for file in sip.files}
        for row in self.rows:
            if row.file is not None and not {row.file.path, row.file.source} & gone:
                yield row

    def submission(self, sip: Sip) -> Iterator[tuple[str, MemberRow]]:
        """Paths and members of what came along with earlier submissions, the rules among it."""
        replaced = {file.path for file in sip.files if file.role is Role.SUBMISSION}
        top = f"{self.summary.id}/data/{self.summary.id}/{_SUBMISSION}"
        for row in self.rows:
            if row.name.startswith(top) and path_in_aip(row.name) not in replaced:
                yield path_in_aip(row.name), row

    def digest(self, path: str) -> Digest | None:
        """The SHA-512 of what lies at a path of the AIP; None when nothing does."""
        row = self.of(path)
        return row.digest if row else None

    def description(self, said: tuple[Record, ...], sip: Sip) -> tuple[Record, ...]:
        """Its records, those about the same thing replaced, those about what is gone left out."""
        kept = {row.file.path for row in self.payload(sip) if row.file}
        new = {record.about: record for record in said}
        records = [
            new.pop(record.about, record)
            for record in self.summary.description
            if record.about in new or _is_there(record.about, kept)
        ]
        return (*records, *new.values())


def _is_there(about: str, paths: set[str]) -> bool:
    """Whether what a record is about, the package, a file or a folder, is still there."""
    return not about or about in paths or any(path.startswith(f"{about}/") for path in paths)
