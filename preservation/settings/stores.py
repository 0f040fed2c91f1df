"""Stores written into `arkiv.toml`, with all that people wrote there left as it is."""

import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

from preservation.errors import Misconfigured
from preservation.settings.file import StoreSettings
from preservation.settings.place import FILE

_HEADER = re.compile(r"\s*\[")
_ROLE = re.compile(r"""(\s*role\s*=\s*)("[^"]*"|'[^']*')""")
_RETIRED = {"role": "retired"}
_STORE = re.compile(r"\s*\[\[\s*stores\s*\]\]")


def add(folder: Path, store: StoreSettings) -> None:
    """Write a store below those that are there.

    Raises Misconfigured when the file is not written as people and Arkiv write it; it stays as it
    was then, and the message has the lines to add by hand.
    """
    told = {"name": store.name, "url": store.url, "role": str(store.role)}
    if store.credentials:
        told["credentials"] = store.credentials
    if store.identity:
        told["identity"] = store.identity
    lines = ["[[stores]]", *(f"{key} = {_text(value)}" for key, value in told.items())]
    text = (folder / FILE).read_text("utf-8")
    before = tomllib.loads(text)
    wanted = before | {"stores": [*before.get("stores", []), told]}
    _write(folder, _below_the_last(text, ["", *lines]), wanted, "; ".join(lines))


def retire(folder: Path, name: str) -> None:
    """Give a store the role `retired`; a second time changes nothing."""
    text = (folder / FILE).read_text("utf-8")
    before = tomllib.loads(text)
    stores = [it | (_RETIRED if it["name"] == name else {}) for it in before["stores"]]
    if stores == before["stores"]:
        return
    lines = text.splitlines()
    number = [it["name"] for it in before["stores"]].index(name)
    found = [at for at, line in enumerate(lines) if _STORE.match(line)]
    if number < len(found):
        start, end = found[number], _end(lines, found[number])
        roles = [at for at in range(start, end) if _ROLE.match(lines[at])]
        if roles:
            lines[roles[0]] = _ROLE.sub(r'\1"retired"', lines[roles[0]])
        else:
            lines.insert(end, 'role = "retired"')
    by_hand = f'role = "retired", in the block of store {name}'
    _write(folder, "\n".join(lines) + "\n", before | {"stores": stores}, by_hand)


def _below_the_last(text: str, added: list[str]) -> str:
    lines = text.splitlines()
    found = [number for number, line in enumerate(lines) if _STORE.match(line)]
    end = _end(lines, found[-1]) if found else len(lines)
    return "\n".join([*lines[:end], *added, *lines[end:]]) + "\n"


def _end(lines: list[str], start: int) -> int:
    """The line after the last key of a block; comments before the next header are of that."""
    end = start + 1
    for number in range(start + 1, len(lines)):
        if _HEADER.match(lines[number]):
            break
        if lines[number].strip() and not lines[number].lstrip().startswith("#"):
            end = number + 1
    return end


def _text(value: str) -> str:
    """A TOML string: what JSON escapes TOML escapes too, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(folder: Path, text: str, wanted: dict[str, Any], by_hand: str) -> None:
    """Put a text in the place of the file, if it says what is wanted and nothing else."""
    try:
        says = tomllib.loads(text)
    except ValueError:
        says = {}
    if says != wanted:
        raise Misconfigured(
            f"{folder / FILE}: its stores are not written as [[stores]] blocks, so nothing was "
            f"changed; write by hand: {by_hand}"
        )
    partial = folder / f".{FILE}.partial"
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.chmod((folder / FILE).stat().st_mode & 0o777)
    partial.rename(folder / FILE)
