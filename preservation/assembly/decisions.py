"""What people decide on AIPs: holds, and requests for deletion with their approval or rejection.

The catalogue has a decision first, then the ledger. A crash between the two leaves a decision that
nobody was told of; `note` gives it to the ledger later.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

from preservation.assembly import ledger
from preservation.assembly.archive import Archive
from preservation.assembly.locks import secured
from preservation.assembly.named import all_required
from preservation.errors import Misconfigured, Unavailable
from preservation.model.agreement import PERMANENT
from preservation.model.disposal import (
    Act,
    Decision,
    Standing,
    Tombstone,
    same_person,
    tombstone,
)
from preservation.model.identifiers import PackageId
from preservation.model.premis import Agent, AgentType
from preservation.model.storage import Summary
from preservation.recording import Heard, Stage, record
from preservation.stages import dispose

CLAIM = "decisions"
"""What is claimed by whoever decides, so that no two decisions contradict each other."""
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Word:
    """Who decides, under which account of the computer, and why."""

    by: str
    account: str
    reason: str

    def __post_init__(self) -> None:
        """Refuse (Misconfigured) a decision of nobody or for no reason."""
        reasons = []
        if not self.by.strip():
            reasons.append("who decides must be told: --by NAME")
        if not self.reason.strip():
            reasons.append("why must be told: --because REASON")
        if reasons:
            raise Misconfigured(*reasons)

    @property
    def agent(self) -> Agent:
        """The person as PREMIS has them."""
        return Agent(" ".join(self.by.split()), type=AgentType.PERSON, note=self.account)


@dataclass(frozen=True, slots=True)
class Held:
    """AIPs that were held or are no more, and why a store could not lock or unlock its copies."""

    decisions: tuple[Decision, ...]
    waits: tuple[str, ...]


def hold(archive: Archive, ids: Sequence[str], name: str, word: Word) -> Held:
    """Keep AIPs from being deleted until the hold of this name is lifted; raises Misconfigured."""

    def against(summary: Summary, now: Standing) -> Iterator[str]:
        if any(it.subject == name for it in now.holds):
            yield f"{summary.id}: is held by {name!r} already"

    if not name.strip():
        raise Misconfigured("a hold needs a name, such as that of a case")
    return _held(archive, _decide(archive, ids, Act.HOLD, lambda _: name, word, against))


def lift(archive: Archive, ids: Sequence[str], name: str, word: Word) -> Held:
    """End the hold of this name on AIPs, by default on all that it holds; raises Misconfigured."""

    def against(summary: Summary, now: Standing) -> Iterator[str]:
        names = [it.subject for it in now.holds]
        if name not in names:
            others = f"; it is held by {', '.join(names)}" if names else ""
            yield f"{summary.id}: is not held by {name!r}{others}"

    held = [
        package
        for package, now in sorted(archive.catalogue.disposals.standings().items())
        if any(it.subject == name for it in now.holds)
    ]
    if not ids and not held:
        raise Misconfigured(f"no AIP is held by {name!r}; see: arkiv hold list")
    return _held(archive, _decide(archive, ids or held, Act.LIFT, lambda _: name, word, against))


def _held(archive: Archive, made: tuple[Decision, ...]) -> Held:
    copies = (it for one in made for it in archive.catalogue.copies(one.package))
    return Held(made, secured(archive, copies).waits)


def request(archive: Archive, ids: Sequence[str], basis: str, word: Word) -> tuple[Decision, ...]:
    """Ask that AIPs be deleted, on the basis of a law or a rule; raises Misconfigured."""

    def against(summary: Summary, now: Standing) -> Iterator[str]:
        yield from forbidding(archive, summary, now)
        if now.request:
            yield (
                f"{summary.id}: its deletion was requested already, on "
                f"{now.request.when:%Y-%m-%d} by {now.request.by}"
            )

    if not basis.strip():
        raise Misconfigured(
            "on which basis must be told, such as a rule of the retention schedule: --basis RULE"
        )
    return _decide(archive, ids, Act.REQUEST, lambda _: basis.strip(), word, against)


def reject(archive: Archive, ids: Sequence[str], word: Word) -> tuple[Decision, ...]:
    """Turn requests for deletion down, or take one's own back; raises Misconfigured."""

    def against(summary: Summary, now: Standing) -> Iterator[str]:
        if now.request is None:
            yield _not_requested(summary)

    def subject(now: Standing) -> str:
        return now.request.subject if now.request else ""

    return _decide(archive, ids, Act.REJECT, subject, word, against)


