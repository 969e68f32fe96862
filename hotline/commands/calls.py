"""Calls, recorded and tried: calls, call."""

from __future__ import annotations

import asyncio
import re
import sys
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Column, Table
from sqlalchemy.exc import DBAPIError

from hotline.audited import Private, Reason, shown, unmasked, write_down
from hotline.clock import clock_of
from hotline.control import NotRunning, Refused, ask
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, instant, keys_of, live_in, people, put, put_table, settings_of
from records.abandoned import STATES, Abandoned, abandoned
from records.audit import Act
from records.calls import calls as recorded_calls
from records.database import open_database
from records.sheet import ABANDONED_COLUMNS, CALL_COLUMNS, lines, record_line

app = typer.Typer()


class Form(StrEnum):
    """How a list is printed."""

    TABLE = "table"
    CSV = "csv"


@app.command()
def calls(
    since: Annotated[str | None, typer.Option("--from", help="Calls that began from this time on.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Calls that began before this time.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="Only the newest so many.")] = None,
    missed: Annotated[bool, typer.Option("--abandoned", help="Whom nobody answered, and who was called back.")] = False,
    form: Annotated[Form, typer.Option("--format", help="csv: for a spreadsheet.")] = Form.TABLE,
    private: Private = False,
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """The call detail records, newest last."""
    settings = settings_of(config, var)
    why = unmasked(reason, private=private)
    span = (instant(since) if since else None, instant(until) if until else None)
    if missed:
        _missed(settings, span, last, form, why, as_json=as_json)
        return
    try:
        found = asyncio.run(recorded_calls(settings.database_url, since=span[0], until=span[1], last=last))
    except FileNotFoundError:
        fail(f"no calls yet in {settings.var}: start the hotline with `hotline up`, or name its folder with --var")
    except DBAPIError as error:
        fail(f"the database cannot be read ({error.orig}): {settings.database_shown}")
    shown(settings, "calls", why, calls=[cdr.id for cdr in found])
    if as_json:
        for cdr in found:
            put(cdr.to_json(private=private))
        return
    if form is Form.CSV:
        sys.stdout.write(lines(CALL_COLUMNS, [record_line(cdr, private=private) for cdr in found], head=True))
        return
    headings = ("开始", "来电", "热线", "座席", "结果", "按键", "秒")
    table = Table(*(Column(heading, overflow="fold") for heading in headings), box=None, pad_edge=False)
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    for cdr in found:
        row = cdr.to_json(private=private)
        seconds = f"{(cdr.ended - cdr.started).total_seconds():.0f}" if cdr.ended else ""
        table.add_row(
            row["started"][:19].replace("T", " "),
            row["number"],
            row["line"] or "",
            row["agent"] or "",
            row["outcome"] + ("（自检）" if row["test"] else ""),
            row["keys"],
            seconds,
        )
    put_table(table)


def _missed(
    settings: Settings,
    span: tuple[datetime | None, datetime | None],
    last: int | None,
    form: Form,
    why: str | None,
    *,
    as_json: bool,
) -> None:
    """Print whom nobody answered, newest last."""

    async def find() -> list[Abandoned]:
        engine = open_database(settings.database_url, read_only=True)
        try:
            async with engine.connect() as connection:
                return list(reversed(await abandoned(connection, *span, limit=last)))
        finally:
            await engine.dispose()

    try:
        found = asyncio.run(find())
    except FileNotFoundError:
        fail(f"no calls yet in {settings.var}: start the hotline with `hotline up`, or name its folder with --var")
    except DBAPIError as error:
        fail(f"the database cannot be read ({error.orig}): {settings.database_shown}")
    if why is not None:
        write_down(settings, Act.NUMBERS_SHOWN, about="abandoned", reason=why, calls=[one.call for one in found])
    told = [one.to_json(private=why is not None) for one in found]
    if as_json:
        for one in told:
            put(one)
        return
    if form is Form.CSV:
        sys.stdout.write(lines(ABANDONED_COLUMNS, told, head=True))
        return
    headings = ("来电时间", "来电", "热线", "等候秒", "回拨情况", "时间", "座席")
    table = Table(*(Column(heading, overflow="fold") for heading in headings), box=None, pad_edge=False)
    for one in told:
        at = (one["at"] or "")[:19].replace("T", " ")
        asked = one["asked"][:19].replace("T", " ")
        table.add_row(
            asked, one["number"], one["line"], f"{one['waited']:.0f}", STATES[one["state"]], at, one["by"] or ""
        )
    put_table(table)


@app.command()
def call(
    keys: Annotated[str, typer.Argument(help="Keys like 1,4 — a dot for silence, h for hanging up.")] = "",
    number: Annotated[str | None, typer.Option(help="The caller's number; one that nobody has by default.")] = None,
    at: Annotated[
        str | None, typer.Option(help="Compare with the dry walk of this time; the running clock's now by default.")
    ] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the call to arrive.")] = 120.0,
    stay: Annotated[
        float, typer.Option(min=0, help="Seconds to stay where it got to, unless the hotline hangs up before.")
    ] = 0.0,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Place a real SIP call to the running hotline and press keys; 0 when it reached what the dry walk says."""
    from hotline.trial import NoSuchCall, try_call

    if number is not None and not re.fullmatch(r"\+?[0-9]{1,20}", number):
        raise typer.BadParameter(f"{number!r} is no telephone number", param_hint="--number")
    settings = settings_of(config, var)
    published = live_in(settings)
    when = instant(at) if at else clock_of(settings).now()
    try:
        trial = asyncio.run(
            try_call(settings, published.plan, keys_of(keys), number=number, at=when, wait=wait, stay=stay)
        )
    except NoSuchCall as error:
        fail(error)
    if as_json:
        put(trial.to_json())
    else:
        for line in trial.told():
            people.print(line, markup=False)
    if not trial.agrees:
        if trial.reached is None:
            _say_that_none_serves(settings)
        raise typer.Exit(1)


def _say_that_none_serves(settings: Settings) -> None:
    """Why a call reached nothing: Asterisk answers by itself where no engine runs."""
    try:
        asyncio.run(ask(settings.var, "GET", "/drain"))
    except NotRunning as error:
        people.print(f"callers hear the fallback plan: {error}", markup=False)
    except Refused as error:
        people.print(str(error), markup=False)
