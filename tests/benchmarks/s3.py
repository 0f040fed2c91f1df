"""An S3 store on a real Ceph of one node, against boto3 on the same server, in one run.

20,000 files of 20 KiB as one AIP against `upload_file` of each; 4 objects of 1 GiB against the best
`upload_fileobj` of several settings. ARKIV_BENCH_FILES and ARKIV_BENCH_ROUNDS make it shorter.
"""

import io
import os
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "data"))
import rgw
from _measure import ARKIV, run
from boto3.s3.transfer import TransferConfig

from preservation.assembly.archive import make
from preservation.model.fixity import Algorithm
from preservation.model.identifiers import StoreName
from preservation.model.storage import Member
from preservation.standards.tar import Layout
from preservation.stores.s3 import Limits, Location, S3Store, credentials
from preservation.streams import read_once

FILES = int(os.environ.get("ARKIV_BENCH_FILES", "20000"))
ROUNDS = int(os.environ.get("ARKIV_BENCH_ROUNDS", "3"))
LARGE, COUNT = 1024**3, 4
BLOCK = secrets.token_bytes(4 * 1024**2)
PEERS = [(parts, octets) for parts in (4, 8) for octets in (8, 16, 32)]


def seconds(task: Callable[[], object]) -> float:
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def store(folder: Path, parallel: int = 4) -> S3Store:
    place = Location(rgw.BUCKET, f"{secrets.token_hex(8)}/", rgw.ENDPOINT, "default")
    key = credentials("s", f"file:{rgw.key_file(folder)}", folder)
    made = S3Store(StoreName("s"), place, key, limits=Limits(parallel))
    made.initialize()
    return made


def emptied(folder: Path) -> None:
    """Nothing of a round is left: the node has 40 GiB."""
    pages = rgw.client().get_paginator("list_objects_v2").paginate(Bucket=rgw.BUCKET)
    for page in pages:
        for entry in page.get("Contents", ()):
            rgw.client().delete_object(Bucket=rgw.BUCKET, Key=entry["Key"])
    rgw.reclaim(folder / "rgw")


def archive_in(folder: Path) -> Path:
    """A new archive whose only store is a bucket, without tools."""
    archive = folder / "archive"
    make(archive, name="benchmark")
    url = f"s3://{rgw.BUCKET}/{secrets.token_hex(8)}?endpoint={rgw.ENDPOINT}&region=default"
    key = rgw.key_file(folder)
    (archive / "arkiv.toml").write_text(
        f'[[stores]]\nname = "s"\nurl = "{url}"\ncredentials = "file:{key}"\n'
        "[tools]\nidentifiers = []\ncharacterizers = []\nvalidators = []\n"
    )
    run([*ARKIV, "store", "make", "s", "--archive", str(archive)])
    return archive


def ingest(folder: Path, sip: Path) -> None:
    """One ingest into such an archive."""
    archive = archive_in(folder)
    run([*ARKIV, "ingest", str(sip), "--archive", str(archive)])
    shutil.rmtree(archive)


def small(folder: Path) -> None:
    """Many small files: one object, or one each."""
    sip = folder / "sip"
    sip.mkdir()
    for number in range(FILES):
        (sip / f"{number}.bin").write_bytes(secrets.token_bytes(20 * 1024))
    paths = sorted(sip.iterdir())
    members = []
    for path in paths:
        told = read_once(os.fsencode(path), (Algorithm.SHA512,))
        members.append(Member(path.name, told.size, told.digests[0], 0, os.fsencode(path)))
    client = rgw.client()

    def one() -> None:
        layout = Layout(members)
        store(folder).put("box/aip.tar", layout.chunks(), size=layout.size)

    def each() -> None:
        for path in paths:
            client.upload_file(str(path), rgw.BUCKET, f"each/{path.name}")

    tasks = {
        "one tar, put": one,
        "arkiv ingest, without tools, read back": lambda: ingest(folder, sip),
        "boto3 upload_file of each": each,
    }
    took: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            took[name].append(seconds(task))
            print(f"  {name:<40}{took[name][-1]:8.2f} s", file=sys.stderr)
    found = {name: statistics.median(those) for name, those in took.items()}
    print(f"{FILES:,} files of 20 KiB")
    for name, wall in found.items():
        times = found["boto3 upload_file of each"] / wall
        print(f"  {name:<40}{wall:8.2f} s {times:6.1f} times as fast (asked for 15)")
    shutil.rmtree(sip)
    emptied(folder)


class Endless(io.RawIOBase):
    """1 GiB that costs nothing to read."""

    def __init__(self) -> None:
        self._left = LARGE

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = self._left if size < 0 else min(size, self._left)
        self._left -= size
        return (BLOCK * (size // len(BLOCK) + 1))[:size]


def chunks() -> Iterator[bytes]:
    for _ in range(LARGE // len(BLOCK)):
        yield BLOCK


def large(folder: Path) -> None:
    """A few large objects."""

    def ours() -> None:
        made = store(folder)
        for number in range(COUNT):
            made.put(f"box/{number}", chunks(), size=LARGE)

    def theirs(parts: int, octets: int) -> Callable[[], None]:
        config = TransferConfig(
            multipart_threshold=octets * 1024**2,
            multipart_chunksize=octets * 1024**2,
            max_concurrency=parts,
        )

        def upload() -> None:
            client = rgw.client()
            for number in range(COUNT):
                client.upload_fileobj(Endless(), rgw.BUCKET, f"large/{number}", Config=config)

        return upload

    tasks = {"arkiv": ours} | {f"boto3 {p} x {o} MiB": theirs(p, o) for p, o in PEERS}
    took: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            took[name].append(seconds(task))
            print(f"  {name:<20} {took[name][-1]:.1f} s", file=sys.stderr)
            emptied(folder)
    rates = {n: COUNT * LARGE / 1024**2 / statistics.median(t) for n, t in took.items()}
    for name, rate in rates.items():
        print(f"4 x 1 GiB up, {name:<20}{rate:7.0f} MiB/s")
    best = max(rate for name, rate in rates.items() if name != "arkiv")
    print(f"  {rates['arkiv'] / best:.2f} of boto3's best (asked for 0.9)")


def main() -> None:
    """Start the server, run both, and stop it."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("ARKIV_BENCH")) as name:
        folder = Path(name)
        with rgw.running(folder / "rgw"):
            small(folder)
            large(folder)


if __name__ == "__main__":
    main()
