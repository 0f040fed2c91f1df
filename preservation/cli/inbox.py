"""`arkiv inbox`: what lies complete in the inboxes is taken."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, JsonOption
from preservation.errors import Rejected

if TYPE_CHECKING:
    from preservation.forms import IngestForm


def command(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """Preserve every SIP that lies complete in an inbox, and tell its producer.

    A SIP is put into the folder `incoming` of an inbox. It goes to `preserved` or `refused`, with
    what its producer is told beside it. What fails twice goes to `set-aside`. `arkiv serve` does
    the same by itself.

    Example: arkiv inbox
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.inbox import arrivals, require_taken, take
        from preservation.assembly.ingest import ingest
        from preservation.forms import inbox, letter, words
        from preservation.forms.page import publish
        from preservation.settings.place import locate

        outcomes = []
        with opened(locate(archive)) as place:
            for arrival in arrivals(place):

                def brought(sip: Path, name: str = arrival.inbox.agreement) -> "IngestForm":
                    with screen.progress(f"ingest {sip.name}") as progress:
                        receipt = ingest(
                            place,
                            sip,
                            again=False,
                            progress=progress,
                            publish=publish,
                            agreement=name,
                        )
                    return words.receipt(receipt, sip.name)

                taken = take(place, arrival, ingest=brought, publish=letter.publish)
                if taken:
                    outcomes.append(taken)
                    form = inbox.taken(taken)
                    if json:
                        screen.emit(form)
                    else:
                        screen.say(f"{form.status:<10}{form.sip}  {form.aip_id or ''}".rstrip())
        if not outcomes and not json:
            screen.say("no SIP is complete in an inbox")
        refused = any(it.fate.value == "refused" for it in outcomes)
        require_taken(outcomes)
    if refused:
        raise typer.Exit(Rejected.exit_code)
