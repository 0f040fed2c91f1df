"""Object lock of S3: a retention until a day, and a legal hold, of each version of an object."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from preservation.errors import Misconfigured, Unavailable
from preservation.model.storage import Lock
from preservation.stores.s3.server import GONE, Refusal, Server


@dataclass(frozen=True, slots=True)
class Locks:
    """Locks the newest version of objects in a bucket that was made with object lock.

    In the mode `governance` whoever has the right may remove a locked version, in `compliance`
    nobody before its day.
    """

    server: Server
    mode: str

    def found(self, key: str) -> Lock:
        """How an object is locked; KeyError when there is none."""
        try:
            answer = self.server.ask("head_object", key, f"look at the lock of {key}")
        except Refusal as refusal:
            if refusal.code in GONE:
                raise KeyError(key) from refusal
            self._refused(key, refusal)
        until: datetime | None = answer.get("ObjectLockRetainUntilDate")
        return Lock(until, answer.get("ObjectLockLegalHoldStatus") == "ON")

    def put(self, key: str, lock: Lock) -> None:
        """Lock an object; what is there already, or longer, is not asked for."""
        before = self.found(key)
        if lock.until and (before.until is None or before.until < lock.until):
            told = {"Mode": self.mode.upper(), "RetainUntilDate": lock.until}
            self._ask("put_object_retention", key, Retention=told)
        if lock.held != before.held:
            told = {"Status": "ON" if lock.held else "OFF"}
            self._ask("put_object_legal_hold", key, LegalHold=told)

    def _ask(self, operation: str, key: str, **parameters: Any) -> None:  # noqa: ANN401
        try:
            self.server.ask(operation, key, f"lock {key}", **parameters)
        except Refusal as refusal:
            self._refused(key, refusal)

    def _refused(self, key: str, refusal: Refusal) -> NoReturn:
        name, place = self.server.name, self.server.location
        if refusal.code in ("InvalidRequest", "NotImplemented", "MethodNotAllowed"):
            raise Misconfigured(
                f"store {name}: the server does not lock {key}: {refusal} ({place}); object lock "
                "must be switched on when a bucket is made; else take `lock` out of arkiv.toml"
            ) from refusal
        raise Unavailable(f"store {name}: cannot lock {key}: {refusal} ({place})") from refusal
