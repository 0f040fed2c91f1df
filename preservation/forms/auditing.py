"""The documents about audits to come."""

from collections import Counter
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from preservation.forms.form import STRICT, Form
from preservation.model.due import Due

if TYPE_CHECKING:
    from preservation.assembly.looks import Looked


class DueStore(BaseModel):
    """What is due in one store."""

    model_config = STRICT

    store: str
    presence: int = Field(description="copies to be looked at")
    fixity: int = Field(description="copies to be read whole")
    bytes: int = Field(description="octets to be read")
    late: int = Field(description="copies whose time is over and for which no limit leaves room")


class DueForm(Form):
    """What audits of today would look at and read; nothing was done."""

    status: Literal["planned"]
    presence: int
    fixity: int
    bytes: int
    late: int
    stores: tuple[DueStore, ...]


class StoreAuditForm(Form):
    """What lies in a store that the archive cannot explain; what is in AIPs their audits tell."""

    status: Literal["in order", "strange", "unchecked"]
    store: str
    strays: dict[str, int] = Field(description="how many of each kind")


AUDIT_FORMS: tuple[type[Form], ...] = (DueForm, StoreAuditForm)


def looked(value: "Looked") -> StoreAuditForm:
    """What was found of a whole store."""
    strange: Literal["strange", "in order"] = "strange" if value.strays else "in order"
    return StoreAuditForm(
        status="unchecked" if value.waits else strange,
        reasons=value.reasons,
        store=value.store,
        strays=dict(Counter(str(it.kind) for it in value.strays)),
    )


def planned(plan: Due) -> DueForm:
    """What is due, in all and by store."""
    names = sorted(
        {copy.store for part in (plan.presence, plan.fixity, plan.late) for copy in part}
    )
    stores = tuple(
        DueStore(
            store=name,
            presence=sum(copy.store == name for copy in plan.presence),
            fixity=sum(copy.store == name for copy in plan.fixity),
            bytes=sum(copy.size for copy in plan.fixity if copy.store == name),
            late=sum(copy.store == name for copy in plan.late),
        )
        for name in names
    )
    return DueForm(
        status="planned",
        presence=len(plan.presence),
        fixity=len(plan.fixity),
        bytes=plan.octets,
        late=len(plan.late),
        stores=stores,
    )
