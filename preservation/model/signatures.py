"""Signatures of formats as PRONOM publishes them: byte sequences, and what lies in containers."""

from dataclasses import dataclass
from enum import StrEnum

from preservation.model.formats import Format
from preservation.model.identifiers import Puid


class Reference(StrEnum):
    """From where the offsets of a byte sequence count."""

    START = "BOF"
    END = "EOF"
    ANYWHERE = "VAR"


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a subsequence, `low` to `high` octets from the piece before it.

    Fragments of one side with the same `position` are alternatives; position 1 is the nearest to
    the sequence itself.
    """

    position: int
    low: int
    high: int
    expression: str


@dataclass(frozen=True, slots=True)
class Subsequence:
    """A byte expression with fragments on its left and its right.

    It lies `low` to `high` octets (None: anywhere) from what its place counts from: the end of the
    file that the byte sequence refers to, or the subsequence before it.
    """

    low: int
    high: int | None
    expression: str
    left: tuple[Fragment, ...] = ()
    right: tuple[Fragment, ...] = ()


@dataclass(frozen=True, slots=True)
class ByteSequence:
    """Subsequences that follow one another, from the start, the end or anywhere."""

    reference: Reference
    subsequences: tuple[Subsequence, ...]


@dataclass(frozen=True, slots=True)
class InternalSignature:
    """Byte sequences that a file must all have."""

    id: str
    sequences: tuple[ByteSequence, ...]


@dataclass(frozen=True, slots=True)
class SignedFormat:
    """A format, its extensions, and the ids of its signatures and of the formats that it beats."""

    id: str
    format: Format
    extensions: tuple[str, ...]
    signatures: tuple[str, ...]
    beats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignatureFile:
    """One release of PRONOM's signatures; `dated` as the file says (`2026-01-19T10:53:18`)."""

    release: int
    dated: str
    signatures: tuple[InternalSignature, ...]
    formats: tuple[SignedFormat, ...]


@dataclass(frozen=True, slots=True)
class Inside:
    """A file that must be in a container, and the signatures one of which it must then have."""

    path: str
    signatures: tuple[InternalSignature, ...]


@dataclass(frozen=True, slots=True)
class ContainerSignature:
    """What a container of this kind (`ZIP`, `OLE2`) holds when it is of the format `puid`."""

    id: str
    kind: str
    puid: Puid
    inside: tuple[Inside, ...]


@dataclass(frozen=True, slots=True)
class ContainerFile:
    """One release of container signatures, and which formats are containers of which kind."""

    release: int
    signatures: tuple[ContainerSignature, ...]
    triggers: tuple[tuple[Puid, str], ...]
