"""Faults at random in the copies of an archive, each from a seed so that it can be had again."""

import json
import os
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from preservation.standards import inventory, ocfl

BLOCK = 512


@dataclass
class Object:
    """The folder of one AIP in one store; what is written breaks links to the pristine archive."""

    store: Path
    package: str
    chance: random.Random

    @property
    def root(self) -> Path:
        return self.store / ocfl.object_root(self.package)

    @property
    def versions(self) -> list[str]:
        return sorted(path.name for path in self.root.glob("v*"))

    def tar(self) -> Path:
        """The tar of one version or another."""
        return self.chance.choice(sorted(self.root.glob("v*/content/*.tar")))

    def file(self, name: str) -> Path:
        """A file of this name in one version or another, or at the root."""
        return self.chance.choice(sorted(self.root.rglob(name)))

    def write(self, path: Path, content: bytes) -> None:
        if path.exists():
            path.unlink()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def change(self, path: Path, change: Callable[[bytes], bytes]) -> None:
        before = path.read_bytes()
        after = change(before)
        assert after != before
        self.write(path, after)

    def resign(self, folder: Path) -> None:
        """Make the digest file say what the inventory is, as somebody would who edits both."""
        document = (folder / "inventory.json").read_bytes()
        self.write(folder / "inventory.json.sha512", inventory.sidecar(document))


def flipped(
    chance: random.Random, content: bytes, start: int = 0, stop: int | None = None
) -> bytes:
    """One bit the other way."""
    at = chance.randrange(start, len(content) if stop is None else stop)
    return content[:at] + bytes([content[at] ^ (1 << chance.randrange(8))]) + content[at + 1 :]


def headers(content: bytes) -> list[int]:
    """Where the headers of a tar are."""
    return [at for at in range(0, len(content), BLOCK) if content[at + 257 : at + 262] == b"ustar"]


def flip_header(it: Object) -> None:
    def change(content: bytes) -> bytes:
        at = it.chance.choice(headers(content))
        return flipped(it.chance, content, at, at + BLOCK)

    it.change(it.tar(), change)


def zero_a_block(it: Object) -> None:
    def change(content: bytes) -> bytes:
        blocks = [n for n in range(0, len(content), BLOCK) if any(content[n : n + BLOCK])]
        at = it.chance.choice(blocks)
        return content[:at] + bytes(BLOCK) + content[at + BLOCK :]

    it.change(it.tar(), change)


def swap_blocks(it: Object) -> None:
    def change(content: bytes) -> bytes:
        blocks = [content[n : n + BLOCK] for n in range(0, len(content), BLOCK)]
        one = it.chance.randrange(len(blocks))
        others = [n for n, block in enumerate(blocks) if block != blocks[one]]
        other = it.chance.choice(others)
        blocks[one], blocks[other] = blocks[other], blocks[one]
        return b"".join(blocks)

    it.change(it.tar(), change)


def cut(it: Object, path: Path) -> None:
    it.change(path, lambda content: content[: it.chance.randrange(len(content))])


def extend(it: Object, path: Path) -> None:
    more = it.chance.choice([bytes(BLOCK), bytes(10240), b"\n", it.chance.randbytes(700)])
    it.change(path, lambda content: content + more)


def shift(it: Object, path: Path) -> None:
    """An octet more or less in the middle of it."""

    def change(content: bytes) -> bytes:
        at = it.chance.randrange(len(content))
        added = content[:at] + it.chance.randbytes(1) + content[at:]
        return it.chance.choice([content[:at] + content[at + 1 :], added])

    it.change(path, change)


def flip(it: Object, path: Path) -> None:
    it.change(path, lambda content: flipped(it.chance, content))


def edit_inventory(it: Object) -> None:
    """What an inventory says is changed, and its digest file along with it."""
    folder = it.chance.choice([it.root, *sorted(it.root.glob("v*"))])

    def change(content: bytes) -> bytes:
        told = json.loads(content)
        edits = [
            lambda: told["versions"]["v1"].update(message="edited"),
            lambda: told["versions"]["v1"].update(created="2001-01-01T00:00:00Z"),
            lambda: told.update(contentDirectory="content"),
            lambda: told["manifest"].update({"0" * 128: ["v1/content/summary.json"]}),
            lambda: told["manifest"].pop(it.chance.choice(sorted(told["manifest"]))),
        ]
        it.chance.choice(edits)()
        after = json.dumps(told, indent=2).encode()
        return after if after != content else content + b"\n"

    it.change(folder / "inventory.json", change)
    it.resign(folder)


def edit_digits(it: Object, path: Path) -> None:
    """A number in a document is another one."""

    def change(content: bytes) -> bytes:
        found = it.chance.choice(list(re.finditer(rb"[0-9]", content)))
        other = it.chance.choice([n for n in b"0123456789" if n != content[found.start()]])
        return content[: found.start()] + bytes([other]) + content[found.end() :]

    it.change(path, change)


def remove(path: Path) -> None:
    path.unlink()


