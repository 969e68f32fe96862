"""What a shift leader wants: listen, whisper, join, take, move agents, raise calls … through the running engine."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer

from hotline.control import NotRunning, Refused, ask
from hotline.terminal import Config, Json, Var, fail, people, put, settings_of

app = typer.Typer()

OF_AGENTS: Final = ("listen", "whisper", "join", "take")
OF_CALLS: Final = ("take-call", "raise", "flag")
VERBS: Final = (*OF_AGENTS, *OF_CALLS, "move", "stop")


@app.command()
def lead(
    leader: Annotated[str, typer.Argument(help="A shift leader's id: an agent with `leader: true` in the plan.")],
    verb: Annotated[str, typer.Argument(metavar="|".join(VERBS), help="What they want.")],
    whom: Annotated[str | None, typer.Argument(help="The agent, or the call that `hotline floor` shows.")] = None,
    lines: Annotated[
        str | None, typer.Argument(help="Of move: LINE[=LEVEL],… or `back` for the lines of the plan.")
    ] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Do at the running hotline what a shift leader's desk would do."""
    settings = settings_of(config, var)
    data = asked(verb, whom, lines)
    try:
        found = asyncio.run(ask(settings.var, "POST", f"/lead/{quote(leader, safe='', errors='replace')}/{verb}", data))
    except (NotRunning, Refused) as error:
        fail(error)
    if as_json:
        put(found)
    else:
        people.print(" ".join(word for word in (leader, verb, whom, lines) if word), markup=False)


def asked(verb: str, whom: str | None, lines: str | None) -> dict[str, Any]:
    """The request's data. Raises BadParameter for what makes no sense."""
    if verb not in VERBS:
        raise typer.BadParameter(
            f"{verb!r} is nothing that can be done; there is {', '.join(VERBS)}", param_hint="VERB"
        )
    if (whom is None) != (verb == "stop"):
        hint = "stop takes no further word" if verb == "stop" else "name the agent, or the call"
        raise typer.BadParameter(hint, param_hint="WHOM")
    if (lines is None) == (verb == "move"):
        hint = "name the lines: LINE[=LEVEL],… or back" if verb == "move" else f"{verb} takes no lines"
        raise typer.BadParameter(hint, param_hint="LINES")
    if verb in OF_CALLS:
        return {"call": whom}
    if verb == "stop":
        return {}
    return {"agent": whom} if lines is None else {"agent": whom, "lines": levels(lines)}


def levels(text: str) -> dict[str, int] | None:
    """`general,immunization=2` as lines with levels; None for `back`."""
    if text == "back":
        return None
    found: dict[str, int] = {}
    for part in text.split(","):
        line, _, level = part.strip().partition("=")
        if not line or (level and not level.isdigit()):
            raise typer.BadParameter(f"{part!r} is no LINE or LINE=LEVEL", param_hint="LINES")
        found[line] = int(level or 1)
    return found
