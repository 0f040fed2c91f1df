"""(a) 20,000 files of 20 KiB of mixed real formats: from a folder to preserved in two stores.

Peers in the same run: the bare cost of reading and hashing, and of everything promised (read, hash,
two writes, two read-backs); bagit.py; and, on 40 files and multiplied, the usual chain of commands,
one process a file. Set ARKIV_BENCH to a folder with room for 4 GiB; ARKIV_BENCH_FILES for fewer.
"""

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from _collection import make_small
from _measure import ARKIV, PROJECT, PYTHON, Cost, medians, report, run

FILES = int(os.environ.get("ARKIV_BENCH_FILES", "20000"))
SAMPLE = 40


def ingest(folder: Path, sip: Path, *, without: str = "") -> Cost:
    """One ingest into a new archive; `without` are the kinds of tools that are switched off."""
    archive = folder / "archive"
    shutil.rmtree(archive, ignore_errors=True)
    run([*ARKIV, "init", str(archive)])
    settings = archive / "arkiv.toml"
    told = settings.read_text("utf-8")
    for kind in without.split():
        told, changed = re.subn(rf"(?m)^{kind} = \[[^\]]*\]", f"{kind} = []", told)
        assert changed == 1, kind
    settings.write_text(told, "utf-8")
    return run([*ARKIV, "ingest", str(sip), "--archive", str(archive)])


def start(folder: Path) -> Cost:
    """What the command costs before it does anything."""
    archive = folder / "empty"
    if not archive.exists():
        run([*ARKIV, "init", str(archive)])
    return run([*ARKIV, "list", "--archive", str(archive)])


def bare(what: str, folder: Path, sip: Path) -> Cost:
    """The bare cost."""
    script = PROJECT / "tests/benchmarks/_bare.py"
    return run([PYTHON, str(script), what, str(sip), str(folder)])


def bagit(folder: Path, sip: Path) -> Cost:
    """A bag of a copy by bagit.py with SHA-512, then validated; the copying is not counted."""
    copy = folder / "bagit-copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(sip, copy)
    made = run([PYTHON, "-m", "bagit", "--sha512", "--quiet", str(copy)])
    judged = run([PYTHON, "-m", "bagit", "--validate", "--quiet", str(copy)])
    return Cost(made.cpu + judged.cpu, made.wall + judged.wall)


def chain(sip: Path) -> Cost:
    """fido, exiftool (where installed) and sha256sum, a process a file, for all files."""
    sample = sorted(sip.rglob("*.*"))[:: max(FILES // SAMPLE, 1)][:SAMPLE]
    commands = [[PYTHON, "-m", "fido.fido", "-q"], ["sha256sum"]]
    if shutil.which("exiftool"):
        commands.append(["exiftool", "-j"])
    costs = [run([*command, str(path)]) for path in sample for command in commands]
    factor = FILES / len(sample)
    return Cost(sum(c.cpu for c in costs) * factor, sum(c.wall for c in costs) * factor)


def main() -> None:
    """Make the collection, run everything, and print the table."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("ARKIV_BENCH")) as name:
        folder = Path(name)
        sip = folder / "sip"
        print(f"making {FILES} files", file=sys.stderr)
        make_small(sip, FILES)
        found = medians(
            {
                "bare: read and SHA-512, one pass": lambda: bare("once", folder, sip),
                "bare: read, SHA-512, 2 writes, 2 read-backs": lambda: bare(
                    "promises", folder, sip
                ),
                "arkiv: start of the command": lambda: start(folder),
                "arkiv ingest, no tools": lambda: ingest(
                    folder, sip, without="identifiers characterizers validators"
                ),
                "arkiv ingest, no validators": lambda: ingest(folder, sip, without="validators"),
                "arkiv ingest, all tools": lambda: ingest(folder, sip),
            }
        )
        found["bagit.py: make and validate (one run)"] = bagit(folder, sip)
        found[f"usual chain, from {SAMPLE} files (one run)"] = chain(sip)
    without = found["arkiv ingest, no tools"]
    once = found["bare: read and SHA-512, one pass"]
    promises = found["bare: read, SHA-512, 2 writes, 2 read-backs"]
    report(
        f"{FILES} files of 20 KiB, folder to preserved in two stores",
        found,
        [
            ("CPU-s, no validators", found["arkiv ingest, no validators"].cpu, 30),
            ("CPU-s, all tools", found["arkiv ingest, all tools"].cpu, 30),
            ("no tools : bare one pass, CPU", without.cpu / once.cpu, 2.5),
            ("no tools : bare one pass, wall", without.wall / once.wall, 2.5),
            ("no tools : bare promises, CPU", without.cpu / promises.cpu, 2.5),
            ("no tools : bare promises, wall", without.wall / promises.wall, 2.5),
        ],
    )


if __name__ == "__main__":
    main()
