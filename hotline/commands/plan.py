"""The plan, looked at: check, calendar."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hotline.operators import read_config
from hotline.settings import SettingsError, load
from hotline.terminal import Config, Json, day_typed, published_in, put, settings_of
from routing.calendar import day_of, reason, spans_of
from routing.load import Unreadable

app = typer.Typer()


@app.command()
def check(folder: Annotated[Path | None, typer.Argument(metavar="[DIR]")] = None, config: Config = None) -> None:
    """Tell every problem of the hotline's files, or say nothing and end with 0."""
    at = folder or config or Path("config")
    problems: list[str] = []
    try:
        read_config(at)
    except Unreadable as error:
        problems += map(str, error.problems)
    try:
        load(config=at)
    except SettingsError as error:
        problems += str(error).splitlines()
    for problem in problems:
        sys.stdout.write(problem + "\n")
    if problems:
        raise typer.Exit(1)


@app.command()
def calendar(
    first: Annotated[str, typer.Argument(metavar="DATE")],
    last: Annotated[str | None, typer.Argument(metavar="[DATE]")] = None,
    line: Annotated[str | None, typer.Option(help="Hours of this line instead of the hotline's.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Each day from the first to the last: open or not, which hours, and why."""
    plan = published_in(settings_of(config, None).config).plan
    if line is not None and line not in plan.lines:
        raise typer.BadParameter(f"no line is called {line!r}; there are {', '.join(plan.lines)}", param_hint="--line")
    hours = plan.hotline.hours if line is None else plan.hours_of(line)
    begin, end = day_typed(first), day_typed(last or first)
    if end < begin:
        raise typer.BadParameter("the last day comes before the first")
    days = [day_of(plan.calendar, begin + timedelta(days=ahead)) for ahead in range((end - begin).days + 1)]
    rows = [(day, [str(span) for span in spans_of(plan.calendar, hours, day)]) for day in days]
    if as_json:
        put(
            [
                {
                    "date": day.date.isoformat(),
                    "open": bool(spans),
                    "hours": [span.split("-") for span in spans],
                    "why": reason(plan.calendar, hours, day),
                }
                for day, spans in rows
            ]
        )
        return
    table = Table("日期", "开放", "时间", "原因")
    for day, spans in rows:
        table.add_row(
            day.date.isoformat(), "是" if spans else "否", "、".join(spans), reason(plan.calendar, hours, day)
        )
    Console(highlight=False).print(table)
