"""`arkiv explain`: what the code of a rule means, and what to do."""

from typing import Annotated

import typer

from preservation.cli import screen
from preservation.cli.failing import told
from preservation.cli.options import JsonOption
from preservation.errors import Misconfigured


def command(
    codes: Annotated[
        list[str] | None, typer.Argument(metavar="[CODE]...", help="Codes; all of them by default.")
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="As the tables of docs/submitting.md.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Explain the codes that `arkiv check` gives: what is wrong, and what to do.

    Example: arkiv explain CSIP22
    """
    with told(json=json):
        from preservation.forms import words
        from preservation.rules import Rule, families, rules

        known = rules()
        unknown = [code for code in codes or () if code.upper() not in known]
        if unknown:
            raise Misconfigured(
                f"{', '.join(unknown)}: no such code; `arkiv explain` lists all of them"
            )
        wanted: list[Rule] = [known[code.upper()] for code in codes or known]
    if json:
        for rule in wanted:
            screen.emit(words.explained(rule))
    elif markdown:
        screen.say(words.codes_in_markdown(families()))
    elif codes:
        for rule in wanted:
            _say_whole(words.explained(rule).model_dump())
    else:
        screen.table(("code", "level", "says"), [(r.code, r.level, r.says) for r in wanted], 2)


def _say_whole(rule: dict[str, str]) -> None:
    screen.say(f"{rule['code']} ({rule['level']})")
    for word in ("says", "expected", "remedy", "source"):
        if rule[word]:
            label = "to do" if word == "remedy" else word
            screen.wrapped(f"  {label:<10}", rule[word])
