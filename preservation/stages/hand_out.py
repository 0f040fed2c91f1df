"""Hand out: one file of a stored AIP, read by range without the rest."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from preservation.errors import ArkivError, Corrupt, Misconfigured, Unavailable
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import StoreName
from preservation.model.packages import Dip
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.model.storage import Copy, HeldFile
from preservation.ports import Progress, Store
from preservation.recording import Stage
from preservation.standards import ocfl


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file and the place that it is written to."""

    file: HeldFile
    place: Path


def hand_out(
    wanted: Wanted, copies: Sequence[Copy], *, stores: Mapping[StoreName, Store], progress: Progress
) -> Stage[Dip]:
    """Write one file, every octet compared with its digest while it is written.

    One request of a store is enough. Copies are tried in the order given; a damaged one is left
    aside, with a finding. Raises Corrupt when none has the file whole, Unavailable when none could
    be read, Misconfigured when the place is taken. Nothing half written remains.
    """
    file, place = wanted.file, wanted.place
    if place.exists():
        raise Misconfigured(f"{place}: is there already; name another folder or remove it")
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(f".{place.name}.partial")
    reasons: list[str] = []
    kind: type[ArkivError] = Unavailable
    for copy in copies:
        detail = f"file from store {copy.store}"
        try:
            _write(file, copy, stores[copy.store], partial, progress)
            partial.rename(place)
        except (Corrupt, Unavailable) as error:
            note, objects = str(error), (file.path,)
            yield Finding(EventType.DISSEMINATION, Outcome.FAILURE, ARKIV, detail, note, objects)
            reasons += error.reasons
            if isinstance(error, Corrupt):
                kind = Corrupt
        else:
            note = f"{file.size} octets, each compared while it was written"
            objects = (file.path,)
            yield Finding(EventType.DISSEMINATION, Outcome.SUCCESS, ARKIV, detail, note, objects)
            return Dip(copy.package, copy.version, place, 1, file.size, copy)
        finally:
            partial.unlink(missing_ok=True)
    raise kind(*dict.fromkeys(reasons))


def _write(file: HeldFile, copy: Copy, store: Store, place: Path, progress: Progress) -> None:
    assert file.offset is not None
    key = ocfl.tar_key(copy.package, file.tar or copy.version)
    whole = hashlib.sha512()
    progress.begin("export", file.size)
    try:
        with open(os.fspath(place), "xb", buffering=0) as out:
            for chunk in store.read(key, file.offset, file.offset + file.size):
                whole.update(chunk)
                out.write(chunk)
                progress.advance(len(chunk))
    except KeyError:
        raise Corrupt(f"store {copy.store}: {key} is missing") from None
    found = Digest(Algorithm.SHA512, whole.hexdigest())
    if found != file.digest:
        raise Corrupt(
            f"store {copy.store}: {key}: {file.original_name}: {file.digest.short} expected, "
            f"{found.short} found; run arkiv audit {copy.package}"
        )
