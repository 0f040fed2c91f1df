"""The bag around an AIP, and the order of everything in its tar."""

import os
from collections.abc import Iterable, Iterator, Sequence

from preservation import __version__
from preservation.model.packages import Role, Verified
from preservation.model.storage import Member
from preservation.stages.pack.documents import ORIGINAL, Documents
from preservation.standards import bagit
from preservation.streams import write_file


def _order(path: str) -> tuple[int, str]:
    """METS first, then metadata, then what accompanies: the head of the tar tells all about it."""
    heads = ("METS.xml", "metadata/", f"{ORIGINAL}/", "documentation/", "schemas/")
    return next((n for n, head in enumerate(heads) if path.startswith(head)), len(heads)), path


def members(verified: Verified, documents: Documents) -> Iterator[Member]:
    """Every member of the tar: tag files, documents, submission material, payload."""
    base = f"{documents.package}/data/{documents.package}/"
    seconds = int(documents.created.timestamp())
    payload = [
        Member(base + path, it.size, it.digest, seconds, os.fsencode(it.path))
        for path, it in sorted(documents.written.items(), key=lambda item: _order(item[0]))
    ]
    root = os.fsencode(verified.sip.root)
    for role in (Role.SUBMISSION, Role.PAYLOAD):
        payload += [
            Member(
                base + file.received.path,
                file.received.size,
                file.digests[0],
                file.received.modified_ns // 1_000_000_000,
                file.received.below(root),
            )
            for file in verified.files
            if file.received.role is role
        ]
    yield from _tag_files(payload, documents)
    yield from payload


def _tag_files(payload: Sequence[Member], documents: Documents) -> Iterator[Member]:
    """The bag around the AIP (RFC 8493): every file of `data/` in the manifest."""
    folder = documents.folder.parent / "bag"
    top = f"{documents.package}/"
    seconds = int(documents.created.timestamp())
    octets = sum(member.size for member in payload)
    info = (
        ("Bag-Software-Agent", f"Arkiv {__version__}"),
        ("Bagging-Date", documents.created.date().isoformat()),
        ("External-Identifier", str(documents.package)),
        ("Payload-Oxum", f"{octets}.{len(payload)}"),
    )
    contents: tuple[tuple[str, Iterable[bytes]], ...] = (
        ("bagit.txt", [bagit.DECLARATION]),
        ("bag-info.txt", [bagit.bag_info(info)]),
        ("manifest-sha512.txt", bagit.manifest((m.name[len(top) :], m.digest) for m in payload)),
    )
    tags = [(name, write_file(folder / name, chunks)) for name, chunks in contents]
    listed = bagit.manifest((name, it.digest) for name, it in tags)
    tags.append(("tagmanifest-sha512.txt", write_file(folder / "tagmanifest-sha512.txt", listed)))
    for name, it in tags:
        yield Member(top + name, it.size, it.digest, seconds, os.fsencode(it.path))
