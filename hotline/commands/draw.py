"""The plan, drawn: draw."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError

from hotline.clock import clock_of
from hotline.settings import Settings
from hotline.terminal import Config, Var, fail, instant, people, published_in, settings_of
from records.traffic import traffic as recorded_traffic
from routing.calendar import SHANGHAI
from routing.drawing.chart import chart
from routing.drawing.headline import Inscription
from routing.drawing.mermaid import mermaid
from routing.drawing.sheet import sheet
from routing.drawing.svg import svg
from routing.drawing.traffic import Traffic

app = typer.Typer()


class Format(StrEnum):
    """How a drawing is written."""

    SVG = "svg"
    MERMAID = "mermaid"


@app.command()
def draw(
    form: Annotated[Format, typer.Option("--format", help="A picture, or text for a wiki.")] = Format.SVG,
    out: Annotated[Path | None, typer.Option(help="File to write; standard output by default.")] = None,
    at: Annotated[str | None, typer.Option(help="Show which lines are closed then, like 2026-10-01T09:00.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="Count calls that began from this time on.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Count calls that began before this time.")] = None,
    yesterday: Annotated[bool, typer.Option("--yesterday", help="Count the calls of yesterday.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Leave out the version, so that drawings compare.")] = False,
    config: Config = None,
    var: Var = None,
) -> None:
    """Draw the plan for paper, with recorded calls on its arrows if you like."""
    settings = settings_of(config, var)
    span = _span(settings, since, until, yesterday=yesterday)
    published = published_in(settings.config)
    counts = None if span is None else _traffic(settings, *span)
    drawn = chart(published.plan, at=instant(at) if at else None, traffic=counts)
    if form is Format.MERMAID:
        text = mermaid(drawn)
    else:
        foot = "" if plain else f"方案版本 {published.version}"
        text = svg(sheet(drawn, Inscription(_span_words(*span) if span else "", foot)))
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}")
    people.print(f"drawn: {out}", markup=False)


def _span(
    settings: Settings, since: str | None, until: str | None, *, yesterday: bool
) -> tuple[datetime, datetime] | None:
    """When the counted calls began; None when none are to be counted."""
    if yesterday:
        if since or until:
            raise typer.BadParameter("either --yesterday, or --from and --to")
        today = clock_of(settings).now().astimezone(SHANGHAI).date()
        midnight = datetime.combine(today, time.min, SHANGHAI)
        return midnight - timedelta(days=1), midnight
    if since is None:
        if until is not None:
            raise typer.BadParameter("--to needs --from: from when on are calls counted?")
        return None
    span = instant(since), instant(until) if until else clock_of(settings).now()
    if span[1] <= span[0]:
        raise typer.BadParameter("--to comes before --from, or is the same")
    return span


def _traffic(settings: Settings, since: datetime, until: datetime) -> Traffic:
    try:
        return asyncio.run(recorded_traffic(settings.database_url, since, until))
    except FileNotFoundError:
        fail(f"no calls yet in {settings.var}: start the hotline with `hotline up`, or name its folder with --var")
    except DBAPIError as error:
        fail(f"the database cannot be read ({error.orig}): {settings.database_shown}")


def _span_words(since: datetime, until: datetime) -> str:
    begin, end = since.astimezone(SHANGHAI), until.astimezone(SHANGHAI)
    if begin.time() == end.time() == time.min:
        last = end - timedelta(days=1)
        days = [begin] if begin.date() == last.date() else [begin, last]
        return " 至 ".join(f"{day.year}年{day.month}月{day.day}日" for day in days) + " "
    return f"{begin:%Y-%m-%d %H:%M} 至 {end:%Y-%m-%d %H:%M} "
