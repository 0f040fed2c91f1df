"""Repairs and drills in the forms that commands print."""

from typing import TYPE_CHECKING

from preservation.forms import words
from preservation.forms.repair import Lost, Mended, RepairForm

if TYPE_CHECKING:
    from preservation.assembly.repairs import Repaired
    from preservation.model.storage import Summary


def repaired(value: "Repaired", summary: "Summary") -> RepairForm:
    """The outcome of a repair of one AIP."""
    return RepairForm(
        status=value.status.value,
        reasons=value.reasons,
        aip_id=summary.id,
        version=summary.version,
        files=summary.account.preserved_files,
        bytes=summary.account.preserved_bytes,
        copies=tuple(words.copy(copy) for copy in value.copies),
        mended=tuple(
            Mended(
                store=mend.store,
                key=mend.key,
                fault=mend.fault.value,
                origin=mend.origin.value,
                sources=mend.sources,
                members=mend.members,
            )
            for mend in value.plan.mends
        ),
        lost=tuple(
            Lost(key=loss.key, stores=loss.stores, what=loss.what) for loss in value.plan.losses
        ),
        kept=value.kept,
    )
