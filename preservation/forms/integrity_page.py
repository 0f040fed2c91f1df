"""The report on integrity as a page to look at, and its chart as a picture."""

from html import escape

from preservation.forms.chart import Bar, chart
from preservation.forms.html import TABLES, facts, framed
from preservation.forms.integrity import Attention, IntegrityForm, MonthIntegrity, StoreIntegrity
from preservation.model.storage import CopyState

_MEANINGS = {
    CopyState.SOUND: "every octet was compared with what was stored, and is the same",
    CopyState.CORRUPT: "it is not what was stored; arkiv repair mends it from another",
    CopyState.MISSING: "it is not there; arkiv repair makes it again from another",
    CopyState.UNCHECKED: "nothing is known of it: it could not be looked at, which is not damage",
}
_KINDS = {CopyState.SOUND: "sound", CopyState.UNCHECKED: "none"}


def page(form: IntegrityForm, archive: str) -> str:
    """The whole report as one page."""
    said = (
        *((("Archive", archive),) if archive else ()),
        ("As of", f"{form.when:%Y-%m-%d %H:%M} UTC"),
        ("Copies", f"{form.copies:,}"),
        (f"Proven sound within {form.fixity_days} days", _of(form.covered, form.copies)),
    )
    stores = "".join(map(_store, form.stores))
    body = (
        f"{facts(said)}"
        "<p>A copy is proven when every octet of it was read and compared with its digest. A check "
        "that could not be made proves nothing, and is no damage either.</p>\n"
        f"{picture(form)}{_states(form)}{_found(form)}"
        f'<h2>Stores</h2>\n<div class="scroll"><table>\n<thead>{_STORES}</thead>\n'
        f"<tbody>\n{stores}</tbody></table></div>\n"
        f"{_months(form)}{_look_at(form)}"
    )
    return framed("The integrity of the archive", body, style=TABLES)


def picture(form: IntegrityForm) -> str:
    """The chart of coverage alone, as SVG: the share of copies with a proof, month by month."""
    bars = [
        Bar(it.month, _percent(it.covered, it.held), _of(it.covered, it.held), _kind(it))
        for it in form.months
    ]
    said = f"Now {_of(form.covered, form.copies)} copies."
    title = f"Copies proven within {form.fixity_days} days, at the end of each month"
    return chart(title, said, bars, most=100)


def _kind(month: MonthIntegrity) -> str:
    return "sound" if month.covered >= month.held else "plain"


def _states(form: IntegrityForm) -> str:
    counts = {state: sum(it.states.get(state, 0) for it in form.stores) for state in _MEANINGS}
    bars = [
        Bar(state.value, count, f"{count:,}", _KINDS.get(state, "faulty"))
        for state, count in counts.items()
        if count
    ]
    meanings = "".join(
        f"<dt>{state.value}</dt><dd>{_MEANINGS[state]}</dd>" for state, n in counts.items() if n
    )
    drawn = chart("Copies by what was found last", f"{form.copies:,} copies", bars)
    return f"{drawn}<dl>{meanings}</dl>\n" if meanings else drawn


def _found(form: IntegrityForm) -> str:
    bars = [
        Bar(f"{it.month} {what}", count, f"{count:,}", kind)
        for it in form.months
        for what, count, kind in (
            ("found bad", it.failed, "faulty"),
            ("repaired", it.repaired, "sound"),
            ("not repaired", it.not_repaired, "faulty"),
            ("not checked", it.not_performed, "none"),
        )
        if count
    ]
    if not bars:
        return "<p>No fault was found in these months, and every check could be made.</p>\n"
    return chart("Faults found and repaired, month by month", f"{len(form.months)} months", bars)


_STORES = (
    '<tr><th scope="col">Store</th><th scope="col" class="number">Copies</th>'
    '<th scope="col" class="number">Sound</th><th scope="col" class="number">Not sound</th>'
    '<th scope="col" class="number">Never proven</th><th scope="col">Oldest proof</th>'
    '<th scope="col">Last drill</th></tr>'
)


def _store(it: StoreIntegrity) -> str:
    sound = it.states.get(CopyState.SOUND, 0)
    numbers = (it.copies, sound, it.copies - sound, it.never)
    cells = "".join(f'<td class="number">{number:,}</td>' for number in numbers)
    role = it.role or "not in the settings"
    drill = f"{it.last_drill:%Y-%m-%d}: {it.last_drill_outcome}" if it.last_drill else "never"
    oldest = f"{it.oldest_proof:%Y-%m-%d}" if it.oldest_proof else "never"
    return (
        f'<tr><th scope="row">{escape(it.store)} <span class="because">{role}</span></th>{cells}'
        f"<td>{oldest}</td><td>{drill}</td></tr>\n"
    )


def _months(form: IntegrityForm) -> str:
    names = ("Month", "Copies", "Covered", "Proven", "Found bad", "Repaired", "Not checked")
    head = f'<th scope="col">{names[0]}</th>' + "".join(
        f'<th scope="col" class="number">{name}</th>' for name in names[1:]
    )
    rows = "".join(
        f'<tr><th scope="row">{it.month}</th>'
        + "".join(
            f'<td class="number">{count:,}</td>'
            for count in (
                it.held,
                it.covered,
                it.proven,
                it.failed,
                it.repaired,
                it.not_performed,
            )
        )
        + "</tr>\n"
        for it in form.months
    )
    return (
        f'<h2>Months</h2>\n<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody></table></div>\n"
    )


def _look_at(form: IntegrityForm) -> str:
    rows = "".join(map(_attention, form.look_at))
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("AIP", "Store", "State", "Last proven")
    )
    return (
        "<h2>Copies to look at</h2>\n<p>Those that are not sound, then those that were proven "
        "longest ago. The spreadsheet has all copies.</p>\n"
        f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody></table></div>\n"
    )


def _attention(it: Attention) -> str:
    proven = f"{it.last_proven:%Y-%m-%d}" if it.last_proven else "never"
    return (
        f'<tr><th scope="row"><code>{it.aip_id}</code> version {it.version}</th>'
        f"<td>{escape(it.store)}</td><td>{it.state}</td><td>{proven}</td></tr>\n"
    )


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({_percent(part, whole)} %)" if whole else "0 of 0"


def _percent(part: int, whole: int) -> int:
    """Rounded down: all but one is not all."""
    return 100 * part // whole if whole else 0
