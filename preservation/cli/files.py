"""Files that a command writes beside what it says."""

from pathlib import Path

from preservation.errors import Misconfigured


def write(file: Path, text: str) -> None:
    """Write a text in UTF-8, over what is there; raises Misconfigured when that cannot be."""
    try:
        file.write_text(text, "utf-8", newline="")
    except OSError as error:
        raise Misconfigured(f"{file}: cannot be written: {error.strerror}") from error
