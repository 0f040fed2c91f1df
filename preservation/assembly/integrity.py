"""What the archive knows of the integrity of its copies, now and month by month."""

from preservation.assembly.archive import Archive
from preservation.model.identifiers import StoreName
from preservation.model.integrity import Integrity, StoreProofs, months_before
from preservation.model.storage import Copy

MONTHS = 12
NAMED = 20
"""Copies that are named of each kind that needs attention; a spreadsheet has all."""


def integrity(archive: Archive) -> Integrity:
    """Count proofs and faults; the catalogue alone is asked, and no store."""
    proofs, now = archive.catalogue.proofs, archive.clock.now()
    roles = {StoreName(told.name): told.role for told in archive.settings.stores}
    names = tuple(dict.fromkeys([*roles, *proofs.stores()]))
    days = archive.settings.audit.fixity_days
    proven, drills = proofs.proven(), proofs.drills(names)
    stores = tuple(
        StoreProofs(
            name, roles.get(name), tuple(it for it in proven if it.store == name), drills.get(name)
        )
        for name in names
    )
    firsts = months_before(now, MONTHS)
    months = proofs.months(firsts, now, days=days, stores=names)
    begun = next((number for number, month in enumerate(months) if month.held), len(months) - 1)
    return Integrity(now, days, stores, months[begun:])


def to_look_at(archive: Archive) -> tuple[Copy, ...]:
    """Copies that are not sound, then those that were never proven or longest ago."""
    proofs = archive.catalogue.proofs
    return tuple(dict.fromkeys([*proofs.not_sound(NAMED), *proofs.longest_unproven(NAMED)]))
