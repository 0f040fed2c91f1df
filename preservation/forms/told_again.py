"""Formats of what is stored, and signatures, in the forms that commands print."""

import re
from collections.abc import Sequence
from typing import Literal

from preservation import forms
from preservation.assembly.reidentification import Plan
from preservation.assembly.signatures import Installed
from preservation.forms.formats import Reidentified, Signatures, ToldFormat
from preservation.forms.identified import answer
from preservation.model.premis import Agent
from preservation.model.reidentification import Due, OnRecord
from preservation.stages.reidentify import Again

_PRONOM = re.compile(r"PRONOM (\d+)")
_CONTAINERS = re.compile(r"container signatures (\d+)")


def told_format(value: OnRecord) -> ToldFormat:
    """What told the format of a stored file."""
    return ToldFormat(
        path=value.path,
        original_name=value.original_name,
        puid=value.format.puid,
        name=value.format.name,
        version=value.format.version,
        basis=value.basis.value,
        reason=value.reason,
        answers=tuple(
            answer(it, Agent(it.agent, note=value.releases.get(it.agent, "")))
            for it in value.answers
        ),
    )


def signatures(agents: Sequence[Agent], installed: Installed | None) -> forms.FormatsForm:
    """What tells formats here; `installed` is what fido then goes by."""
    return forms.FormatsForm(
        status="healthy" if agents else "limited",
        reasons=() if agents else ("no format identifier works here; see arkiv doctor",),
        signatures=tuple(_signatures(agent, installed) for agent in agents),
    )


def _signatures(agent: Agent, installed: Installed | None) -> Signatures:
    own = installed if agent.name == "fido" else None
    release, containers = _PRONOM.search(agent.note), _CONTAINERS.search(agent.note)
    return Signatures(
        agent=str(agent),
        pronom=int(release[1]) if release else None,
        containers=int(containers[1]) if containers else None,
        dated=own.dated if own else None,
        source="installed" if own else "built in",
        installed=own.installed if own else None,
        files=own.files if own else (),
        left_out=own.left_out if own else (),
    )


def planned(value: Plan) -> forms.ReidentifyForm:
    """What is due of one package."""
    told = tuple(_again(it, None, "due", "") for it in value.due)
    return _reidentified(value, told, "due" if told else "current")


def reidentified(value: Plan, told: Sequence[Again]) -> forms.ReidentifyForm:
    """What came of asking again."""
    return _reidentified(value, tuple(map(_done, told)), "reidentified" if told else "current")


def _reidentified(
    value: Plan, told: tuple[Reidentified, ...], status: Literal["current", "due", "reidentified"]
) -> forms.ReidentifyForm:
    return forms.ReidentifyForm(
        status=status,
        reasons=tuple(dict.fromkeys(it.reason for it in told if it.outcome == "not performed")),
        aip_id=value.summary.id,
        files=value.files,
        due=len(value.due),
        changed=sum(it.outcome == "changed" for it in told),
        told=told,
    )


def _done(it: Again) -> Reidentified:
    now = it.identification
    if now is None or not now.performed:
        return _again(it.due, None, "not performed", it.failure or (now.reason if now else ""))
    same = now.format.puid == it.due.file.format.puid
    return _again(it.due, now.format.puid, "same" if same else "changed", now.reason)


def _again(
    it: Due,
    after: str | None,
    outcome: Literal["due", "same", "changed", "not performed"],
    reason: str,
) -> Reidentified:
    return Reidentified(
        path=it.file.path,
        original_name=it.file.original_name,
        because=it.cause.value,
        before=it.file.format.puid,
        after=after,
        outcome=outcome,
        reason=reason,
    )
