"""The command line. Messages for people go to stderr, `--json` alone to stdout; 0 done, 1 not good, 2 wrong usage."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from hotline.operators import Published, read_config
from hotline.settings import Settings, SettingsError, load
from routing.calendar import SHANGHAI, day_of, opening, spans_of
from routing.load import Unreadable
from routing.walk import DryWalk, dry_walk

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
people = Console(stderr=True, highlight=False)

Config = Annotated[Path | None, typer.Option("--config", help="Folder of the hotline's YAML files.")]
Var = Annotated[Path | None, typer.Option("--var", help="Folder of the hotline's data.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")]


def fail(message: object) -> NoReturn:
    """Say in one line what to do, and end with 1."""
    people.print(str(message), markup=False, soft_wrap=True)
    raise typer.Exit(1)


def settings_of(config: Path | None, var: Path | None) -> Settings:
    try:
        return load(config=config, var=var)
    except SettingsError as error:
        fail(error)


def published_in(folder: Path) -> Published:
    try:
        return read_config(folder)
    except Unreadable as error:
        fail(error)


def put(data: Any) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")


def instant(text: str | None) -> datetime:
    """A time that a person typed: ISO 8601, Asia/Shanghai unless it names an offset; now when they typed none."""
    if text is None:
        return datetime.now(UTC).astimezone(SHANGHAI)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a time; write it like 2026-10-01T09:00") from None
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def keys_of(text: str) -> list[str]:
    """Typed keys: `1,4`, `.` for silence, `h` for hanging up."""
    keys = [key.strip() for key in text.split(",") if key.strip()]
    for key in keys:
        if not re.fullmatch(r"[0-9*#.h]", key):
            raise typer.BadParameter(f"{key!r} is no key; write keys like 1,4 with . for silence and h for hanging up")
    return keys


# ── the plan ────────────────────────────────────────────────────────────────


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
def dial(
    keys: Annotated[str, typer.Argument(help="Keys like 1,4 — a dot for silence, h for hanging up.")] = "",
    at: Annotated[str | None, typer.Option(help="When the call is made, like 2026-10-01T09:00.")] = None,
    number: Annotated[str, typer.Option(help="The caller's number.")] = "",
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Walk a call through the plan without a telephone: what would be heard, and where it leads."""
    del number  # no rule of the plan asks who calls
    plan = published_in(settings_of(config, None).config).plan
    walk = dry_walk(plan, keys_of(keys), instant(at))
    if as_json:
        put(walk_data(walk))
        return
    out = Console(highlight=False)
    out.print(f"[bold]{walk.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}[/]  {plan.hotline.name}")
    for step in walk.steps:
        out.print(f"[cyan]{step.step}[/]")
        for words in step.say:
            out.print(f"  {words}", markup=False)
        if step.heard is not None:
            out.print(f"  [bold yellow]按 {step.heard}[/]")
    name = f" {plan.lines[walk.end.line].name}" if walk.end.line else ""
    out.print(f"[bold green]→ {walk.end.kind}[/]{name}（{'开放' if walk.end.open else '非服务时间'}，{walk.end.why}）")


def walk_data(walk: DryWalk) -> dict[str, Any]:
    """A dry walk as the outside contract has it."""
    return {
        "at": walk.at.astimezone(SHANGHAI).isoformat(),
        "steps": [{"step": step.step, "say": list(step.say), "heard": step.heard} for step in walk.steps],
        "end": {"kind": walk.end.kind, "line": walk.end.line, "open": walk.end.open},
    }


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
    begin, end = _day(first), _day(last or first)
    if end < begin:
        raise typer.BadParameter("the last day comes before the first")
    rows = []
    for ahead in range((end - begin).days + 1):
        day = day_of(plan.calendar, begin + timedelta(days=ahead))
        spans = [str(span).split("-") for span in spans_of(plan.calendar, hours, day)]
        rows.append({"date": day.date.isoformat(), "open": bool(spans), "hours": spans, "why": day.why})
    if as_json:
        put(rows)
        return
    table = Table("日期", "开放", "时间", "原因")
    for row in rows:
        spans_text = "、".join("-".join(span) for span in row["hours"])
        table.add_row(row["date"], "是" if row["open"] else "否", spans_text, row["why"])
    Console(highlight=False).print(table)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date; write it like 2026-10-01") from None


# ── the service ─────────────────────────────────────────────────────────────


@app.command()
def up(config: Config = None, var: Var = None) -> None:
    """Start the whole hotline, its own Asterisk included, and stay in the foreground."""
    _serve(config, var, managed=True)


@app.command()
def serve(config: Config = None, var: Var = None) -> None:
    """Start the hotline on an Asterisk that you run yourself."""
    _serve(config, var, managed=False)


def _serve(config: Path | None, var: Path | None, *, managed: bool) -> None:
    from hotline import service

    settings = settings_of(config, var)
    asyncio.run(service.serve(settings, published_in(settings.config), managed=managed))


__all__ = ["app", "opening"]