def approve(archive: Archive, summary: Summary, word: Word) -> Tombstone:
    """Approve a deletion, and take the AIP out of the catalogue; its tombstone.

    Who calls this has claimed the AIP, and removes it from the stores afterwards. Raises
    Misconfigured with all that forbids it.
    """
    disposals = archive.catalogue.disposals
    with archive.claims.claimed(CLAIM, wait=_PATIENCE):
        now = disposals.standing(summary.id)
        wrong = [*forbidding(archive, summary, now), *_not_by(archive, summary, now, word)]
        if wrong or now.request is None:
            raise Misconfigured(*wrong)
        approval = _made(archive, summary, Act.APPROVE, now.request.subject, word)
        versions = archive.catalogue.versions(summary.id)
        copies = archive.catalogue.copies(summary.id)
        stone = tombstone(versions, copies, now.request, approval)
        disposals.bury(stone)
        note(archive)
    return stone


def note(archive: Archive) -> None:
    """Give the ledger what it lacks of the decisions; raises Unavailable when it takes nothing."""
    disposals = archive.catalogue.disposals
    lacking = disposals.not_noted()
    if not lacking:
        return
    try:
        ledger.append(archive, lacking)
    except Unavailable as unavailable:
        raise Unavailable(
            "what was decided stands in the catalogue and not yet in the ledger; when the stores "
            "are there, run: arkiv tidy",
            *unavailable.reasons,
        ) from unavailable
    disposals.noted(lacking)


def forbidding(archive: Archive, summary: Summary, now: Standing) -> Iterator[str]:
    """Why an AIP may not be deleted, whoever wants it."""
    until = max(
        (it.retained_until for it in archive.catalogue.versions(summary.id) if it.retained_until),
        default=None,
    )
    if until == PERMANENT:
        yield f"{summary.id}: is to be kept permanently, as its agreement says"
    elif until and until > archive.clock.now().date():
        yield f"{summary.id}: is to be kept until {until:%Y-%m-%d}, as its agreement says"
    for it in now.holds:
        yield (
            f"{summary.id}: is held by {it.subject!r} since {it.when:%Y-%m-%d} ({it.by}: "
            f"{it.reason}); lift the hold before"
        )


def _not_by(archive: Archive, summary: Summary, now: Standing, word: Word) -> Iterator[str]:
    """Why this person may not approve this request, or nobody."""
    if now.request is None:
        yield _not_requested(summary)
        return
    if same_person(now.request.by, word.by):
        yield (
            f"{summary.id}: {now.request.by} requested its deletion and cannot approve it too; "
            "somebody else must"
        )
    if archive.settings.deletion.accounts == "different" and now.request.account == word.account:
        yield (
            f"{summary.id}: its deletion was requested under the account {word.account} too; "
            "somebody else must approve it, under an account of their own"
        )
    if now.request.version != summary.version:
        yield (
            f"{summary.id}: its deletion was requested when version {now.request.version} was the "
            f"newest, and there is version {summary.version} now; reject it and request it again"
        )


def _not_requested(summary: Summary) -> str:
    return (
        f"{summary.id}: nobody has requested its deletion; that comes first: "
        f"arkiv delete request {summary.id}"
    )


def _decide(
    archive: Archive,
    ids: Sequence[str],
    act: Act,
    subject: Callable[[Standing], str],
    word: Word,
    against: Callable[[Summary, Standing], Iterator[str]],
) -> tuple[Decision, ...]:
    """The same decision on several AIPs: on all of them, or with every reason on none."""
    disposals = archive.catalogue.disposals
    with archive.claims.claimed(CLAIM, wait=_PATIENCE):
        summaries = all_required(archive.catalogue, ids)
        standings = {it.id: disposals.standing(it.id) for it in summaries}
        wrong = [reason for it in summaries for reason in against(it, standings[it.id])]
        if wrong:
            raise Misconfigured(*wrong)
        made = [_made(archive, it, act, subject(standings[it.id]), word) for it in summaries]
        disposals.decide(made)
        note(archive)
    return tuple(made)


def _made(archive: Archive, summary: Summary, act: Act, subject: str, word: Word) -> Decision:
    stage = dispose.decide(act, subject, who=word.agent, reason=word.reason.strip())
    return decision(archive, summary.id, summary.version, act, subject, stage)


def decision(
    archive: Archive, package: PackageId, version: int, act: Act, subject: str, stage: Stage[None]
) -> Decision:
    """A decision with the event that a stage tells of it."""
    journal = Heard()
    record(
        stage,
        name=str(act),
        run=uuid4(),
        package=package,
        journal=journal,
        clock=archive.clock,
    )
    return Decision(package, version, act, subject, journal.heard[0])
