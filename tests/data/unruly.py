"""Tools that misbehave in every way a real one has been seen to; run in a Worker by the tests."""

import ctypes
import os
import signal
import sys
import time


def echo(batch):
    return batch


def process_id(batch):
    return os.getpid()


def main_modules(batch):
    return sorted(sys.modules)


def hang(batch):
    time.sleep(600)


def hang_holding_the_lock(batch):
    """Ignores everything but SIGKILL: C code that never gives the interpreter's lock back."""
    with open(batch, "w") as note:
        note.write(str(os.getpid()))
    ctypes.PyDLL(None).sleep(600)


def crash(batch):
    ctypes.string_at(0)


def kill_itself(batch):
    os.kill(os.getpid(), signal.SIGKILL)


def leave(batch):
    os._exit(3)


def fail(batch):
    raise ValueError("this file is beyond me")


def chatter(batch):
    print("hello on standard output")
    os.write(1, b"and below it\n")
    print("and on standard error", file=sys.stderr)
    return batch


def nonsense(batch):
    return {"not": "a list"}


def one_answer_too_few(batch):
    return batch[:-1]


def gluttony(batch):
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
