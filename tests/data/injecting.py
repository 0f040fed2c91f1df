"""Faults by the thousand, and kills by the hundred, each from a seed; what is not as it must be.

    sh deploy/faults damage 1000 SEED
    sh deploy/faults kills 500 SEED
    sh deploy/faults kills-s3 60 SEED

A fault that was not found, a sound copy that was blamed, or a repair that is not bit for bit what
was there ends the run with 1, and is named with the seed that brings it again.
"""

import contextlib
import os
import random
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import injected
import killed
import rgw

from preservation.assembly.archive import make, opened
from preservation.assembly.audits import audit_copies
from preservation.assembly.ingest import ingest
from preservation.assembly.rebuild import rebuild
from preservation.assembly.recovery import Silence
from preservation.assembly.repairs import RepairStatus, repair, to_repair
from preservation.assembly.revise import revise
from preservation.assembly.revision import Wanted
from preservation.assembly.tidying import tidy
from preservation.errors import Rejected
from preservation.model.audit import Depth
from preservation.model.storage import CopyState

STORE = '\n[[stores]]\nname = "c"\nurl = "stores/c"\n'


@dataclass
class Sums:
    """What a run came to."""

    trials: int = 0
    faults: int = 0
    found: int = 0
    repaired: int = 0
    lost: int = 0
    sound: int = 0
    blamed: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Sums") -> None:
        for name in ("trials", "faults", "found", "repaired", "lost", "sound", "blamed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.kinds += other.kinds
        self.wrong += other.wrong


def pristine(folder: Path, *, stores: int = 2, bucket: bool = False) -> Path:
    """An archive with five AIPs: small, of many files, with a large file, and of two versions.

    With `bucket` its second store is a prefix of the tests' bucket.
    """
    place = folder / "archive"
    made = make(place, name="Vushtrri")
    made.catalogue._database.close()
    settings = place / "arkiv.toml"
    text = without_tools(settings.read_text("utf-8"))
    settings.write_text(text + (STORE if stores == 3 else ""), "utf-8")
    if bucket:
        shutil.rmtree(place / "stores/b")
        rgw.key_file(place)
        into_a_bucket(place, 'url = "stores/b"', 'credentials = "file:s3.key"')
        with opened(place) as archive:
            archive.stores["b"].initialize()
            archive.catalogue._database.close()
    contents = {
        "small": {"a.txt": b"one\n"},
        "deaths": {"ë/протокол.txt": b"two\n" * 900, "empty": b"", "b.bin": bytes(5000)},
        "many": {f"{number:03d}.txt": b"%d" % number for number in range(60)},
        "large": {"scan.tif": random.Random(1).randbytes(120_000)},
        "births": {"first.txt": b"first\n" * 300, "kept.txt": b"kept\n" * 300},
    }
    with opened(place) as archive:
        if stores == 3:
            archive.stores["c"].initialize()
        for name, files in contents.items():
            filled(folder / "sips" / name, files)
            receipt = ingest(archive, folder / "sips" / name, again=False, progress=Silence())
        more = filled(folder / "sips" / "more", {"first.txt": b"again\n" * 300, "c.txt": b"new"})
        held = archive.catalogue.package(receipt.aip_id)
        assert held
        revise(archive, held, Wanted("more", more), progress=Silence())
        archive.catalogue._database.close()
    return place


def into_a_bucket(place: Path, old: str, more: str = "") -> str:
    """Give the second store of an archive a new prefix; which."""
    prefix = secrets.token_hex(8)
    url = f"s3://{rgw.BUCKET}/{prefix}?endpoint={rgw.ENDPOINT}&region=default"
    settings = place / "arkiv.toml"
    text = settings.read_text("utf-8")
    assert old in text
    settings.write_text(text.replace(old, f'url = "{url}"\n{more}'), "utf-8")
    return prefix


def with_its_bucket(place: Path) -> None:
    """What the copy of an archive had in a bucket is copied to a prefix of its own."""
    told = (place / "arkiv.toml").read_text("utf-8")
    url = next(iter(re.findall(r'url = "s3://[^"]*"', told)), "")
    if not url:
        return
    before = url.partition(f"{rgw.BUCKET}/")[2].partition("?")[0]
    after = into_a_bucket(place, url)
    client = rgw.client()
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=rgw.BUCKET, Prefix=f"{before}/")
    for entry in (entry for page in pages for entry in page.get("Contents", ())):
        source = {"Bucket": rgw.BUCKET, "Key": entry["Key"]}
        key = entry["Key"].replace(before, after, 1)
        client.copy_object(Bucket=rgw.BUCKET, Key=key, CopySource=source)


