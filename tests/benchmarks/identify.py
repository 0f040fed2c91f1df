"""What identification costs: 20,000 mixed files of 20 KiB, with digests, beside what others take.

In one run: `arkiv identify --sha512` with siegfried alone and with both identifiers always asked;
pygfried alone, `file`, and the stock fido on a sample, multiplied. ARKIV_BENCH names the folder to
work in, ARKIV_BENCH_FILES another number of files.
"""

import hashlib
import json
import os
import random
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from _collection import make_small
from _measure import ARKIV, PYTHON, Cost, medians, report, run
from fido.fido import Fido
from fido.versions import get_local_versions

from preservation.tools.fido_formats import load

FILES = int(os.environ.get("ARKIV_BENCH_FILES", "20000"))
SAMPLE = 400
_PYGFRIED = (
    "import os, sys, pygfried\n"
    "paths = sorted(os.path.join(p, n) for p, _, ns in os.walk(sys.argv[1]) for n in ns)\n"
    "for start in range(0, len(paths), 256):\n"
    "    pygfried.identify_many(paths[start : start + 256], workers=2)\n"
)


def stock(paths: list[str], factor: float) -> Cost:
    """The stock fido in this process, its start left out."""
    local = get_local_versions()
    program = Fido(
        quiet=True,
        handle_matches=lambda *_: None,
        format_files=[local.pronom_signature, local.fido_extension_signature],
    )
    program.containersignature_file = local.pronom_container_signature
    return _timed(program.identify_file, paths, factor)


def ours(paths: list[str], factor: float) -> Cost:
    """The same signatures as Arkiv tries them, in this process too."""
    return _timed(load().identify, paths, factor)


def _timed(identify: Callable[[str], object], paths: list[str], factor: float) -> Cost:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in paths[:40]:
            identify(path)  # what is compiled at the first time is left out
        cpu, wall = time.process_time(), time.perf_counter()
        for path in paths:
            identify(path)
    return Cost((time.process_time() - cpu) * factor, (time.perf_counter() - wall) * factor)


def digests(paths: list[str]) -> Cost:
    """Every file read and hashed."""
    cpu, wall = time.process_time(), time.perf_counter()
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            hashlib.sha512(file.read()).digest()
    return Cost(time.process_time() - cpu, time.perf_counter() - wall)


def main() -> None:
    """Make the collection, run everything, and print the table."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("ARKIV_BENCH")) as name:
        folder = Path(name) / "files"
        print(f"making {FILES} files", file=sys.stderr)
        make_small(folder, FILES)
        every = sorted(str(path) for path in folder.rglob("*.*"))
        # Drawn, because the formats follow one another in a fixed order.
        sample = random.Random(1987).sample(every, min(SAMPLE, FILES))
        factor = len(every) / len(sample)
        identify = [*ARKIV, "identify", str(folder), "--json", "--sha512"]
        tasks = {
            "read and SHA-512 alone": lambda: digests(every),
            "arkiv identify --sha512, siegfried alone": lambda: run(
                [*identify, "--by", "siegfried"]
            ),
            "arkiv identify --sha512, both always": lambda: run(identify),
            "pygfried alone": lambda: run([PYTHON, "-c", _PYGFRIED, str(folder)]),
            f"fido as Arkiv asks it, {len(sample)} files multiplied": lambda: ours(sample, factor),
            f"fido, stock, {len(sample)} files multiplied": lambda: stock(sample, factor),
        }
        if shutil.which("file"):
            names = Path(name) / "names"
            names.write_text("\n".join(every), "utf-8")
            tasks["file --mime-type"] = lambda: run(["file", "-b", "--mime-type", "-f", str(names)])
        found = medians(tasks)
    alone = found["arkiv identify --sha512, siegfried alone"].cpu
    both = found["arkiv identify --sha512, both always"].cpu
    fast = found[f"fido as Arkiv asks it, {len(sample)} files multiplied"].cpu
    pygfried = found["pygfried alone"].cpu
    rate = FILES * 20 / 1024 / found["read and SHA-512 alone"].cpu
    print(json.dumps({"MiB a second, read and SHA-512": round(rate)}))
    report(
        f"{FILES} files of 20 KiB identified, with digests",
        found,
        [
            ("CPU-s, siegfried alone", alone, 10),
            ("CPU-s, both always", both, 25),
            ("ms a file, fido as Arkiv asks it", fast / FILES * 1000, 1),
            ("siegfried alone : pygfried alone, CPU", alone / pygfried, 1.25),
        ],
    )


if __name__ == "__main__":
    main()
