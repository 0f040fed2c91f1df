"""Secure: what an agreement or a hold keeps is locked where the store can do so."""

from dataclasses import dataclass
from datetime import timedelta

from preservation.errors import Misconfigured, Unavailable
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.model.storage import Copy, Lock, copy_in
from preservation.ports import Locking, Store
from preservation.recording import Stage
from preservation.standards import ocfl

_NEAR = timedelta(seconds=1)
"""Servers keep whole seconds."""


@dataclass(frozen=True, slots=True)
class Secured:
    """What was not locked as it must be and is now, and what could not be locked, in sentences."""

    changed: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()


def secure(copy: Copy, lock: Lock, *, store: Store, locks: Locking) -> Stage[Secured]:
    """Give every object of an AIP version the lock that it must have.

    On record only when something was changed or refused. The inventory at the object's root, which
    every version replaces, is not locked.
    """
    changed = 0
    detail = f"{_said(lock)}, each object of the {copy_in(copy.store)}"
    try:
        for key in store.keys(f"{ocfl.object_root(copy.package)}/v{copy.version}/"):
            if not _is(locks.locked(key), lock):
                locks.lock(key, lock)
                changed += 1
    except KeyError as gone:
        reasons: tuple[str, ...] = (f"store {copy.store}: {gone.args[0]} went away meanwhile",)
    except (Misconfigured, Unavailable) as error:
        reasons = error.reasons
    else:
        if changed:
            note = "1 object" if changed == 1 else f"{changed} objects"
            yield Finding(EventType.POLICY_ASSIGNMENT, Outcome.SUCCESS, ARKIV, detail, note)
            return Secured((f"store {copy.store}: {note} locked now: {_said(lock)}",))
        return Secured()
    note = "; ".join(reasons)
    yield Finding(EventType.POLICY_ASSIGNMENT, Outcome.NOT_PERFORMED, ARKIV, detail, note)
    return Secured((), reasons)


def _is(found: Lock, wanted: Lock) -> bool:
    long = wanted.until is None or (found.until is not None and found.until > wanted.until - _NEAR)
    return long and found.held == wanted.held


def _said(lock: Lock) -> str:
    until = f"locked until {lock.until:%Y-%m-%d}" if lock.until else "not locked until any day"
    return f"{until}, held" if lock.held else f"{until}, not held"
