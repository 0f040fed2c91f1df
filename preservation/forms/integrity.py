"""The report on integrity: the document, and the rows for a spreadsheet."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from preservation.forms.form import STRICT, Form
from preservation.model.integrity import AGES, Integrity, Month, StoreProofs
from preservation.model.storage import Copy

COLUMNS = ("aip_id", "version", "store", "state", "bytes", "last_proven", "last_seen")


class StoreIntegrity(BaseModel):
    """The copies of one store, and when they were last read whole and compared."""

    model_config = STRICT

    store: str
    role: str | None = Field(description="none when the store is not in the settings any more")
    copies: int
    bytes: int
    states: dict[str, int] = Field(description="copies by what was found last")
    never: int = Field(description="copies that were never read whole")
    oldest_proof: date | None
    sound_within: dict[str, int] = Field(description="copies proven sound within so many days")
    last_drill: datetime | None
    last_drill_outcome: str | None


class MonthIntegrity(BaseModel):
    """What happened to copies in one month, and how many had a proof at its end."""

    model_config = STRICT

    month: str
    held: int = Field(description="copies at its end")
    covered: int = Field(description="of these, proven within the days of the policy")
    proven: int = Field(description="copies that were proven in it")
    failed: int = Field(description="checks that found a copy corrupt or missing")
    not_performed: int = Field(description="checks that could not be made: they say nothing")
    repaired: int = Field(description="repairs that succeeded")
    not_repaired: int = Field(description="repairs that could not save everything")


class Attention(BaseModel):
    """A copy to look at: not sound, or longest unproven."""

    model_config = STRICT

    aip_id: str
    version: int
    store: str
    state: str
    last_proven: datetime | None


class IntegrityForm(Form):
    """When each copy was last proven, how much was covered over time, what was found and mended."""

    status: Literal["reported"]
    when: datetime
    fixity_days: int = Field(description="within so many days the policy wants every copy proven")
    copies: int
    covered: int = Field(description="copies that were proven sound within these days")
    stores: tuple[StoreIntegrity, ...]
    months: tuple[MonthIntegrity, ...]
    look_at: tuple[Attention, ...] = Field(description="not sound, then the longest unproven")


def report(value: Integrity, look_at: Sequence[Copy]) -> IntegrityForm:
    """The whole report."""
    return IntegrityForm(
        status="reported",
        when=value.now,
        fixity_days=value.fixity_days,
        copies=value.copies,
        covered=value.covered,
        stores=tuple(_store(it, value) for it in value.stores),
        months=tuple(map(_month, value.months)),
        look_at=tuple(
            Attention(
                aip_id=it.package,
                version=it.version,
                store=it.store,
                state=it.state,
                last_proven=it.checked,
            )
            for it in look_at
        ),
    )


def _store(it: StoreProofs, value: Integrity) -> StoreIntegrity:
    today = value.now.date()
    states = Counter[str]()
    for proven in it.proven:
        states[proven.state.value] += proven.copies
    days = sorted({*AGES, value.fixity_days})
    return StoreIntegrity(
        store=it.store,
        role=it.role,
        copies=it.copies,
        bytes=it.octets,
        states=dict(sorted(states.items())),
        never=it.never,
        oldest_proof=it.oldest,
        sound_within={str(count): it.within(count, today) for count in days},
        last_drill=it.drill and it.drill.when,
        last_drill_outcome=it.drill and it.drill.outcome.value,
    )


def _month(it: Month) -> MonthIntegrity:
    return MonthIntegrity(
        month=f"{it.first:%Y-%m}",
        held=it.held,
        covered=it.covered,
        proven=it.proven,
        failed=it.failed,
        not_performed=it.not_performed,
        repaired=it.repaired,
        not_repaired=it.not_repaired,
    )


def spreadsheet(copies: Iterable[Copy]) -> str:
    """CSV (RFC 4180) with a row for each copy, moments in UTC."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for it in copies:
        moments = ("" if w is None else f"{w:%Y-%m-%d %H:%M:%S}" for w in (it.checked, it.seen))
        rows.writerow((it.package, it.version, it.store, it.state, it.size, *moments))
    return out.getvalue()
