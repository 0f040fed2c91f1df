"""Strings that mean something, checked when they are made."""

import re
import uuid
from typing import Self

_PUID = re.compile(r"(x-)?fmt/[0-9]+")
_STORE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class PackageId(str):
    """The identifier of an AIP for its whole life (AIPM1): a UUID in canonical lower-case form."""

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        """Refuse (ValueError) what is not a UUID in canonical form."""
        if str(uuid.UUID(value)) != value:
            raise ValueError(f"{value!r} is not a UUID in canonical lower-case form")
        return super().__new__(cls, value)

    @property
    def uuid(self) -> uuid.UUID:
        """The namespace in which identifiers of this package's objects and events are derived."""
        return uuid.UUID(self)


class Puid(str):
    """A PRONOM persistent unique identifier: `fmt/353`, `x-fmt/111`."""

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        """Refuse (ValueError) what does not have the form of a PUID."""
        if not _PUID.fullmatch(value):
            raise ValueError(f"{value!r} is not a PUID such as fmt/353")
        return super().__new__(cls, value)


class StoreName(str):
    """The short name of a store in settings, messages and the catalogue: `a`, `partner-vaxjo`."""

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        """Refuse (ValueError) what would not be safe as a name in keys and messages."""
        if not _STORE_NAME.fullmatch(value):
            raise ValueError(
                f"{value!r} is not a store name: lower-case letters, digits and hyphens, 63 at most"
            )
        return super().__new__(cls, value)
