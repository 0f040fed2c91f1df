"""What became of a SIP that lay in an inbox, for programs."""

import os
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from preservation.forms.form import Form
from preservation.model.names import written

if TYPE_CHECKING:
    from preservation.assembly.inbox import Taken


class InboxForm(Form):
    """What became of one SIP from an inbox; one that waits or failed is tried again."""

    status: Literal["preserved", "refused", "set aside", "failed", "waits"]
    sip: str = Field(description="the name of the SIP")
    place: str = Field(description="where the SIP lies now")
    aip_id: str | None = Field(None, description="the AIP that it became")


def taken(value: "Taken[Any]") -> InboxForm:
    """The document of a SIP that was taken."""
    return InboxForm(
        status=value.fate.value,
        reasons=value.reasons,
        sip=value.name,
        place=written(os.fsencode(value.path)),
        aip_id=value.receipt.aip_id if value.receipt else None,
    )
