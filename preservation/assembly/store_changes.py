"""Stores that are made, and what each of them holds by the catalogue."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from preservation.assembly.archive import Archive, open_store
from preservation.errors import Misconfigured
from preservation.model.storage import Copy
from preservation.settings.file import StoreSettings


@dataclass(frozen=True, slots=True)
class Listed:
    """A store with its copies by the catalogue; without an oldest proof one was never read."""

    settings: StoreSettings
    copies: int
    bytes: int
    states: Mapping[str, int]
    oldest_proof: datetime | None


def named(archive: Archive, name: str) -> StoreSettings:
    """The settings of a store; raises Misconfigured when the archive has none of this name."""
    found = next((one for one in archive.settings.stores if one.name == name), None)
    if found is None:
        names = ", ".join(archive.stores)
        raise Misconfigured(f"store {name}: not in arkiv.toml; it has {names}")
    return found


def made(archive: Archive, name: str) -> StoreSettings:
    """Make the place of a store an empty store; raises Misconfigured when something is in it."""
    settings = named(archive, name)
    open_store(archive.folder, settings, archive.settings.archive.id).initialize()
    return settings


def listed(archive: Archive) -> tuple[Listed, ...]:
    """Every store, in the order of the settings."""
    copies: dict[str, list[Copy]] = {}
    for copy in archive.catalogue.copies():
        copies.setdefault(copy.store, []).append(copy)
    found = []
    for settings in archive.settings.stores:
        own = copies.get(settings.name, [])
        proofs = [copy.checked for copy in own]
        known = [proof for proof in proofs if proof is not None]
        found.append(
            Listed(
                settings,
                len(own),
                sum(copy.size for copy in own),
                dict(Counter(str(copy.state) for copy in own)),
                min(known) if known and len(known) == len(proofs) else None,
            )
        )
    return tuple(found)
