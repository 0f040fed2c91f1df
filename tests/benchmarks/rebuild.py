"""How long a rebuild takes from one store: asked for at most 60 seconds for 10,000 AIPs.

ARKIV_BENCH_AIPS says how many AIPs are made (2,000); making them takes longer than the rebuild.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

from _measure import ARKIV, medians, run

from preservation.assembly.archive import make, opened
from preservation.assembly.ingest import ingest
from preservation.assembly.recovery import Silence

AIPS = int(os.environ.get("ARKIV_BENCH_AIPS", "2000"))


def main() -> None:
    """Make the AIPs, rebuild from one store, and say what 10,000 would take."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("ARKIV_BENCH")) as name:
        folder = Path(name) / "archive"
        make(folder, name="benchmark")
        file = folder / "arkiv.toml"
        kinds = r"^(identifiers|characterizers|validators) = \[[^\]]*\]"
        file.write_text(re.sub(kinds, r"\1 = []", file.read_text(), flags=re.MULTILINE))
        sip = Path(name) / "sip"
        sip.mkdir()
        with opened(folder) as archive:
            for number in range(AIPS):
                for page in range(5):
                    (sip / f"{page}.txt").write_text(f"{number} {page}\n")
                ingest(archive, sip, again=False, progress=Silence())
                if number % 500 == 499:
                    print(f"made {number + 1} AIPs", file=sys.stderr)
        found = medians(
            {"arkiv rebuild": lambda: run([*ARKIV, "rebuild", "--archive", str(folder)])}
        )["arkiv rebuild"]
    print(f"rebuild of {AIPS:,} AIPs of 5 files: {found.wall:.1f} s, {found.cpu:.1f} CPU-s")
    print(f"  10,000 by proportion: {found.wall * 10_000 / AIPS:.0f} s (asked for 60)")


if __name__ == "__main__":
    main()
