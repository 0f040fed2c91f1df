"""Tools that misbehave in every way a real one has been seen to; run in a Worker by the tests."""

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

from preservation.tools.process import run


def echo(batch):
    return batch


def process_id(_):
    return os.getpid()


def main_modules(_):
    return sorted(sys.modules)


def hang(_):
    time.sleep(600)


def hang_holding_the_lock(batch):
    """Ignores everything but SIGKILL: C code that never gives the interpreter's lock back."""
    with open(batch, "w") as note:
        note.write(str(os.getpid()))
    ctypes.PyDLL(None).sleep(600)


def crash(_):
    ctypes.string_at(0)


def kill_itself(_):
    os.kill(os.getpid(), signal.SIGKILL)


def leave(_):
    os._exit(3)


def fail(_):
    raise ValueError("this file is beyond me")


def chatter(batch):
    sys.stdout.write("hello on standard output\n")
    os.write(1, b"and below it\n")
    sys.stderr.write("and on standard error\n")
    return batch


def nonsense(_):
    return {"not": "a list"}


def one_answer_too_few(batch):
    return batch[:-1]


def gluttony(_):
    return len(bytearray(1 << 30))


def survive_interrupt(batch):
    os.kill(os.getpid(), signal.SIGINT)
    return batch


def fussy(batch):
    """Echoes, but hangs or crashes or raises when a batch has a word that says so."""
    for item in batch:
        if "hang" in item:
            time.sleep(600)
        if "crash" in item:
            os._exit(9)
        if "raise" in item:
            raise ValueError("no")
    return [item.upper() for item in batch]


def none_each(batch):
    return [None for _ in batch]


def numbers(batch):
    return [[1, 2, 3, 4] for _ in batch]


def lists_of_nothing(batch):
    return [[] for _ in batch]


def run_a_program(path):
    run(["sh", "-c", f"echo $$ > {path}; exec sleep 60"])


def faulty_words(batch):
    """A verdict that there is not."""
    return [["perfect", "", ""] for _ in batch]


def fussy_judge(batch):
    """Judges everything well-formed, but hangs or crashes when a path says so."""
    fussy(batch)
    return [["well-formed", "", ""] for _ in batch]


def not_installed(batch):
    """Says that it is not installed; or opens a file that is not there."""
    if batch:
        Path(batch[0]).read_bytes()
    raise FileNotFoundError("x is not installed")
