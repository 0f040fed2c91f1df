"""A limit on how many octets a second a store may be sent or asked for."""

import threading
import time


class Pace:
    """Makes whoever sends or reads wait, so that all together stay below so many octets a second.

    None is no limit. May be used from several threads.
    """

    def __init__(self, octets: float | None) -> None:
        """Begin with nothing sent."""
        self._octets = octets
        self._free = 0.0
        self._lock = threading.Lock()

    def wait(self, size: int) -> None:
        """Wait until `size` octets more are within the limit."""
        if self._octets is None:
            return
        with self._lock:
            now = time.monotonic()
            begin = max(now, self._free)
            self._free = begin + size / self._octets
        time.sleep(max(begin - now, 0))
