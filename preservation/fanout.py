"""One stream of chunks, read once, given to several consumers side by side."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from queue import Empty, Full, Queue
from threading import Event
from typing import TypeVar

T = TypeVar("T")

Consumer = Callable[[Iterator[bytes]], T]

_AHEAD = 3
_PATIENCE = 0.2


class SourceFailed(Exception):
    """Ends a consumer's stream when the source, or another consumer, has failed."""


def fan_out(source: Iterable[bytes], consumers: Sequence[Consumer[T]]) -> list[T]:
    """Give every consumer all chunks of the source, each in a thread; the slowest sets the pace.

    Returns what the consumers return, in their order. When the source or a consumer raises, the
    other streams end with SourceFailed, and the first true cause is raised here.
    """
    stopped = Event()
    queues: list[Queue[bytes | None]] = [Queue(_AHEAD) for _ in consumers]
    pool = ThreadPoolExecutor(len(consumers))
    futures = [
        pool.submit(_consume, consumer, queue, stopped)
        for consumer, queue in zip(consumers, queues, strict=True)
    ]
    try:
        for chunk in source:
            if stopped.is_set():
                break
            _offer(queues, chunk, stopped)
        _offer(queues, None, stopped)
    except BaseException:
        stopped.set()
        raise
    finally:
        _wait(futures, stopped)
        pool.shutdown()
    causes = [error for future in futures if (error := future.exception()) is not None]
    for cause in sorted(causes, key=lambda error: isinstance(error, SourceFailed)):
        raise cause
    return [future.result() for future in futures]


def _wait(futures: "Sequence[Future[T]]", stopped: Event) -> None:
    """Until every consumer has ended, also when Ctrl-C comes meanwhile: it is raised after that.

    A consumer that went on behind the caller's back could write what the caller takes away. Joining
    its thread would not do: Python before 3.13 takes a thread for ended when that is interrupted.
    """
    try:
        wait(futures)
    except BaseException:
        stopped.set()
        _wait(futures, stopped)
        raise


def _consume(consumer: Consumer[T], queue: "Queue[bytes | None]", stopped: Event) -> T:
    stream = _stream(queue, stopped)
    try:
        result = consumer(stream)
        for _ in stream:
            pass  # one that has enough must not hold up the others
    except BaseException:
        stopped.set()
        raise
    return result


def _stream(queue: "Queue[bytes | None]", stopped: Event) -> Iterator[bytes]:
    while True:
        try:
            chunk = queue.get(timeout=_PATIENCE)
        except Empty:
            if stopped.is_set():
                raise SourceFailed from None
            continue
        if chunk is None:
            return
        yield chunk


def _offer(queues: "Sequence[Queue[bytes | None]]", chunk: bytes | None, stopped: Event) -> None:
    for queue in queues:
        while not stopped.is_set():
            try:
                queue.put(chunk, timeout=_PATIENCE)
                break
            except Full:
                continue
