"""Answer records (接听记录单): answers list, show, fill, sign, correct, print."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Column, Table

from hotline.accounts_book import with_accounts
from hotline.audited import Private, Reason, reason_of, shown, unmasked, write_down
from hotline.clock import clock_of
from hotline.identity import asker
from hotline.office import trees_of
from hotline.printed import Out, Paper, put_paper
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, instant, live_in, people, put, put_table, settings_of
from paperwork.answers.book import Book, NoRecord
from paperwork.answers.codes import TreeCodes
from paperwork.answers.complete import Unfit
from paperwork.answers.names import PlanHouse
from paperwork.answers.page import Wanted, page_of
from paperwork.answers.record import FIELDS, Illegal, Record
from paperwork.answers.sheet import LABELS, sheet_of
from paperwork.answers.telling import Teller
from paperwork.answers.words import Gender, Heard, Settled, State
from paperwork.categories.spelling import path_of
from paperwork.categories.trees import Trees
from paperwork.filing import Changed
from paperwork.kind import Kind
from paperwork.printing.forms.answer import answer_form
from paperwork.printing.render import Format
from paperwork.rules import rules_in
from records.store import Store
from routing.reading.problem import Unreadable

app = typer.Typer()
answers = typer.Typer(no_args_is_help=True, help="Answer records: one of each call that somebody answered.")
app.add_typer(answers, name="answers")

Which = Annotated[str, typer.Argument(help="The record's number, like 2026-000123, or its call.")]
Fields = Annotated[list[str], typer.Argument(metavar="FIELD=VALUE…", help="kind=咨询 content=…; FIELD= takes it away.")]
_CHOICES: Mapping[str, type[StrEnum]] = {"gender": Gender, "heard": Heard, "kind": Kind, "settled": Settled}

T = TypeVar("T")
WHOLE = "who sees whole names and contacts"


@dataclass(frozen=True, slots=True)
class _Room:
    """What a command works with."""

    book: Book
    house: PlanHouse
    trees: Trees
    now: datetime

    @property
    def teller(self) -> Teller:
        return Teller(self.house, self.book.codes, self.book.rules())

    async def call(self, which: str) -> str:
        """The call that is meant by itself, or by its record's number. Raises NoRecord."""
        try:
            return await self.book.call_of(which)
        except NoRecord:
            return which


