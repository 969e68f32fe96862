"""The emergency message before everything else: front on, off, show."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Annotated

import typer

from hotline import front as kept
from hotline.clock import clock_of
from hotline.control import NotRunning, Refused, ask
from hotline.front import Front
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, live_in, people, put, settings_of
from routing.calendar import SHANGHAI

app = typer.Typer()
front_app = typer.Typer(no_args_is_help=True, help="The emergency message that every caller hears first.")
app.add_typer(front_app, name="front")

STANDARD = timedelta(hours=24)
"""How long a message stays on when nobody says until when."""


@front_app.command("on")
def front_on(
    name: Annotated[str, typer.Argument(help="A name under `front` in the plan.")],
    until: Annotated[
        str | None, typer.Option(help="When it goes off by itself: 18:00, or 2026-11-22T18:00; after 24 hours if not.")
    ] = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """Turn a message on: from now on every caller hears it first."""
    settings = settings_of(config, var)
    messages = live_in(settings).plan.front
    if name not in messages:
        there = ", ".join(messages) or "none: write one under `front`"
        raise typer.BadParameter(
            f"no front message is called {name!r} in the live plan; there are {there}", param_hint="NAME"
        )
    now = clock_of(settings).now()
    ends = now + STANDARD if until is None else ending(until, now)
    try:
        kept.turn_on(settings.var, Front(name, ends))
    except OSError as error:
        fail(error)
    _tell_the_engine(settings)
    people.print(f"{name} is on until {ends.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", markup=False)


@front_app.command("off")
def front_off(config: Config = None, var: Var = None) -> None:
    """Turn it off."""
    settings = settings_of(config, var)
    try:
        kept.turn_off(settings.var)
    except OSError as error:
        fail(error)
    _tell_the_engine(settings)
    people.print("no front message is turned on")


def _tell_the_engine(settings: Settings) -> None:
    """So that callers hear it, or no longer, should the engine end as well."""
    try:
        asyncio.run(ask(settings.var, "POST", "/front"))
    except NotRunning:
        people.print("no hotline runs here: callers are told from its next start", style="yellow", markup=False)
    except Refused as error:
        people.print(str(error), style="yellow", markup=False)


@front_app.command("show")
def front_show(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """Which one is on, by hand or by its own times."""
    settings = settings_of(config, var)
    plan, now = live_in(settings).plan, clock_of(settings).now()
    found = _on(settings, now)
    rows = [
        {
            "name": name,
            "on": (found is not None and found.name == name) or (found is None and message.holds(now)),
            "by": "hand" if found is not None and found.name == name else "plan" if message.holds(now) else None,
            "until": found.until.astimezone(SHANGHAI).isoformat() if found is not None and found.name == name else None,
            "say": plan.texts(message.say),
        }
        for name, message in plan.front.items()
    ]
    if as_json:
        put(rows)
        return
    for row in rows:
        state = f"on by {row['by']}" + (f" until {row['until']}" if row["until"] else "") if row["on"] else "off"
        people.print(f"{row['name']}: {state}", markup=False)


def _on(settings: Settings, now: datetime) -> Front | None:
    try:
        found = kept.turned_on(settings.var)
    except (OSError, ValueError) as error:
        fail(error)
    return found if found is not None and now < found.until else None


def ending(text: str, now: datetime) -> datetime:
    """The instant that a person typed, `18:00` being today's. Raises BadParameter when it is past or none."""
    local = now.astimezone(SHANGHAI)
    try:
        day = f"{local:%Y-%m-%d}T" if len(text) <= 5 else ""
        at = datetime.fromisoformat(f"{day}{text}")
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not a time; write 18:00 or 2026-11-22T18:00", param_hint="--until"
        ) from None
    at = at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
    if at <= now:
        raise typer.BadParameter(f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} is past", param_hint="--until")
    return at
