"""Objects written to S3: whole in one request, or in parts that are sent side by side."""

import base64
import hashlib
import secrets
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn

from preservation.errors import AlreadyExists, ArkivError, Rejected, Unavailable
from preservation.stores.s3.pace import Pace
from preservation.stores.s3.server import GONE, TAKEN, Refusal, Server
from preservation.streams import windows

PART = 16 * 1024**2
"""Octets of a part, as long as an object has no more than 10,000 of these."""

_PARTS_MAX = 10_000
_PART_MAX = 5 * 1024**3
LARGEST = 5 * 1024**4
"""Octets of the largest object that S3 has."""

_MEMORY = 256 * 1024**2
_WRITER = "arkiv-writer"
_ENDED = ("NoSuchUpload", *GONE)


def part_size(size: int) -> int:
    """Octets of each part but the last of an object, a multiple of one MiB."""
    needed = -(-size // _PARTS_MAX)
    return max(PART, -(-needed // 1024**2) * 1024**2)


@dataclass
class Writer:
    """Writes objects, each once; `parallel` parts are on their way at a time.

    Every request carries the MD5 and the signed SHA-256 of its body, both of which the server
    compares with what arrives.
    """

    server: Server
    parallel: int
    pace: Pace
    _uploads: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, key: str, chunks: Iterable[bytes], size: int) -> None:
        """Write an object if it is absent; raises AlreadyExists, ValueError for a wrong size."""
        if size > LARGEST:
            raise Rejected(
                f"store {self.server.name}: {key} has {size} octets, and an object of S3 at most "
                f"{LARGEST}; split the package into several, each with a part of the files"
            )
        self.require_absent(key)
        if size <= PART:
            self._put_whole(key, self._sized(key, chunks, size))
        else:
            self._put_parts(key, chunks, size)

    def replace(self, key: str, content: bytes) -> None:
        """Write a small object, whatever is there."""
        self._send(key, content, {}, secrets.token_hex(16))

    def require_absent(self, key: str) -> None:
        """Raise AlreadyExists when an object is there."""
        if self._head(key) is not None:
            self._refuse(key)

    def abort(self, key: str, upload: str) -> None:
        """Take back the parts of an object that will not be; one that has ended is gone already."""
        try:
            self.server.ask("abort_multipart_upload", key, f"take back {key}", UploadId=upload)
        except Refusal as refusal:
            if refusal.code not in _ENDED:
                raise Unavailable(
                    f"store {self.server.name}: cannot take back {key}: {refusal}"
                ) from refusal

    def is_mine(self, upload: str) -> bool:
        """Whether this process is sending these parts."""
        with self._lock:
            return upload in self._uploads

    def _sized(self, key: str, chunks: Iterable[bytes], size: int) -> bytes:
        content = bytearray()
        for chunk in chunks:
            content += chunk
            if len(content) > size:
                break
        if len(content) != size:
            self._wrong_size(key, size, len(content))
        return bytes(content)

    def _put_whole(self, key: str, content: bytes) -> None:
        writer = secrets.token_hex(16)
        try:
            self._send(key, content, {"IfNoneMatch": "*"}, writer)
        except Refusal as refusal:
            if refusal.code not in TAKEN:
                self._refused(key, refusal)
            # The answer to a first try may have been lost: then what is there is ours.
            if not self._is_of(key, writer, len(content)):
                self._refuse(key)

    def _send(self, key: str, content: bytes, when: dict[str, str], writer: str) -> None:
        self.pace.wait(len(content))
        self.server.ask(
            "put_object",
            key,
            f"write {key}",
            Body=content,
            ContentMD5=_md5(content),
            Metadata={_WRITER: writer},
            **when,
        )

    def _put_parts(self, key: str, chunks: Iterable[bytes], size: int) -> None:
        writer = secrets.token_hex(16)
        try:
            answer = self.server.ask(
                "create_multipart_upload", key, f"write {key}", Metadata={_WRITER: writer}
            )
        except Refusal as refusal:
            self._refused(key, refusal)
        upload = str(answer["UploadId"])
        with self._lock:
            self._uploads.add(upload)
        try:
            tags = self._parts(key, upload, chunks, size)
            self.require_absent(key)  # not every server compares when the parts become an object
            self._complete(key, upload, tags, (writer, size))
        except BaseException:
            with suppress(ArkivError):  # what is not taken back now, a sweep finds
                self.abort(key, upload)
            raise
        finally:
            with self._lock:
                self._uploads.discard(upload)

    def _parts(self, key: str, upload: str, chunks: Iterable[bytes], size: int) -> list[str]:
        """Send all parts; their ETags in order. None is on its way any more when this ends."""
        octets = part_size(size)
        parallel = max(1, min(self.parallel, _MEMORY // octets))
        tags: dict[int, str] = {}
        waiting: dict[Future[str], int] = {}
        sent = 0

        def take(done: Iterable[Future[str]]) -> None:
            for future in done:
                tags[waiting.pop(future)] = future.result()

        with ThreadPoolExecutor(parallel) as pool:
            try:
                for number, part in enumerate(windows(chunks, octets), start=1):
                    sent += len(part)
                    if sent > size:
                        break
                    if len(waiting) == parallel:
                        take(wait(waiting, return_when=FIRST_COMPLETED).done)
                    waiting[pool.submit(self._part, key, upload, number, part)] = number
                take(list(wait(waiting).done))
            finally:
                for future in waiting:
                    future.cancel()
        if sent != size:
            self._wrong_size(key, size, sent)
        return [tags[number] for number in sorted(tags)]

    def _part(self, key: str, upload: str, number: int, part: bytes) -> str:
        self.pace.wait(len(part))
        try:
            answer = self.server.ask(
                "upload_part",
                key,
                f"write part {number} of {key}",
                UploadId=upload,
                PartNumber=number,
                Body=part,
                ContentMD5=_md5(part),
            )
        except Refusal as refusal:
            self._refused(key, refusal)
        return str(answer["ETag"])

    def _complete(self, key: str, upload: str, tags: list[str], of: tuple[str, int]) -> None:
        parts = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, start=1)]
        try:
            self.server.ask(
                "complete_multipart_upload",
                key,
                f"complete {key}",
                UploadId=upload,
                MultipartUpload={"Parts": parts},
                IfNoneMatch="*",
            )
        except Refusal as refusal:
            if self._is_of(key, *of):
                return  # the answer to an earlier try was lost
            if refusal.code in TAKEN:
                self._refuse(key)
            self._refused(key, refusal)
        except Unavailable:
            if not self._is_of(key, *of):
                raise

    def _is_of(self, key: str, writer: str, size: int) -> bool:
        """Whether the object that is there was written by this very call."""
        head = self._head(key)
        return (
            head is not None
            and head.get("Metadata", {}).get(_WRITER) == writer
            and head["ContentLength"] == size
        )

    def _head(self, key: str) -> dict[str, Any] | None:
        try:
            return self.server.ask("head_object", key, f"find {key}")
        except Refusal as refusal:
            if refusal.code in GONE:
                return None
            self._refused(key, refusal)

    def _refuse(self, key: str) -> NoReturn:
        raise AlreadyExists(f"store {self.server.name}: {key} is there already")

    def _refused(self, key: str, refusal: Refusal) -> NoReturn:
        raise Unavailable(
            f"store {self.server.name}: {key}: the server refuses it: {refusal}"
        ) from refusal

    def _wrong_size(self, key: str, size: int, given: int) -> NoReturn:
        more = " or more" if given > size else ""
        raise ValueError(
            f"store {self.server.name}: {key}: {size} octets said, {given}{more} given"
        )


def _md5(content: bytes) -> str:
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode("ascii")


def pending(server: Server, prefix: str) -> Iterator[tuple[str, str, datetime]]:
    """Uploads in parts that have not ended: key, identifier and when they began."""
    where = server.location.prefix
    more: dict[str, str] = {}
    while True:
        answer = server.ask(
            "list_multipart_uploads", "", "list unfinished uploads", Prefix=where + prefix, **more
        )
        for upload in answer.get("Uploads", ()):
            yield upload["Key"].removeprefix(where), upload["UploadId"], upload["Initiated"]
        if not answer.get("IsTruncated"):
            return
        more = {
            "KeyMarker": answer["NextKeyMarker"],
            "UploadIdMarker": answer["NextUploadIdMarker"],
        }
