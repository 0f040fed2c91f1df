"""The documents of an AIP while they are written: where each lies, its size and its digest."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from preservation.fanout import fan_out
from preservation.model.fixity import Digest
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.premis import ARKIV, Agent, AgentType, Event, object_identifier
from preservation.stages.pack.earlier import Earlier
from preservation.standards import mets, schema
from preservation.streams import Written, write_file

REPRESENTATIONS = "representations/"
ORIGINAL = "original"
DESCRIPTION = "metadata/descriptive/dc.xml"
FILE_DESCRIPTIONS = "metadata/descriptive/dc-files.xml"
PACKAGE_PREMIS = "metadata/preservation/premis.xml"

XML = "application/xml"


@dataclass(frozen=True, slots=True)
class Packing:
    """What pack needs besides the package: when, for which stores, and a folder to write into.

    `events` gives the events on record at the moment it is called; `organization` may be empty.
    `rules` are the texts that the SIP came under, by what they are (`agreement`). With an `earlier`
    version the package is its next one. Until `retained_until` the AIP may not be deleted.
    """

    created: datetime
    stores: tuple[StoreName, ...]
    scratch: Path
    organization: str
    events: Callable[[], Sequence[Event]]
    rules: Mapping[str, bytes] = field(default_factory=dict)
    earlier: Earlier | None = None
    retained_until: date | None = None

    @property
    def version(self) -> int:
        """The number of the version that is made."""
        return self.earlier.version + 1 if self.earlier else 1

    @property
    def agents(self) -> tuple[Agent, ...]:
        """Who made the package, as METS names them."""
        if not self.organization:
            return (ARKIV,)
        return ARKIV, Agent(self.organization, type=AgentType.ORGANIZATION)


@dataclass(slots=True)
class Documents:
    """The documents of an AIP written so far, by their path in it, in the order of writing."""

    package: PackageId
    folder: Path
    created: datetime
    written: dict[str, Written] = field(default_factory=dict)

    def write(self, path: str, chunks: Iterable[bytes]) -> None:
        """Write a document at its path in the AIP, validating it on the way if it has a schema.

        One that our own schemas refuse is a bug, not a bad SIP: RuntimeError.
        """
        file = self.folder / path
        name = _schema(path)
        if name is None:
            self.written[path] = write_file(file, chunks)
            return
        reasons: tuple[str, ...] = ()

        def validate(stream: Iterator[bytes]) -> None:
            nonlocal reasons
            validation = schema.Validation(name)
            for chunk in stream:
                validation.feed(chunk)
            reasons = validation.close()

        def write(stream: Iterator[bytes]) -> None:
            self.written[path] = write_file(file, stream)

        fan_out(chunks, [write, validate])
        if reasons:
            reasons = schema.validate(file, name) or reasons
            raise RuntimeError(f"{path}: {'; '.join(reasons)}")

    def keep(self, path: str, size: int, digest: Digest) -> None:
        """Take over a document of an earlier version as it is."""
        self.written[path] = Written(Path(), size, digest)

    def reference(self, path: str, mime: str, below: str = "") -> mets.FileRef:
        """A METS file element for a document, its path relative to the folder `below`."""
        it = self.written[path]
        identifier = object_identifier(self.package, path)
        relative = path.removeprefix(below)
        return mets.FileRef(identifier, relative, it.size, it.digest, mime, self.created)

    def metadata(
        self, path: str, kind: str, version: str = "", below: str = ""
    ) -> mets.MetadataRef:
        """A METS reference to a metadata document."""
        it = self.reference(path, XML, below)
        return mets.MetadataRef(
            it.identifier, it.path, it.size, it.digest, it.mime, it.created, kind, version
        )

    def group(self, use: str, folder: str, mime: Callable[[str], str]) -> mets.FileGroup:
        """A METS file group of all documents of a folder."""
        paths = [path for path in self.written if path.startswith(folder)]
        return mets.FileGroup(use, tuple(self.reference(path, mime(path)) for path in paths))


def mets_of(representation: str) -> str:
    """Where the METS document of a representation lies."""
    return f"{REPRESENTATIONS}{representation}/METS.xml"


def premis_of(representation: str) -> str:
    """Where the PREMIS document of a representation lies."""
    return f"{REPRESENTATIONS}{representation}/metadata/preservation/premis.xml"


def _schema(path: str) -> schema.SchemaName | None:
    if path.startswith(REPRESENTATIONS):
        name = path.split("/")[1]
        path = "METS.xml" if path == mets_of(name) else path
        path = PACKAGE_PREMIS if path == premis_of(name) else path
    return _SCHEMAS.get(path)


_SCHEMAS = {
    "METS.xml": schema.SchemaName.METS,
    PACKAGE_PREMIS: schema.SchemaName.PREMIS,
    DESCRIPTION: schema.SchemaName.DUBLIN_CORE,
    FILE_DESCRIPTIONS: schema.SchemaName.FILE_DESCRIPTIONS,
}
