"""Everything outside the house, as protocols; docstrings are promises that adapters keep."""

from preservation.ports.around import Clock, Progress, Source
from preservation.ports.records import Catalogue, Claim, Claims, Holder, Journal
from preservation.ports.stores import Locking, Store
from preservation.ports.tools import Characterizer, Identifier, Scanner, Validator

__all__ = [
    "Catalogue",
    "Characterizer",
    "Claim",
    "Claims",
    "Clock",
    "Holder",
    "Identifier",
    "Journal",
    "Locking",
    "Progress",
    "Scanner",
    "Source",
    "Store",
    "Validator",
]
