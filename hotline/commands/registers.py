"""The registers (登记表): registers list, show, set, retire, history, changes, import, export, print, gaps."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, TypeVar

import typer
from rich.table import Column, Table

from hotline.accounts_book import with_accounts
from hotline.audited import Reason, reason_of, write_down
from hotline.identity import asker
from hotline.printed import Out, Paper, put_paper
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, day_typed, fail, instant, live_in, people, put, put_table, settings_of
from paperwork.filing import Changed
from paperwork.printing.forms.register import agents_report, line_form
from paperwork.printing.render import Format
from paperwork.registers.changes import changes as changed_between
from paperwork.registers.entries import LABELS, Register, flat
from paperwork.registers.files import Unread, decoded, deep, from_csv, from_yaml, to_csv, to_yaml
from paperwork.registers.gaps import gaps_now
from paperwork.registers.registers import NoEntry, Registers, Version
from paperwork.registers.sheet import sheets
from paperwork.registers.spelling import spelt
from paperwork.registers.unfit import Unfit, entry_of
from records.audit import Act
from records.clock import wall_time
from routing.calendar import SHANGHAI

app = typer.Typer()
registers = typer.Typer(no_args_is_help=True, help="Lines, receiving units, agents and experts, in versions.")
app.add_typer(registers, name="registers")

Which = Annotated[Register, typer.Argument(help="line, unit, agent or expert.")]
Name = Annotated[str, typer.Argument(help="The entry's id; lines and agents have those of the plan.")]
At = Annotated[str | None, typer.Option("--at", help="As it stood at this time; now without it.")]

T = TypeVar("T")


@registers.command("list")
def list_(
    register: Which,
    at: At = None,
    retired: Annotated[bool, typer.Option("--retired", help="The retired ones too.")] = False,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """The entries of a register."""
    then = None if at is None else instant(at)
    found = _with(settings_of(config, var), lambda book: book.standing(register, then, retired=retired))
    if as_json:
        put([one.to_json() for one in found])
        return
    fields = [field for field in LABELS[register] if "." not in field]
    if register in (Register.LINE, Register.UNIT):
        fields += ["liaison_a.name", "liaison_b.name"]
    used = [field for field in fields if any(field in flat(one.data) for one in found)]
    table = Table(*(Column(title, overflow="fold") for title in ("代码", *(LABELS[register][f] for f in used), "")))
    table.box, table.pad_edge = None, False
    for one in found:
        values = flat(one.data)
        table.add_row(one.id, *(spelt(values.get(field)) or "" for field in used), "停用" if one.retired else "")
    put_table(table, "nothing stands there yet: `hotline registers set` or `import`")


@registers.command("show")
def show(
    register: Which, name: Name, at: At = None, config: Config = None, var: Var = None, as_json: Json = False
) -> None:
    """One entry, field by field."""
    then = None if at is None else instant(at)
    found = _with(settings_of(config, var), lambda book: book.find(register, name, then))
    if found is None:
        fail(f"there is no {register} {name}: `hotline registers list {register}` shows them")
    if as_json:
        put(found.to_json())
        return
    for field, value in flat(found.data).items():
        typer.echo(f"{LABELS[register].get(field, field)}（{field}）：{spelt(value)}")
    state = "停用于 " if found.retired else ""
    people.print(f"{state}{wall_time(found.at)[:16]}，第 {found.version} 版，{found.who}", markup=False)


@registers.command("set")
def set_(
    register: Which,
    name: Name,
    fields: Annotated[
        list[str], typer.Argument(metavar="FIELD=VALUE…", help="liaison_a.mobile=139…; FIELD= takes it away.")
    ],
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """Write fields of an entry; the others stay as they are. Makes the entry when there is none."""
    settings = settings_of(config, var)
    new_fields = _typed(register, fields)

    async def work(book: Registers) -> Version:
        stands = await book.find(register, name)
        cells = {} if stands is None or stands.retired else {f: spelt(v) or "" for f, v in flat(stands.data).items()}
        cells = {field: text for field, text in {**cells, **new_fields}.items() if text}
        entry = entry_of(register, deep(register, cells))
        expected = 0 if stands is None else stands.version
        return await book.set(
            register, name, entry, who=asker(), at=datetime.now(UTC), reason=reason, expected=expected
        )

    new = _with(settings, work)
    _written(settings, new, "set", reason)
    people.print(f"{register} {name}: version {new.version} stands", markup=False)


@registers.command("retire")
def retire(register: Which, name: Name, reason: Reason = None, config: Config = None, var: Var = None) -> None:
    """Take an entry out of use; its history stays, and it may be set again."""
    settings = settings_of(config, var)
    why = reason_of(reason, "who retires an entry")
    gone = _with(settings, lambda book: book.retire(register, name, who=asker(), at=datetime.now(UTC), reason=why))
    _written(settings, gone, "retired", why)
    people.print(f"{register} {name} is retired", markup=False)


@registers.command("history")
def history(register: Which, name: Name, config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """Every version of an entry, oldest first."""
    found = _with(settings_of(config, var), lambda book: book.versions(register, id=name))
    if not found:
        fail(f"there is no {register} {name}: `hotline registers list {register}` shows them")
    if as_json:
        for one in found:
            put(one.to_json())
        return
    table = Table(*(Column(title, overflow="fold") for title in ("版", "时间", "经办人", "事由", "内容")))
    table.box, table.pad_edge = None, False
    for one in found:
        told = "停用" if one.retired else "，".join(f"{f}={spelt(v)}" for f, v in flat(one.data).items())
        table.add_row(str(one.version), wall_time(one.at)[:16], one.who, one.reason or "", told)
    put_table(table)


@registers.command("changes")
def changes(
    since: Annotated[str, typer.Option("--from", help="The first day, like 2026-10-01.")],
    until: Annotated[str | None, typer.Option("--to", help="The day after the last one; tomorrow without it.")] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """The report of changes: what is different from how the registers stood before."""
    first = day_typed(since)
    last = datetime.now(SHANGHAI).date() + timedelta(days=1) if until is None else day_typed(until)
    if last <= first:
        raise typer.BadParameter("--to is the day after the last one: it lies behind --from", param_hint="--to")
    versions = _with(settings_of(config, var), lambda book: book.versions(until=_midnight(last)))
    found = changed_between(versions, _midnight(first), _midnight(last))
    if as_json:
        for change in found:
            put(change.to_json())
        return
    for change in found:
        typer.echo(f"{change.register.label} {change.id}（{change.name}）{change.kind.label}")
        for field in change.fields:
            typer.echo(f"  {field.label}：{field.before or '（空）'} → {field.after or '（空）'}")
        for one in change.versions:
            typer.echo(f"  {wall_time(one.at)[:16]} {one.who} {one.reason or ''}".rstrip())
    if not found:
        people.print("nothing changed", markup=False)


@registers.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A YAML file of registers, or a CSV file of one.")],
    register: Annotated[Register | None, typer.Option(help="Of a CSV file.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is wrong with it.")] = False,
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Take a file in, all of it or nothing. Entries that it does not name stay as they are."""
    settings = settings_of(config, var)
    why = reason_of(reason, "who changes registers") if not dry_run else ""
    wishes = _read(file, register)
    if dry_run:
        people.print(f"{file}: {len(wishes)} entries, nothing is wrong with them", markup=False)
        return
    taken = _with(settings, lambda book: book.take(wishes, who=asker(), at=datetime.now(UTC), reason=why))
    new = sum(fresh for _, fresh in taken)
    write_down(settings, Act.REGISTER_CHANGED, about="registers", reason=why, change="import", entries=new)
    if as_json:
        put({"new": new, "same": len(taken) - new})
    else:
        people.print(f"{file}: {new} entries are new or changed, {len(taken) - new} as they were", markup=False)


