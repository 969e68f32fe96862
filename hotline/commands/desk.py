"""What an agent wants: ready, break, hold, transfer … through the running engine, as the desk's own buttons do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import quote

import typer

from hotline.control import NotRunning, Refused, ask
from hotline.floor_tables import doing, reason
from hotline.terminal import Config, Json, Var, fail, live_in, people, put, settings_of

app = typer.Typer()


def _seconds(text: str) -> dict[str, Any]:
    try:
        return {"seconds": float(text)}
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no number of seconds", param_hint="WHAT") from None


TAKES: Mapping[str, Callable[[str], dict[str, Any]] | None] = {
    "ready": None,
    "break": lambda text: {"reason": text},
    "extend": _seconds,
    "hold": None,
    "resume": None,
    "transfer": lambda text: {"to": text},
    "complete": None,
    "cancel": None,
    "merge": None,
    "leave": None,
    "flag": None,
    "pause-recording": None,
    "resume-recording": None,
    "return": None,
    "hangup": None,
}
"""Verb → what its word becomes in the request; None takes no word."""


@app.command()
def desk(
    agent: Annotated[str, typer.Argument(help="The agent's id in the plan.")],
    verb: Annotated[str, typer.Argument(metavar="|".join(TAKES), help="What they want.")],
    what: Annotated[
        str | None,
        typer.Argument(help="Of break the reason, of extend the seconds, of transfer line:ID, agent:ID or number:N."),
    ] = None,
    warm: Annotated[bool, typer.Option("--warm", help="Transfer: ask first, then complete, merge or cancel.")] = False,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Do at the running hotline what an agent's desk would do."""
    settings = settings_of(config, var)
    data = asked(verb, what)
    if warm:
        if verb != "transfer":
            raise typer.BadParameter("only a transfer can be warm", param_hint="--warm")
        data["warm"] = True
    try:
        found = asyncio.run(ask(settings.var, "POST", f"/desk/{quote(agent, safe='', errors='replace')}/{verb}", data))
    except (NotRunning, Refused) as error:
        fail(error)
    if as_json:
        put(found)
    else:
        people.print(told(found, live_in(settings).plan.breaks), markup=False)


def asked(verb: str, what: str | None) -> dict[str, Any]:
    """The request's data. Raises BadParameter for a verb that there is not, and for a word too many or too few."""
    if verb not in TAKES:
        raise typer.BadParameter(
            f"{verb!r} is nothing that can be done; there is {', '.join(TAKES)}", param_hint="VERB"
        )
    takes = TAKES[verb]
    if what is None:
        if verb == "transfer":
            raise typer.BadParameter("name whom to: line:ID, agent:ID or number:N", param_hint="WHAT")
        return {}
    if takes is None:
        raise typer.BadParameter(f"{verb} takes no further word", param_hint="WHAT")
    return takes(what)


def told(agent: Mapping[str, Any], breaks: Mapping[str, str]) -> str:
    """An agent in one line."""
    parts = [f"{agent['id']}: {doing(agent)}"]
    if agent["reason"]:
        parts.append(f"（{reason(agent['reason'], breaks)}）")
    if agent["line"]:
        parts.append(f" {agent['line']} {agent['call']}")
    if agent["wish"]:
        parts.append(f"，之后小休：{reason(agent['wish'], breaks)}")
    return "".join(parts)
