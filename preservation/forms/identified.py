"""What files are, in the form that `arkiv identify` prints."""

from collections.abc import Mapping

from preservation import forms
from preservation.assembly.identification import Told
from preservation.forms.formats import IdentifierAnswer, NamedFormat
from preservation.model.formats import Answer, Format
from preservation.model.names import written
from preservation.model.premis import Agent


def identified(value: Told, agents: Mapping[str, Agent]) -> forms.IdentifyForm:
    """What one file is; `agents` are the identifiers by the name that their answers bear."""
    it = value.identification
    return forms.IdentifyForm(
        status="identified" if it.known else "unknown" if it.performed else "not performed",
        reasons=() if it.known else (it.reason,),
        path=written(value.place.path),
        puid=it.format.puid,
        name=it.format.name,
        version=it.format.version,
        mime=it.format.mime,
        basis=it.basis.value,
        reason=it.reason,
        disputed=it.disputed,
        bytes=value.place.size,
        sha512=value.sha512 or None,
        answers=tuple(answer(one, agents.get(one.agent)) for one in it.answers),
    )


def answer(value: Answer, agent: Agent | None) -> IdentifierAnswer:
    """What one identifier said."""
    return IdentifierAnswer(
        agent=str(agent or value.agent),
        release=agent.note if agent else "",
        formats=tuple(map(_format, value.formats)),
        basis=value.basis.value,
        evidence=value.evidence,
        warning=value.warning,
        not_performed=value.not_performed,
    )


def _format(value: Format) -> NamedFormat:
    return NamedFormat(puid=value.puid, name=value.name, version=value.version, mime=value.mime)