@answers.command("list")
def list_(
    since: Annotated[str | None, typer.Option("--from", help="Answered from this time on.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Answered before this time.")] = None,
    line: Annotated[str | None, typer.Option(help="Only of this line.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only calls in which this agent talked.")] = None,
    state: Annotated[State | None, typer.Option(help="open, filled or signed.")] = None,
    kind: Annotated[str | None, typer.Option(help="咨询, 投诉 …")] = None,
    lacking: Annotated[bool, typer.Option("--missing", help="Only those that lack something.")] = False,
    last: Annotated[int, typer.Option(min=1, max=100_000, help="Only the newest so many.")] = 50,
    private: Private = False,
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Answer records, newest last."""
    settings = settings_of(config, var)
    why = unmasked(reason, WHOLE, private=private)
    wanted = Wanted(
        since=instant(since) if since else None,
        until=instant(until) if until else None,
        line=line,
        agent=agent,
        state=state,
        kind=None if kind is None else _word("kind", kind),
        missing=lacking,
        limit=last,
    )

    async def look(room: _Room) -> list[dict[str, Any]]:
        rows, _ = await page_of(room.book.store, wanted)
        return [room.teller.row(row, private=private) for row in reversed(rows)]

    found = _with(settings, look)
    shown(settings, "answers", why, calls=[one["call"] for one in found])
    if as_json:
        for one in found:
            put(one)
    else:
        put_table(_table(found), "no such answer record")


@answers.command("show")
def show(
    which: Which,
    history: Annotated[bool, typer.Option("--history", help="All that was filed in it, too.")] = False,
    private: Private = False,
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """One record."""
    settings = settings_of(config, var)
    why = unmasked(reason, WHOLE, private=private)

    async def look(room: _Room) -> tuple[Record, dict[str, Any], Any]:
        call = await room.call(which)
        record = await room.book.record(call)
        told = room.teller.record(record, private=private)
        if history:
            told["history"] = room.teller.history(await room.book.history(call), private=private)
        return record, told, sheet_of(record, room.house, room.book.codes, private=private)

    record, told, sheet = _with(settings, look)
    shown(settings, "answers", why, calls=[record.call])
    if as_json:
        put(told)
        return
    for entered in (*sheet.fields, *sheet.more):
        if entered.value:
            typer.echo(f"{entered.label}：{entered.value}")
    for correction in sheet.corrections:
        changes = "；".join(f"{one.label}：{one.before} → {one.after}" for one in correction.changes)
        typer.echo(f"更正 {correction.at} {correction.by}（{correction.reason}）：{changes}")
    for one in told.get("history", ()):
        typer.echo(f"{one['seq']} {one['at'][:19].replace('T', ' ')} {one['who']} {one['kind_label']}")
    _rest(told)


@answers.command("fill")
def fill(which: Which, fields: Fields, config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """Write into a record that is not signed; the fields that are not named stay."""

    async def work(room: _Room) -> dict[str, Any]:
        call = await room.call(which)
        wishes = _wishes(fields, room.trees)
        return room.teller.record(await room.book.fill(call, wishes, seq=None, who=asker(), at=room.now))

    _told(_with(settings_of(config, var), work), as_json=as_json)


@answers.command("sign")
def sign(
    which: Which,
    opinion: Annotated[str, typer.Option(help="管理部门审定意见.")],
    name: Annotated[str, typer.Option(help="Who signs, as it stands on the form.")],
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Judge a complete record; from then on it is only corrected."""
    settings = settings_of(config, var)

    async def work(room: _Room) -> dict[str, Any]:
        call = await room.call(which)
        return room.teller.record(await room.book.sign(call, opinion, name, seq=None, who=asker(), at=room.now))

    told = _with(settings, work)
    write_down(settings, "answer_signed", about=told["call"], number=told["number"])
    _told(told, as_json=as_json)


@answers.command("correct")
def correct(
    which: Which,
    fields: Fields,
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Correct a signed record; the form shows what was signed and what was corrected."""
    settings = settings_of(config, var)
    why = reason_of(reason, "what is corrected in a signed record")

    async def work(room: _Room) -> dict[str, Any]:
        call = await room.call(which)
        wishes = _wishes(fields, room.trees)
        return room.teller.record(await room.book.correct(call, wishes, why, seq=None, who=asker(), at=room.now))

    told = _with(settings, work)
    write_down(settings, "answer_corrected", about=told["call"], reason=why, number=told["number"])
    _told(told, as_json=as_json)


@answers.command("print")
def print_(
    which: Which,
    form: Paper = Format.PDF,
    out: Out = None,
    private: Private = False,
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """The form as it is signed: 附件6 (接听记录单)."""
    settings = settings_of(config, var)
    why = unmasked(reason, WHOLE, private=private)

    async def look(room: _Room) -> tuple[str, Any]:
        record = await room.book.record(await room.call(which))
        return record.call, sheet_of(record, room.house, room.book.codes, private=private)

    call, sheet = _with(settings, look)
    shown(settings, "answers", why, calls=[call])
    put_paper(answer_form(sheet, live_in(settings).plan.hotline.name, clock_of(settings).now()), form, out)


# ── what they share ─────────────────────────────────────────────────────────


def _with(settings: Settings, work: Callable[[_Room], Awaitable[T]]) -> T:
    """What `work` gives; ends with one line when it cannot be done."""
    plan, now = live_in(settings).plan, clock_of(settings).now()
    try:
        rules, trees = rules_in(settings.config).answers, trees_of(settings.config)
    except Unreadable as error:
        fail(error)

    async def do(store: Store) -> T:
        book = Book(store, lambda: rules, TreeCodes(lambda: trees))
        return await work(_Room(book, PlanHouse(lambda: plan), trees, now))

    try:
        return with_accounts(settings, do)
    except NoRecord as error:
        fail(f"there is no answer record {str(error)[:60]!r}: `hotline answers list` shows which there are")
    except Changed:
        fail("somebody else wrote into it this moment: try again")
    except Unfit as error:
        fail("\n".join(f"{LABELS.get(name, name)}（{name}）: {why}" for name, why in error.fields.items()))
    except Illegal as error:
        fail(error)


def _wishes(fields: Sequence[str], trees: Trees) -> dict[str, Any]:
    """Fields as they were typed: labels count as their words, a category's path as its code."""
    wishes: dict[str, Any] = {}
    for field in fields:
        name, given, value = field.partition("=")
        if not given or name not in FIELDS:
            hint = f"{field!r}: write FIELD=VALUE; fields are {', '.join(FIELDS)}"
            raise typer.BadParameter(hint, param_hint="FIELD=VALUE")
        if name in ("consent", "test"):
            if value not in ("yes", "no", "是", "否"):
                raise typer.BadParameter(f"{name} is yes or no", param_hint="FIELD=VALUE")
            wishes[name] = value in ("yes", "是")
        elif name == "category" and "/" in value:
            wishes[name] = trees.code("own", path_of(value)) or value
        else:
            wishes[name] = _word(name, value) if value else None
    return wishes


def _word(name: str, value: str) -> str:
    """The word that a label stands for, or what was typed."""
    for word in _CHOICES.get(name, ()):
        if value == getattr(word, "label", None):
            return str(word)
    return value


def _told(told: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        put(told)
        return
    people.print(f"{told['number']} {told['state_label']}", markup=False)
    _rest(told)


def _rest(told: Mapping[str, Any]) -> None:
    if told["missing"]:
        lacks = "、".join(f"{one['label']}（{one['field']}）" for one in told["missing"])
        people.print(f"还缺：{lacks}", markup=False)


def _table(found: Sequence[Mapping[str, Any]]) -> Table:
    headings = ("编号", "接听时间", "热线", "接听人", "类型", "分类", "状态", "还缺")
    table = Table(*(Column(heading, overflow="fold") for heading in headings), box=None, pad_edge=False)
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    for one in found:
        table.add_row(
            one["number"],
            one["at"][:16].replace("T", " "),
            one["line_name"],
            one["agent_name"] or "",
            one["kind_label"] or "",
            one["category_path"] or "",
            one["state_label"] + ("（测试）" if one["test"] else ""),
            "、".join(lack["label"] for lack in one["missing"]),
        )
    return table
