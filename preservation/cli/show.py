"""`arkiv show`: all that is known of one AIP."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.delete import say
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, JsonOption

if TYPE_CHECKING:
    from preservation.assembly.archive import Archive
    from preservation.forms import ShowForm
    from preservation.forms.formats import ToldFormat
    from preservation.model.storage import Summary


def command(
    aip_id: Annotated[str, typer.Argument(metavar="AIP-ID", help="The AIP's identifier.")],
    files: Annotated[bool, typer.Option("--files", help="Also its files.")] = False,
    formats: Annotated[
        bool, typer.Option("--formats", help="Also what told the format of each file.")
    ] = False,
    events: Annotated[bool, typer.Option("--events", help="Also its PREMIS events.")] = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Show one AIP: its description, its copies, and on request its files, formats and events.

    Of an AIP that was deleted: what it was, and who wanted it gone and why.

    Example: arkiv show 5f0c1d52-2f3e-4f0a-9a53-0d8f6f7f6e11 --files
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.named import deleted, required
        from preservation.forms import ShowForm, words
        from preservation.forms.disposal import buried
        from preservation.forms.right import rights
        from preservation.forms.version import version
        from preservation.settings.place import locate

        place = opened(locate(archive))
        catalogue = place.catalogue
        stone = deleted(catalogue, aip_id)
        if stone:
            grave = buried(stone, catalogue.disposals.standing(stone.package))
            screen.emit(grave) if json else say(grave)
            return
        summary = required(catalogue, aip_id)
        listed = words.listed(summary, catalogue.copies(summary.id), beyond=place.for_access)
        form = ShowForm(
            **dict(listed),
            account=words.account(summary.account),
            description=words.statements(summary.description),
            versions=tuple(map(version, catalogue.versions(summary.id))),
            retained_until=summary.retained_until,
            rights=tuple(rights(summary.rights)),
            holds=tuple(it.subject for it in catalogue.disposals.standing(summary.id).holds),
            file_list=tuple(map(words.file, catalogue.files(summary.id))) if files else None,
            formats=_formats(place, summary) if formats else None,
            events=tuple(map(words.event, catalogue.events(summary.id))) if events else None,
        )
        if json:
            screen.emit(form)
        else:
            _say(form)


def _formats(archive: "Archive", summary: "Summary") -> "tuple[ToldFormat, ...]":
    from preservation.assembly.formats_on_record import formats_on_record
    from preservation.forms.told_again import told_format

    return tuple(map(told_format, formats_on_record(archive, summary).files))


def _say_format(it: "ToldFormat") -> None:
    screen.wrapped("", it.original_name)
    screen.wrapped(f"  {it.puid or 'unknown':<11} ", it.reason)
    for answer in it.answers:
        named = ", ".join(one.puid or one.name for one in answer.formats) or "none"
        evidence = f" ({answer.evidence})" if answer.evidence else ""
        warning = f"; {answer.warning}" if answer.warning else ""
        said = answer.not_performed or f"{named} by {answer.basis}{evidence}{warning}"
        screen.wrapped(f"    {answer.agent:<11} ", f"{said} [{answer.release}]")


def _say_description(form: "ShowForm") -> None:
    for statement in form.description:
        if not statement.about:
            language = f" [{statement.language}]" if statement.language else ""
            screen.say(f"  {statement.element + language:<14}{screen.cut(statement.value, 64)}")


def _say_kept(form: "ShowForm") -> None:
    """How long it must be kept, and what holds it."""
    if form.retained_until:
        until = f"{form.retained_until:%Y-%m-%d}"
        permanent = form.retained_until == date.max
        screen.say(f"  kept      {'permanently' if permanent else f'at least until {until}'}")
    for right in form.rights:
        not_so = f", {right.restriction}" if right.restriction else ""
        of = f" ({screen.number(len(right.objects), 'object')})" if right.objects else ""
        screen.wrapped("  rights    ", f"{right.act}{not_so}{of}; {right.basis}: {right.citation}")
    for name in form.holds:
        screen.wrapped("  held by   ", name)


def _say(form: "ShowForm") -> None:
    screen.say(f"{form.title}")
    screen.say(f"  AIP       {form.aip_id}, version {form.version}: {form.status}")
    screen.say(f"  created   {form.created:%Y-%m-%d %H:%M} UTC from {form.sip}")
    screen.say(f"  payload   {screen.number(form.files, 'file')}, {screen.octets(form.bytes)}")
    if len(form.versions) > 1:
        for it in form.versions:
            size = f"{screen.number(it.files, 'file')}, {screen.octets(it.bytes)}"
            screen.say(f"  version {it.number:<2}{it.created:%Y-%m-%d %H:%M} UTC, {size}")
    several = len(form.versions) > 1
    for copy in form.copies:
        checked = f"{copy.checked:%Y-%m-%d %H:%M} UTC" if copy.checked else "never"
        of = f" v{copy.version:<2}" if several else ""
        screen.say(f"  store {copy.store}{of}   {copy.state}; every octet compared: {checked}")
    _say_kept(form)
    _say_description(form)
    if form.file_list is not None:
        screen.say()
        screen.table(
            ("format", "size", "validity", "name in the SIP"),
            [
                (f.puid or "unknown", screen.octets(f.bytes), f.validity, f.original_name)
                for f in form.file_list
            ],
            flexible=3,
        )
    if form.formats is not None:
        screen.say()
        for told_one in form.formats:
            _say_format(told_one)
    if form.events is not None:
        screen.say()
        for e in form.events:
            screen.say(f"{e.when:%Y-%m-%d %H:%M}  {e.type}: {e.outcome}")
            screen.say(f"  {screen.cut(f'{e.agent}: {e.detail}', 76)}")
            if e.note:
                screen.say(f"  {screen.cut(e.note, 76)}")
