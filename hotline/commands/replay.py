"""Recorded calls, walked through a new plan."""

from __future__ import annotations

import asyncio
from datetime import datetime, time, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from hotline.clock import clock_of
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, instant, published_in, put, settings_of
from records.paths import recorded_calls
from routing.calendar import SHANGHAI
from routing.plan import Plan
from routing.rehearsal.replay import LEFT, Reached, Tally, replay

app = typer.Typer()


@app.command(name="replay")
def replay_calls(
    since: Annotated[
        str | None, typer.Option("--from", help="Calls that began from this time on; else yesterday's.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="Calls that began before this time.")] = None,
    listed: Annotated[int, typer.Option("--list", min=0, help="Name so many calls of each kind.")] = 3,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Walk recorded calls through the plan: how many would get elsewhere, and where.

    Lines count as staffed and waits as short; a front message is on by its own times alone.
    """
    settings = settings_of(config, var)
    plan = published_in(settings.config).plan
    begin, end = span_of(settings, since, until)
    try:
        tally = asyncio.run(_replayed(plan, settings.database_url, begin, end, listed))
    except FileNotFoundError:
        fail(f"no calls yet in {settings.var}: start the hotline with `hotline up`, or name its folder with --var")
    except DBAPIError as error:
        fail(f"the database cannot be read ({error.orig}): {settings.database_shown}")
    if as_json:
        put({"from": begin.isoformat(), "to": end.isoformat(), **_data(tally)})
    else:
        _told(tally, plan)


async def _replayed(plan: Plan, database: str, since: datetime, until: datetime, examples: int) -> Tally:
    tally = Tally(examples)
    async for call in recorded_calls(database, since, until):
        tally.add(call, replay(plan, call))
    return tally


def span_of(settings: Settings, since: str | None, until: str | None) -> tuple[datetime, datetime]:
    """What was asked for; yesterday when nothing was."""
    now = clock_of(settings).now().astimezone(SHANGHAI)
    today = datetime.combine(now.date(), time(), SHANGHAI)
    begin = instant(since) if since else today - timedelta(days=1)
    end = instant(until) if until else (now if since else today)
    if end <= begin:
        raise typer.BadParameter("the end comes before the beginning", param_hint="--to")
    return begin, end


def _told(tally: Tally, plan: Plan) -> None:
    out = Console(highlight=False, emoji=False, markup=False)
    changed = tally.elsewhere.total()
    share = f" ({100 * changed / tally.calls:.1f} %)" if changed else ""
    out.print(f"{tally.calls} calls walked, {changed} would get elsewhere{share}", markup=False)
    if changed:
        table = Table("原来", "现在", "次数", "通话", box=None, pad_edge=False)
        for (was, now), count in tally.elsewhere.most_common():
            table.add_row(_named(was, plan), _named(now, plan), str(count), " ".join(tally.named[was, now]))
        out.print(table)
    for (node, key), count in tally.nowhere.most_common():
        out.print(f"key {key} at {node} leads nowhere now: {count} calls", markup=False)


def _named(end: Reached, plan: Plan) -> str:
    if end.kind == LEFT:
        return "left on the way"
    name = plan.lines[end.line].name if end.line in plan.lines else end.line or ""
    return f"{end.kind} {name}".strip()


def _data(tally: Tally) -> dict[str, Any]:
    return {
        "calls": tally.calls,
        "elsewhere": tally.elsewhere.total(),
        "ways": [
            {"from": was._asdict(), "to": now._asdict(), "calls": count, "examples": tally.named[was, now]}
            for (was, now), count in tally.elsewhere.most_common()
        ],
        "nowhere": [{"step": node, "key": key, "calls": count} for (node, key), count in tally.nowhere.most_common()],
    }
