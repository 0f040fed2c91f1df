"""What lies at the top of a store; whatever else is there is not of the archive."""

from preservation.standards import ledger, ocfl, tombstone

QUARANTINE = "quarantine/"
"""Damaged objects that a repair has set aside, until somebody releases them."""
REPAIR = "repair/"
"""Repairs that are under way."""

OWN = (ocfl.ROOT, ledger.PREFIX, QUARANTINE, REPAIR, tombstone.PREFIX)
