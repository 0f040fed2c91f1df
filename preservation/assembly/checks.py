"""The checks of a package on its way in: all are made, whatever one finds, and all are told."""

from collections.abc import Iterable

from preservation.errors import ToolFailed, Unavailable
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.recording import Stage
from preservation.rules import Refused
from preservation.stages.scan import DETAIL


def told(findings: Iterable[Finding]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The checks that were made, each with what came of it, and those that were not, with why.

    What a check found is told with its rules; here only how much it was.
    """
    made: dict[str, int] = {}
    missed: dict[str, None] = {}
    for finding in findings:
        if finding.outcome is Outcome.NOT_PERFORMED:
            missed[f"{finding.detail}: {finding.note}"] = None
        elif finding.outcome is Outcome.SUCCESS:
            made.setdefault(f"{finding.detail}: {finding.note}", 0)
        else:
            made[finding.detail] = made.get(finding.detail, 0) + max(len(finding.remarks), 1)
    return tuple(_counted(check, found) for check, found in made.items()), tuple(missed)


def _counted(check: str, found: int) -> str:
    if not found:
        return check
    return f"{check}: {found:,} {'finding' if found == 1 else 'findings'}"


def scanned_all_the_same(scan: Stage[None], refused: Refused) -> Stage[None]:
    """Scan a package that is refused already: its producer is told of malware at the same time.

    Raises Refused with all reasons. A scanner that does not work is a check not performed, since
    the package is refused anyway.
    """
    remarks = refused.remarks
    try:
        yield from scanned_if_possible(scan)
    except Refused as infected:
        remarks = (*remarks, *infected.remarks)
    raise Refused(*remarks) from refused


def scanned_if_possible(scan: Stage[None]) -> Stage[None]:
    """Scan a package; a scanner that does not work is a check not performed."""
    try:
        yield from scan
    except (ToolFailed, Unavailable) as failed:
        outcome = Outcome.NOT_PERFORMED
        yield Finding(EventType.VIRUS_CHECK, outcome, ARKIV, DETAIL, str(failed))
