"""The audit log: audit verify, audit list."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated

import typer
from rich.table import Column, Table

from hotline.audited import readable
from hotline.terminal import Config, Json, Var, instant, people, put, put_table, settings_of
from records.audit import Audit, Broken, Head
from records.clock import wall_time

app = typer.Typer()
log = typer.Typer(no_args_is_help=True, help="Who looked at what they must answer for, in a chain.")
app.add_typer(log, name="audit")


@log.command()
def verify(
    head: Annotated[
        str | None, typer.Option(metavar="NUMBER:HASH", help="A head that was written down elsewhere.")
    ] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Whether every entry is as it was written, and none is missing; 1 when not."""
    settings = settings_of(config, var)
    known = None if head is None else _head(head)
    with readable(settings):
        found = asyncio.run(Audit(settings.database_url, settings.var).verify(known))
    if isinstance(found, Broken):
        if as_json:
            put({"whole": False, "number": found.number, "why": found.why})
        people.print(f"the audit log was tampered with: entry {found.number}: {found.why}", markup=False)
        raise typer.Exit(1)
    if as_json:
        put({"whole": True, "number": found.number, "hash": found.hash})
    else:
        people.print(f"{found.number} entries, all as they were written; the head is", markup=False)
        typer.echo(f"{found.number}:{found.hash}")


@log.command("list")
def list_(
    since: Annotated[str | None, typer.Option("--from", help="What was done from this time on.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="What was done before this time.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="Only the newest so many.")] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """What was written down, newest last."""
    settings = settings_of(config, var)
    span = (instant(since) if since else None, instant(until) if until else None)
    with readable(settings):
        found = asyncio.run(Audit(settings.database_url, settings.var).entries(*span, last))
    if as_json:
        for entry in found:
            put(entry.to_json())
        return
    table = Table(*(Column(heading, overflow="fold") for heading in ("号", "时间", "何人", "何事", "对象", "事由")))
    table.box, table.pad_edge = None, False
    for entry in found:
        deed = entry.deed
        at = wall_time(entry.at)[:19].replace("T", " ")
        table.add_row(str(entry.number), at, deed.who, deed.what, deed.about or "", deed.reason or "")
    put_table(table)


def _head(text: str) -> Head:
    if (found := re.fullmatch(r"([0-9]+):([0-9a-f]{64})", text)) is None:
        raise typer.BadParameter("a head is NUMBER:HASH, as `hotline audit verify` prints it", param_hint="--head")
    return Head(int(found[1]), found[2])
