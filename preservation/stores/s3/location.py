"""Where an S3 store is: `s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-north-1`."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from preservation.errors import Misconfigured

_KNOWN = ("endpoint", "region")


@dataclass(frozen=True, slots=True)
class Location:
    """A bucket, a prefix of keys in it (empty, or ending with `/`), and the server that has it.

    Without an `endpoint` it is Amazon's; a `region` is what the server calls it.
    """

    bucket: str
    prefix: str
    endpoint: str = ""
    region: str = ""

    def __str__(self) -> str:
        at = f" at {self.endpoint}" if self.endpoint else ""
        return f"s3://{self.bucket}/{self.prefix}{at}"


def location(name: str, url: str) -> Location:
    """The location that a store's url gives; raises Misconfigured with every mistake in it.

    A url with a name or a password in it is refused, and not repeated in the message.
    """
    parts = urlsplit(url)
    told = dict(parse_qsl(parts.query, keep_blank_values=True))
    endpoint = urlsplit(told.get("endpoint", ""))
    if "@" in parts.netloc or "@" in endpoint.netloc:
        raise Misconfigured(
            f"store {name}: the url holds a name or a password; take it out of arkiv.toml, and "
            "give the key by the environment, a profile or a file"
        )
    wrong = [
        f"store {name}: {url}: {key} is not known; a url may have {' and '.join(_KNOWN)}"
        for key in told
        if key not in _KNOWN
    ]
    if parts.scheme != "s3" or not parts.netloc:
        wrong.append(f"store {name}: {url}: has no bucket; write s3://bucket/prefix?endpoint=...")
    if told.get("endpoint") and (endpoint.scheme not in ("http", "https") or not endpoint.netloc):
        wrong.append(
            f"store {name}: {url}: the endpoint is no address such as https://s3.example.org"
        )
    if wrong:
        raise Misconfigured(*wrong)
    prefix = parts.path.strip("/")
    return Location(
        parts.netloc,
        f"{prefix}/" if prefix else "",
        told.get("endpoint", ""),
        told.get("region", ""),
    )
