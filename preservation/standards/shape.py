"""The shape that a JSON document must have, exactly: what is too much is refused like what lacks.

A shape is a type (`str`, `int`), None, a compiled pattern that a text must match, a tuple of
alternatives, a list `[shape]` whose items all have that shape, `Each(shape)` for an object with
names of any kind, or a dict of names and shapes; a name that ends with `?` may be left out.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from preservation.errors import Corrupt

Json: TypeAlias = Any
"""What `json.loads` gives: its shape is what this module is for."""

Shape: TypeAlias = Any
"""A shape as described above."""

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]{6})?Z")


@dataclass(frozen=True, slots=True)
class Each:
    """The shape of every value of an object whose names are not known beforehand."""

    value: Shape


def parsed(document: bytes, where: str) -> Json:
    """What a JSON document says; Corrupt when it is not JSON in UTF-8 or says something twice."""
    if _SURROGATE.search(document):
        raise Corrupt(f"{where}: an escaped surrogate, which no text of the archive has")
    try:
        return json.loads(document.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Corrupt(f"{where}: not JSON as the archive writes it: {error}") from error


def differences(value: Json, shape: Shape, where: str) -> list[str]:
    """Every way in which a value differs from its shape, each with the place; none when it fits."""
    if isinstance(shape, Mapping):
        return _object_differences(value, shape, where)
    if isinstance(shape, Each):
        names = dict.fromkeys(value, shape.value) if type(value) is dict else {}
        return _object_differences(value, names, where)
    if isinstance(shape, list):
        if type(value) is not list:
            return [f"{where}: a list is expected, not {_said(value)}"]
        items = enumerate(value, start=1)
        return [d for number, i in items for d in differences(i, shape[0], f"{where}: {number}")]
    alternatives = shape if isinstance(shape, tuple) else (shape,)
    if any(_fits(value, alternative) for alternative in alternatives):
        return []
    expected = " or ".join(_named(alternative) for alternative in alternatives)
    return [f"{where}: {expected} is expected, not {_said(value)}"]


def _object_differences(value: Json, shape: Mapping[str, Shape], where: str) -> list[str]:
    if type(value) is not dict:
        return [f"{where}: an object is expected, not {_said(value)}"]
    found = []
    shapes = {name.removesuffix("?"): inner for name, inner in shape.items()}
    for name, inner in shapes.items():
        if name in value:
            found += differences(value[name], inner, f"{where}: {name}")
        elif f"{name}?" not in shape:
            found.append(f"{where}: {name} is missing")
    return found + [f"{where}: {name!r} is not known" for name in value if name not in shapes]


def _fits(value: Json, shape: Shape) -> bool:
    if isinstance(shape, re.Pattern):
        return type(value) is str and shape.fullmatch(value) is not None
    return value is None if shape is None else type(value) is shape


def _named(shape: Shape) -> str:
    if isinstance(shape, re.Pattern):
        return f"a text of the form {shape.pattern}"
    return (
        "null" if shape is None else {str: "a text", int: "a whole number"}.get(shape, str(shape))
    )


def _said(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a name stands twice among {', '.join(name for name, _ in pairs)}")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number of JSON")


def stamp(when: datetime, *, timespec: str = "auto") -> str:
    """A moment as text: RFC 3339 in UTC, `2026-01-31T12:00:00Z`, with microseconds if it has any.

    With `timespec="microseconds"` it always has them: then texts sort as moments do. Raises
    ValueError for a moment without a time zone.
    """
    if when.tzinfo is None:
        raise ValueError(f"{when} has no time zone")
    return when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=timespec) + "Z"


def moment(text: str) -> datetime:
    """A moment from the text that `stamp` makes; ValueError for any other text."""
    if not _MOMENT.fullmatch(text):
        raise ValueError(f"{text!r} is not a moment such as 2026-01-31T12:00:00Z")
    return datetime.fromisoformat(text)
