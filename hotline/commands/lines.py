"""What the shift leader does to a line by hand: line close, open, normal, show."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from hotline.commands.by_hand import hand_of, looked, tell_the_engine, turn, wished
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, people, put, settings_of
from routing.calendar import SHANGHAI

app = typer.Typer()
line_app = typer.Typer(no_args_is_help=True, help="Open and close lines by hand, whatever their hours say.")
app.add_typer(line_app, name="line")

Line = Annotated[str, typer.Argument(help="A name under `lines` in the plan.")]
Until = Annotated[
    str | None, typer.Option(help="When its hours hold again: 18:00, or 2026-11-22T18:00; after 24 hours if not said.")
]


@line_app.command("close")
def close(line: Line, until: Until = None, config: Config = None, var: Var = None) -> None:
    """Close a line: new callers hear that it is closed, and those who wait go there too."""
    _turn(line, is_open=False, until=until, settings=settings_of(config, var))


@line_app.command("open")
def open_(line: Line, until: Until = None, config: Config = None, var: Var = None) -> None:
    """Open a line outside its hours."""
    _turn(line, is_open=True, until=until, settings=settings_of(config, var))


@line_app.command("normal")
def normal(
    line: Annotated[str | None, typer.Argument(help="A name under `lines` in the plan.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All lines.")] = False,
    config: Config = None,
    var: Var = None,
) -> None:
    """Let a line follow its hours again."""
    settings = settings_of(config, var)
    if (line is None) is not every:
        raise typer.BadParameter("name a line, or write --all", param_hint="LINE")
    with looked():
        wish = hand_of(settings).every_line_normal() if line is None else hand_of(settings).line_normal(line)
    if wish is None:
        people.print(f"{line} follows its hours already", markup=False)
        return
    turn(settings, wish)
    _tell(settings)
    people.print(f"{'all lines follow' if line is None else f'{line} follows'} the hours again", markup=False)


@line_app.command("show")
def show(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """Which lines are open now, and why."""
    with looked():
        rows = [
            {**row, "until": _written(datetime.fromisoformat(row["until"])) if row["until"] else None}
            for row in hand_of(settings_of(config, var)).lines()
        ]
    if as_json:
        put(rows)
        return
    for row in rows:
        state = f"{'open' if row['open'] else 'closed'} ({row['why']})"
        until = f" until {row['until']}" if row["until"] else ""
        people.print(f"{row['line']} {row['name']}: {state}{until}", markup=False)


def _turn(line: str, *, is_open: bool, until: str | None, settings: Settings) -> None:
    with wished(line="LINE"):
        wish = hand_of(settings).line_turned(line, is_open=is_open, until=until)
    turn(settings, wish)
    _tell(settings)
    if wish.until is not None:
        people.print(f"{line} is {'open' if is_open else 'closed'} until {_written(wish.until)}", markup=False)


def _tell(settings: Settings) -> None:
    """Those who wait on a closed line are waiting for nobody."""
    tell_the_engine(settings, "/lines", "no hotline runs here: it holds from its next start")


def _written(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
