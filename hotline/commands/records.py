"""Past calls: records import, imports, retract, export."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Column, Table
from sqlalchemy.exc import DBAPIError

from hotline.audited import reason_of, write_down
from hotline.commands.categories import trees_of
from hotline.identity import asker
from hotline.operators import read_config
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, day_typed, fail, people, put, put_table, settings_of
from paperwork.past.bringing import told, told_bad
from paperwork.past.export import exported, unfilled
from paperwork.past.imports import Found, Import, NoImport, SameFile, imported, look, same_file, standing, take_in
from paperwork.past.imports import retract as take_back
from paperwork.past.meaning import Meaning
from paperwork.past.scratch import Scratch
from paperwork.past.sheet import NoSheet, Sheet, as_text, sheet_of
from records.clock import wall_time
from records.database import database_file
from records.migrations import NotKept, TooNew, upgrade
from records.store import NoDatabase, Store
from routing.calendar import SHANGHAI
from routing.reading.load import Unreadable

app = typer.Typer()
records = typer.Typer(no_args_is_help=True, help="Past calls: brought along from elsewhere, and written for elsewhere.")
app.add_typer(records, name="records")

Answer = TypeVar("Answer")


@records.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="time,line,kind,category,place,count")],
    by: Annotated[str | None, typer.Option(metavar="WHO", help="Who brings it; else who is signed in here.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look whether it could be taken in.")] = False,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Take in a CSV file of past calls, all of it or nothing: docs/categories.md has its columns."""
    settings = settings_of(config, var)
    meaning, lines = Meaning(trees_of(settings)), _lines(settings)
    with Scratch(settings.database_url) as scratch:
        try:
            sheet = sheet_of(file)
            _done(settings, _asked(settings, sheet, last=dry_run))
            found = look(sheet, meaning, lines, scratch)
        except (NoSheet, SameFile) as error:
            fail(f"{_shown(file)}: {error}")
        except OSError as error:
            fail(f"{_shown(file)}: cannot be read ({error.strerror})")
        if not found.good:
            _tell_bad(file, found, as_json=as_json)
            raise typer.Exit(1)
        try:
            taken = None if dry_run else _done(settings, _take(settings, sheet, found, scratch, by))
        except SameFile as error:
            fail(f"{_shown(file)}: {error}")
    _tell(found, taken, as_json=as_json)


async def _asked(settings: Settings, sheet: Sheet, *, last: bool) -> None:
    """Whether this very file was taken in before, where there is a database that knows. With `last` nobody asks again,
    so it is said when none does. Raises SameFile."""
    database = database_file(settings.database_url)
    if database is not None and not database.exists():
        return
    try:
        before = await _with(settings, lambda store: same_file(store, sheet))
    except (DBAPIError, TimeoutError) as error:
        why = error.orig if isinstance(error, DBAPIError) else "the database does not answer"
        if last:
            people.print(f"nobody can say whether it was imported before: {why}", markup=False)
        return
    if before is not None:
        raise SameFile(before)


async def _take(settings: Settings, sheet: Sheet, found: Found, scratch: Scratch, by: str | None) -> Import:
    await upgrade(settings.database_url, keep=settings.var)
    store = Store(settings.database_url)
    try:
        if (before := await same_file(store, sheet)) is not None:
            raise SameFile(before)
        await asyncio.to_thread(_write_down, settings, sheet, found, by)
        return await take_in(store, sheet, found, scratch, who=by or asker(), at=datetime.now(UTC))
    finally:
        await store.close()


def _write_down(settings: Settings, sheet: Sheet, found: Found, by: str | None) -> None:
    """Before it is done, as everything that is audited."""
    write_down(
        settings,
        "records_imported",
        about=sheet.name,
        sha256=sheet.sha256,
        rows=found.rows,
        calls=found.calls,
        by=by,
    )


def _tell_bad(file: Path, found: Found, *, as_json: bool) -> None:
    if as_json:
        put(told_bad(found))
    for bad in found.bad:
        people.print(f"{_shown(file)}:{bad.line}: {bad.reason}", markup=False)
    if found.more:
        people.print(f"and {found.more} more rows that cannot be taken in", markup=False)
    people.print("nothing was imported: mend these rows, then import the file again", markup=False)


def _tell(found: Found, taken: Import | None, *, as_json: bool) -> None:
    if found.last is not None and found.last > datetime.now(UTC):
        people.print(
            f"its last row lies in the future ({wall_time(found.last)[:10]}): is its year right?", markup=False
        )
    said = told(found, taken)
    if as_json:
        put(said)
        return
    span = f"{(said['first'] or '')[:10]} to {(said['last'] or '')[:10]}"
    if taken is None:
        people.print(f"it can be imported: {found.rows} rows, {found.calls} calls, {span}", markup=False)
    else:
        people.print(f"imported as {taken.id}: {found.rows} rows, {found.calls} calls, {span}", markup=False)


