"""`arkiv store`: the places where copies lie."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from preservation.cli import screen, store_listing
from preservation.cli.failing import told
from preservation.cli.options import ArchiveOption, JsonOption
from preservation.errors import Corrupt, Misconfigured
from preservation.model.storage import StoreRole

if TYPE_CHECKING:
    from preservation.assembly.archive import Archive
    from preservation.forms.store import StoreChangeForm

app = typer.Typer(
    help="The stores of the archive: made, listed, checked.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The store's name.")]
PlanOption = Annotated[
    bool, typer.Option("--plan", help="Say what would be copied, and change nothing.")
]


app.command("list")(store_listing.list_)


@app.command("key")
def key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new file for the key.")],
    json: JsonOption = False,
) -> None:
    """Make a key with which the copies of a store are encrypted; whoever has it can read them.

    Without it nobody can: keep copies of the file elsewhere, apart from the store.

    Example: arkiv store key partner.age
    """
    with told(json=json):
        from preservation.forms.store import KeyForm
        from preservation.stores.age import write_key

        made = write_key(file)
        if json:
            screen.emit(KeyForm(status="made", file=str(file), recipient=made.recipient))
            return
        screen.say(f"{file} is a key; its recipient is {made.recipient}")
        screen.say("keep copies of this file elsewhere: without it nobody can read the copies")


@app.command("make")
def make(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A store of arkiv.toml.")],
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Make the place of a store that arkiv.toml names an empty store; one that is one stays.

    Example: arkiv store make partner
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.store_changes import made
        from preservation.forms.store import StoreForm
        from preservation.settings.place import locate

        with opened(locate(archive)) as place:
            found = made(place, name)
        if json:
            screen.emit(StoreForm(status="made", name=found.name, url=found.url, role=found.role))
        else:
            screen.say(f"{found.name} is a store: {found.url}")


@app.command("add")
def add(  # noqa: PLR0913, PLR0917  each is an option of its own
    name: NameArgument,
    url: Annotated[str, typer.Argument(metavar="URL", help="Its folder or address.")],
    role: Annotated[
        StoreRole, typer.Option("--role", help="What it is for; see docs/operations.md.")
    ] = StoreRole.COPY,
    credentials: Annotated[
        str, typer.Option("--credentials", help="Of S3: profile:NAME or file:PATH.")
    ] = "",
    identity: Annotated[
        str, typer.Option("--identity", metavar="FILE", help="Encrypt what lies there; see: key.")
    ] = "",
    plan: PlanOption = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Add a store to the archive and make the copies that it lacks, each read back and compared.

    Interrupted, the same command goes on where it stopped.

    Example: arkiv store add c /mnt/disk3/arkiv-c --role copy
    """
    with told(json=json):
        from preservation.settings.file import StoreSettings
        from preservation.settings.place import locate

        folder = locate(archive)
        try:
            store = StoreSettings(
                name=name, url=url, role=role, credentials=credentials, identity=identity
            )
        except ValueError as error:
            raise Misconfigured(
                f"{name}: no name for a store: lower-case letters, digits and hyphens"
            ) from error
        if plan:
            _plan(folder, name, json=json)
            return
        from preservation.assembly.archive import opened
        from preservation.assembly.filling import changing
        from preservation.assembly.retiring import introduce

        with changing(opened(folder)):
            introduce(folder, store)
        form = _fill(folder, name, json=json)
    _end(form)


