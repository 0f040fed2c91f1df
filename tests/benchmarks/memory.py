"""(c) Peak memory of ingesting 100,000 small files, with all tools, over all processes.

Proportional memory (PSS) of the command and of every process that it started, summed, sampled 20
times a second. Set ARKIV_BENCH to a folder with room for 8 GiB; ARKIV_BENCH_FILES for fewer files.
"""

import os
import sys
import tempfile
from pathlib import Path

from _collection import make_small
from _measure import ARKIV, report, run

FILES = int(os.environ.get("ARKIV_BENCH_FILES", "100000"))


def main() -> None:
    """One run: memory does not vary as time does."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("ARKIV_BENCH")) as name:
        folder = Path(name)
        print(f"making {FILES} files", file=sys.stderr)
        make_small(folder / "sip", FILES)
        archive = str(folder / "archive")
        run([*ARKIV, "init", archive])
        cost = run([*ARKIV, "ingest", str(folder / "sip"), "--archive", archive], memory=True)
    report(
        f"{FILES} files of 20 KiB, ingested with all tools",
        {"arkiv ingest": cost},
        [("peak memory in MiB", cost.peak, 400)],
    )


if __name__ == "__main__":
    main()