@records.command()
def imports(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """The files that were taken in, newest last."""
    settings = settings_of(config, var)
    found = _done(settings, _with(settings, imported))
    if as_json:
        for one in found:
            put(one.to_json())
        return
    table = Table(
        *(Column(heading, overflow="fold") for heading in ("号", "时间", "何人", "文件", "行", "件次", "撤回"))
    )
    table.box, table.pad_edge = None, False
    for one in found:
        back = "" if one.retracted is None else f"{wall_time(one.retracted)[:10]} {one.reason}"
        at = wall_time(one.at)[:16].replace("T", " ")
        table.add_row(one.id, at, one.who, one.name, str(one.rows), str(one.calls), back)
    put_table(table)


@records.command()
def retract(
    id: Annotated[str, typer.Argument(metavar="ID", help="As `hotline records imports` lists it.")],
    reason: Annotated[str | None, typer.Option(help="Why; it is written into the audit log.")] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Take all rows of an import back; the file may then be imported again."""
    why = reason_of(reason, "who takes an import back")
    settings = settings_of(config, var)

    async def take(store: Store) -> Import:
        before = await standing(store, id)
        await asyncio.to_thread(_write_back, settings, before, why)
        return await take_back(store, id, who=asker(), reason=why, at=datetime.now(UTC))

    try:
        taken = _done(settings, _with(settings, take))
    except NoImport as error:
        fail(error)
    if as_json:
        put(taken.to_json())
    else:
        people.print(f"{taken.id} is taken back: {taken.rows} rows, {taken.calls} calls", markup=False)


def _write_back(settings: Settings, taken: Import, why: str) -> None:
    write_down(settings, "records_retracted", about=taken.id, reason=why, rows=taken.rows, calls=taken.calls)


@records.command()
def export(
    since: Annotated[str | None, typer.Option("--from", metavar="DATE", help="Calls of this day and later.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DATE", help="And before this day.")] = None,
    form: Annotated[str, typer.Option("--format", help="csv")] = "csv",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it there instead of to stdout.")] = None,
    mark: Annotated[bool, typer.Option("--bom", help="With a mark in front, by which Excel knows UTF-8.")] = False,
    config: Config = None,
    var: Var = None,
) -> None:
    """Answer records and imported rows in the form that `records import` takes."""
    if form != "csv":
        raise typer.BadParameter(f"{form!r} is not written here; write csv", param_hint="--format")
    settings = settings_of(config, var)
    span = (_instant(since), _instant(until))
    if span[0] is not None and span[1] is not None and span[1] <= span[0]:
        raise typer.BadParameter("no day lies between them: --to is exclusive", param_hint="--to")
    trees = trees_of(settings)

    async def write(stream: Any) -> int:
        stream.write("\ufeff" if mark else "")
        async for lines in exported(settings.database_url, trees, span):
            stream.write(lines)
        return await unfilled(settings.database_url, span)

    left_out = _done(settings, write(sys.stdout)) if out is None else _into(settings, out, write)
    if left_out:
        people.print(f"left out: {left_out} answer records that nobody has filled in yet", markup=False)


def _shown(file: Path) -> str:
    """Fit for a terminal, whatever the file is called."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in as_text(file))


def _into(settings: Settings, out: Path, write: Any) -> int:
    """Under another name until it is whole: half a file would look like all of it."""
    half = out.parent / f".{out.name[:100]}.half"
    try:
        with half.open("w", encoding="utf-8", newline="") as stream:
            left_out = _done(settings, write(stream))
        half.replace(out)
    except OSError as error:
        fail(f"{_shown(out)}: cannot be written ({error.strerror})")
    finally:
        with suppress(OSError):
            half.unlink(missing_ok=True)
    return int(left_out)


def _instant(text: str | None) -> datetime | None:
    day: date | None = None if text is None else day_typed(text)
    if day is not None and not 1900 < day.year < 9000:
        raise typer.BadParameter(f"{text!r} is a day that nobody could mean")
    return None if day is None else datetime.combine(day, time(), SHANGHAI)


def _lines(settings: Settings) -> dict[str, str]:
    """Lines by the names that callers know them by; nothing when there is no good plan to ask."""
    with suppress(Unreadable):
        return {line.name: name for name, line in read_config(settings.config).plan.lines.items() if line.name}
    return {}


async def _with(settings: Settings, ask: Any) -> Any:
    store = Store(settings.database_url)
    try:
        return await ask(store)
    finally:
        await store.close()


def _done(settings: Settings, work: Coroutine[Any, Any, Answer]) -> Answer:
    """What came of it; one line when the database cannot be used."""
    try:
        return asyncio.run(work)
    except (NoDatabase, FileNotFoundError):
        fail(f"no hotline was ever started in {settings.var}, and nothing imported: name its folder with --var")
    except (TooNew, NotKept) as error:
        fail(error)
    except (DBAPIError, TimeoutError) as error:
        why = error.orig if isinstance(error, DBAPIError) else "somebody else holds it"
        fail(f"the database cannot be used ({why}): {settings.database_shown}; a start of the hotline mends old tables")
