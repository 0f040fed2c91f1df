"""A fixity audit of copies in directories, against bare SHA-512 of the same octets on two cores.

AIPs of 1 GiB in two stores; ARKIV_BENCH_FILES says how many (5: 10 GiB of copies).
"""

import os
import sys
import tempfile
from pathlib import Path

from _collection import make_large
from _measure import ARKIV, PYTHON, medians, report, run

FILES = int(os.environ.get("ARKIV_BENCH_FILES", "5"))
BARE = """
import hashlib, os, sys
from concurrent.futures import ProcessPoolExecutor

def read(path):
    whole, buffer = hashlib.sha512(), bytearray(1 << 20)
    handle = os.open(path, os.O_RDONLY)
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)  # from the medium, as an audit must
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)
    while count := os.readv(handle, [buffer]):
        whole.update(memoryview(buffer)[:count])

if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(read, sys.argv[1:]))
"""


def main() -> None:
    """Make the archive, run both in turn, and print the table."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("ARKIV_BENCH")) as name:
        folder = Path(name)
        archive, script = folder / "archive", folder / "bare.py"
        script.write_text(BARE)
        run([*ARKIV, "init", str(archive)])
        for number in range(FILES):
            print(f"making AIP {number + 1} of {FILES}", file=sys.stderr)
            make_large(folder / str(number), 1, 1024**3 - number)
            run([*ARKIV, "ingest", str(folder / str(number)), "--archive", str(archive)])
        tars = sorted(str(path) for path in archive.rglob("*.tar"))
        found = medians(
            {
                "bare: SHA-512 on two cores": lambda: run([PYTHON, str(script), *tars]),
                "arkiv audit": lambda: run([*ARKIV, "audit", "--archive", str(archive)]),
            }
        )
    whole, peer = found["arkiv audit"], found["bare: SHA-512 on two cores"]
    report(
        f"fixity audit of {2 * FILES} GiB in directories",
        found,
        [("arkiv : bare, wall", whole.wall / peer.wall, 1.25)],
    )


if __name__ == "__main__":
    main()
