"""What every JSON document has."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Failure = Literal["misconfigured", "rejected", "corrupt", "failed", "unavailable"]

STRICT = ConfigDict(
    frozen=True,
    defer_build=True,  # a command makes one document or two of the many
    extra="forbid",
    json_schema_serialization_defaults_required=True,  # every document has all its fields
)


class Form(BaseModel):
    """What every document has."""

    model_config = STRICT

    status: str = Field(description="how it ended, in one word")
    reasons: tuple[str, ...] = Field((), description="every reason, for a person to act on")
