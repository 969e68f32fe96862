"""The database: database show, check, copy."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Column, Table
from sqlalchemy.exc import DBAPIError

from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, people, put, put_table, settings_of
from records.audit import Audit, Broken, Head
from records.copying import About, NotCopied, about, contents, copy, differences
from records.database import database_url
from records.migrations import TooNew, head, upgrade

app = typer.Typer()
database = typer.Typer(no_args_is_help=True, help="The database: which it is, whether it is whole, another one.")
app.add_typer(database, name="database")

URL = Annotated[
    str | None, typer.Argument(help="Like postgresql://USER@HOST/NAME or sqlite:///PATH; that of the settings without.")
]
T = TypeVar("T")


@database.command()
def show(url: URL = None, config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """Which database it is, of which version its tables are, how large it is and what is in it."""
    settings = settings_of(config, var)
    where = _url(url, settings)
    found = _run(about(where))
    if as_json:
        put({"url": _shown(where), **found.to_json()})
        return
    _tell(where, found)


@database.command()
def check(
    url: URL = None,
    against: Annotated[str | None, typer.Option(help="Compare with this database, table by table.")] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Whether the tables are today's and the audit log is as it was written; 1 when not."""
    settings = settings_of(config, var)
    where = _url(url, settings)
    found = _run(about(where))
    here = _run(contents(where)) if against is not None or found.revision == found.newest else {}
    wrong = (
        [] if found.revision == found.newest else [f"its tables are of version {found.revision}, not {found.newest}"]
    )
    if here:
        chain = _run(Audit(where, settings.var).verify())
        if isinstance(chain, Broken):
            wrong.append(f"the audit log breaks at entry {chain.number}: {chain.why}")
    if against is not None:
        wrong += [f"not the same: {name}" for name in differences(here, _run(contents(_url(against, settings))))]
    if as_json:
        tables = {name: {"rows": one.rows, "hash": one.hash} for name, one in here.items()}
        put({"url": _shown(where), "good": not wrong, "wrong": wrong, "tables": tables})
    for line in wrong:
        people.print(line, markup=False)
    if wrong:
        raise typer.Exit(1)
    if not as_json:
        people.print(f"{_shown(where)}: whole, {sum(found.rows.values())} rows", markup=False)


@database.command("upgrade")
def upgrade_(
    without_copy: Annotated[
        bool, typer.Option("--without-copy", help="Do it without the copy: the server was backed up by its own means.")
    ] = False,
    config: Config = None,
    var: Var = None,
) -> None:
    """Copy former tables aside and bring them up to date, as the next start of the hotline would."""
    settings = settings_of(config, var)
    _run(upgrade(settings.database_url, keep=settings.var, without_copy=without_copy))
    people.print(f"{_shown(settings.database_url)}: tables of version {head()}", markup=False)


@database.command("copy")
def copy_(
    source: Annotated[str, typer.Option("--from", help="The database to copy: its URL.")],
    target: Annotated[str, typer.Option("--to", help="An empty one: its URL. Tables are made.")],
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Copy everything into an empty database and compare the two; 1 when they differ. Stop the hotline first."""
    settings = settings_of(config, var)
    here, there = _url(source, settings), _url(target, settings)

    def told(table: str, rows: int) -> None:
        if rows:
            people.print(f"{table}: {rows}", markup=False)

    total = _run(copy(here, there, told))
    before, after = _run(contents(here)), _run(contents(there))
    different = differences(before, after)
    chain = _run(Audit(there, settings.var).verify())
    good = not different and isinstance(chain, Head)
    if as_json:
        tables = {
            name: {"rows": one.rows, "hash": one.hash, "same": name not in different} for name, one in after.items()
        }
        put({"from": _shown(here), "to": _shown(there), "rows": total, "good": good, "tables": tables})
    for name in different:
        people.print(f"{name} is not the same on both sides: was the hotline running?", markup=False)
    if isinstance(chain, Broken):
        people.print(f"the audit log breaks at entry {chain.number}: {chain.why}", markup=False)
    if not good:
        raise typer.Exit(1)
    people.print(
        f"{total} rows copied, the same on both sides; name the new one in the settings: database", markup=False
    )


def _url(typed: str | None, settings: Settings) -> str:
    if typed is None:
        return settings.database_url
    try:
        return database_url(typed).render_as_string(hide_password=False)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _shown(url: str) -> str:
    return database_url(url).render_as_string(hide_password=True)


def _tell(url: str, found: About) -> None:
    state = "up to date" if found.revision == found.newest else f"of version {found.revision}, not {found.newest}"
    people.print(f"{_shown(url)}", markup=False)
    people.print(f"{found.kind} {found.version}, tables {state}, {found.size / 1e6:.1f} MB", markup=False)
    table = Table(Column("table"), Column("rows", justify="right"), box=None, pad_edge=False)
    for name, rows in found.rows.items():
        table.add_row(name, str(rows))
    put_table(table)
    if found.untold:
        people.print(f"{found.untold} calls are in no report yet: the running hotline takes them up", markup=False)
    if found.untellable:
        people.print(f"{found.untellable} calls are in no report: their legs cannot be told, a bug", markup=False)


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Do it, or say in one line why it cannot be done."""
    try:
        return asyncio.run(work)
    except FileNotFoundError as error:
        fail(f"there is no such database: {error}")
    except DBAPIError as error:
        fail(f"the database cannot be used: {error.orig}")
    except (NotCopied, TooNew, OSError, ValueError) as error:
        fail(error)
