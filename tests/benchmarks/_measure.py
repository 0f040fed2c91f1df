"""Runs commands and tells what they cost: seconds of CPU and of the clock, and peak memory."""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROUNDS = int(os.environ.get("ARKIV_BENCH_ROUNDS", "5"))
PYTHON = sys.executable
ARKIV = (PYTHON, "-c", "from preservation.cli.main import main; main()")
PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run: CPU seconds of the process and all that it started, clock seconds, peak MiB."""

    cpu: float
    wall: float
    peak: float = 0.0


def run(command: Sequence[str], *, memory: bool = False, silent: bool = False) -> Cost:
    """Run a command to its end; its failure ends the benchmark. `silent` throws its log away."""
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    start = time.perf_counter()
    log = subprocess.DEVNULL if silent else None
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=log
    ) as process:
        peak = _Peak(process.pid) if memory else None
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, wall, peak.stop() if peak else 0.0)


class _Peak:
    """The largest sum of proportional memory (PSS) of a process and all that it started."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._ended.wait(0.05):
            self._peak = max(self._peak, sum(_memory(pid) for pid in _family(self._pid)))

    def stop(self) -> float:
        """The peak in MiB."""
        self._ended.set()
        self._thread.join()
        return self._peak / 1024


def _family(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def _memory(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def medians(tasks: Mapping[str, Callable[[], Cost]], rounds: int = ROUNDS) -> dict[str, Cost]:
    """Run all tasks in turn, round after round, so that a slow minute is slow for all of them."""
    costs: dict[str, list[Cost]] = {name: [] for name in tasks}
    for number in range(rounds):
        for name, task in tasks.items():
            cost = task()
            costs[name].append(cost)
            told = f"{cost.cpu:8.2f} CPU-s {cost.wall:8.2f} s"
            print(f"  round {number + 1}  {name:<42}{told}", file=sys.stderr, flush=True)
    return {
        name: Cost(
            statistics.median(c.cpu for c in found),
            statistics.median(c.wall for c in found),
            statistics.median(c.peak for c in found),
        )
        for name, found in costs.items()
    }


def report(
    title: str, found: Mapping[str, Cost], ratios: Sequence[tuple[str, float, float]]
) -> None:
    """A table for people, then the same as one line of JSON."""
    print(f"\n{title}\n")
    print(f"{'medians':<46}{'CPU-s':>9}{'seconds':>9}")
    for name, cost in found.items():
        print(f"{name:<46}{cost.cpu:9.2f}{cost.wall:9.2f}")
    for name, ratio, limit in ratios:
        print(f"{name:<46}{ratio:9.2f}   asked for: at most {limit:g}")
    print(
        json.dumps(
            {
                "title": title,
                "medians": {n: {"cpu": c.cpu, "wall": c.wall} for n, c in found.items()},
                "ratios": {name: ratio for name, ratio, _ in ratios},
            }
        )
    )