@registers.command("export")
def export(
    register: Annotated[Register | None, typer.Argument(help="One register; all of them in YAML without it.")] = None,
    form: Annotated[Literal["yaml", "csv"] | None, typer.Option("--format", help="YAML without it.")] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; stdout without it. Never written over.")] = None,
    at: At = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """The entries that stand, as a file that `import` reads."""
    form = form or ("csv" if out is not None and out.suffix.lower() == ".csv" else "yaml")
    if form == "csv" and register is None:
        raise typer.BadParameter("a CSV file has one register: name it", param_hint="REGISTER")
    then = None if at is None else instant(at)

    async def work(book: Registers) -> list[Version]:
        which = [register] if register is not None else list(Register)
        return [one for each in which for one in await book.standing(each, then)]

    found = _with(settings_of(config, var), work)
    text = to_csv(register, found) if form == "csv" and register is not None else to_yaml(found)
    if out is None:
        sys.stdout.write(text)
        return
    try:
        with out.open("x", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}")
    people.print(f"{out}: {len(found)} entries", markup=False)


@registers.command("print")
def print_(
    line: Annotated[str, typer.Argument(help="The line, by its id.")],
    agents: Annotated[bool, typer.Option("--agents", help="附件5, its agents, instead of 附件4.")] = False,
    form: Paper = Format.PDF,
    out: Out = None,
    at: At = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """The form of a line as it is signed: 附件4 (热线登记表), or 附件5 (座席员登记表)."""
    settings = settings_of(config, var)
    now, hotline = datetime.now(UTC), live_in(settings).plan.hotline.name
    then = now if at is None else instant(at)
    found = _with(settings, lambda book: sheets(book, then, line))
    if not found:
        fail(f"there is no line {line}: `hotline registers list line` shows them")
    own, theirs = found[0]
    put_paper(agents_report(theirs, hotline, now) if agents else line_form(own, hotline, now), form, out)


@registers.command("gaps")
def gaps(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """Where the registers and the live plan do not say the same; 1 when there is such a place."""
    settings = settings_of(config, var)
    plan = live_in(settings).plan
    found = _with(settings, lambda book: gaps_now(book, plan))
    if as_json:
        put([gap.to_json() for gap in found])
    else:
        for gap in found:
            typer.echo(
                f"{gap.register.label} {gap.id}（{gap.name}）：{gap.kind.label}{f'：{gap.what}' if gap.what else ''}"
            )
        if not found:
            people.print("the registers and the plan say the same", markup=False)
    if found:
        raise typer.Exit(1)


def _read(file: Path, register: Register | None) -> list[Any]:
    try:
        text = decoded(str(file), file.read_bytes())
        if file.suffix.lower() != ".csv":
            return from_yaml(str(file), text)
        if register is None:
            raise typer.BadParameter("say of which register this CSV file is", param_hint="--register")
        return from_csv(str(file), text, register)
    except Unread as error:
        _refused(error.problems)
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}")


def _refused(problems: Sequence[str]) -> NoReturn:
    for problem in problems:
        people.print(problem, markup=False)
    fail("nothing was taken in")


def _typed(register: Register, fields: Sequence[str]) -> Mapping[str, str]:
    found = {}
    for field in fields:
        name, between, text = field.partition("=")
        if not between or name not in LABELS[register]:
            there = ", ".join(LABELS[register])
            raise typer.BadParameter(f"{field[:60]!r}: write FIELD=VALUE; there is {there}", param_hint="FIELD=VALUE")
        found[name] = text.strip()
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _with(settings: Settings, work: Callable[[Registers], Awaitable[T]]) -> T:
    try:
        return with_accounts(settings, lambda store: work(Registers(store)))
    except Unfit as error:
        _refused(error.problems)
    except NoEntry as error:
        fail(error)
    except Changed:
        fail("somebody else changed this at the same time: look again")
    except ValueError as error:
        fail(error)


def _written(settings: Settings, version: Version, change: str, why: str | None) -> None:
    about = f"{version.register}:{version.id}"
    write_down(settings, Act.REGISTER_CHANGED, about=about, reason=why or None, change=change, version=version.version)