@app.command("sync")
def sync(
    name: NameArgument,
    plan: PlanOption = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Make the copies that a store lacks: an offline one while it is plugged in, or any other.

    Example: arkiv store sync vault
    """
    with told(json=json):
        from preservation.settings.place import locate

        folder = locate(archive)
        if plan:
            _plan(folder, name, json=json)
            return
        form = _fill(folder, name, json=json)
    _end(form)


@app.command("check")
def check(name: NameArgument, archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """Try whether a store works, and whether each of its copies is there in its size.

    Proves nothing sound. Exits with 2 when it does not do what it must, with 4 when a copy is
    missing, with 6 when it does not answer.

    Example: arkiv store check b
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.store_check import check as check_store
        from preservation.forms.store import checked
        from preservation.settings.place import locate

        with screen.progress(f"store {name}") as progress:
            form = checked(check_store(opened(locate(archive)), name, progress=progress))
        if json:
            screen.emit(form)
        else:
            screen.say(f"{form.status}: store {form.name} ({form.role}), {form.url}")
            for probe in form.probes:
                screen.wrapped(
                    f"  {'ok' if probe.well else 'WRONG':<6} ", f"{probe.does}: {probe.found}"
                )
            screen.say(f"  {screen.number(form.present, 'copy')} there, {form.missing} missing")
            if form.unknown:
                screen.say(f"  {form.unknown} there that do not count in this store")
            for reason in form.reasons:
                screen.wrapped("  ", reason)
    if form.status == "wrong":
        raise typer.Exit(Misconfigured.exit_code)
    if form.status == "missing":
        raise typer.Exit(Corrupt.exit_code)


@app.command("retire")
def retire(
    name: NameArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why; it goes on record.")],
    who: Annotated[
        str, typer.Option("--as", metavar="NAME", help="Who retires it; else the system's user.")
    ] = "",
    days: Annotated[
        int, typer.Option("--days", min=0, help="Copies proven at most so long ago count as sound.")
    ] = 30,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Count a store no more, once every AIP has enough sound copies elsewhere.

    What is in the store stays there. Copies elsewhere that were not proven lately are proven now.

    Example: arkiv store retire a --reason "disk is ten years old"
    """
    with told(json=json):
        from preservation.assembly.archive import opened
        from preservation.assembly.retiring import Retirement
        from preservation.assembly.retiring import retire as retire_store
        from preservation.forms.store import StoreChangeForm
        from preservation.model.identifiers import StoreName
        from preservation.settings.place import locate, user

        place = opened(locate(archive))
        wanted = Retirement(StoreName(name), who or user(), reason, days)
        with screen.progress(f"store {name}") as progress:
            count = retire_store(place, wanted, progress=progress)
        form = StoreChangeForm(status="retired", name=name, copies=count)
        if json:
            screen.emit(form)
        else:
            screen.say(f"retired: store {name}; {screen.number(count, 'copy')} no longer counted")
            screen.say("  what is in it stays, and arkiv.toml says that it is retired")


def _plan(folder: "Path", name: str, *, json: bool) -> None:
    from preservation.assembly.archive import opened
    from preservation.assembly.filling import lacking
    from preservation.forms.store import StoreChangeForm
    from preservation.model.identifiers import StoreName

    wanted = lacking(opened(folder).catalogue.copies(), StoreName(name))
    octets = sum(copy.size for copy in wanted)
    form = StoreChangeForm(status="planned", name=name, copies=len(wanted), bytes=octets)
    if json:
        screen.emit(form)
        return
    screen.say(f"planned: {screen.number(form.copies, 'copy')}, {screen.octets(form.bytes)}")
    screen.say("  each is proven whole before it is copied, and read back after")


def _fill(folder: "Path", name: str, *, json: bool) -> "StoreChangeForm":
    from preservation.assembly.archive import opened
    from preservation.model.identifiers import StoreName

    form = _filled(opened(folder), StoreName(name))
    if json:
        screen.emit(form)
    else:
        screen.say(
            f"{form.status}: store {name}; {screen.number(form.copies, 'copy')} made, "
            f"{screen.octets(form.bytes)}"
        )
        for reason in form.reasons:
            screen.wrapped("  ", reason)
    return form


def _filled(place: "Archive", name: str) -> "StoreChangeForm":
    from preservation.assembly.filling import changing, fill
    from preservation.forms.store import StoreChangeForm
    from preservation.model.identifiers import StoreName

    made, octets = 0, 0
    reasons: list[str] = []
    status: Literal["filled", "incomplete"] = "filled"
    with changing(place), screen.progress(f"store {name}") as progress:
        for done in fill(place, StoreName(name), progress=progress):
            reasons += (reason for audited in done.failed for reason in audited.reasons)
            if done.made:
                made, octets = made + 1, octets + done.made.size
                continue
            status = "incomplete"
            package = done.wanted.package
            reasons.append(
                f"{package}: version {done.wanted.version}: no sound copy to make it from"
            )
    return StoreChangeForm(
        status=status, reasons=tuple(dict.fromkeys(reasons)), name=name, copies=made, bytes=octets
    )


def _end(form: "StoreChangeForm") -> None:
    if form.status == "incomplete":
        raise typer.Exit(Corrupt.exit_code)
