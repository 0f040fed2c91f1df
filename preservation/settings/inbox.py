"""Where SIPs arrive by themselves, and the service that takes them and keeps the schedules."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class InboxSettings(BaseModel):
    """One inbox: a folder that one producer, or several under one agreement, put SIPs into."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: str = Field(description="a folder, relative to arkiv.toml or absolute")
    agreement: str = Field("default", description="the agreement that its SIPs come under")
    quiet: int = Field(120, ge=1, description="seconds without a change until a SIP is complete")
    marker: str = Field("", description='a SIP is complete when NAME + this is there: ".ready"')


def _cron(told: str) -> str:
    """A schedule as cron has it: five fields, or nothing for never."""
    if told and len(told.split()) != 5:
        raise ValueError(
            'write five fields: minute, hour, day, month, weekday, such as "0 1 * * *"; "" is never'
        )
    return told


Cron = Annotated[str, AfterValidator(_cron)]


class ServeSettings(BaseModel):
    """What `arkiv serve` does, and when; times are those of `timezone`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: int = Field(4200, ge=1, le=65535, description="of Prefect's pages, on this machine alone")
    timezone: str = Field("UTC", description="that schedules are told in: Europe/Belgrade")
    audit: Cron = Field("0 1 * * *", description="when copies that are due are audited")
    repair: Cron = Field("", description="when copies that were found bad are repaired")
