"""The emergency message before everything else: front on, off, show."""

from __future__ import annotations

from typing import Annotated

import typer

from hotline.commands.by_hand import hand_of, looked, tell_the_engine, turn, wished
from hotline.terminal import Config, Json, Var, people, put, settings_of
from routing.calendar import SHANGHAI

app = typer.Typer()
front_app = typer.Typer(no_args_is_help=True, help="The emergency message that every caller hears first.")
app.add_typer(front_app, name="front")


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
    with wished(name="NAME"):
        wish = hand_of(settings).front_on(name, until)
    turn(settings, wish)
    tell_the_engine(settings, "/front", "no hotline runs here: callers are told from its next start")
    if wish.until is not None:
        people.print(f"{name} is on until {wish.until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", markup=False)


@front_app.command("off")
def front_off(config: Config = None, var: Var = None) -> None:
    """Turn it off."""
    settings = settings_of(config, var)
    turn(settings, hand_of(settings).front_off())
    tell_the_engine(settings, "/front", "no hotline runs here: callers are told from its next start")
    people.print("no front message is turned on")


@front_app.command("show")
def front_show(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """Which one is on, by hand or by its own times."""
    with looked():
        rows = hand_of(settings_of(config, var)).fronts()
    if as_json:
        put(rows)
        return
    for row in rows:
        state = f"on by {row['by']}" + (f" until {row['until']}" if row["until"] else "") if row["on"] else "off"
        people.print(f"{row['name']}: {state}", markup=False)
