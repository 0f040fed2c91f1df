"""How often copies are audited, and what that may cost."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from preservation.model.due import GIB, AuditPolicy, Limit
from preservation.model.identifiers import StoreName


class AuditStore(BaseModel):
    """What one store may be asked for by audits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, AfterValidator(StoreName)]
    gib_a_day: float | None = Field(None, gt=0, description="GiB read a day at most")
    price: float = Field(0.0, ge=0, description="what reading a GiB costs, in any currency")


class AuditSettings(BaseModel):
    """By when every copy is seen and read, and the limits of a day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    presence_days: int = Field(1, ge=1, description="every copy is seen within so many days")
    fixity_days: int = Field(90, ge=1, description="every copy is read whole within so many days")
    gib_a_day: float | None = Field(None, gt=0, description="GiB read a day at most")
    cost_a_day: float | None = Field(None, gt=0, description="what a day of reading may cost")
    stores: tuple[AuditStore, ...] = ()

    @property
    def policy(self) -> AuditPolicy:
        """The same as the model has it."""
        limits = {
            StoreName(store.name): Limit(_octets(store.gib_a_day), store.price)
            for store in self.stores
        }
        return AuditPolicy(
            self.presence_days,
            self.fixity_days,
            _octets(self.gib_a_day),
            self.cost_a_day,
            limits,
        )


def _octets(gib: float | None) -> int | None:
    return None if gib is None else int(gib * GIB)
