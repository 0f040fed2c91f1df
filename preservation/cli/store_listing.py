"""`arkiv store list`: the stores, and what is known of their copies."""

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, JsonOption


def list_(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """List the stores: what each is for, its copies, and how many of them are known to be sound.

    Example: arkiv store list
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.store_changes import listed
        from preservation.forms.store import StoreForm
        from preservation.settings.place import locate

        with opened(locate(archive)) as place:
            found = listed(place)
        forms = [
            StoreForm(
                status="known",
                name=one.settings.name,
                url=one.settings.url,
                role=one.settings.role,
                copies=one.copies,
                bytes=one.bytes,
                states=one.states,
                oldest_proof=one.oldest_proof,
            )
            for one in found
        ]
        if json:
            for form in forms:
                screen.emit(form)
            return
        for form in forms:
            states = ", ".join(f"{count} {state}" for state, count in sorted(form.states.items()))
            screen.wrapped(f"{screen.cut(form.name, 40)} ({form.role})  ", form.url)
            if not form.copies:
                screen.say("  no copies")
                continue
            proof = f"{form.oldest_proof:%Y-%m-%d}" if form.oldest_proof else "never for some"
            screen.say(
                f"  {screen.number(form.copies, 'copy')}, {screen.octets(form.bytes)}: {states}; "
                f"oldest proof: {proof}"
            )
