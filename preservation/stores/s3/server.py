"""One S3 server as it is asked: with time limits, tried again, its errors in our words."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn, TypeVar

from botocore import exceptions as boto
from botocore.config import Config
from urllib3.exceptions import HTTPError

from preservation.errors import ArkivError, Misconfigured, Unavailable
from preservation.model.identifiers import StoreName
from preservation.stores.s3.credentials import Credentials, session
from preservation.stores.s3.location import Location

T = TypeVar("T")

TRIES = 6
_DELAY = 0.2
_LONGEST = 20.0
_LONGEST_ASKED = 120.0
_CONNECT_SECONDS = 10
_READ_SECONDS = 60

GONE = ("404", "NoSuchKey", "NotFound")
"""How servers say that an object is not there."""
TAKEN = ("PreconditionFailed", "412", "ConditionalRequestConflict", "409")
"""How they say that an object is there that must not be."""
_AGAIN = (
    *("500", "502", "503", "504", "InternalError", "ServiceUnavailable", "SlowDown", "429"),
    *("RequestTimeout", "RequestTimeTooSkewed", "TooManyRequests", "OperationAborted"),
    # What was sent arrived as something else.
    *("BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "IncompleteBody"),
    "SignatureDoesNotMatch",  # so says a server of a request that was damaged on the way
)
_REFUSED = ("403", "AccessDenied", "InvalidAccessKeyId", "AllAccessDisabled", "InvalidSecurity")
_NO_BUCKET = ("NoSuchBucket",)


class Refusal(Exception):
    """The server answered with an error that the caller may know what to do with: its `code`."""

    def __init__(self, code: str, message: str) -> None:
        """Keep what the server said."""
        super().__init__(message)
        self.code = code


@dataclass
class Server:
    """The S3 server of a store; the client is made when it is first asked, once for all threads."""

    name: StoreName
    location: Location
    credentials: Credentials
    connections: int = 8
    tries: int = TRIES
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @cached_property
    def client(self) -> Any:  # noqa: ANN401  boto3 makes its classes at run time
        """The client of boto3; it tries nothing again by itself and believes no checksum."""
        config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            max_pool_connections=self.connections,
            retries={"total_max_attempts": 1},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            tcp_keepalive=True,
            s3={
                "addressing_style": "path" if self.location.endpoint else "auto",
                "payload_signing_enabled": True,
            },
        )
        with self._lock:
            try:
                return session(self.credentials).client(
                    "s3",
                    endpoint_url=self.location.endpoint or None,
                    region_name=self.location.region or None,
                    config=config,
                )
            except (boto.BotoCoreError, ValueError) as error:
                raise Misconfigured(f"store {self.name}: {error}") from error

    def ask(self, operation: str, key: str, doing: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401
        """One call about a key, tried again while that may help.

        Raises Refusal for what only the caller can judge, Misconfigured when the key or the secret
        is refused, Unavailable in the end.
        """

        def once() -> dict[str, Any]:
            call = getattr(self.client, operation)
            where = {"Key": self.location.prefix + key} if key else {}
            answer: dict[str, Any] = call(Bucket=self.location.bucket, **where, **parameters)
            return answer

        return self.trying(once, doing)

    def trying(self, call: Callable[[], T], doing: str) -> T:
        """Do something several times until it succeeds, waiting longer each time."""
        for number in range(1, self.tries + 1):
            try:
                return call()
            except Refusal:
                raise
            except ArkivError:
                raise
            except Exception as error:
                reason, wait = self._judged(error, doing)
                if number == self.tries:
                    raise Unavailable(
                        f"store {self.name}: cannot {doing}: {reason} ({self.location}); tried "
                        f"{number} times; look at the server and the network"
                    ) from error
                back = min(_DELAY * 2**number, _LONGEST)
                time.sleep(max(wait, back * random.uniform(0.5, 1)))  # noqa: S311  no secret
        raise AssertionError

    def tell(self, error: Exception, doing: str) -> NoReturn:
        """Raise the error of a call that is not to be tried again."""
        reason, _ = self._judged(error, doing)
        raise Unavailable(
            f"store {self.name}: cannot {doing}: {reason} ({self.location}); look at the server "
            "and the network"
        ) from error

    def _judged(self, error: Exception, doing: str) -> tuple[str, float]:
        """Why a call failed and how long the server asks to wait; raises what no retry mends."""
        if isinstance(error, boto.ClientError):
            return self._answered(error, doing)
        if isinstance(
            error, boto.NoCredentialsError | boto.PartialCredentialsError | boto.ProfileNotFound
        ):
            raise Misconfigured(
                f"store {self.name}: no key for {self.location}: {error}; give it by the "
                "environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), a profile or a file"
            ) from error
        if isinstance(error, boto.ParamValidationError):
            raise error
        if isinstance(error, boto.BotoCoreError | HTTPError | OSError):
            return f"{type(error).__name__}: {error}", 0.0
        raise error

    def _answered(self, error: Any, doing: str) -> tuple[str, float]:  # noqa: ANN401  a ClientError
        told = error.response.get("Error", {})
        code, said = str(told.get("Code", "")), str(told.get("Message", ""))
        metadata = error.response.get("ResponseMetadata", {})
        status = str(metadata.get("HTTPStatusCode", ""))
        if code in _NO_BUCKET:
            raise Unavailable(
                f"store {self.name}: there is no bucket {self.location.bucket} ({self.location}); "
                "make it, or put its name right in arkiv.toml"
            ) from error
        if code in _REFUSED:
            raise Misconfigured(
                f"store {self.name}: the server refuses to {doing} ({code}, {self.location}); "
                "look at the key, and at what it may do"
            ) from error
        if code in ("QuotaExceeded", "507"):
            raise Unavailable(
                f"store {self.name}: no room to {doing} ({self.location}); make room"
            ) from error
        if code in _AGAIN or status in _AGAIN or not code:
            headers = metadata.get("HTTPHeaders", {})
            after = str(headers.get("retry-after", ""))
            wait = min(float(after), _LONGEST_ASKED) if after.isdigit() else 0.0
            return f"{status} {code} {said}".strip(), wait
        raise Refusal(code, f"{code} {said}".strip()) from error
