"""The bag around an AIP, and the order of everything in its tar."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from preservation import __version__
from preservation.model.identifiers import PackageId
from preservation.model.packages import Role, Verified
from preservation.model.storage import HeldFile, Member
from preservation.stages.pack.documents import REPRESENTATIONS, Documents
from preservation.stages.pack.earlier import Earlier
from preservation.standards import bagit, ocfl
from preservation.standards.members import MemberRow
from preservation.streams import write_file


@dataclass(frozen=True, slots=True)
class Bag:
    """All members of an AIP: those of the version's own tar, and those that lie in earlier ones."""

    own: tuple[Member, ...]
    referred: tuple[MemberRow, ...] = ()


def _order(path: str) -> tuple[int, str]:
    """METS first, then metadata, then what accompanies: the head of the tar tells all about it."""
    heads = ("METS.xml", "metadata/", REPRESENTATIONS, "documentation/", "schemas/")
    return next((n for n, head in enumerate(heads) if path.startswith(head)), len(heads)), path


def bag(
    verified: Verified,
    documents: Documents,
    earlier: Earlier | None,
    held: Mapping[str, HeldFile],
) -> Bag:
    """Every member: tag files, documents, submission material, payload.

    What an earlier version has under the same name, with the same octets, is referred to. `held`
    are the payload files of the new version by the names of their members.
    """
    new = tuple(_new(verified, documents))
    if earlier is None:
        return Bag((*_tag_files(new, (), documents), *new))
    same = [(member, earlier.same(member)) for member in new]
    own = [member for member, row in same if row is None]
    rows = [*(row for _, row in same if row is not None), *_taken_over(verified, earlier)]
    referred = [replace(row, file=held.get(row.name)) for row in rows]
    return Bag((*_tag_files(own, referred, documents), *own), tuple(referred))


def _new(verified: Verified, documents: Documents) -> Iterator[Member]:
    """What was written for this version, and what its SIP brought."""
    base = f"{documents.package}/data/{documents.package}/"
    seconds = int(documents.created.timestamp())
    for path, it in sorted(documents.written.items(), key=lambda item: _order(item[0])):
        yield Member(base + path, it.size, it.digest, seconds, os.fsencode(it.path))
    root = os.fsencode(verified.sip.root)
    for role in (Role.SUBMISSION, Role.PAYLOAD):
        for file in verified.files:
            if file.received.role is role:
                yield Member(
                    base + file.received.path,
                    file.received.size,
                    file.digests[0],
                    file.received.modified_ns // 1_000_000_000,
                    file.received.below(root),
                )


def _taken_over(verified: Verified, earlier: Earlier) -> Iterator[MemberRow]:
    for _, row in earlier.submission(verified.sip):
        yield row
    yield from earlier.payload(verified.sip)


def _tag_files(
    own: Sequence[Member], referred: Sequence[MemberRow], documents: Documents
) -> Iterator[Member]:
    """The bag around the AIP (RFC 8493): every file of `data/` in the manifest."""
    folder = documents.folder.parent / "bag"
    top = f"{documents.package}/"
    seconds = int(documents.created.timestamp())
    everything: Sequence[Member | MemberRow] = (*own, *referred) if referred else own
    octets = sum(member.size for member in everything)
    info = (
        ("Bag-Software-Agent", f"Arkiv {__version__}"),
        ("Bagging-Date", documents.created.date().isoformat()),
        ("External-Identifier", str(documents.package)),
        ("Payload-Oxum", f"{octets}.{len(everything)}"),
    )
    listed = ((m.name[len(top) :], m.digest) for m in everything)
    contents: list[tuple[str, Iterable[bytes]]] = [
        ("bagit.txt", [bagit.DECLARATION]),
        ("bag-info.txt", [bagit.bag_info(info)]),
        ("manifest-sha512.txt", bagit.manifest(listed)),
    ]
    if referred:
        contents.append(("fetch.txt", bagit.fetch_list(map(_fetched, referred))))
    tags = [(name, write_file(folder / name, chunks)) for name, chunks in contents]
    tagged = bagit.manifest((name, it.digest) for name, it in tags)
    tags.append(("tagmanifest-sha512.txt", write_file(folder / "tagmanifest-sha512.txt", tagged)))
    for name, it in tags:
        yield Member(top + name, it.size, it.digest, seconds, os.fsencode(it.path))


def _fetched(row: MemberRow) -> tuple[str, int, str]:
    """Where the content of a member of an earlier version lies."""
    package, _, path = row.name.partition("/")
    assert row.version is not None
    version = row.version
    tar = ocfl.tar_name(PackageId(package), version)
    return bagit.member_url(package, version, tar, row.name), row.size, path
