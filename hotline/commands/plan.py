"""The plan, looked at: check, calendar."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from hotline.operators import look
from hotline.papers import article_problems, paper_problems
from hotline.playable import sounds_of
from hotline.settings import SettingsError, load
from hotline.terminal import Config, Json, Var, day_typed, people, published_in, put, put_table, settings_of
from routing.calendar import SHANGHAI, day_of, reason, spans_of
from routing.check import Playable
from routing.reading.problem import nearest
from routing.rules.rule import Language, Rule
from routing.rules.table import RULES, page

app = typer.Typer()

MOST_DAYS = 3660
"""Ten years of `hotline calendar` are enough to look at."""


@app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]")] = None,
    config: Config = None,
    var: Var = None,
    language: Annotated[str | None, typer.Option("--lang", help="zh or en; else as the terminal is set.")] = None,
    explain: Annotated[str | None, typer.Option(metavar="RULE", help="Print the page of a rule.")] = None,
    today: Annotated[str | None, typer.Option(help="Check as on this day, like 2026-12-01.")] = None,
) -> None:
    """Tell every problem of the hotline's files: errors on stdout, warnings on stderr; 0 when there is no error."""
    spoken = language_of(language)
    if explain is not None:
        sys.stdout.write(page(rule_of(explain), spoken))
        return
    at = folder or config or settings_of(None, None).config
    faults: list[str] = []
    playable: Playable | None = None
    try:
        settings = load(config=at, var=var) if os.path.isdir(at) else None  # noqa: PTH112 - as `read_folder`
        playable = None if settings is None else sounds_of(settings)
        if settings is not None and settings.agi.risk:
            faulty = f"{at / 'settings.yaml'}: warning: {settings.agi.risk}: docs/fastagi.md"
            people.print(faulty, markup=False)
    except SettingsError as error:
        faults += str(error).splitlines()
    _, checked = look(at, day_typed(today) if today else datetime.now(SHANGHAI).date(), playable)
    lines = None if checked.plan is None else checked.plan.lines
    errors = (*checked.errors, *paper_problems(at), *article_problems(at, lines))
    for problem in checked.warnings:
        people.print(problem.told(spoken), markup=False)
    for fault in (*(problem.told(spoken) for problem in errors), *faults):
        sys.stdout.write("".join(sign if sign.isprintable() else "\ufffd" for sign in fault) + "\n")
    if errors or faults:
        raise typer.Exit(1)


def language_of(asked: str | None) -> Language:
    """The language that was asked for, or the terminal's; English when that is neither."""
    if asked is None:
        asked = "zh" if (os.environ.get("LC_ALL") or os.environ.get("LANG") or "").startswith("zh") else "en"
    match asked:
        case "zh" | "en":
            return asked
    raise typer.BadParameter(f"{asked!r} is not spoken here; write zh or en", param_hint="--lang")


def rule_of(name: str) -> Rule:
    if name not in RULES:
        near = nearest(name, RULES)
        raise typer.BadParameter(
            f"no rule is called {name!r}" + (f"; did you mean {near!r}?" if near else ""), param_hint="--explain"
        )
    return RULES[name]


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
    if (end - begin).days >= MOST_DAYS:
        raise typer.BadParameter(f"at most {MOST_DAYS} days at a time")
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
            day.date.isoformat(),
            "是" if spans else "否",
            "、".join(spans),
            reason(plan.calendar, hours, day),
        )
    put_table(table)
