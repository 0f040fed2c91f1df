"""The proof that a ledger is whole: each batch names the one before, and stores agree with another.

A chain alone cannot tell that its end was cut off. Another store, the head that this machine wrote
last, or a head that somebody else was given can.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from preservation.assembly.archive import Archive
from preservation.errors import ArkivError, Corrupt, Misconfigured, Unavailable
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import StoreName
from preservation.ports import Store
from preservation.standards import ledger


@dataclass(frozen=True, slots=True)
class Head:
    """A batch by its sequence and its SHA-512: all before it follows from these."""

    sequence: int
    digest: Digest

    def __str__(self) -> str:
        return f"{self.sequence}:{self.digest.value}"


def head(text: str) -> Head:
    """The inverse of `str`; raises Misconfigured for what is no head."""
    sequence, _, value = text.strip().partition(":")
    try:
        return Head(int(sequence), Digest(Algorithm.SHA512, value))
    except ValueError:
        raise Misconfigured(
            f"{text!r} is no head of a ledger: a number, a colon and a SHA-512, as "
            "`arkiv ledger verify` prints it"
        ) from None


class LedgerStatus(StrEnum):
    """Whole; not yet all that another store has; its end is missing; broken; not read."""

    WHOLE = "whole"
    BEHIND = "behind"
    CUT = "cut"
    CORRUPT = "corrupt"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found of the ledger in one store; `head` is the last batch that can be believed."""

    store: StoreName
    status: LedgerStatus
    batches: int
    entries: int
    head: Head | None
    reasons: tuple[str, ...] = ()


@dataclass(slots=True)
class _Chain:
    """The digests of a store's batches in order, as far as each names the one before."""

    store: StoreName
    digests: list[Digest]
    entries: int = 0
    reasons: tuple[str, ...] = ()
    away: bool = False

    @property
    def head(self) -> Head | None:
        return Head(len(self.digests), self.digests[-1]) if self.digests else None


def verify(
    archive: Archive, *, store: str | None = None, given: Sequence[Head] = ()
) -> tuple[Proof, ...]:
    """Prove the ledger of every store, or of one, against the others and against heads.

    Raises Misconfigured for a store that the archive does not have.
    """
    if store is not None and store not in archive.stores:
        raise Misconfigured(f"store {store}: not in arkiv.toml; it has {', '.join(archive.stores)}")
    chains = {name: _chain(one) for name, one in archive.stores.items()}
    own = _own_head(archive)
    heads = {"given": given, "written last by this machine": (own,) if own else ()}
    wanted = [chain for name, chain in chains.items() if store in (None, name)]
    return tuple(_proof(chain, chains, heads) for chain in wanted)


def _chain(store: Store) -> _Chain:
    chain = _Chain(store.name, [])
    try:
        for sequence, key in enumerate(store.keys(ledger.PREFIX), start=1):
            document = b"".join(store.read(key))
            batch = ledger.read(document)
            previous = chain.digests[-1] if chain.digests else None
            if (key, batch.sequence) != (ledger.key(sequence), sequence):
                raise Corrupt(f"{key}: {ledger.key(sequence)} expected; a batch is missing")
            if batch.previous != previous:
                said = batch.previous.short if batch.previous else "none"
                was = previous.short if previous else "none"
                del chain.digests[-1:]  # one of the two is false: neither bears witness
                raise Corrupt(
                    f"{key}: {said} named as the batch before, {was} found; one of them was altered"
                )
            chain.digests.append(ledger.digest(document))
            chain.entries += len(batch.lines)
    except KeyError as gone:
        chain.reasons = (f"store {store.name}: {gone.args[0]} went away while it was read",)
        chain.away = True
    except ArkivError as error:
        chain.away = isinstance(error, Unavailable)
        chain.reasons = tuple(
            reason if chain.away else f"store {store.name}: {reason}" for reason in error.reasons
        )
    return chain


def _proof(
    chain: _Chain, chains: Mapping[StoreName, _Chain], heads: Mapping[str, Sequence[Head]]
) -> Proof:
    contradictions = list(_contradictions(chain, chains, heads))
    behind, cut = list(_behind(chain, chains)), list(_cut(chain, heads))
    reasons = (*chain.reasons, *contradictions, *cut, *behind)
    if chain.away:
        status = LedgerStatus.UNAVAILABLE
    elif chain.reasons or contradictions:
        status = LedgerStatus.CORRUPT
    elif cut and not behind:
        status = LedgerStatus.CUT
    else:
        status = LedgerStatus.BEHIND if behind else LedgerStatus.WHOLE
    return Proof(chain.store, status, len(chain.digests), chain.entries, chain.head, reasons)


def _contradictions(
    chain: _Chain, chains: Mapping[StoreName, _Chain], heads: Mapping[str, Sequence[Head]]
) -> Iterator[str]:
    """Where the chain has another batch than somebody else knows."""
    for other in chains.values():
        for number, (mine, theirs) in enumerate(
            zip(chain.digests, other.digests, strict=False), start=1
        ):
            if mine != theirs:
                yield (
                    f"store {chain.store}: {ledger.key(number)}: {mine.short}, and {theirs.short} "
                    f"in store {other.store}: one of the ledgers was written anew"
                )
                break
    for whose, known in heads.items():
        for it in known:
            if it.sequence <= len(chain.digests) and chain.digests[it.sequence - 1] != it.digest:
                yield (
                    f"store {chain.store}: {ledger.key(it.sequence)}: "
                    f"{chain.digests[it.sequence - 1].short}, and {it.digest.short} in the head "
                    f"{whose}: this is not the ledger that it was the head of"
                )


def _behind(chain: _Chain, chains: Mapping[StoreName, _Chain]) -> Iterator[str]:
    """Other stores that have more, which this one gets."""
    ends = len(chain.digests)
    for other in chains.values():
        if len(other.digests) > ends:
            yield (
                f"store {chain.store}: ends with batch {ends}, store {other.store} with "
                f"{len(other.digests)}; the next write to the ledger gives it what it lacks"
            )


def _cut(chain: _Chain, heads: Mapping[str, Sequence[Head]]) -> Iterator[str]:
    """Heads of batches that the chain does not have."""
    ends = len(chain.digests)
    for whose, known in heads.items():
        for it in known:
            if it.sequence > ends:
                yield (
                    f"store {chain.store}: ends with batch {ends}, the head {whose} is batch "
                    f"{it.sequence}; its end is missing"
                )


def _own_head(archive: Archive) -> Head | None:
    """The head that this machine wrote last; None when it is lost, which is no fault."""
    try:
        told = json.loads((archive.folder / "ledger.head").read_text("utf-8"))
        return Head(told["sequence"], Digest(Algorithm.SHA512, told["digest"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
