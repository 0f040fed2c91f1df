"""Peak memory of an ingest into a real Ceph by the size of the package: it must not grow with it.

One file of 256 MiB and one of 4 GiB; ARKIV_BENCH_MIB names others. Without tools.
"""

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "data"))
import rgw
from _collection import make_large
from _measure import ARKIV, report, run
from s3 import archive_in

SIZES = [int(it) for it in os.environ.get("ARKIV_BENCH_MIB", "256,4096").split(",")]


def main() -> None:
    """One ingest of each size into the same archive: memory does not vary as time does."""
    found = {}
    with tempfile.TemporaryDirectory(dir=os.environ.get("ARKIV_BENCH")) as name:
        folder = Path(name)
        with rgw.running(folder / "rgw"):
            archive = archive_in(folder)
            for size in SIZES:
                print(f"making {size} MiB", file=sys.stderr)
                make_large(folder / str(size), 1, size * 1024**2)
                words = [*ARKIV, "ingest", str(folder / str(size)), "--archive", str(archive)]
                found[f"ingest of {size} MiB"] = run(words, memory=True)
    small, large = (found[f"ingest of {size} MiB"].peak for size in (SIZES[0], SIZES[-1]))
    report(
        "peak memory of an ingest into Ceph RGW",
        found,
        [("peak of the largest : of the smallest", large / small, 1.2)],
    )


if __name__ == "__main__":
    main()
