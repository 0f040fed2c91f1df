"""What is wrong with a tar: the members that are damaged, and what lies between them."""

from collections.abc import Iterator

from preservation.errors import Corrupt
from preservation.model.audit import Fault, FaultKind
from preservation.model.fixity import Digest
from preservation.model.storage import Copy
from preservation.ports import Progress, Store
from preservation.standards import members, tar
from preservation.streams import digest_of

GAP_MAX = 1 << 20
"""Octets that may lie between two members: a header with the longest name has a few thousand."""


def differs(copy: Copy, what: str, expected: Digest, found: Digest) -> str:
    """The sentence for a digest that is another."""
    return f"store {copy.store}: {what}: {expected.short} expected, {found.short} found"


def tar_faults(copy: Copy, store: Store, listed: str | None, progress: Progress) -> Iterator[Fault]:
    """Compare the tar with its digest; where it differs, every member and what lies between them.

    `listed` is the key of the list of members if that is sound; without it nothing can be told of
    the parts.
    """
    found = digest_of(store.read(copy.key), progress.advance)
    if found == copy.digest:
        return
    yield Fault(FaultKind.CONTENT, copy.key, differs(copy, copy.key, copy.digest, found))
    if listed is None:
        return
    try:
        yield from _parts(copy, store, listed)
    except Corrupt as corrupt:
        for reason in corrupt.reasons:
            yield Fault(FaultKind.CONTENT, listed, f"store {copy.store}: {listed}: {reason}")


def _parts(copy: Copy, store: Store, listed: str) -> Iterator[Fault]:
    end, before = 0, ""
    for row in members.read(store.read(listed)):
        if row.version:
            continue  # it lies in the tar of that version
        yield from _header(copy, store, (end, row.offset), before, row)
        stop = row.offset + row.size
        found = digest_of(store.read(copy.key, row.offset, stop))
        if found != row.digest:
            reason = differs(copy, row.name, row.digest, found)
            yield Fault(FaultKind.MEMBER, copy.key, reason, row.name, row.offset, stop)
        end, before = stop, row.name
    expected = bytes(-end % tar.BLOCK) + tar.END
    # One octet more than there should be, so that what was added is seen.
    found_end = b"".join(store.read(copy.key, end, end + len(expected) + 1))
    if found_end != expected:
        yield _between(copy, end, _first_difference(expected, found_end), "the end of the tar")


def _header(
    copy: Copy, store: Store, gap: tuple[int, int], before: str, row: members.MemberRow
) -> Iterator[Fault]:
    """Padding of the member before, and the header: both are known but for the date in it."""
    start, stop = gap
    if stop - start > GAP_MAX:
        return
    found = b"".join(store.read(copy.key, start, stop))
    padding = bytes(-start % tar.BLOCK)
    try:
        modified = tar.modified(found)
    except ValueError:
        modified = 0
    expected = padding + tar.header(row.name, row.size, modified)
    if found == expected:
        return
    at = _first_difference(expected, found)
    what = f"the padding after {before}" if at < len(padding) else f"the header of {row.name}"
    yield _between(copy, start, at, what)


def _first_difference(expected: bytes, found: bytes) -> int:
    pairs = zip(expected, found, strict=False)
    shorter = min(len(expected), len(found))
    return next((at for at, (one, other) in enumerate(pairs) if one != other), shorter)


def _between(copy: Copy, start: int, at: int, what: str) -> Fault:
    place = start + at
    reason = (
        f"store {copy.store}: {copy.key}: octet {place}, in {what}: another expected than was found"
    )
    return Fault(FaultKind.HEADER, copy.key, reason, "", place, place + 1)
