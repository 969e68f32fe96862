"""The floor: who waits, who is ready, who talks, and how long agents did what."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import datetime, time
from typing import Annotated, Any
from urllib.parse import urlencode

import typer
from rich.console import Console
from rich.live import Live as LiveTable
from sqlalchemy.exc import DBAPIError

from hotline.clock import clock_of
from hotline.control import NotRunning, Refused, ask
from hotline.floor_tables import tables, times_table
from hotline.presence_times import NoSuchAgent, times_of
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, instant, live_in, people, put, settings_of
from routing.calendar import SHANGHAI

app = typer.Typer()

EVERY = 1.0
"""Seconds between two looks of `--watch`."""


@app.command()
def floor(
    watch: Annotated[bool, typer.Option("--watch", help="Look again every second, until Ctrl-C.")] = False,
    agent: Annotated[str | None, typer.Option(help="How long this agent did what, instead.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="How long agents did what from this time on; midnight if not given.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="And until this time; now if not given.")] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """What goes on: lines, agents, talks, callbacks, alerts; or with --agent or --from, how long agents did what."""
    settings = settings_of(config, var)
    if agent is not None or since is not None or until is not None:
        _times(settings, agent, since, until, as_json=as_json)
        return
    try:
        if watch:
            with suppress(KeyboardInterrupt):
                asyncio.run(_watch(settings, as_json=as_json))
            return
        found = asyncio.run(ask(settings.var, "GET", "/floor"))
    except (NotRunning, Refused) as error:
        fail(error)
    if as_json:
        put(found)
    else:
        Console(highlight=False, emoji=False, markup=False).print(tables(found, _breaks(settings)))


async def _watch(settings: Settings, *, as_json: bool) -> None:
    if as_json:
        async for found in _looks(settings):
            put(found)
            sys.stdout.flush()
        return
    breaks = _breaks(settings)
    with LiveTable(
        console=Console(highlight=False, emoji=False, markup=False), auto_refresh=False, screen=True
    ) as screen:
        async for found in _looks(settings):
            screen.update(tables(found, breaks), refresh=True)


async def _looks(settings: Settings) -> AsyncIterator[Any]:
    while True:
        yield await ask(settings.var, "GET", "/floor")
        await asyncio.sleep(EVERY)


def _breaks(settings: Settings) -> Mapping[str, str]:
    return live_in(settings).plan.breaks


def _times(settings: Settings, agent: str | None, since: str | None, until: str | None, *, as_json: bool) -> None:
    """Asked of the engine, whose clock knows what is now; of the database when none runs."""
    now = clock_of(settings).now().astimezone(SHANGHAI)
    first = instant(since) if since else datetime.combine(now.date(), time.min, SHANGHAI)
    last = instant(until) if until else None
    if last is not None and first >= last:
        raise typer.BadParameter("must be before --to", param_hint="--from")
    query = {"from": first.isoformat()}
    if last is not None:
        query["to"] = last.isoformat()
    if agent is not None:
        query["agent"] = agent
    found: dict[str, Any]
    try:
        found = asyncio.run(ask(settings.var, "GET", f"/floor/times?{urlencode(query)}"))
    except Refused as error:
        fail(error)
    except NotRunning:
        found = _at_rest(settings, first, min(last or now, now), agent)
    if as_json:
        put(found)
    elif found["agents"]:
        Console(highlight=False, emoji=False, markup=False).print(times_table(found["agents"], _breaks(settings)))
    else:
        people.print("no agent did anything in that time")


def _at_rest(settings: Settings, first: datetime, last: datetime, agent: str | None) -> dict[str, Any]:
    if first >= last:
        raise typer.BadParameter("must be past", param_hint="--from")
    try:
        known = live_in(settings).plan.agents
        return asyncio.run(times_of(settings.database_url, first, last, agent, known=known))
    except NoSuchAgent as error:
        fail(error)
    except FileNotFoundError:
        fail(f"nothing was written yet in {settings.var}: start the hotline with `hotline up`")
    except DBAPIError as error:
        fail(f"the database cannot be read ({error.orig}): {settings.database_shown}")
