"""The form of one thing that may be done with an AIP, or not."""

from collections.abc import Iterable, Iterator

from pydantic import BaseModel, Field

from preservation.forms.form import STRICT
from preservation.model.premis import RightsStatement


class Right(BaseModel):
    """One act that is granted, with or without a restriction, and on what basis."""

    model_config = STRICT

    act: str = Field(description="such as disseminate; unknown when nobody told")
    restriction: str = Field(description="what must not be done; empty when nothing")
    basis: str = Field(description="copyright, license, statute, or another by its name")
    citation: str = Field(description="the law, the terms or the note that says so")
    start: str
    end: str
    objects: tuple[str, ...] = Field(description="paths in the AIP; none means all of it")


def rights(told: Iterable[RightsStatement]) -> Iterator[Right]:
    """One for each act of each statement."""
    for it in told:
        for grant in it.grants:
            yield Right(
                act=grant.act,
                restriction=grant.restriction,
                basis=it.other_basis or it.basis,
                citation=it.citation or it.terms or grant.note or "; ".join(it.notes),
                start=grant.start,
                end=grant.end,
                objects=it.objects,
            )
