"""The form of what was proven of a ledger."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from preservation.forms.form import Form

if TYPE_CHECKING:
    from preservation.assembly.ledger_proof import Proof


class LedgerForm(Form):
    """What was proven of the ledger in one store."""

    status: Literal["whole", "behind", "cut", "corrupt", "unavailable"]
    store: str
    batches: int = Field(description="batches that form a chain from the first")
    entries: int = Field(description="entries in them")
    head: str | None = Field(
        None, description="sequence and SHA-512 of the last of them, to be published or given away"
    )


def proven(value: "Proof") -> LedgerForm:
    """A proof in that form."""
    return LedgerForm(
        status=value.status.value,
        reasons=value.reasons,
        store=value.store,
        batches=value.batches,
        entries=value.entries,
        head=str(value.head) if value.head else None,
    )
