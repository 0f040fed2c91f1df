"""`arkiv list`: what the archive holds."""

from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, JsonOption

if TYPE_CHECKING:
    from preservation.assembly.archive import Archive


def command(
    rejected: Annotated[
        bool, typer.Option("--rejected", help="The packages that were refused, and why.")
    ] = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """List every AIP with its state: preserved, or damaged when a copy is not sound.

    Example: arkiv list --json | jq .title
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.forms import words
        from preservation.model.storage import Copy
        from preservation.settings.place import locate

        place = opened(locate(archive))
        if rejected:
            _rejected(place, json=json)
            return
        copies: dict[str, list[Copy]] = {}
        for copy in place.catalogue.copies():
            copies.setdefault(copy.package, []).append(copy)
        found = [
            words.listed(s, copies.get(s.id, []), beyond=place.for_access)
            for s in place.catalogue.packages()
        ]
        if json:
            for form in found:
                screen.emit(form)
            return
        if not found:
            screen.say("the archive is empty; next: arkiv ingest FOLDER")
            return
        for form in found:
            size = f"{screen.number(form.files, 'file'):>12}  {screen.octets(form.bytes):>10}"
            screen.say(f"{form.aip_id}  {form.status:<9}  {size}")
            screen.say(f"  {form.created:%Y-%m-%d}  {screen.cut(form.title, 66)}")


def _rejected(place: "Archive", *, json: bool) -> None:
    from preservation.assembly.rejections import REJECTED
    from preservation.forms import words

    none = True
    for rejection in place.rejections.all():
        none = False
        form = words.refused(rejection, place.folder / REJECTED / rejection.id)
        if json:
            screen.emit(form)
            continue
        size = f"{screen.number(form.files, 'file')}, {screen.octets(form.bytes)}"
        screen.say(f"{form.id}  {form.when:%Y-%m-%d %H:%M}  {size}")
        screen.wrapped("  ", f"{form.sip} ({form.kind or 'unknown kind'})")
        for code, count in form.codes():
            screen.say(f"  {code}  {count:,}")
        if form.quarantine:
            screen.wrapped("  quarantine ", form.quarantine)
        screen.wrapped("  report ", form.report or "is gone")
    if none and not json:
        screen.say("no package was refused")
