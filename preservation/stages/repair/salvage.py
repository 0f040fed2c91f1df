"""Salvage: a tar of which no copy is whole, put together from the sound members of several."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import StoreName
from preservation.ports import Progress, Store
from preservation.standards import tar
from preservation.standards.members import MemberRow
from preservation.streams import Taker


@dataclass(frozen=True, slots=True)
class Range:
    """Octets `start` to `stop` of the object that a store has under a key."""

    store: StoreName
    key: str
    start: int
    stop: int


Recipe = tuple[bytes | Range, ...]
"""An object as pieces in their order: octets that are known, and ranges of what stores have."""


def size_of(recipe: Recipe) -> int:
    """Octets of the whole."""
    return sum(len(p) if isinstance(p, bytes) else p.stop - p.start for p in recipe)


def pour(recipe: Recipe, stores: Mapping[StoreName, Store]) -> Iterator[bytes]:
    """The whole, in chunks."""
    for piece in recipe:
        if isinstance(piece, bytes):
            yield piece
        else:
            yield from stores[piece.store].read(piece.key, piece.start, piece.stop)


@dataclass(frozen=True, slots=True)
class Compared:
    """What copies of a tar have of its members: pieces that are right, and what is wrong.

    `damaged` has, for each store, the members that it does not have right; `lost` those that none
    has. With nothing lost, `recipe` is the whole tar.
    """

    recipe: Recipe
    damaged: Mapping[StoreName, tuple[str, ...]]
    lost: tuple[str, ...]


def compare(
    key: str, rows: Sequence[MemberRow], stores: Sequence[Store], progress: Progress
) -> Compared:
    """Hold the copies of a tar against the list of its members, side by side, each read once."""
    streams = {store.name: Taker(store.read(key)) for store in stores}
    damaged: dict[StoreName, list[str]] = {store.name: [] for store in stores}
    recipe: list[bytes | Range] = []
    lost: list[str] = []
    end = 0
    for row in rows:
        gaps = {name: taker.whole(row.offset - end) for name, taker in streams.items()}
        literal, right = _header(gaps, row, -end % tar.BLOCK)
        end = row.offset + row.size
        sound = [name for name, taker in streams.items() if _content(taker, row, progress)]
        for name, names in damaged.items():
            if name not in right or name not in sound:
                names.append(row.name)
        if literal is None or not sound:
            lost.append(row.name)
            continue
        recipe.append(literal)
        if row.size:
            recipe.append(Range(sound[0], key, row.offset, end))
    recipe.append(bytes(-end % tar.BLOCK) + tar.END)
    return Compared(tuple(recipe), {n: tuple(d) for n, d in damaged.items()}, tuple(lost))


def _header(
    gaps: Mapping[StoreName, bytes], row: MemberRow, padding: int
) -> tuple[bytes | None, tuple[StoreName, ...]]:
    """The octets before a member's content, and who has them right.

    All of a header follows from the member but its date: what is made again with the date that it
    names, and is the same, is right. Where no copy is, the date of one may still be.
    """
    made: dict[StoreName, bytes] = {}
    for name, gap in gaps.items():
        try:
            again = bytes(padding) + tar.header(row.name, row.size, tar.modified(gap))
        except ValueError:
            continue
        if len(again) == len(gap):
            made[name] = again
    right = tuple(name for name, again in made.items() if again == gaps[name])
    if right:
        return made[right[0]], right
    return next(iter(made.values()), None), ()


def _content(taker: Taker, row: MemberRow, progress: Progress) -> bool:
    whole, octets = hashlib.sha512(), 0
    for piece in taker.take(row.size):
        whole.update(piece)
        octets += len(piece)
        progress.advance(len(piece))
    return octets == row.size and Digest(Algorithm.SHA512, whole.hexdigest()) == row.digest
