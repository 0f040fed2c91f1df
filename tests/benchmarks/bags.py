"""(e) Checking bags, beside `bagit.py --validate`: many small files, and few large ones.

Set ARKIV_BENCH to a folder with room; ARKIV_BENCH_FILES for fewer small files, ARKIV_BENCH_MIB for
the size of each of the ten large ones. The files are in the page cache for both.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from _measure import ARKIV, PYTHON, medians, report, run

FILES = int(os.environ.get("ARKIV_BENCH_FILES", "20000"))
MIB = int(os.environ.get("ARKIV_BENCH_MIB", "1024"))
BAGIT = (PYTHON, "-c", "import sys, bagit; sys.argv[0] = 'bagit.py'; bagit.main()")


def small() -> Iterator[tuple[str, bytes]]:
    """Files of 20 KiB, a hundred in a folder."""
    for number in range(FILES):
        yield f"{number // 100:03}/{number:05}.bin", os.urandom(20 * 1024)


def large() -> Iterator[tuple[str, bytes]]:
    """Ten files."""
    block = os.urandom(1024 * 1024)
    for number in range(10):
        yield f"{number}.bin", block * MIB


def make(bag: Path, files: Iterator[tuple[str, bytes]], algorithm: str) -> Path:
    """A bag of these files with one payload manifest."""
    lines, octets, count = [], 0, 0
    for name, content in files:
        place = bag / "data" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        lines.append(f"{hashlib.new(algorithm, content).hexdigest()}  data/{name}\n")
        octets, count = octets + len(content), count + 1
    declaration = "BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"
    (bag / "bagit.txt").write_text(declaration)
    (bag / "bag-info.txt").write_text(f"Payload-Oxum: {octets}.{count}\n")
    (bag / f"manifest-{algorithm}.txt").write_text("".join(lines))
    return bag


def main() -> None:
    """Each bag in turns with the peer."""
    for title, files in ((f"{FILES:,} x 20 KiB", small), (f"10 x {MIB} MiB", large)):
        for algorithm in ("sha256", "sha512"):
            with tempfile.TemporaryDirectory(dir=os.environ.get("ARKIV_BENCH")) as name:
                bag = make(Path(name) / "bag", files(), algorithm)
                costs = medians(
                    {
                        "arkiv check": lambda b=bag: run([*ARKIV, "check", str(b), "--json"]),
                        "bagit.py --validate": lambda b=bag: run(
                            [*BAGIT, "--validate", str(b)], silent=True
                        ),
                        "bagit.py --quiet": lambda b=bag: run(
                            [*BAGIT, "--quiet", "--validate", str(b)]
                        ),
                    }
                )
            ours, theirs, silent = costs.values()
            ratios = [
                ("CPU, ours to theirs", ours.cpu / theirs.cpu, 0.5),
                ("wall, ours to theirs", ours.wall / theirs.wall, 0.6),
                ("CPU, ours to theirs without its log", ours.cpu / silent.cpu, 0.5),
                ("wall, ours to theirs without its log", ours.wall / silent.wall, 0.6),
            ]
            report(f"(e) checking a bag of {title}, {algorithm}", costs, ratios)


if __name__ == "__main__":
    main()
