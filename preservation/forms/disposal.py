"""The documents of holds and deletions, and of what was tidied up."""

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from preservation.forms.form import STRICT, Form

if TYPE_CHECKING:
    from preservation.assembly.deletion import Deletion
    from preservation.assembly.tidying import Tidied
    from preservation.model.disposal import Decision, Standing, Tombstone
    from preservation.model.storage import Summary


class Word(BaseModel):
    """What a person decided: who, under which account of the computer, when, and why."""

    model_config = STRICT

    by: str
    account: str
    when: datetime
    because: str


class HoldForm(Form):
    """A hold on one AIP: until it is lifted, nobody can delete the AIP."""

    status: Literal["held", "lifted"]
    aip_id: str
    hold: str = Field(description="the name of the hold")
    word: Word


class DeletionForm(Form):
    """A deletion of one AIP, as far as it came; `approved` waits for a store."""

    status: Literal["requested", "rejected", "approved", "deleted"]
    aip_id: str
    title: str
    version: int
    files: int = Field(description="files of the payload of the newest version")
    bytes: int = Field(description="their octets")
    basis: str = Field(description="the law or rule that allows it")
    requested: Word
    decided: Word | None = Field(None, description="who approved or rejected it")
    deleted: datetime | None = Field(None, description="since when no store in use has it")
    retired: tuple[str, ...] = Field((), description="stores not in use that may have it still")


class TidyForm(Form):
    """What was settled that had been cut short; `waiting` when a store did not answer."""

    status: Literal["tidy", "waiting"]
    packages: tuple[str, ...] = Field(description="AIPs that were on their way in")
    deleted: tuple[str, ...] = Field(description="AIPs whose deletion was finished")
    repaired: tuple[str, ...] = Field(description="AIPs whose repair was finished")


DISPOSAL_FORMS: tuple[type[Form], ...] = (HoldForm, DeletionForm, TidyForm)


def word(decision: "Decision") -> Word:
    """Who decided, when and why."""
    return Word(
        by=decision.by, account=decision.account, when=decision.when, because=decision.reason
    )


def held(decision: "Decision", waits: tuple[str, ...] = (), *, lifted: bool = False) -> HoldForm:
    """A hold that is placed, or lifted, and why a store did not lock or unlock."""
    return HoldForm(
        status="lifted" if lifted else "held",
        reasons=waits,
        aip_id=decision.package,
        hold=decision.subject,
        word=word(decision),
    )


def requested(
    summary: "Summary", request: "Decision", rejection: "Decision | None" = None
) -> DeletionForm:
    """A deletion that was requested, and perhaps rejected."""
    return DeletionForm(
        status="rejected" if rejection else "requested",
        aip_id=summary.id,
        title=summary.title,
        version=summary.version,
        files=summary.account.preserved_files,
        bytes=summary.account.preserved_bytes,
        basis=request.subject,
        requested=word(request),
        decided=rejection and word(rejection),
    )


def buried(stone: "Tombstone", standing: "Standing") -> DeletionForm:
    """A deletion that was approved, as its tombstone tells of it."""
    done = standing.done
    return DeletionForm(
        status="deleted" if done else "approved",
        reasons=() if done else ("a store may still have it; run: arkiv tidy",),
        aip_id=stone.package,
        title=stone.title,
        version=stone.versions[-1].number,
        files=stone.files,
        bytes=stone.bytes,
        basis=stone.request.subject,
        requested=word(stone.request),
        decided=word(stone.approval),
        deleted=done and done.when,
    )


def carried_out(value: "Deletion", standing: "Standing") -> DeletionForm:
    """A deletion that was approved now, with what it waits for."""
    return buried(value.tombstone, standing).model_copy(
        update={"reasons": value.waits, "retired": value.retired}
    )


def tidied(value: "Tidied") -> TidyForm:
    """What was settled, and why something must wait."""
    return TidyForm(
        status="waiting" if value.waits else "tidy",
        reasons=tuple(value.waits),
        packages=value.packages,
        deleted=tuple(it.tombstone.package for it in value.deletions if it.done),
        repaired=tuple(it.plan.package for it in value.repairs if it.status == "repaired"),
    )
