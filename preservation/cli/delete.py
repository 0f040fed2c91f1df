"""`arkiv delete`: an AIP is deleted only when two people want it."""

from typing import TYPE_CHECKING, Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, BecauseOption, ByOption, JsonOption
from preservation.errors import Unavailable

if TYPE_CHECKING:
    from preservation.forms.disposal import DeletionForm, Word

app = typer.Typer(
    help="Deletion: one person requests it, another approves; a tombstone remains.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_AIPs = Annotated[list[str], typer.Argument(metavar="AIP-ID...", help="The AIPs.")]


@app.callback()
def deletions() -> None:
    """Deletion: one person requests it, another approves; a tombstone remains."""


@app.command("request")
def request(
    aip_ids: _AIPs,
    by: ByOption,
    because: BecauseOption,
    basis: Annotated[
        str, typer.Option("--basis", metavar="RULE", help="The law or rule that allows it.")
    ],
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Ask that AIPs be deleted; nothing is deleted until somebody else approves.

    Refused while an agreement says that they are to be kept, or a hold is on them.

    Example: arkiv delete request 5f0c1d52-2f3e-4f0a-9a53-0d8f6f7f6e11 --by "Arta Hoxha"
    --because "ten years have passed" --basis "retention schedule 2.3.1"
    """
    with told(json=json):
        from preservation.assembly import decisions
        from preservation.assembly.archive import opened
        from preservation.assembly.named import required
        from preservation.forms.disposal import requested
        from preservation.settings.place import locate, user

        with opened(locate(archive)) as it:
            made = decisions.request(it, aip_ids, basis, decisions.Word(by, user(), because))
            for decision in made:
                _say(requested(required(it.catalogue, decision.package), decision), json=json)
    if not json:
        screen.say("nothing is deleted yet; somebody else decides with: arkiv delete approve")


@app.command("approve")
def approve(
    aip_ids: _AIPs,
    by: ByOption,
    because: BecauseOption,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Approve what somebody else requested: the AIPs are deleted from every store, for good.

    What remains is a tombstone: what it was, who wanted it gone and why. Exits with 6 when a store
    did not answer; `arkiv tidy` deletes there later.

    Example: arkiv delete approve 5f0c1d52-2f3e-4f0a-9a53-0d8f6f7f6e11 --by "Erik Lund"
    --because "agreed with the archive council"
    """
    waits = False
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.decisions import Word
        from preservation.assembly.deletion import delete
        from preservation.forms.disposal import carried_out
        from preservation.settings.place import locate, user

        word = Word(by, user(), because)
        with opened(locate(archive)) as it:
            for id_ in dict.fromkeys(aip_ids):
                with screen.progress(f"delete {id_}") as progress:
                    done = delete(it, id_, word, progress=progress)
                standing = it.catalogue.disposals.standing(done.tombstone.package)
                _say(carried_out(done, standing), json=json)
                waits = waits or not done.done
    if waits:
        raise typer.Exit(Unavailable.exit_code)


@app.command("reject")
def reject(
    aip_ids: _AIPs,
    by: ByOption,
    because: BecauseOption,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Turn down a request, or take back one's own; the AIPs stay as they are.

    Example: arkiv delete reject 5f0c1d52-2f3e-4f0a-9a53-0d8f6f7f6e11 --by "Erik Lund"
    --because "researchers use it"
    """
    with told(json=json):
        from preservation.assembly import decisions
        from preservation.assembly.archive import opened
        from preservation.assembly.named import all_required
        from preservation.forms.disposal import requested
        from preservation.settings.place import locate, user

        with opened(locate(archive)) as it:
            standings = it.catalogue.disposals.standings()
            summaries = {one.id: one for one in all_required(it.catalogue, aip_ids)}
            made = decisions.reject(it, aip_ids, decisions.Word(by, user(), because))
        for decision in made:
            asked = standings[decision.package].request
            assert asked is not None
            _say(requested(summaries[decision.package], asked, decision), json=json)


@app.command("list")
def list_(
    all_: Annotated[
        bool, typer.Option("--all", help="Also what was deleted, as its tombstones tell.")
    ] = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """List requests that wait for a second person, and deletions that wait for a store.

    Example: arkiv delete list --all
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.forms.disposal import buried, requested
        from preservation.settings.place import locate

        found = []
        with opened(locate(archive)) as it:
            disposals = it.catalogue.disposals
            standings = disposals.standings()
            for package, now in sorted(standings.items()):
                summary = it.catalogue.package(package)
                if now.request and summary:
                    found.append(requested(summary, now.request))
            stones = disposals.tombstones(to_remove=not all_)
            found += [buried(stone, standings[stone.package]) for stone in stones]
        for form in found:
            _say(form, json=json)
        if not found and not json:
            screen.say("nothing waits to be deleted" + ("" if all_ else "; see also: --all"))


def _say(form: "DeletionForm", *, json: bool) -> None:
    if json:
        screen.emit(form)
    else:
        say(form)


def say(form: "DeletionForm") -> None:
    """A deletion, as far as it came."""
    screen.say(f"{form.status}: AIP {form.aip_id}")
    size = f"{screen.number(form.files, 'file')}, {screen.octets(form.bytes)}"
    screen.wrapped("  title      ", f"{form.title} (version {form.version}, {size})")
    screen.wrapped("  basis      ", form.basis)
    _say_word("requested", form.requested)
    if form.decided:
        _say_word("rejected" if form.status == "rejected" else "approved", form.decided)
    if form.deleted:
        screen.say(f"  deleted    {form.deleted:%Y-%m-%d %H:%M} UTC, from every store in use")
    for reason in form.reasons:
        screen.wrapped("  waits      ", reason)
    for store in form.retired:
        screen.wrapped(
            "  not done   ", f"store {store} is retired and may have it; remove it there by hand"
        )


def _say_word(what: str, word: "Word") -> None:
    screen.wrapped(f"  {what:<10} ", f"{word.when:%Y-%m-%d} by {word.by}: {word.because}")
