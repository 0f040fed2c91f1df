"""Mistakes in files that people write in TOML: each with its line, and what to write instead."""

import difflib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from preservation.errors import Misconfigured

M = TypeVar("M", bound=BaseModel)
Place = tuple[str | int, ...]

_REMEDIES = {
    "string_type": "write a text in quotes",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "tuple_type": 'write a list, such as ["one", "two"]',
    "list_type": 'write a list, such as ["one", "two"]',
    "model_type": "write it as a table of its own, [name], with its keys below",
    "dict_type": "write it as a table of its own, [name], with its keys below",
    "missing": "it must be there; add it",
}


def read(file: Path, form: type[M]) -> tuple[M, str]:
    """What a file says, in its form, and its text.

    Raises Misconfigured with every mistake at once, each with file, line, what was found and what
    to write.
    """
    try:
        text = file.read_bytes().decode("utf-8")
        told = tomllib.loads(text)
    except OSError as error:
        raise Misconfigured(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        remedy = "save the file with the encoding UTF-8"
        raise Misconfigured(f"{file}, line {line}: is not UTF-8; {remedy}") from error
    except ValueError as error:
        raise Misconfigured(f"{file}: is not TOML: {error}; put the line right") from error
    try:
        return form(**told), text
    except ValidationError as error:
        raise Misconfigured(*_mistakes(file, text, form, error)) from error


def _mistakes(
    file: Path, text: str, form: type[BaseModel], error: ValidationError
) -> Iterator[str]:
    for mistake in error.errors():
        place, found = mistake["loc"], mistake.get("input")
        named = ".".join(part for part in place if isinstance(part, str))
        where = at(file, text, place, found)
        if mistake["type"] == "extra_forbidden":
            yield f"{where}: {named}: there is no such key; {_instead(form, place)}"
        elif mistake["type"] == "missing":
            yield f"{where}: {named}: {_REMEDIES['missing']}"
        else:
            yield f"{where}: {named}: found {shown(found)}; {_remedy(mistake)}"


def _remedy(mistake: ErrorDetails) -> str:
    """What to write instead, in words that need no programming."""
    kind, context = mistake["type"], mistake.get("ctx", {})
    if kind in ("literal_error", "enum"):
        return f"use one of {context['expected']}"
    if kind == "greater_than":
        return f"write a number greater than {context['gt']}"
    if kind == "greater_than_equal":
        return f"write a number of at least {context['ge']}"
    told = mistake["msg"].removeprefix("Value error, ")
    return str(_REMEDIES.get(kind) or f"{told[:1].lower()}{told[1:]}")


def shown(found: object) -> str:
    """A value as it would be written in TOML, shortened."""
    text = str(found).lower() if isinstance(found, bool) else repr(found)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _instead(form: type[BaseModel], place: Place) -> str:
    keys = _keys(form, place[:-1])
    near = difflib.get_close_matches(str(place[-1]), keys, 1)
    return f"did you mean {near[0]}?" if near else f"use one of {', '.join(keys)}"


def _keys(form: type[BaseModel], place: Place) -> Sequence[str]:
    """The keys that a table may have; `place` is that of the table."""
    model = form
    for part in place:
        if isinstance(part, str):
            annotation: object = model.model_fields[part].annotation
            # A table is a form itself; of a list of tables each one is.
            those = [annotation, *get_args(annotation)]
            model = next(it for it in those if isinstance(it, type) and issubclass(it, BaseModel))
    return list(model.model_fields)


def at(file: Path, text: str, place: Place, found: object = None) -> str:
    """File and line of a value, for the beginning of a message; the file alone if it has none."""
    line = line_of(text, place, found)
    return f"{file}, line {line}" if line else f"{file}"


def line_of(text: str, place: Place, found: object = None) -> int:
    """The line on which a value is written, or its table when it is not there; 0 when neither is.

    However it is written (below a heading, with dots, in braces), a value is there as soon as so
    many lines are read that the file is whole again: so the lines are read one by one.
    """
    first, rest = 0, list(place)
    while rest and not first:
        first, last = _statement(text, tuple(rest))
        rest.pop()
    lines = text.splitlines()
    if first and isinstance(found, str) and len(rest) + 1 == len(place):
        # The one line of a list over several lines that has the value itself.
        those = [n for n in range(first, last + 1) if found in lines[n - 1].partition("#")[0]]
        return those[0] if those else first
    return first


def _statement(text: str, place: Place) -> tuple[int, int]:
    """First and last line of the statement with which a value comes to be there; 0 when none."""
    lines = text.splitlines()
    begun = 1
    for number in range(1, len(lines) + 1):
        try:
            told = tomllib.loads("\n".join(lines[:number]))
        except ValueError:
            continue
        if _holds(told, place):
            while begun < number and not lines[begun - 1].partition("#")[0].strip():
                begun += 1
            return begun, number
        begun = number + 1
    return 0, 0


def _holds(told: Mapping[str, Any], place: Place) -> bool:
    value: Any = told
    for part in place:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True
