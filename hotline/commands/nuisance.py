"""Numbers that are blocked, or put behind everybody else, for a while: nuisance add, list, remove."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from hotline import nuisance
from hotline.audited import Private, Reason, reason_of, write_down
from hotline.clock import clock_of
from hotline.identity import asker
from hotline.nuisance import LONGEST, Listed, NotListed
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, people, put, settings_of
from ivr.door.door import Treatment
from records.audit import Act
from records.clock import wall_time
from routing.calendar import SHANGHAI

app = typer.Typer()
nuisance_app = typer.Typer(no_args_is_help=True, help="Numbers that are blocked, or served last, for a while.")
app.add_typer(nuisance_app, name="nuisance")

_PATTERN = re.compile(r"\+?[0-9]{3,20}|\+?[0-9]{3,19}\*|withheld")
_FOR = re.compile(r"(?:([0-9]{1,3})d)?(?:([0-9]{1,3})h)?(?:([0-9]{1,3})m)?")
_UNITS = ("days", "hours", "minutes")


@nuisance_app.command("add")
def add(
    number: Annotated[str, typer.Argument(help="A number, the beginning of numbers like 0229999*, or withheld.")],
    reason: Reason = None,
    lasts: Annotated[str, typer.Option("--for", help="How long: 30d, 12h, 1d12h.")] = "7d",
    slow: Annotated[
        bool, typer.Option("--slow/--block", help="Serve these calls after all others; or send them away.")
    ] = True,
    config: Config = None,
    var: Var = None,
) -> None:
    """List a number; listing it again changes how, and for how long."""
    settings = settings_of(config, var)
    if not _PATTERN.fullmatch(number):
        raise typer.BadParameter(
            f"{number!r} is no number; write 3 to 20 digits, at least 3 and `*` for a beginning, or withheld",
            param_hint="NUMBER",
        )
    why, now = reason_of(reason, "every entry"), clock_of(settings).now()
    until = now + _span(lasts)
    treatment = Treatment.SLOW if slow else Treatment.BLOCK
    entry = Listed(0, number, treatment, why, asker(), now, until)
    write_down(settings, "nuisance_added", about=entry.masked, reason=why, treatment=treatment, until=wall_time(until))
    try:
        entry = nuisance.add(settings.var, number, treatment, why, asker(), now, until)
    except (OSError, ValueError) as error:
        fail(error)
    does = "served last" if slow else "blocked"
    people.print(f"#{entry.id} {entry.masked} is {does} until {_shown(until)}", markup=False)


@nuisance_app.command("list")
def show(
    private: Private = False,
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Who is listed now, why, by whom and until when."""
    settings = settings_of(config, var)
    why = reason_of(reason, "who sees whole numbers") if private else None
    now = clock_of(settings).now()
    entries = [one for one in _entries(settings) if now < one.until]
    if private:
        write_down(settings, Act.NUMBERS_SHOWN, about="nuisance", reason=why, entries=[f"#{one.id}" for one in entries])
    rows = [
        {**one.to_json(), "pattern": one.pattern if private else one.masked, "since": wall_time(one.since),
         "until": wall_time(one.until)}
        for one in entries
    ]  # fmt: skip
    if as_json:
        put(rows)
    elif rows:
        table = Table(*(Column(name, overflow="fold") for name in ("编号", "号码", "处理", "到期", "登记人", "原因")),
                      box=None, pad_edge=False)  # fmt: skip
        for row, one in zip(rows, entries, strict=True):
            does = "拦截" if one.treatment is Treatment.BLOCK else "排在最后"
            table.add_row(f"#{one.id}", str(row["pattern"]), does, _shown(one.until), one.by, one.reason)
        Console(highlight=False, emoji=False, markup=False).print(table)
    else:
        people.print("nobody is on the nuisance list")


@nuisance_app.command("remove")
def remove(
    what: Annotated[str, typer.Argument(metavar="NUMBER|#ID", help="As it was added, or its id, like #3.")],
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """Take a number off the list."""
    settings = settings_of(config, var)
    try:
        entry = nuisance.find(_entries(settings), what)
    except NotListed as error:
        fail(error)
    write_down(settings, "nuisance_removed", about=entry.masked, reason=reason, entry=f"#{entry.id}")
    try:
        nuisance.remove(settings.var, entry)
    except (OSError, ValueError) as error:
        fail(error)
    people.print(f"{entry.masked} is not listed any more", markup=False)


def _entries(settings: Settings) -> list[Listed]:
    try:
        return nuisance.listed(settings.var)
    except (OSError, ValueError) as error:
        fail(error)


def _span(text: str) -> timedelta:
    match = _FOR.fullmatch(text)
    parts = match.groups() if match and text else ()
    span = timedelta(**{unit: int(part) for unit, part in zip(_UNITS, parts, strict=False) if part})
    if not timedelta() < span <= LONGEST:
        raise typer.BadParameter(f"{text!r}: write how long, like 30d or 12h, at most {LONGEST.days}d",
                                 param_hint="--for")  # fmt: skip
    return span


def _shown(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
