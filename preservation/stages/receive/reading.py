"""What a form of SIP tells of its files: the same for every form."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from preservation.model.description import Statement
from preservation.model.fixity import Claim
from preservation.model.packages import SipKind
from preservation.model.premis import RightsStatement
from preservation.model.report import Remark
from preservation.standards import bagit_profile

Said = tuple[bytes, tuple[Statement, ...]]
"""Statements of description, and the file or folder as given that they are about (empty: all)."""


Profiles = Callable[[], Mapping[str, bagit_profile.Profile]]
"""Gives the profiles that a bag may name, by their identifiers; asked only if it names one."""


@dataclass(frozen=True, slots=True)
class References:
    """What a package may refer to outside of itself; nothing of it is ever fetched.

    `hosts` are those from which the agreement lets files of a bag be fetched, `profiles` those that
    a bag may name, `schemas` the folder with the official ones that the archive has installed.
    """

    hosts: Collection[str] = ()
    profiles: Profiles = bagit_profile.installed
    schemas: Path | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a package of one kind says of itself, all of it untrusted.

    `payload` gives for each file that is content, by its path as given, its name below `data/` of
    the AIP; every other file is kept as submission material. `claims` are digests by the path of
    the file that they are of. `rights` stand by the file or folder as given that they are about
    (empty: all); their own objects and identifiers are not known yet. `histories` are the paths of
    documents with the events of another system. `remarks` are everything that the rules of this
    kind say, short of digests; `unchecked` the checks that could not be made, with reasons;
    `profiles` the BagIt profiles that it names.
    """

    kind: SipKind
    payload: Mapping[bytes, bytes]
    claims: Mapping[bytes, tuple[Claim, ...]] = field(default_factory=dict)
    statements: Sequence[Said] = ()
    rights: Sequence[tuple[bytes, RightsStatement]] = ()
    histories: tuple[bytes, ...] = ()
    remarks: tuple[Remark, ...] = ()
    unchecked: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
