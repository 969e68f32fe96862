"""The attack switch of the shift leader: attack on, off, show."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from hotline.audited import Reason, write_down
from hotline.commands.by_hand import hand_of, looked, wished
from hotline.hand import Turn
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, people, put, settings_of
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
    with wished():
        wish = hand_of(settings).attack_on(until, message)
    _turn(settings, wish, reason)
    if wish.until is not None:
        people.print(f"the attack switch is on until {_shown(wish.until)}", markup=False)


@attack_app.command("off")
def off(reason: Reason = None, config: Config = None, var: Var = None) -> None:
    """Turn it off. A front message is turned off by `hotline front off`."""
    settings = settings_of(config, var)
    _turn(settings, hand_of(settings).attack_off(), reason)
    people.print("the attack switch is off")


@attack_app.command("show")
def show(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """Whether it is on, by whom and until when."""
    with looked():
        found = hand_of(settings_of(config, var)).attack()
    if as_json:
        put(found)
    elif not found["on"]:
        people.print("the attack switch is off")
    else:
        until = _shown(datetime.fromisoformat(found["until"]))
        people.print(f"the attack switch is on until {until}, by {found['by']}", markup=False)


def _turn(settings: Settings, wish: Turn, reason: str | None) -> None:
    write_down(settings, wish.what, about=wish.about, reason=reason, **wish.details)
    with looked():
        wish.do()


def _shown(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
