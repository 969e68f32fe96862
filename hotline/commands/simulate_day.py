"""`hotline simulate --journal`: recorded days beside what they would have been."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Column, Table
from sqlalchemy.exc import DBAPIError

from acd.simulation.tally import Tally
from hotline.arrangement import arrangement_of
from hotline.commands.replay import span_of
from hotline.settings import Settings
from hotline.simulation.changes import run_day, staff_of, with_agents
from hotline.simulation.chart import chart as drawn_chart
from hotline.simulation.day import Day, Fate, callers_of, day_of
from hotline.simulation.staffing import needs
from hotline.simulation.steady import ALL
from hotline.terminal import fail, published_in, put, put_table
from records.calls import calls
from records.cdr import Cdr
from records.presences import Move, moves
from routing.calendar import SHANGHAI
from routing.plan import Plan

Runs = Mapping[str, Mapping[str, Tally]]

RECORDED, SIMULATED, CHANGED = "as recorded", "simulated as it was", "simulated with the change"
_SHORT = {RECORDED: "recorded", SIMULATED: "simulated", CHANGED: "changed"}


def run(
    settings: Settings,
    since: str | None,
    until: str | None,
    agents: list[str],
    changed: Path | None,
    chart: Path | None,
    seed: int,
    within: float,
    staffing: bool,
    as_json: bool,
) -> None:
    """Print the days side by side, or with `staffing` what each half hour needed."""
    plan = published_in(settings.config).plan
    other = plan if changed is None else published_in(changed).plan
    wished = _wished(agents, other)
    begin, end = span_of(settings, since, until)
    day = _read(settings, begin, end)
    if staffing:
        _staffing(day, plan, within, seed, as_json)
        return
    callers, staff = callers_of(day, seed), staff_of(day, plan)
    wrap_up = {line.id: line.wrap_up_for for line in arrangement_of(plan).lines}
    runs: dict[str, Mapping[str, Tally]] = {
        RECORDED: day.recorded(wrap_up, staff.lines, within),
        SIMULATED: run_day(day, callers, plan, staff, within, hours=False),
    }
    if wished or changed is not None:
        after = with_agents(staff_of(day, other, plan if changed is not None else None), day, wished)
        runs[CHANGED] = run_day(day, callers, other, after, within, hours=changed is not None)
    closed = sum(one.fate is Fate.CLOSED for one in day.asked)
    if chart is not None:
        told = [plan.hotline.name, _clock(day.begin), *(f"{_name(plan, line)} → {n}" for line, n in wished.items())]
        _draw(chart, "  ".join(told), runs, plan, within)
    if as_json:
        put({"from": begin.isoformat(), "to": end.isoformat(), "closed": closed, "runs": _data(runs)})
    else:
        _told(day, runs, plan, within, closed)


def _read(settings: Settings, begin: datetime, end: datetime) -> Day:
    try:
        records, told = asyncio.run(_recorded(settings.database_url, begin, end))
    except FileNotFoundError:
        fail(f"no calls yet in {settings.var}: start the hotline with `hotline up`, or name its folder with --var")
    except DBAPIError as error:
        fail(f"the database cannot be read ({error.orig}): {settings.database_shown}")
    day = day_of(records, begin, end, told)
    if not day.asked:
        fail(f"nobody came to a line from {_clock(begin)} to {_clock(end)}: choose other days with --from and --to")
    return day


async def _recorded(database: str, begin: datetime, end: datetime) -> tuple[list[Cdr], dict[str, list[Move]]]:
    return await calls(database, since=begin, until=end), await moves(database, begin, end)


def _wished(agents: list[str], plan: Plan) -> dict[str, int]:
    wished: dict[str, int] = {}
    for text in agents:
        line, _, number = text.partition("=")
        if line not in plan.lines:
            raise typer.BadParameter(
                f"{text!r}: write LINE=NUMBER; the plan's lines are {', '.join(sorted(plan.lines))}",
                param_hint="--agents",
            )
        if not (number.isascii() and number.isdigit() and int(number) <= 1000):
            raise typer.BadParameter(f"{text!r}: write {line}=3 for three agents, at most 1000", param_hint="--agents")
        wished[line] = int(number)
    return wished


def _draw(file: Path, title: str, runs: Runs, plan: Plan, within: float) -> None:
    try:
        file.write_text(drawn_chart(title, runs, _names(runs, plan), within), encoding="utf-8")
    except OSError as error:
        fail(f"the chart cannot be written: {error.strerror}: {file}")


def _names(runs: Runs, plan: Plan) -> dict[str, str]:
    """All lines together, then those that were called, the busiest first."""
    busiest = sorted(runs[RECORDED].items(), key=lambda item: -item[1].offered)
    lines = [
        line
        for line, tally in busiest
        if line != ALL and any(run[line].offered for run in runs.values() if line in run)
    ]
    more = [line for run in runs.values() for line in run if line not in (*lines, ALL) and run[line].offered]
    return {
        ALL: "全部热线",
        **{line: plan.lines[line].name if line in plan.lines else line for line in (*lines, *more)},
    }


def _name(plan: Plan, line: str) -> str:
    return plan.lines[line].name if line in plan.lines else line


def _told(day: Day, runs: Runs, plan: Plan, within: float, closed: int) -> None:
    out = Console(highlight=False, emoji=False, markup=False)
    out.print(f"{_clock(day.begin)}, {day.seconds / 3600:g} h; {closed} callers found a line closed", markup=False)
    heads = ("calls", "ans.", f"{within:g} s", "left", "away", "wait", "90 %", "busy")
    names = (Column("", no_wrap=True), Column("", no_wrap=True))
    table = Table(*names, *(Column(head, justify="right") for head in heads), box=None, pad_edge=False)
    for line, name in _names(runs, plan).items():
        for number, (run, tallies) in enumerate(runs.items()):
            tally = tallies.get(line)
            table.add_row(name if number == 0 else "", _SHORT[run], *(_cells(tally) if tally else ["–"] * len(heads)))
    out.print(table)


def _cells(tally: Tally) -> list[str]:
    return [
        str(tally.offered),
        str(tally.answered),
        _percent(tally.service_level),
        str(tally.abandoned),
        str(tally.turned_away),
        _seconds(tally.asa),
        _seconds(tally.wait(0.9)),
        _percent(tally.occupancy),
    ]


def _data(runs: Runs) -> dict[str, Any]:
    return {_SHORT[run]: {line or "all": _figures(tally) for line, tally in of.items()} for run, of in runs.items()}


def _figures(tally: Tally) -> dict[str, float | int | None]:
    return {**tally.figures(), "turned_away": tally.turned_away, "wait_90": tally.wait(0.9)}


def _staffing(day: Day, plan: Plan, within: float, seed: int, as_json: bool) -> None:
    wrap_up = {line.id: line.wrap_up_for for line in arrangement_of(plan).lines}
    found = list(needs(day, staff_of(day, plan).lines, wrap_up, within, seed))
    if as_json:
        put([{**asdict(need), "begin": need.begin.isoformat()} for need in found])
        return
    table = Table(
        Column("half hour", no_wrap=True),
        Column("line", no_wrap=True),
        "calls",
        "on",
        "A",
        "need",
        f"{within:g} s",
        "conn.",
        "short",
        box=None,
        pad_edge=False,
    )
    for need in found:
        name = _name(plan, need.line)
        figures = (need.calls, need.on_duty, need.by_formula, need.agents)
        short = "" if need.on_duty >= need.agents else f"{need.agents - need.on_duty}"
        when = f"{need.begin.astimezone(SHANGHAI):%m-%d %H:%M}"
        shares = (_percent(need.level), _percent(need.connected))
        table.add_row(when, name, *map(str, figures), *shares, short)
    put_table(table)


def _clock(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} s"
