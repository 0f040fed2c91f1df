"""Message digests and the algorithms that they are made with."""

from enum import StrEnum
from typing import NamedTuple, Self

_HEX = "0123456789abcdef"


class Algorithm(StrEnum):
    """Digest algorithms that a producer may use; the archive's own is always SHA-512."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA224 = "sha224"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"

    __hash__ = str.__hash__  # that of Enum runs in Python, for each file of a package

    @property
    def hex_length(self) -> int:
        """Characters of a digest in hexadecimal."""
        return _HEX_LENGTHS[self]

    @property
    def mets_name(self) -> str:
        """The name in the METS CHECKSUMTYPE list, which PREMIS uses too: `SHA-512`, `MD5`."""
        return "MD5" if self is Algorithm.MD5 else f"SHA-{self.value[3:]}"


_HEX_LENGTHS = {
    Algorithm.MD5: 32,
    Algorithm.SHA1: 40,
    Algorithm.SHA224: 56,
    Algorithm.SHA256: 64,
    Algorithm.SHA384: 96,
    Algorithm.SHA512: 128,
}


class _Digest(NamedTuple):
    algorithm: Algorithm
    value: str


class Digest(_Digest):
    """One message digest: its algorithm and its value in lower-case hexadecimal.

    A tuple, since a package of many files has many: made and compared at the cost of one.
    """

    __slots__ = ()

    def __new__(cls, algorithm: Algorithm, value: str) -> Self:
        """Refuse (ValueError) a value that this algorithm cannot have given."""
        if len(value) != _HEX_LENGTHS[algorithm] or value.strip(_HEX):
            raise ValueError(f"{value!r} is not a {algorithm} digest in lower-case hex")
        return tuple.__new__(cls, (algorithm, value))

    @classmethod
    def known(cls, algorithm: Algorithm, value: str) -> Self:
        """One that needs no look at its value: it was computed, or its form was matched before."""
        return tuple.__new__(cls, (algorithm, value))

    def __str__(self) -> str:
        return f"{self.algorithm} {self.value}"

    @property
    def short(self) -> str:
        """Enough to tell two digests apart in a message: `sha512 9f86d081...`."""
        return f"{self.algorithm} {self.value[:12]}..."


class Claim(NamedTuple):
    """A digest that a producer gave of a file: where it stands, and the rule that it be true.

    `where` is the document that says so (`manifest-sha256.txt`), `code` the rule to name when the
    file has another digest.
    """

    digest: Digest
    where: str
    code: str
