"""A command that kills itself at one of its durable steps: before it, in the middle, or after it.

    python killed.py STEP MOMENT ARCHIVE TARGETS WORDS...

TARGETS are what makes something last, as JSON: module, class (empty: the module's own functions)
and names. Each call counts as a step; at STEP the process dies. MOMENT `interrupt` sends it SIGINT
while it writes a tar instead. The last line of the output is how many steps there were.
"""

import functools
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).parents[2]
MOMENTS = ("before", "during", "after")

STORE = ("preservation.stores.directory", "DirectoryStore", ("put", "replace", "remove"))


def child(archive, words, step, moment, targets=(STORE,)) -> subprocess.Popen[str]:
    """A process that does a command on an archive and dies at a step (0: at none)."""
    command = [sys.executable, __file__, str(step), moment, archive, json.dumps(targets), *words]
    return subprocess.Popen(
        [*map(str, command)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def steps(archive, words, targets=(STORE,)) -> int:
    """Do a command to its end; how many durable steps it had."""
    process = child(archive, words, 0, "never", targets)
    told, wrong = process.communicate(timeout=120)
    assert process.returncode == 0, wrong
    return int(told.splitlines()[-1])


def at_every_step(begun, words, folder, check, *, targets=(STORE,), share=1, first=0) -> int:
    """Kill a command at every `share`-th of its moments, each in a copy of `begun`, and check it.

    All moments with ARKIV_ALL_KILLS=1. Gives how many steps there are.
    """
    shutil.copytree(begun, folder / "count")
    count = steps(folder / "count", words, targets)
    moments = [(step, moment) for step in range(1, count + 1) for moment in MOMENTS]
    chosen = moments if os.environ.get("ARKIV_ALL_KILLS") else moments[first::share]
    for step, moment in chosen:
        place = folder / f"{step}-{moment}"
        shutil.copytree(begun, place)
        process = child(place, words, step, moment, targets)
        _, told = process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL, (step, moment, told)
        try:
            check(place)
        except AssertionError as error:
            raise AssertionError(f"killed {moment} step {step} of {count}: {error}") from error
        shutil.rmtree(place)
    return count


class _Steps:
    """Counts the steps of this process and kills it at one of them."""

    def __init__(self, at: int, moment: str) -> None:
        self.count, self.at, self.moment = 0, at, moment

    def durable(self, call):
        @functools.wraps(call)
        def counting(*args, **kwargs):
            self.count += 1
            mine = self.count == self.at
            if mine and self.moment == "before":
                die()
            if mine and self.moment == "during":
                args = self.in_the_middle(call.__name__, args)
            if self.moment == "interrupt" and self.is_first_tar(call.__name__, args):
                args = (*args[:2], interrupted(args[2]))
            try:
                return call(*args, **kwargs)
            finally:
                if mine:
                    die()

        return counting

    def in_the_middle(self, name, args):
        if name == "put":
            return (*args[:2], half(args[2]))
        if name == "move":
            os.unlink = os.remove = lambda *_, **__: die()
            type(args[0]).remove = lambda *_: die()
        return args

    def is_first_tar(self, name, args) -> bool:
        return name == "put" and args[1].endswith(".tar") and args[0].name == "a"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def half(chunks):
    for chunk in chunks:
        yield chunk[: len(chunk) // 2]
        die()


def interrupted(chunks):
    for chunk in chunks:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.3)
        yield chunk


def main() -> None:
    step, moment, archive, targets, *words = sys.argv[1:]
    counted = _Steps(int(step), moment)
    for module, kind, names in json.loads(targets):
        place = importlib.import_module(module)
        place = getattr(place, kind) if kind else place
        for name in names:
            setattr(place, name, counted.durable(getattr(place, name)))
    arkiv = importlib.import_module("preservation.cli.main").main
    sys.argv = ["arkiv", *words, "--archive", archive]
    try:
        arkiv()
    finally:
        sys.stdout.write(f"{counted.count}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
