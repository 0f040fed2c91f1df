"""What Prefect costs for each package: small SIPs from an inbox, with and without it.

The same SIPs are taken by `arkiv inbox`, which runs the stages alone, and by the flow
`ingest-inbox` on a Prefect server of the benchmark's own, in which each is a run with 13 tasks.
The rate of the last fifth is held against that of the first. ARKIV_BENCH_SIPS sets how many.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from _measure import ARKIV, PYTHON, Cost, report, run

SIPS = int(os.environ.get("ARKIV_BENCH_SIPS", "500"))


def main() -> None:
    """One round: both take minutes, and a rate over many packages is a median by itself."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("ARKIV_BENCH")) as name:
        folder = Path(name)
        alone = _archive(folder / "alone")
        flows = _archive(folder / "flows")
        without = run([*ARKIV, "inbox", "--archive", str(alone)])
        server = _server(folder / "prefect")
        try:
            before = _spent(server.pid)
            with_it = run([PYTHON, "-m", "flows.inbox", str(flows)], silent=True)
            served = _spent(server.pid) - before
        finally:
            server.terminate()
            server.wait()
        sink = [_last_against_first(archive) for archive in (alone, flows)]
    more = [
        (name_, (getattr(with_it, key) - getattr(without, key)) / SIPS, asked)
        for name_, key, asked in (
            ("Prefect: clock seconds a package", "wall", 1.5),
            ("Prefect: CPU seconds a package, in the worker", "cpu", 0.5),
        )
    ]
    report(
        f"{SIPS} SIPs of one small file, from an inbox, with all tools",
        {"arkiv inbox": without, "flow ingest-inbox": with_it},
        [
            *more,
            ("Prefect: CPU seconds a package, in its server", served / SIPS, 0.5),
            ("time of the last fifth against the first, without Prefect", sink[0], 1.2),
            ("time of the last fifth against the first, with Prefect", sink[1], 1.2),
        ],
    )
    print(f"packages a second: {_rate(without):.2f} without, {_rate(with_it):.2f} with Prefect")


def _rate(cost: Cost) -> float:
    return SIPS / cost.wall


def _archive(folder: Path) -> Path:
    run([*ARKIV, "init", str(folder)])
    with (folder / "arkiv.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[[inboxes]]\nfolder = "inbox"\nquiet = 1\n')
    for number in range(SIPS):
        objects = folder / "inbox" / "incoming" / f"sip-{number:05}" / "objects"
        objects.mkdir(parents=True)
        (objects / "vendim.txt").write_text(f"Vendim {number}\n", "utf-8")
    time.sleep(1.1)
    return folder


def _server(home: Path) -> "subprocess.Popen[bytes]":
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.environ |= {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    }
    command = [PYTHON, "-m", "prefect", "server", "start", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5):
                return server
        except OSError:
            time.sleep(0.2)
    server.kill()
    sys.exit("Prefect's server does not answer")


def _spent(process: int) -> float:
    """CPU seconds of a process and of those that it started and that ended."""
    ticks = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[11:15]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _last_against_first(archive: Path) -> float:
    told = sorted(
        path.stat().st_mtime for path in (archive / "inbox" / "preserved").glob("*/letter.txt")
    )
    fifth = len(told) // 5
    return (told[-1] - told[-fifth]) / (told[fifth - 1] - told[0])


if __name__ == "__main__":
    main()
