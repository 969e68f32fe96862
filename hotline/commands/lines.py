"""What the shift leader does to a line by hand: line close, open, normal, show."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import typer

from hotline.by_hand import ByHand, keep, kept
from hotline.clock import clock_of
from hotline.commands.front import STANDARD, ending
from hotline.control import NotRunning, Refused, ask
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, live_in, people, put, settings_of
from routing.calendar import SHANGHAI
from routing.moment import line_opening
from routing.plan import Plan
from routing.reading.problem import nearest
from routing.scene import Scene

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
    turned = {} if every else _turned(settings)
    if line is not None and turned.pop(line, None) is None:
        people.print(f"{line} follows its hours already", markup=False)
        return
    _keep(settings, turned)
    people.print(f"{'all lines follow' if line is None else f'{line} follows'} the hours again", markup=False)


@line_app.command("show")
def show(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """Which lines are open now, and why."""
    settings = settings_of(config, var)
    plan, now, turned = live_in(settings).plan, clock_of(settings).now(), _turned(settings)
    holding = {line: one for line, one in turned.items() if now < one.until}
    scene = Scene(now, by_hand={line: one.open for line, one in holding.items()})
    rows = [
        {
            "line": line,
            "name": rule.name,
            "open": (opening := line_opening(plan, line, scene)).open,
            "why": opening.why,
            "by": "hand" if line in holding else "hours",
            "until": _written(holding[line].until) if line in holding else None,
        }
        for line, rule in plan.lines.items()
    ]
    if as_json:
        put(rows)
        return
    for row in rows:
        state = f"{'open' if row['open'] else 'closed'} ({row['why']})"
        until = f" until {row['until']}" if row["until"] else ""
        people.print(f"{row['line']} {row['name']}: {state}{until}", markup=False)


def _turn(line: str, *, is_open: bool, until: str | None, settings: Settings) -> None:
    _known(line, live_in(settings).plan)
    now = clock_of(settings).now()
    ends = now + STANDARD if until is None else ending(until, now)
    still = {name: one for name, one in _turned(settings).items() if now < one.until}
    _keep(settings, {**still, line: ByHand(is_open, ends)})
    people.print(f"{line} is {'open' if is_open else 'closed'} until {_written(ends)}", markup=False)


def _known(line: str, plan: Plan) -> None:
    if line not in plan.lines:
        near = nearest(line, plan.lines)
        hint = f"; did you mean {near!r}?" if near else f"; there are {', '.join(plan.lines)}"
        raise typer.BadParameter(f"no line is called {line!r} in the live plan{hint}", param_hint="LINE")


def _turned(settings: Settings) -> dict[str, ByHand]:
    try:
        return kept(settings.var)
    except (OSError, ValueError) as error:
        fail(error)


def _keep(settings: Settings, turned: Mapping[str, ByHand]) -> None:
    """Keep it, and tell the engine: those who wait on a closed line are waiting for nobody."""
    try:
        keep(settings.var, turned)
    except OSError as error:
        fail(error)
    try:
        asyncio.run(ask(settings.var, "POST", "/lines"))
    except NotRunning:
        people.print("no hotline runs here: it holds from its next start", style="yellow", markup=False)
    except Refused as error:
        people.print(str(error), style="yellow", markup=False)


def _written(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
