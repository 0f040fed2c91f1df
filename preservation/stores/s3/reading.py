"""Objects read from S3: every octet counted, and a broken answer taken up where it broke."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from botocore.exceptions import BotoCoreError
from urllib3.exceptions import HTTPError

from preservation.errors import Unavailable
from preservation.stores.s3.pace import Pace
from preservation.stores.s3.server import GONE, TAKEN, Refusal, Server

CHUNK = 4 * 1024**2
_PIECE = 256 * 1024
_SLOWEST = 4096
_PATIENCE = 60.0
"""A server that sends less than 4 KiB a second for a minute has not answered."""

_BROKEN = (BotoCoreError, HTTPError, OSError)


@dataclass
class Reader:
    """Reads objects and lists their keys."""

    server: Server
    pace: Pace

    def read(self, key: str, start: int, stop: int | None) -> Iterator[bytes]:
        """The octets from `start` up to `stop`; KeyError at the first chunk when there are none.

        An answer that breaks off is asked for again from there on, of the same object only.
        """
        if stop is not None and stop <= start:
            if self.size(key) is None:
                raise KeyError(key)
            return
        position, failures, tag = start, 0, ""
        while True:
            before = position
            try:
                answer = self._get(key, position, stop, tag)
                if answer is None:
                    return
                tag = answer["ETag"]
                end = position + answer["ContentLength"]
                for chunk in self._body(answer["Body"], answer["ContentLength"]):
                    yield chunk
                    position += len(chunk)
                if position == end:
                    return
                reason = f"{end - before} octets promised, {position - before} came"
            except _BROKEN as error:
                reason = f"{type(error).__name__}: {error}"
            failures = 1 if position - before >= CHUNK else failures + 1
            if failures >= self.server.tries:
                raise Unavailable(
                    f"store {self.server.name}: cannot read {key} at {position}: {reason} "
                    f"({self.server.location}); look at the server and the network"
                )
            time.sleep(min(0.1 * 2**failures, 5.0))

    def size(self, key: str) -> int | None:
        """Octets of an object; None when there is none."""
        try:
            return int(self.server.ask("head_object", key, f"find {key}")["ContentLength"])
        except Refusal as refusal:
            if refusal.code in GONE:
                return None
            self._refused(key, refusal)

    def keys(self, prefix: str) -> Iterator[str]:
        """All keys that begin with the prefix, in sorted order; a list without its end is none."""
        where = self.server.location.prefix
        more: dict[str, str] = {}
        while True:
            answer = self._list(where + prefix, more)
            for entry in answer.get("Contents", ()):
                yield entry["Key"].removeprefix(where)
            if not answer["IsTruncated"]:
                return
            more = {"ContinuationToken": answer["NextContinuationToken"]}

    def versions(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Key and version of all that a bucket keeps, also of what was removed; else `null`."""
        where, more = self.server.location.prefix, dict[str, str]()
        while True:
            answer = self.server.ask(
                "list_object_versions", "", "list its versions", Prefix=where + prefix, **more
            )
            for entry in (*answer.get("Versions", ()), *answer.get("DeleteMarkers", ())):
                yield entry["Key"].removeprefix(where), entry["VersionId"]
            if not answer.get("IsTruncated"):
                return
            more = {
                "KeyMarker": answer["NextKeyMarker"],
                "VersionIdMarker": answer.get("NextVersionIdMarker", ""),
            }

    def _list(self, prefix: str, more: dict[str, str]) -> dict[str, Any]:
        def once() -> dict[str, Any]:
            answer = self.server.client.list_objects_v2(
                Bucket=self.server.location.bucket, Prefix=prefix, **more
            )
            counted = answer.get("KeyCount", len(answer.get("Contents", ())))
            whole = "IsTruncated" in answer and counted == len(answer.get("Contents", ()))
            if not whole or (answer["IsTruncated"] and not answer.get("NextContinuationToken")):
                raise OSError("the list of keys is not whole")
            found: dict[str, Any] = answer
            return found

        try:
            return self.server.trying(once, "list its keys")
        except Refusal as refusal:
            self._refused(prefix, refusal)

    def _get(self, key: str, start: int, stop: int | None, tag: str) -> dict[str, Any] | None:
        """The answer with octets from there on; None when the object ends before."""
        last = "" if stop is None else stop - 1
        parameters: dict[str, str] = {"IfMatch": tag} if tag else {}
        if start or stop is not None:
            parameters["Range"] = f"bytes={start}-{last}"
        try:
            return self.server.ask("get_object", key, f"read {key} at {start}", **parameters)
        except Refusal as refusal:
            if refusal.code in GONE:
                raise KeyError(key) from None
            if refusal.code in ("InvalidRange", "416"):
                return None
            if refusal.code in TAKEN:
                raise Unavailable(
                    f"store {self.server.name}: {key} was changed by somebody while it was read"
                ) from refusal
            self._refused(key, refusal)

    def _body(self, body: Any, size: int) -> Iterator[bytes]:  # noqa: ANN401  urllib3's stream
        """The octets of an answer in chunks of 4 MiB; fewer than `size` when it breaks off."""
        waiting: list[bytes] = []
        held = total = 0
        began = time.monotonic()
        raw = body._raw_stream
        try:
            while total < size:
                try:
                    piece = raw.read1(min(_PIECE, size - total))
                except _BROKEN:
                    break
                if not piece:
                    break
                waiting.append(piece)
                held += len(piece)
                total += len(piece)
                took = time.monotonic() - began
                if took > _PATIENCE and total < took * _SLOWEST:
                    break
                if held >= CHUNK:
                    self.pace.wait(held)
                    yield b"".join(waiting)
                    waiting, held = [], 0
            if waiting:
                yield b"".join(waiting)
        finally:
            body.close()

    def _refused(self, key: str, refusal: Refusal) -> NoReturn:
        raise Unavailable(
            f"store {self.server.name}: {key}: the server refuses it: {refusal}"
        ) from refusal
