"""`arkiv list`: what the archive holds."""

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, JsonOption


def command(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """List every AIP with its state: preserved, or damaged when a copy is not sound.

    Example: arkiv list --json | jq .title
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.forms import words
        from preservation.model.storage import Copy
        from preservation.settings import locate

        place = opened(locate(archive))
        copies: dict[str, list[Copy]] = {}
        for copy in place.catalogue.copies():
            copies.setdefault(copy.package, []).append(copy)
        found = [words.listed(s, copies.get(s.id, [])) for s in place.catalogue.packages()]
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
