"""What an S3 server really does, found out by trying it: what it compares, refuses and keeps."""

import base64
import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from preservation.stores.s3.server import Refusal
from preservation.stores.s3.store import S3Store

_PROBE = "probe/"
_BODY = b"arkiv asks what this server compares\n"
_OTHER = b"arkiv says what this server compares\n"
_DOING = "find out what it does"


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a server proved to do; nothing here is believed of its documentation.

    `md5` and `payload`: it refuses a body that is not what Content-MD5, or the signed SHA-256 says.
    `checksum`: the same of `x-amz-checksum-sha256`. `absent`: it honours If-None-Match for an
    object sent whole, `absent_parts` for one sent in parts. `versions` and `lock`: the bucket keeps
    versions, and has object lock.
    """

    md5: bool
    payload: bool
    checksum: bool
    absent: bool
    absent_parts: bool
    versions: bool
    lock: bool

    @property
    def proven(self) -> bool:
        """Whether a body that was damaged on the way is refused."""
        return self.md5 or self.payload


def abilities(store: S3Store) -> Abilities:
    """Try it out below `probe/`, and leave nothing there.

    Raises what any call to the store raises.
    """
    probe = _Probe(store, f"{_PROBE}{secrets.token_hex(16)}")
    try:
        return Abilities(
            md5=probe.refuses(ContentMD5=_base64(hashlib.md5(_OTHER, usedforsecurity=False))),
            payload=probe.refuses_another_body(),
            checksum=probe.refuses(ChecksumSHA256=_base64(hashlib.sha256(_OTHER))),
            absent=probe.keeps_the_first(),
            absent_parts=probe.keeps_the_first_of_parts(),
            versions=probe.keeps_versions(),
            lock=probe.has_lock(),
        )
    finally:
        store.remove(probe.key)


def _base64(digest: "hashlib._Hash") -> str:
    return base64.b64encode(digest.digest()).decode("ascii")


@dataclass(frozen=True, slots=True)
class _Probe:
    """Calls about one key, each made once and never tried again."""

    store: S3Store
    key: str

    def refuses(self, **parameters: str) -> bool:
        """Whether a body with a wrong digest is refused."""
        return self._is_refused("put_object", Body=_BODY, **parameters)

    def refuses_another_body(self) -> bool:
        """Whether a body is refused that is not the one that was signed."""

        def alter(request: Any, **_: Any) -> None:  # noqa: ANN401  botocore's
            request.body = _OTHER

        events = self.store.server.client.meta.events
        events.register("before-send.s3.PutObject", alter)
        try:
            return self._is_refused("put_object", Body=_BODY)
        finally:
            events.unregister("before-send.s3.PutObject", alter)

    def keeps_the_first(self) -> bool:
        """Whether a second object is refused under a key that must be absent."""
        self._is_refused("put_object", Body=_BODY)
        return self._is_refused("put_object", Body=_OTHER, IfNoneMatch="*")

    def keeps_the_first_of_parts(self) -> bool:
        """The same when the second comes in parts."""
        ask = self.store.server.ask
        self._is_refused("put_object", Body=_BODY)
        upload = ask("create_multipart_upload", self.key, _DOING)["UploadId"]
        part = ask("upload_part", self.key, _DOING, UploadId=upload, PartNumber=1, Body=_OTHER)[
            "ETag"
        ]
        try:
            return self._is_refused(
                "complete_multipart_upload",
                UploadId=upload,
                MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]},
                IfNoneMatch="*",
            )
        finally:
            with suppress(Refusal):
                ask("abort_multipart_upload", self.key, _DOING, UploadId=upload)

    def keeps_versions(self) -> bool:
        """Whether what is overwritten or removed is kept."""
        answer = self.store.server.ask("get_bucket_versioning", "", "look at its versioning")
        return bool(answer.get("Status") == "Enabled")

    def has_lock(self) -> bool:
        """Whether objects can be locked."""
        try:
            answer = self.store.server.ask(
                "get_object_lock_configuration", "", "look at its object lock"
            )
        except Refusal:
            return False
        told = answer.get("ObjectLockConfiguration", {})
        return bool(told.get("ObjectLockEnabled") == "Enabled")

    def _is_refused(self, operation: str, **parameters: Any) -> bool:  # noqa: ANN401
        server = self.store.server
        place = {"Bucket": server.location.bucket, "Key": server.location.prefix + self.key}
        try:
            getattr(server.client, operation)(**place, **parameters)
        except ClientError as error:
            status = int(error.response["ResponseMetadata"]["HTTPStatusCode"])
            if status in (400, 409, 412):
                return True
            server.tell(error, _DOING)
        except (BotoCoreError, HTTPError, OSError) as error:
            server.tell(error, _DOING)
        return False
