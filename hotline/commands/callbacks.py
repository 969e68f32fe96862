"""Callbacks that were booked, and what became of them: callbacks; and callbacks cancel."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.table import Column, Table
from sqlalchemy.exc import DBAPIError

from hotline.audited import Private, Reason, shown, unmasked
from hotline.callbacks_told import booked, callback_data
from hotline.clock import clock_of
from hotline.control import NotRunning, Refused, ask
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, people, put, put_table, settings_of
from ivr.callbacks.ticket import Ticket
from records.account_words import CALLBACKS

app = typer.Typer()


@app.command()
def callbacks(
    verb: Annotated[
        str | None, typer.Argument(metavar="[cancel]", help="Call nobody back for TICKET; not written: show.")
    ] = None,
    ticket: Annotated[str | None, typer.Argument(help="Of cancel: the callback's id.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="Only the newest so many.")] = None,
    living: Annotated[bool, typer.Option("--open", help="Only those that still wait or are being made.")] = False,
    private: Private = False,
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """The callbacks that were booked in the last 32 days and what became of them, newest last; or cancel one."""
    settings = settings_of(config, var)
    if verb is not None:
        _cancel(settings, verb, ticket, as_json=as_json)
        return
    why = unmasked(reason, private=private)
    now = clock_of(settings).now()
    found = [ticket for ticket in _booked(settings, now) if ticket.end is None or not living]
    found = found[-last if last else None :]
    shown(settings, "callbacks", why, tickets=[one.id for one in found])
    rows = [callback_data(ticket, now, private=private) for ticket in found]
    if as_json:
        for row in rows:
            put(row)
    else:
        put_table(_table(rows), "no callback waits" if living else "no callback was booked in the last 32 days")


def _booked(settings: Settings, now: datetime) -> list[Ticket]:
    """Read from the journal: with or without an engine."""
    try:
        return asyncio.run(booked(settings.database_url, now))
    except FileNotFoundError:
        fail(f"no calls yet in {settings.var}: start the hotline with `hotline up`, or name its folder with --var")
    except DBAPIError as error:
        fail(f"the database cannot be read ({error.orig}): {settings.database_shown}")


def _cancel(settings: Settings, verb: str, ticket: str | None, *, as_json: bool) -> None:
    if verb != "cancel":
        raise typer.BadParameter(f"{verb!r} is nothing that can be done; there is cancel", param_hint="VERB")
    if ticket is None:
        raise typer.BadParameter("name the callback: `hotline callbacks --open` shows which wait", param_hint="TICKET")
    try:
        done = asyncio.run(ask(settings.var, "POST", f"/callbacks/{quote(ticket, safe='', errors='replace')}/cancel"))
    except (NotRunning, Refused) as error:
        fail(error)
    if as_json:
        put(done)
    else:
        people.print(f"{ticket}: nobody is called back", markup=False)


def _table(rows: Iterable[dict[str, Any]]) -> Table:
    headings = ("编号", "热线", "回拨号码", "预约", "次数", "挂机者", "结果")
    table = Table(*(Column(heading, overflow="fold") for heading in headings), box=None, pad_edge=False)
    for column in table.columns[:4]:
        column.no_wrap = True
    for row in rows:
        table.add_row(
            row["ticket"],
            row["line"],
            row["number"],
            row["booked"][:19].replace("T", " "),
            str(row["tries"] or ""),
            "是" if row["abandoned"] else "",
            "等待回拨" if row["end"] is None else CALLBACKS[row["end"]][0],
        )
    return table
