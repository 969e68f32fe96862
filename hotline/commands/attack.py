"""The attack switch of the shift leader: attack on, off, show."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from hotline import attack as kept
from hotline import front
from hotline.attack import STANDARD, Attack
from hotline.audited import Reason, write_down
from hotline.clock import clock_of
from hotline.commands.front import ending
from hotline.front import Front
from hotline.identity import asker
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, live_in, people, put, settings_of
from records.clock import wall_time
from routing.calendar import SHANGHAI

app = typer.Typer()
attack_app = typer.Typer(no_args_is_help=True, help="When somebody floods the hotline: strangers press a key first.")
app.add_typer(attack_app, name="attack")


@attack_app.command("on")
def on(
    until: Annotated[
        str | None, typer.Option(help="When it goes off by itself: 18:00, or 2026-11-22T18:00; after 2 hours if not.")
    ] = None,
    message: Annotated[str | None, typer.Option("--front", help="A front message to say as long as that.")] = None,
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """Turn it on: whoever is not trusted presses a key first, limits shrink, withheld numbers are served last."""
    settings = settings_of(config, var)
    messages = live_in(settings).plan.front
    if message is not None and message not in messages:
        there = ", ".join(messages) or "none: write one under `front`"
        raise typer.BadParameter(f"no front message is called {message!r}; there are {there}", param_hint="--front")
    now = clock_of(settings).now()
    ends = now + STANDARD if until is None else ending(until, now)
    write_down(settings, "attack_on", reason=reason, until=wall_time(ends))
    try:
        kept.turn_on(settings.var, Attack(asker(), now, ends))
        if message is not None:
            front.turn_on(settings.var, Front(message, ends))
    except OSError as error:
        fail(error)
    people.print(f"the attack switch is on until {_shown(ends)}", markup=False)


@attack_app.command("off")
def off(reason: Reason = None, config: Config = None, var: Var = None) -> None:
    """Turn it off. A front message is turned off by `hotline front off`."""
    settings = settings_of(config, var)
    write_down(settings, "attack_off", reason=reason)
    try:
        kept.turn_off(settings.var)
    except OSError as error:
        fail(error)
    people.print("the attack switch is off")


@attack_app.command("show")
def show(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """Whether it is on, by whom and until when."""
    settings = settings_of(config, var)
    found = _on(settings, clock_of(settings).now())
    if as_json:
        put(
            {"on": found is not None, "by": found and found.by, "until": found and wall_time(found.until)}
        )  # fmt: skip
    elif found is None:
        people.print("the attack switch is off")
    else:
        people.print(f"the attack switch is on until {_shown(found.until)}, by {found.by}", markup=False)


def _on(settings: Settings, now: datetime) -> Attack | None:
    try:
        found = kept.turned_on(settings.var)
    except (OSError, ValueError) as error:
        fail(error)
    return found if found is not None and now < found.until else None


def _shown(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
