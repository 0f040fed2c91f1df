"""The only place that starts processes: workers, and the programs that a worker may run."""

from preservation.tools.process.command import Dialogue, Ran, TooMuch, run
from preservation.tools.process.worker import Json, Worker

__all__ = ["Dialogue", "Json", "Ran", "TooMuch", "Worker", "run"]
