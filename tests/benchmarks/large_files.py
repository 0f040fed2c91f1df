"""(b) 10 files of 1 GiB: from a folder to preserved in two directory stores, on two cores.

The peer is the bare cost of one SHA-512 pass, two sequential writes and two read-backs on two
threads. Set ARKIV_BENCH to a folder with room for 31 GiB; ARKIV_BENCH_FILES for fewer files.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from _collection import make_large
from _measure import ARKIV, PROJECT, PYTHON, Cost, medians, report, run

FILES = int(os.environ.get("ARKIV_BENCH_FILES", "10"))


def ingest(folder: Path, sip: Path) -> Cost:
    """One ingest, with identification, into a new archive, which is removed again."""
    archive = folder / "archive"
    run([*ARKIV, "init", str(archive)])
    cost = run([*ARKIV, "ingest", str(sip), "--archive", str(archive)], memory=True)
    shutil.rmtree(archive)
    return cost


def main() -> None:
    """Make the collection, run both in turn, and print the table."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("ARKIV_BENCH")) as name:
        folder = Path(name)
        sip = folder / "sip"
        print(f"making {FILES} files of 1 GiB", file=sys.stderr)
        make_large(sip, FILES, 1024**3)
        script = PROJECT / "tests/benchmarks/_bare.py"
        found = medians(
            {
                "bare: SHA-512, 2 writes, 2 read-backs": lambda: run(
                    [PYTHON, str(script), "promises", str(sip), str(folder)]
                ),
                "arkiv ingest": lambda: ingest(folder, sip),
            }
        )
    whole, peer = found["arkiv ingest"], found["bare: SHA-512, 2 writes, 2 read-backs"]
    report(
        f"{FILES} files of 1 GiB, folder to preserved in two stores",
        found,
        [
            ("arkiv : bare, wall", whole.wall / peer.wall, 1.5),
            ("arkiv : bare, CPU", whole.cpu / peer.cpu, 1.5),
        ],
    )
    print(f"peak memory of arkiv with its tools: {whole.peak:.0f} MiB")


if __name__ == "__main__":
    main()
