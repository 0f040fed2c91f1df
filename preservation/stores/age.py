"""Octets encrypted and decrypted with age, as streams.

Source: the age file encryption format v1 (https://age-encryption.org/v1). A file is a header, whose
length varies, a nonce, and chunks of 64 KiB, each with a tag.
"""

import os
import queue
import stat
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path

import pyrage

from preservation.errors import Corrupt, Misconfigured

_PIECE = 4 << 20
_CHUNK, _TAG, _NONCE = 64 * 1024, 16, 16
HEADER_MOST = 16 * 1024
"""Octets in which a header must have ended; ours have some hundred."""

_END = b"\n--- "


class Key:
    """An identity of age: who has it can read what is encrypted for its recipient."""

    def __init__(self, text: str) -> None:
        """Refuses (ValueError) what is no identity with X25519."""
        try:
            self._identity = pyrage.x25519.Identity.from_str(text)
        except pyrage.IdentityError as error:
            raise ValueError(str(error)) from None
        self._recipient = self._identity.to_public()

    @property
    def recipient(self) -> str:
        """The public half, by which others may encrypt."""
        return str(self._recipient)

    def encrypted(self, chunks: Iterable[bytes]) -> Generator[bytes, None, None]:
        """An age file of these octets, in pieces; what the chunks raise is raised."""
        yield from _streamed(
            chunks, lambda source, sink: pyrage.encrypt_io(source, sink, [self._recipient])
        )

    def decrypted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The octets of an age file, in pieces; raises Corrupt when it was altered or cut."""
        try:
            yield from _streamed(
                chunks, lambda source, sink: pyrage.decrypt_io(source, sink, [self._identity])
            )
        except (pyrage.DecryptError, OSError) as error:
            raise Corrupt(f"cannot be decrypted: {error}") from error


def read_key(file: Path) -> Key:
    """The key in a file, as `age-keygen` and `arkiv store key` write one.

    Raises Misconfigured when it is not there, others may read it, or it is none.
    """
    try:
        mode = file.stat().st_mode
        lines = file.read_text("ascii").splitlines()
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{file}: the key cannot be read: {error}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Misconfigured(f"{file}: others may read this key; run: chmod 600 {file}")
    found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if len(found) == 1:
        try:
            return Key(found[0])
        except ValueError:
            pass
    raise Misconfigured(f"{file}: holds no identity of age; make one with: arkiv store key FILE")


def write_key(file: Path) -> Key:
    """A new key in a new file that only its owner may read; Misconfigured when one is there."""
    text = str(pyrage.x25519.Identity.generate())
    key = Key(text)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Misconfigured(f"{file}: cannot be written: {error.strerror}") from error
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(f"# public key: {key.recipient}\n{text}\n")
    return key


def header_length(head: bytes) -> int:
    """Octets of the header of an age file, from its beginning; Corrupt when it has none."""
    last = head.find(_END)
    end = head.find(b"\n", last + len(_END)) if last >= 0 else -1
    if end < 0:
        raise Corrupt("is no age file")
    return end + 1


def sealed_size(header: int, size: int) -> int:
    """Octets of an age file with such a header for so many octets."""
    return header + _NONCE + size + _TAG * max(1, -(-size // _CHUNK))


def plain_size(header: int, sealed: int) -> int:
    """The inverse; Corrupt when no age file has so many octets."""
    body = sealed - header - _NONCE
    size = body - _TAG * max(1, -(-body // (_CHUNK + _TAG)))
    if size < 0 or sealed_size(header, size) != sealed:
        raise Corrupt("is cut: no age file has so many octets")
    return size


class _Source:
    """What pyrage reads from; an exception of the chunks is kept, since pyrage changes it."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")
        self.failed: BaseException | None = None

    def read(self, size: int) -> bytes:
        while not self._rest:
            try:
                self._rest = memoryview(next(self._chunks))
            except StopIteration:
                return b""
            except BaseException as error:
                self.failed = error
                raise
        piece, self._rest = self._rest[:size], self._rest[size:]
        return bytes(piece)


class _Sink:
    """What pyrage writes to: pieces of some MiB for the reader on the other side."""

    def __init__(self) -> None:
        self.pieces: queue.Queue[bytes | None] = queue.Queue(2)
        self.left = threading.Event()
        self._held = bytearray()

    def write(self, octets: bytes) -> int:
        self._held += octets
        if len(self._held) >= _PIECE:
            self.flush()
        return len(octets)

    def flush(self) -> None:
        self._put(bytes(self._held))
        self._held.clear()

    def end(self) -> None:
        self._put(None)

    def _put(self, piece: bytes | None) -> None:
        while not self.left.is_set():
            try:
                self.pieces.put(piece, timeout=0.2)
            except queue.Full:
                continue
            return
        raise BrokenPipeError("nobody reads any more")


def _streamed(chunks: Iterable[bytes], run: Callable[[_Source, _Sink], None]) -> Iterator[bytes]:
    """What a function of pyrage makes of chunks, which it pushes while we pull."""
    source, sink = _Source(chunks), _Sink()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            run(source, sink)
            sink.flush()
        except BaseException as error:  # told on the other side
            failed.append(source.failed or error)
        if not sink.left.is_set():
            try:
                sink.end()
            except BrokenPipeError:
                return

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while (piece := sink.pieces.get()) is not None:
            if piece:
                yield piece
    finally:
        sink.left.set()
        thread.join()
    if failed:
        raise failed[0]
