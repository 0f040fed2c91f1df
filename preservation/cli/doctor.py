"""`arkiv doctor`: what is installed, configured, missing, and what that switches off."""

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, JsonOption
from preservation.errors import Misconfigured


def command(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """Look at the program, its tools, the archive and its stores.

    Exits with 2 when something is wrong.

    Example: arkiv doctor
    """
    with told(json=json):
        from preservation import forms
        from preservation.assembly.doctor import examine
        from preservation.assembly.examined import State
        from preservation.settings.place import locate

        try:
            place = locate(archive)
        except Misconfigured:
            if archive is not None:
                raise
            place = None
        found = list(examine(place))
        states = {it.state for it in found}
        ill = bool(states & {State.WRONG, State.MISSING})
        limited = State.NOT_CONFIGURED in states
        form = forms.DoctorForm(
            status="ill" if ill else "limited" if limited else "healthy",
            reasons=tuple(
                f"{it.name}: {it.found}; {it.without}" for it in found if it.state is not State.OK
            ),
            examined=tuple(
                forms.Examined(
                    name=it.name, state=it.state.value, found=it.found, without=it.without
                )
                for it in found
            ),
        )
        if json:
            screen.emit(form)
        else:
            for it in form.examined:
                screen.say(f"{it.state:<15} {it.name}: {it.found}")
                if it.without:
                    screen.say(f"                {it.without}")
    if ill:
        raise typer.Exit(Misconfigured.exit_code)
