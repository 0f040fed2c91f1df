"""The stores of an archive as found: there, with room, and what their servers really do."""

import shutil
from collections.abc import Iterator
from dataclasses import replace

from preservation.assembly.archive import Archive
from preservation.assembly.examined import Examined, State
from preservation.errors import ArkivError
from preservation.model.identifiers import StoreName
from preservation.model.storage import StoreRole
from preservation.ports import Store
from preservation.settings.file import StoreSettings
from preservation.stores.directory import DirectoryStore

_SPARE = 1024**3
_GONE = "no AIP can be preserved without it"
COPIES = ("primary", "copy", "offline")
"""Roles of stores whose copies count as such."""


def stores(archive: Archive) -> Iterator[Examined]:
    """Every store, and whether all of them together are enough."""
    disks = set()
    told = [one for one in archive.settings.stores if one.role is not StoreRole.RETIRED]
    for one in told:
        examined = store(archive, one)
        yield examined
        place = archive.folder / one.url
        if "://" not in one.url and place.exists():
            disks.add(place.stat().st_dev)
    local = [one for one in told if "://" not in one.url]
    if len([one for one in told if one.role in COPIES]) < 2:
        without = "damage cannot be mended; add a second store to arkiv.toml"
        yield Examined("copies", State.WRONG, "one store only", without)
    elif len(disks) == 1 and len(local) == len(told):
        without = "one broken disk takes every copy; put the stores on different disks"
        yield Examined("copies", State.WRONG, "all stores are on one file system", without)


def store(archive: Archive, told: StoreSettings) -> Examined:
    """One store."""
    name = f"store {told.name}"
    outer = archive.stores[StoreName(told.name)]
    found = adapter(outer)
    try:
        for _ in found.keys("ocfl/0="):
            break
        if isinstance(found, DirectoryStore):
            examined = _folder(name, found)
        else:
            examined = _server(name, archive, told)
        if outer is found:
            return examined
        return replace(examined, found=f"{examined.found}; encrypted, by {told.identity}")
    except ArkivError as error:
        return Examined(name, State.WRONG, str(error), _GONE)


def adapter(store: Store) -> Store:
    """The store itself, without the encryption around it."""
    inner: Store = getattr(store, "inner", store)
    return inner


def _folder(name: str, found: DirectoryStore) -> Examined:
    free = shutil.disk_usage(found.root).free
    what = f"{found.root}, {free / 1024**3:.0f} GiB free"
    state = State.OK if free > _SPARE else State.WRONG
    return Examined(name, state, what, "" if state is State.OK else "hardly any room is left")


def _server(name: str, archive: Archive, told: StoreSettings) -> Examined:
    from preservation.stores import s3  # noqa: PLC0415  archives without S3 need not wait for it

    found = adapter(archive.stores[StoreName(told.name)])
    assert isinstance(found, s3.S3Store)
    able = s3.abilities(found)
    does = {
        "compares Content-MD5": able.md5,
        "compares the signed SHA-256": able.payload,
        "compares x-amz-checksum-sha256": able.checksum,
        "keeps what is there (If-None-Match)": able.absent,
        "keeps it from large objects too": able.absent_parts,
        "keeps versions": able.versions,
        "has object lock": able.lock,
    }
    yes = "; ".join(what for what, it in does.items() if it)
    no = ", ".join(what for what, it in does.items() if not it)
    what = f"{found.location}: {yes}" + (f"; not found: {no}" if no else "")
    if not able.proven:
        return Examined(name, State.WRONG, what, "what is damaged on the way is taken all the same")
    if not able.absent:
        return Examined(name, State.WRONG, what, "two machines could write the same object")
    return Examined(name, State.OK, what)