def roll_back(it: Object) -> None:
    """The newest version is gone as if it had never been, or the root inventory is that of one."""
    newest = it.root / it.versions[-1]
    if it.chance.random() < 0.5:
        shutil.rmtree(newest)
    if len(list(it.root.glob("v*/inventory.json"))) == 0:
        return
    before = it.root / it.versions[0]
    for name in ("inventory.json", "inventory.json.sha512"):
        it.write(it.root / name, (before / name).read_bytes())


def stale_tar(it: Object) -> None:
    """An older tar in the place of a newer, or the newer in the place of the older."""
    old, new = sorted(it.root.glob("v*/content/*.tar"))[:2]
    if it.chance.random() < 0.5:
        old, new = new, old
    it.write(new, old.read_bytes())


def add_object(it: Object) -> None:
    name = it.chance.choice(["extra", "v1/extra", "v1/content/extra.tar", "v9/inventory.json"])
    it.write(it.root / name, it.chance.randbytes(20))


KINDS: dict[str, Callable[[Object], None]] = {
    "flipped bit of a tar": lambda it: flip(it, it.tar()),
    "flipped bit of a tar header": flip_header,
    "tar cut": lambda it: cut(it, it.tar()),
    "tar extended": lambda it: extend(it, it.tar()),
    "octet more or less in a tar": lambda it: shift(it, it.tar()),
    "block of a tar zeroed": zero_a_block,
    "blocks of a tar exchanged": swap_blocks,
    "tar deleted": lambda it: remove(it.tar()),
    "member list flipped": lambda it: flip(it, it.file("members.jsonl")),
    "member list edited": lambda it: edit_digits(it, it.file("members.jsonl")),
    "member list cut": lambda it: cut(it, it.file("members.jsonl")),
    "member list deleted": lambda it: remove(it.file("members.jsonl")),
    "summary flipped": lambda it: flip(it, it.file("summary.json")),
    "summary edited": lambda it: edit_digits(it, it.file("summary.json")),
    "summary deleted": lambda it: remove(it.file("summary.json")),
    "inventory flipped": lambda it: flip(it, it.file("inventory.json")),
    "inventory edited with its digest": edit_inventory,
    "inventory cut": lambda it: cut(it, it.file("inventory.json")),
    "inventory extended": lambda it: extend(it, it.file("inventory.json")),
    "inventory deleted": lambda it: remove(it.file("inventory.json")),
    "digest file flipped": lambda it: flip(it, it.file("inventory.json.sha512")),
    "digest file deleted": lambda it: remove(it.file("inventory.json.sha512")),
    "declaration flipped": lambda it: flip(it, it.root / "0=ocfl_object_1.1"),
    "declaration deleted": lambda it: remove(it.root / "0=ocfl_object_1.1"),
    "object added": add_object,
    "copy deleted": lambda it: shutil.rmtree(it.root),
}
TWO_VERSIONS: dict[str, Callable[[Object], None]] = {
    "version rolled back": roll_back,
    "stale tar": stale_tar,
}
"""These are for an AIP with two versions."""
EXCHANGES = ("objects exchanged", "tars exchanged")
ALL = (*KINDS, *TWO_VERSIONS, *EXCHANGES)


@dataclass
class Injected:
    """What was hurt: the kinds of fault, by store and AIP."""

    kinds: list[str] = field(default_factory=list)
    hurt: set[tuple[str, str]] = field(default_factory=set)


def inject(archive: Path, packages: dict[str, int], seed: str) -> Injected:
    """One fault in one store of an archive, or two; `packages` have how many versions each has."""
    chance = random.Random(seed)
    stores = sorted(path.name for path in (archive / "stores").iterdir())
    done = Injected()
    names = list(packages)
    for _ in range(chance.choice([1, 1, 1, 2])):
        free = [
            (store, package)
            for store in stores
            for package in names
            if (store, package) not in done.hurt
        ]
        store, package = chance.choice(free)
        kind = chance.choice(ALL)
        others = [name for name in names if name != package and (store, name) in free]
        if kind in TWO_VERSIONS:
            several = [name for name in names if packages[name] > 1 and (store, name) in free]
            if not several:
                continue
            package = chance.choice(several)
        it = Object(archive / "stores" / store, package, chance)
        if kind in EXCHANGES:
            if not others:
                continue
            other = Object(it.store, chance.choice(others), chance)
            exchange(it, other, whole=kind == EXCHANGES[0])
            done.hurt.add((store, other.package))
        else:
            (KINDS | TWO_VERSIONS)[kind](it)
        done.kinds.append(kind)
        done.hurt.add((store, package))
    return done


def exchange(one: Object, other: Object, *, whole: bool) -> None:
    """Two AIPs in each other's places, or the tars of their first versions."""
    if whole:
        first, second = one.root, other.root
        aside = one.store / "aside"
        os.rename(first, aside)
        os.rename(second, first)
        os.rename(aside, second)
        return
    first, second = (next(it.root.glob("v1/content/*.tar")) for it in (one, other))
    left, right = first.read_bytes(), second.read_bytes()
    one.write(first, right)
    other.write(second, left)