def without_tools(text: str) -> str:
    lines = text.split("\n[tools]", maxsplit=1)[0]
    return lines + "\n[tools]\nidentifiers = []\ncharacterizers = []\nvalidators = []\n"


def filled(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def copied(archive: Path, to: Path) -> Path:
    """A copy whose stores have links to the files of the first, which nobody changes in place."""
    shutil.copytree(archive, to, ignore=shutil.ignore_patterns("stores"))
    shutil.copytree(archive / "stores", to / "stores", copy_function=os.link)
    return to


def held(archive: Path) -> dict[str, bytes]:
    """Every file of every OCFL root."""
    return {
        path.relative_to(archive).as_posix(): path.read_bytes()
        for path in sorted((archive / "stores").glob("*/ocfl/**/*"))
        if path.is_file()
    }


def trial(pristine: Path, place: Path, seed: str) -> Sums:
    """Hurt a copy of an archive, audit, repair, audit again; what was not as it must be."""
    sums = Sums(trials=1)
    copied(pristine, place)
    before = held(place)
    with opened(place) as archive:
        packages = {str(s.id): s.version for s in archive.catalogue.packages()}
        done = injected.inject(place, packages, seed)
        sums.faults, sums.kinds = len(done.kinds), Counter(done.kinds)
        what = f"{seed}: {' and '.join(done.kinds)}"
        damaged = held(place)
        bad = blamed(archive)
        copies = archive.catalogue.copies()
        sums.sound = sum((str(c.store), str(c.package)) not in done.hurt for c in copies)
        sums.blamed = len(bad - done.hurt)
        missed = done.hurt - bad
        sums.found = 0 if missed else len(done.kinds)
        if missed:
            sums.wrong.append(f"{what}: not found: {missed}")
        if bad - done.hurt:
            sums.wrong.append(f"{what}: blamed without a reason: {bad - done.hurt}")
        outcomes = list(repair(archive, to_repair(archive, []), planning=False, progress=Silence()))
        after = held(place)
        lost = {str(it.plan.package) for it in outcomes if it.status is RepairStatus.LOST}
        if lost:
            sums.lost = 1
            everywhere = {p for p in lost if sum(package == p for _, package in done.hurt) > 1}
            if lost - everywhere:
                sums.wrong.append(f"{what}: lost though another copy is sound: {lost}")
            wrong = {
                path for path in after if after[path] not in (before.get(path), damaged.get(path))
            }
            if wrong:
                sums.wrong.append(f"{what}: neither what it was nor what it became: {wrong}")
        elif after != before:
            names = [path for path in {*before, *after} if before.get(path) != after.get(path)]
            sums.wrong.append(f"{what}: not repaired bit for bit: {names[:5]}")
        elif blamed(archive):
            sums.wrong.append(f"{what}: repaired and not sound")
        else:
            sums.repaired = len(done.kinds)
        archive.catalogue._database.close()
    shutil.rmtree(place)
    return sums


def blamed(archive) -> set[tuple[str, str]]:
    """The stores and AIPs of copies that an audit does not find sound."""
    copies = archive.catalogue.copies()
    outcomes = audit_copies(archive, copies, depth=Depth.FIXITY, progress=Silence())
    return {
        (str(it.copy.store), str(it.copy.package))
        for it in outcomes
        if it.state is not CopyState.SOUND
    }


def damage(count: int, seed: str, folder: Path) -> Iterator[Sums]:
    """So many faults or a few more, in archives of two and of three stores."""
    places = [pristine(folder / str(stores), stores=stores) for stores in (2, 3)]
    faults, number = 0, 0
    while faults < count:
        number += 1
        done = trial(places[number % 2], folder / f"trial-{number}", f"{seed}-{number}")
        faults += done.faults
        yield done


OPERATIONS = ("ingest", "revise", "audit", "repair", "delete")
PEOPLE = {
    "request": ["--by", "Arta Hoxha", "--because", "ten years", "--basis", "schedule 2.3.1"],
    "approve": ["--by", "Erik Lund", "--because", "the council agrees"],
}


@dataclass
class Ground:
    """Where kills are tried: an archive, what each operation does there, and how long it takes."""

    archive: Path
    words: dict[str, list[str]]
    seconds: dict[str, float]


def ground(folder: Path, *, bucket: bool = False) -> Ground:
    archive = pristine(folder, bucket=bucket)
    with opened(archive) as it:
        packages = {s.sip: str(s.id) for s in it.catalogue.packages()}
        it.catalogue._database.close()
    new = filled(folder / "sips/new", {"n.txt": b"new\n" * 5000, "ë.txt": b"x"})
    later = filled(folder / "sips/later", {"later.txt": b"later\n" * 5000})
    words = {
        "ingest": ["ingest", str(new)],
        "revise": ["revise", packages["small"], str(later)],
        "audit": ["audit"],
        "repair": ["repair"],
        "delete": ["delete", "approve", packages["many"], *PEOPLE["approve"]],
    }
    killed.steps(archive, ["delete", "request", packages["many"], *PEOPLE["request"]])
    seconds = {}
    for name in OPERATIONS:
        place = begun(archive, folder / f"timed-{name}", name)
        began = time.monotonic()
        killed.steps(place, words[name])
        seconds[name] = time.monotonic() - began
        shutil.rmtree(place)
    return Ground(archive, words, seconds)


def begun(archive: Path, place: Path, operation: str) -> Path:
    """A copy of the archive in which there is something to do."""
    shutil.copytree(archive, place)
    with_its_bucket(place)
    if operation == "repair":
        with opened(place) as it:
            copy = next(c for c in it.catalogue.copies() if c.store == "a")
            path = place / "stores/a" / copy.key
            content = path.read_bytes()
            path.unlink()
            path.write_bytes(content[:700] + bytes([content[700] ^ 1]) + content[701:])
            assert blamed(it)
            it.catalogue._database.close()
    return place


def kill(at: Ground, place: Path, seed: str) -> Sums:
    """Kill an operation at a moment, tidy, do it again; what is not as it must be."""
    chance = random.Random(seed)
    operation = chance.choice(OPERATIONS)
    sums = Sums(trials=1, faults=1, kinds=Counter([operation]))
    begun(at.archive, place, operation)
    process = killed.child(place, at.words[operation], 0, "never")
    # Starting Python takes the first third, and writes nothing.
    moment = at.seconds[operation] * chance.uniform(0.3, 1.0)
    what = f"{seed}: {operation} killed after {moment:.3f} s"
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(moment)
    process.kill()
    said, _ = process.communicate(timeout=60)
    sums.sound = int(process.returncode == 0)
    try:
        judge(at, place, operation, said)
        sums.found = sums.repaired = 1
    except Exception as error:
        sums.wrong.append(f"{what}: {type(error).__name__}: {error}")
        return sums
    shutil.rmtree(place)
    return sums


def judge(at: Ground, place: Path, operation: str, said: str) -> None:
    with opened(at.archive) as it:
        before = {str(s.id) for s in it.catalogue.packages()}
        it.catalogue._database.close()
    many = at.words["delete"][2]
    with opened(place) as archive:
        told = {str(s.id) for s in archive.catalogue.packages()}
        gone = {str(stone.package) for stone in archive.catalogue.disposals.tombstones()}
        require(before - told <= ({many} if gone else set()), "an AIP is lost")
        for line in said.splitlines():
            if line.startswith("preserved"):
                require(any(id_ in said for id_ in told), "preserved, and not there")
        tidy(archive, progress=Silence())
        require(not blamed(archive) or operation == "repair", "a copy is not sound after tidy")
        archive.catalogue._database.close()
    again(at, place, operation)
    with opened(place) as archive:
        tidy(archive, progress=Silence())
        require(not blamed(archive), "a copy is not sound")
        count = len(archive.catalogue.packages())
        wanted = {"ingest": len(before) + 1, "delete": len(before) - 1}.get(operation, len(before))
        require(count == wanted, f"{count} AIPs, not {wanted}")
        dump = list(archive.catalogue.dump())
        for store in archive.stores:
            rebuild(archive, store=store, progress=Silence())
            require(list(archive.catalogue.dump()) == dump, f"store {store} tells another archive")
        scratch = list(archive.scratch.iterdir()) if archive.scratch.exists() else []
        require(not scratch, f"left in scratch: {scratch}")
        left = [path for path in (place / "stores").glob("*/tmp/**/*") if path.is_file()]
        left += [key for store in archive.stores.values() for key in store.keys("repair/")]
        require(not left, f"left over: {left}")
        archive.catalogue._database.close()


def again(at: Ground, place: Path, operation: str) -> None:
    """Do to its end what was killed, unless it was done already."""
    words = at.words[operation]
    with opened(place) as archive:
        if operation == "ingest":
            with contextlib.suppress(Rejected):
                ingest(archive, Path(words[1]), again=False, progress=Silence())
        held_now = {str(s.id): s.version for s in archive.catalogue.packages()}
        archive.catalogue._database.close()
    if operation == "delete" and words[2] not in held_now:
        return
    if operation == "revise" and held_now[words[1]] > 1:
        return
    if operation != "ingest":
        killed.steps(place, words)


def require(true: bool, message: str) -> None:
    if not true:
        raise AssertionError(message)


def kills(count: int, seed: str, folder: Path, *, bucket: bool = False) -> Iterator[Sums]:
    """An operation is killed at so many moments."""
    at = ground(folder, bucket=bucket)
    for number in range(1, count + 1):
        yield kill(at, folder / f"kill-{number}", f"{seed}-{number}")


RUNS = {"damage": damage, "kills": kills, "kills-s3": partial(kills, bucket=True)}


def share(what: str, count: int, seed: str) -> Sums:
    """One process' part of a run."""
    sums = Sums()
    with tempfile.TemporaryDirectory() as folder:
        for number, done in enumerate(RUNS[what](count, seed, Path(folder)), start=1):
            sums.add(done)
            for wrong in done.wrong:
                sys.stderr.write(f"WRONG {wrong}\n")
            if number % 25 == 0:
                sys.stderr.write(f"{what} {seed}: {sums.faults} of {count}\n")
    return sums


def main() -> int:
    what, count = sys.argv[1], int(sys.argv[2])
    seed = sys.argv[3] if len(sys.argv) > 3 else f"{random.SystemRandom().randrange(10**6)}"
    processes = os.cpu_count() or 1
    sums = Sums()
    with contextlib.ExitStack() as stack:
        if what == "kills-s3":
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            stack.enter_context(rgw.running(folder / "ceph"))
        pool = stack.enter_context(ProcessPoolExecutor(processes))
        parts = [
            pool.submit(share, what, -(-count // processes), f"{seed}-{number}")
            for number in range(processes)
        ]
        for part in parts:
            sums.add(part.result())
    for kind, number in sorted(sums.kinds.items()):
        sys.stdout.write(f"{number:6}  {kind}\n")
    if what == "damage":
        sys.stdout.write(
            f"seed {seed}: {sums.faults} faults in {sums.trials} trials, {sums.found} found, "
            f"{sums.repaired} repaired bit for bit, {sums.lost} trials with what no copy has; "
            f"{sums.sound} sound copies looked at, {sums.blamed} blamed\n"
        )
    else:
        sys.stdout.write(
            f"seed {seed}: {sums.faults} kills, {sums.sound} of what had just ended, "
            f"{sums.found} as it must be\n"
        )
    for wrong in sums.wrong:
        sys.stdout.write(f"WRONG {wrong}\n")
    return 1 if sums.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
