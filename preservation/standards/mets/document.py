"""What a METS document says, as values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from preservation.model.fixity import Digest
from preservation.model.formats import Format
from preservation.model.premis import Agent


class Kind(StrEnum):
    """What a METS document describes: the package, or one of its representations."""

    PACKAGE = "package"
    REPRESENTATION = "representation"


@dataclass(frozen=True, slots=True)
class FileRef:
    """A METS file element.

    `identifier` is the UUID of the file's PREMIS object (the ID in the document is `file-` and it),
    `path` is relative to the document, with `/`, not percent-encoded, `size` in octets. A `mime`
    that is empty or no media type is written as `application/octet-stream`.
    """

    identifier: str
    path: str
    size: int
    digest: Digest
    mime: str
    created: datetime
    format: Format | None = None


@dataclass(frozen=True, slots=True)
class MetadataRef:
    """A metadata document that a dmdSec or digiprovMD points to; `type` is METS' MDTYPE."""

    identifier: str
    path: str
    size: int
    digest: Digest
    mime: str
    created: datetime
    type: str
    type_version: str = ""


@dataclass(frozen=True, slots=True)
class FileGroup:
    """Files of one use; `files` is read once and may be a generator.

    What begins with `Representations` is content (`eark.content_use`); `Documentation`, `Schemas`
    and any other use get a division of that name. A group without files is not written (CSIP66).
    """

    use: str
    files: Iterable[FileRef]


@dataclass(frozen=True, slots=True)
class RepresentationRef:
    """A representation of the package and the METS document that describes it."""

    name: str
    mets: FileRef


@dataclass(frozen=True, slots=True)
class Mets:
    """What one METS document says.

    `objid` is the package's identifier, or the name of the representation's folder (CSIP1). Of the
    agents one is software and has a version (CSIP10-16). A content category or information type
    outside the vocabularies of `eark` is written as OTHER and named beside it. `modified` is None
    when the package never changed.
    """

    objid: str
    label: str
    created: datetime
    kind: Kind
    agents: tuple[Agent, ...]
    descriptive: tuple[MetadataRef, ...]
    provenance: tuple[MetadataRef, ...]
    groups: tuple[FileGroup, ...]
    representations: tuple[RepresentationRef, ...] = ()
    content_category: str = "Mixed"
    content_information_type: str = "MIXED"
    modified: datetime | None = None
