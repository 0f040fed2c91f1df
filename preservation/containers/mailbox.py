"""Mailboxes (RFC 4155): each message as a file, octet for octet, the lines between are left out."""

import os
from pathlib import Path

from preservation.errors import Unavailable
from preservation.model.agreement import Limits
from preservation.model.report import Remark
from preservation.rules import Refused

_LINE = 1 << 16
_BEGINNING = b"From "
_EMPTY = (b"\n", b"\r\n")


def split(path: Path, folder: Path, limits: Limits) -> int:
    """Write each message of a mailbox into a new folder; gives how many there are.

    The empty line before the next message is no part of the one before, and `>From` stays as it is,
    since nobody can tell who put the `>` there. Raises Refused when there are more messages than
    the limits allow or the file is no mailbox, Unavailable when the disk is full.
    """
    folder.mkdir(parents=True)
    count, held = 0, b""
    out = None
    try:
        with path.open("rb") as source:
            blank = True
            while line := source.readline(_LINE):
                if blank and line.startswith(_BEGINNING):
                    if out:
                        out.close()
                    count, held = count + 1, b""
                    if count > limits.files:
                        expected = f"at most {limits.files}"
                        raise Refused(Remark("CONTAINER-FILES", "", "more messages", expected))
                    out = (folder / f"message-{count:06}.eml").open("xb")
                elif out is None:
                    raise Refused(Remark("CONTAINER-KIND"))
                else:
                    out.write(held)
                    held = b""
                    if line in _EMPTY:
                        held = line
                    else:
                        out.write(line)
                blank = line in _EMPTY
    except OSError as error:
        raise Unavailable(f"{os.fspath(folder)}: {error.strerror}") from error
    finally:
        if out:
            out.close()
    return count
