"""Going down without a lost call: drain, restart."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Annotated, Any

import typer

from hotline.control import NotRunning, Refused, ask
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, people, put, settings_of

app = typer.Typer()

LOOK = 1.0
"""Seconds between two lines that tell how many are left."""
ANEW = 60.0
"""Seconds that the next engine may take."""

_UNITS = {"s": 1, "m": 60, "h": 3600}


@app.command()
def drain(
    to: Annotated[
        str, typer.Option(help="Where those who wait go: `fallback`, the plan without an engine.")
    ] = "fallback",
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep those who wait, with their place, for the next engine.")
    ] = False,
    within: Annotated[
        str | None, typer.Option(help="At most so long, like 10m; talks that are left go on alone.")
    ] = None,
    stay: Annotated[bool, typer.Option("--stay", help="Do not end the hotline when nobody is left.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Let callers in again.")] = False,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Let nobody new in, ring nobody, let talks end, then end the hotline; Asterisk serves on by its fallback plan."""
    settings = settings_of(config, var)
    if to != "fallback":
        raise typer.BadParameter("fallback is the only place; --keep keeps them", param_hint="--to")
    wish = {"to": "next" if keep else to, "within": _seconds(within), "stay": stay}
    try:
        status = asyncio.run(
            ask(settings.var, *(("DELETE", "/drain") if undo else ("POST", "/drain")), None if undo else wish)
        )
        if not undo and not stay:
            status = _follow(settings, status, quiet=as_json)
    except (NotRunning, Refused) as error:
        fail(error)
    if as_json:
        put(status)
        return
    if undo:
        people.print("callers are let in again")
    elif stay:
        people.print(f"draining ({_told(status)}); `hotline drain --undo` lets callers in again", markup=False)
    else:
        people.print(
            "drained; Asterisk serves callers by the fallback plan until `hotline up` takes it over", markup=False
        )


def _follow(settings: Settings, status: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """Tell how many are left until the hotline is gone. Raises Refused when somebody took it back."""
    said = ""
    while True:
        if not quiet and (words := _told(status)) != said:
            people.print(f"draining: {words}", markup=False)
            said = words
        time.sleep(LOOK)
        try:
            status = asyncio.run(ask(settings.var, "GET", "/drain"))
        except (NotRunning, Refused):
            return status
        if not status["draining"]:
            raise Refused("somebody took the drain back; callers are let in")


@app.command()
def restart(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """Begin the hotline anew, with the program and settings on the disk, under calls that go on."""
    settings = settings_of(config, var)
    try:
        before = asyncio.run(ask(settings.var, "POST", "/restart"))
        after = _next(settings, int(before["engine"]))
    except (NotRunning, Refused) as error:
        fail(error)
    if as_json:
        put({"before": before["engine"], "engine": after, "calls": before["calls"]})
    else:
        people.print(f"engine {after} goes on for {before['engine']} ({_told(before)})", markup=False)


def _next(settings: Settings, before: int) -> int:
    """The process id of the engine that answers now. It may not have been told yet whose calls it goes on with."""
    until = time.monotonic() + ANEW
    while time.monotonic() < until:
        time.sleep(0.1)
        try:
            engine = int(asyncio.run(ask(settings.var, "GET", "/drain"))["engine"])
        except (NotRunning, Refused):
            continue  # between the two
        if engine != before:
            return engine
    raise Refused(f"no other engine was up after {ANEW:.0f} s: see the log")


def _told(status: dict[str, Any]) -> str:
    return f"{status['calls']} calls, {status['talks']} talks, {status['waiting']} waiting"


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,5})([smh])", text)
    if match is None:
        raise typer.BadParameter("write a time like 90s, 10m or 2h", param_hint="--within")
    return int(match[1]) * _UNITS[match[2]]
