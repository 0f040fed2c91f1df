"""What may be the key of an object: one rule, so that a key fits every store."""

RESERVED = ("tmp", "lost+found")
"""First parts that no key has: folders for what is not whole yet, and for what a system found."""

_PART_MAX = 255


def checked(key: str) -> str:
    """The key itself; ValueError when some store could not hold it or would put it elsewhere.

    A key is relative, its parts are divided by `/` and have 1 to 255 octets of UTF-8, none is `.`
    or `..`, none holds NUL, and the first is not one of `RESERVED`.
    """
    parts = key.split("/")
    if "\0" in key or any(part in ("", ".", "..") for part in parts) or parts[0] in RESERVED:
        raise ValueError(f"{key!r} cannot be the key of an object")
    try:
        octets = [len(part.encode("utf-8")) for part in parts]
    except UnicodeEncodeError as error:
        raise ValueError(f"{key!r} cannot be the key of an object: it is not UTF-8") from error
    if max(octets) > _PART_MAX:
        raise ValueError(
            f"{key!r} cannot be the key of an object: a part is over {_PART_MAX} octets"
        )
    return key


def checked_range(start: int, stop: int | None) -> None:
    """Refuse (ValueError) a range that ends before it starts or starts before the object."""
    if start < 0 or (stop is not None and stop < start):
        raise ValueError(f"{start}-{stop} is not a range of octets")
