"""The report on a package as one HTML page, which can be mailed to its producer and printed.

It has no scripts and asks for nothing from anywhere; everything from the package is escaped.
"""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Literal

from preservation.forms import CheckForm, Remark
from preservation.forms.html import facts, framed
from preservation.forms.words import REPORT
from preservation.model.packages import SipKind
from preservation.model.rejection import Rejection
from preservation.standards.bagit import Completeness, completeness

SHOWN = 20
"""Equal findings that are seen at once; more are folded."""
LISTED = 1000
"""Equal findings that the page has at all; the JSON document has every one."""

LEVELS = {
    "error": ("Errors", "Each of these keeps the package out. Please put them right."),
    "warning": ("Warnings", "These do not keep the package out. Somebody should look at them."),
    "info": ("Worth knowing", "Nothing needs to be done."),
}

BAGS = {
    "valid": "complete and valid",
    "complete": "complete, but not valid: all is there, but not all of it is as it was",
    "incomplete": "not complete: something is missing, not listed, or not as a bag has it",
    "not known": "not known, because not everything could be compared",
}
"""What the report says of a bag: RFC 8493 tells complete from valid."""

_STYLE = """
.verdict { font-weight: 700; font-size: 1.1rem; padding: .75rem 1rem; border-left: .5rem solid; }
.invalid { background: #fdf0ee; border-color: #a3200d; color: #7a1709; }
.valid { background: #eef7ee; border-color: #1f6b2c; color: #174f21; }
section.finding { border: 1px solid #bbb; border-left: .4rem solid #555; border-radius: .25rem;
  padding: .75rem 1rem; margin: 1rem 0; }
section.error { border-left-color: #a3200d; } section.warning { border-left-color: #8a5a00; }
section.info { border-left-color: #2a5a8a; }
.do { font-weight: 600; } ul { padding-left: 1.2rem; } li { margin: .25rem 0; }
@media print { section.finding li { break-inside: avoid; } }
"""


def page(form: CheckForm) -> str:
    """The page of one report."""
    body = (
        f"{_verdict(form)}{_facts(form)}{''.join(_levels(form.findings))}"
        f"{_list('Checks that were made', form.done)}"
        f"{_list('Checks that were not made', form.not_performed)}"
    )
    return framed(f"Report on {form.path}", body, style=_STYLE)


def _verdict(form: CheckForm) -> str:
    said = (
        "This package is in order." if form.status == "valid" else "This package is not in order."
    )
    return f'<p class="verdict {form.status}">{said}</p>\n'


def _facts(form: CheckForm) -> str:
    counts = []
    for level, noun in (("error", "error"), ("warning", "warning"), ("info", "note")):
        count = sum(1 for it in form.findings if it.level == level)
        counts.append(f"{count:,} {noun}{'' if count == 1 else 's'}")
    rows = (
        ("Status", form.status),
        ("Kind of package", form.kind or "could not be told"),
        *((("Bag", BAGS[form.bag]),) if form.bag else ()),
        ("Files", f"{form.files:,}"),
        ("Size", f"{form.bytes:,} bytes"),
        ("Findings", ", ".join(counts)),
    )
    return facts(rows)


def _levels(findings: Sequence[Remark]) -> Iterator[str]:
    for level, (heading, meaning) in LEVELS.items():
        those = [it for it in findings if it.level == level]
        if those:
            yield f'<h2>{heading} ({len(those):,})</h2>\n<p class="quiet">{meaning}</p>\n'
            yield from (_finding(equal) for equal in alike(those))


def alike(findings: Sequence[Remark]) -> list[list[Remark]]:
    """Findings that differ in place and value only, together, in the order of their first."""
    found: dict[tuple[str, str], list[Remark]] = {}
    for it in findings:
        found.setdefault((it.code, it.level), []).append(it)
    return list(found.values())


def _finding(equal: Sequence[Remark]) -> str:
    first = equal[0]
    count = f" &middot; {len(equal):,} times" if len(equal) > 1 else ""
    source = f'<p class="quiet">Source: {escape(first.source)}</p>' if first.source else ""
    if len(equal) == 1:
        body = _values(first)
    else:
        body = f"<ul>{''.join(map(_item, equal[:SHOWN]))}</ul>" + _folded(equal[SHOWN:])
    # What to do stands before the places: it is the same for all of them, and they may be many.
    return (
        f'<section class="finding {first.level}">\n'
        f"<h3>{escape(_sentence(first.says))} <code>{escape(first.code)}</code>{count}</h3>\n"
        f'<p class="do">What to do: {escape(first.remedy)}.</p>\n{body}{source}</section>\n'
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _values(it: Remark) -> str:
    rows = (("Where", it.where), ("Expected", it.expected), ("Found", it.found))
    shown = tuple(row for row in rows if row[1])
    return facts(shown) if shown else ""


def _item(it: Remark) -> str:
    values = [f"expected {it.expected}"] if it.expected else []
    values += [f"found {it.found}"] if it.found else []
    told = f"<br>{escape('; '.join(values))}" if values else ""
    return f"<li><code>{escape(it.where or 'the package')}</code>{told}</li>\n"


def _folded(rest: Sequence[Remark]) -> str:
    if not rest:
        return ""
    left = len(rest) - (LISTED - SHOWN)
    more = f"<p>And {left:,} more, which only the JSON report has.</p>" if left > 0 else ""
    items = "".join(map(_item, rest[: LISTED - SHOWN]))
    return f"<details><summary>{len(rest):,} more</summary><ul>{items}</ul>{more}</details>\n"


def _list(heading: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>\n" for line in lines)
    return f"<h2>{heading}</h2>\n<ul>{items}</ul>\n"


def publish(folder: Path, rejection: Rejection) -> None:
    """Write the report on a refused SIP into a folder: one page, and one JSON document."""
    form = _form(rejection)
    (folder / REPORT).write_text(page(form), "utf-8")
    (folder / "report.json").write_text(form.model_dump_json(indent=2) + "\n", "utf-8")


def _bag(it: Rejection) -> Literal["complete", "incomplete"] | None:
    """How far a refused bag is in order, where its findings show it."""
    wrong = (said.code for said in it.findings if said.level == "error")
    found = completeness(wrong, compared=False)
    if it.kind != SipKind.BAG or found is Completeness.UNKNOWN:
        return None
    return "complete" if found is Completeness.COMPLETE else "incomplete"


def _form(it: Rejection) -> CheckForm:
    findings = tuple(Remark.model_validate(said, from_attributes=True) for said in it.findings)
    wrong = [said for said in findings if said.level == "error"]
    return CheckForm(
        status="invalid",
        reasons=tuple(f"{said.where}: {said.says}" if said.where else said.says for said in wrong),
        kind=it.kind,
        bag=_bag(it),
        path=it.name,
        files=it.files,
        bytes=it.bytes,
        findings=findings,
        done=it.done,
        not_performed=it.not_made,
    )
