"""The reports: report NAME."""

from __future__ import annotations

import asyncio
import sys
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError

from hotline.clock import clock_of
from hotline.commands.report_signing import as_signed, list_signed, sign, tell_differences
from hotline.office import sources_at
from hotline.settings import Settings
from hotline.terminal import Config, Var, day_typed, fail, live_in, put, settings_of
from paperwork.reports.book import BOOK, FORMATS
from paperwork.reports.compared import last_month
from paperwork.reports.counted import known
from paperwork.reports.report import Period, Report, Table
from paperwork.reports.rules import TREES
from paperwork.reports.sources import Asked
from paperwork.reports.telling import contract_json, csv_files, csv_of, csv_together
from routing.calendar import SHANGHAI

app = typer.Typer()

SIGNING = ("sign", "signed", "differences")

_NAMES = ", ".join(BOOK)


@app.command()
def report(
    name: Annotated[str, typer.Argument(help=f"One of {_NAMES}; or {', '.join(SIGNING)}, with the report behind it.")],
    of: Annotated[str | None, typer.Argument(metavar="[NAME]", help="The report that is signed.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="The first day; of last month when nobody says.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="The day after the last.")] = None,
    form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = "json",
    line: Annotated[str | None, typer.Option(help="Only of this line, by its id.")] = None,
    tree: Annotated[str | None, typer.Option(help=f"Categories in this tree: {', '.join(TREES)}.")] = None,
    decimals: Annotated[int | None, typer.Option(min=0, max=4, help="Of percentages.")] = None,
    table: Annotated[str | None, typer.Option(help="As CSV only this table, by its id.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write it there; CSV into a folder or a .zip, a file for each table.")
    ] = None,
    signed: Annotated[bool, typer.Option("--signed", help="As it was signed the last time.")] = False,
    number: Annotated[
        int | None, typer.Option(min=1, help="As it was signed that time, by the signing's number.")
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="WHO", help="Who signs, as it stands on paper.")] = None,
    reason: Annotated[str | None, typer.Option(help="Of a correction: why it is signed again.")] = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """A report of what was answered, as data or as a form; `sign NAME` keeps it for good."""
    deed = name if name in SIGNING else None
    if deed is None and of is not None:
        raise typer.BadParameter(f"{of!r} is one word too many", param_hint="NAME")
    if deed == "signed" and of is None:
        list_signed(settings_of(config, var), None)
        return
    if deed is not None and of is None:
        raise typer.BadParameter(f"say which report: hotline report {deed} NAME", param_hint="NAME")
    name = of or name
    _one_of(name, tuple(BOOK), "NAME", "report")
    _one_of(form, FORMATS, "--format", "format")
    if tree is not None:
        _one_of(tree, TREES, "--tree", "tree")
    settings = settings_of(config, var)
    period = _period(since, until, clock_of(settings).now().astimezone(SHANGHAI).date())
    asked = Asked(period, line, tree, decimals)
    if deed == "sign":
        sign(settings, name, asked, by=by, reason=reason)
        return
    if deed == "signed":
        list_signed(settings, name)
        return
    if deed == "differences":
        tell_differences(settings, name, asked)
        return
    if signed or number is not None:
        made = as_signed(settings, name, asked, number)
    else:
        made = asyncio.run(_made(settings, name, asked))
    if form == "json":
        _say(contract_json(made), out)
    elif form == "csv":
        _csv(made, table, out)
    else:
        _printed(made, form, out)


def _one_of(word: str, choices: tuple[str, ...], hint: str, what: str) -> None:
    if word not in choices:
        raise typer.BadParameter(f"{word!r} is no {what}; there is {', '.join(choices)}", param_hint=hint)


def _period(since: str | None, until: str | None, today: date) -> Period:
    usual = last_month(today)
    if (since is None) != (until is None):
        raise typer.BadParameter("give both days or none: --from DATE --to DATE, the day after the last")
    if not (since and until):
        return usual
    days = day_typed(since), day_typed(until)
    for text, day in zip((since, until), days, strict=True):
        if not 1900 < day.year < 9000:
            raise typer.BadParameter(f"{text!r} is a day that nobody could mean")
    try:
        return Period(*days)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--to") from None


async def _made(settings: Settings, name: str, asked: Asked) -> Report:
    plan = live_in(settings).plan
    try:
        async with sources_at(settings, plan) as sources:
            if (line := asked.line) is not None and line not in plan.lines and not await known(sources.reading, line):
                lines = ", ".join(plan.lines)
                raise typer.BadParameter(f"{line!r} is no line; there is {lines}", param_hint="--line")
            return await BOOK[name].make(sources, asked)
    except DBAPIError as error:
        fail(
            f"the database cannot be read ({error.orig}): {settings.database_shown}; "
            "a start of the hotline mends old tables"
        )


def _say(data: object, out: Path | None) -> None:
    if out is None:
        put(data)
    else:
        import json

        _write(out, (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode())


def _csv(made: Report, wanted: str | None, out: Path | None) -> None:
    """One table, or all: into a folder, a .zip, or one below the other to stdout."""
    if wanted is not None:
        text = csv_of(_table(made, wanted))
        _write(out, text.encode("utf-8-sig")) if out is not None else sys.stdout.write(text)
    elif out is None:
        sys.stdout.write(csv_of(made.tables[0]) if len(made.tables) == 1 else csv_together(made))
    elif out.suffix == ".zip":
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, content in csv_files(made).items():
                archive.writestr(file, content)
        _write(out, packed.getvalue())
    elif out.suffix == ".csv" and len(made.tables) == 1:
        _write(out, csv_of(made.tables[0]).encode("utf-8-sig"))
    elif out.suffix:
        names = ", ".join(one.id for one in made.tables)
        raise typer.BadParameter(
            f"{made.name} has several tables: name one with --table ({names}), or give a folder or a .zip",
            param_hint="--out",
        )
    else:
        for file, content in csv_files(made).items():
            _write(out / file, content)


def _table(made: Report, wanted: str) -> Table:
    for table in made.tables:
        if table.id == wanted:
            return table
    names = ", ".join(table.id for table in made.tables)
    raise typer.BadParameter(f"{wanted!r} is no table of {made.name}; there is {names}", param_hint="--table")


def _printed(made: Report, form: str, out: Path | None) -> None:
    from paperwork.printing.render import Unprintable, render  # loads the type setter

    try:
        content = render(made, form)
    except Unprintable as error:
        fail(error)
    if out is not None:
        _write(out, content)
        return
    if sys.stdout.isatty() and form != "html":
        fail(f"say where the file goes: --out {made.name}.{form}")
    sys.stdout.flush()
    sys.stdout.buffer.write(content)


def _write(file: Path, content: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}")
