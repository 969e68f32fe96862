"""Work orders (转办单): orders list, show, board, open, print, exchange, and a command for each move."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Column, Table

from hotline.accounts_book import with_accounts
from hotline.audited import Private, Reason, shown, unmasked
from hotline.clock import clock_of
from hotline.identity import asker
from hotline.office import trees_of
from hotline.printed import Out, Paper, put_paper
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, instant, live_in, people, put, put_table, settings_of
from paperwork.answers.book import Book
from paperwork.answers.codes import TreeCodes
from paperwork.filing import Changed
from paperwork.kind import Kind
from paperwork.orders.asked import FORMS, Open, Unfit, read
from paperwork.orders.exchange import Refused, answers_of, rows_of, take, to_csv
from paperwork.orders.listing import Wanted, page_of
from paperwork.orders.names import HouseNames
from paperwork.orders.office import orders_of
from paperwork.orders.order import BODY
from paperwork.orders.orders import Actor, NoOrder, Orders
from paperwork.orders.sheet import sheet_of
from paperwork.orders.shown import order_json, typed, whole_json
from paperwork.orders.state import IllegalMove, Move, State
from paperwork.orders.tally import tally_of
from paperwork.printing.forms.order import order_form
from paperwork.printing.render import Format
from paperwork.rules import rules_in
from records.store import Store
from routing.reading.problem import Unreadable

app = typer.Typer()
orders = typer.Typer(no_args_is_help=True, help="Work orders: opened, handed on, done, answered, closed.")
exchange = typer.Typer(no_args_is_help=True, help="Files of the mayor's hotline (12345): orders in, answers out.")
app.add_typer(orders, name="orders")
orders.add_typer(exchange, name="exchange")

Number = Annotated[str, typer.Argument(help="The order, like 2026-000123.")]
Fields = Annotated[list[str] | None, typer.Argument(metavar="[FIELD=VALUE…]", help="What is said with it.")]

T = TypeVar("T")


@orders.command("list")
def list_(
    state: Annotated[
        list[str] | None, typer.Option(help="`open` for all that are not closed, or a state; repeatable.")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="Only of this unit, by its id.")] = None,
    line: Annotated[str | None, typer.Option(help="Only of this line.")] = None,
    kind: Annotated[Kind | None, typer.Option(help="Only of this kind.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose clock has run out.")] = False,
    since: Annotated[str | None, typer.Option("--from", help="Opened from this time on.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Opened before this time.")] = None,
    last: Annotated[int, typer.Option(min=1, max=100_000, help="Only the newest so many.")] = 50,
    tests: Annotated[bool, typer.Option("--tests", help="Those of tests too.")] = False,
    private: Private = False,
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Orders, newest last."""
    settings = settings_of(config, var)
    why = unmasked(reason, private=private)
    words = state or []
    if strange := [word for word in words if word not in (*State, "open")]:
        raise typer.BadParameter(f"{strange[0]!r} is none of open, {', '.join(State)}", param_hint="--state")
    wanted = Wanted(
        states=[State(word) for word in words if word != "open"],
        living="open" in words,
        unit=unit,
        line=line,
        kind=kind and str(kind),
        overdue=overdue,
        since=instant(since) if since else None,
        until=instant(until) if until else None,
        tests=tests,
    )

    async def look(book: Orders) -> list[dict[str, Any]]:
        names = await _names(book, settings)
        rows, _ = await page_of(book.store, wanted, book.now(), limit=last)
        return [order_json(row, book.now(), names, private=private) for row in reversed(rows)]

    found = _with(settings, look)
    shown(settings, "orders", why, orders=[one["number"] for one in found])
    if as_json:
        for one in found:
            put(one)
    else:
        put_table(_table(found), "no such order")


@orders.command("show")
def show(
    number: Number,
    private: Private = False,
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """One order: its form, its history, and what may be done with it."""
    settings = settings_of(config, var)
    why = unmasked(reason, private=private)

    async def look(book: Orders) -> dict[str, Any]:
        held = await book.find(number)
        return whole_json(held, book.now(), await _names(book, settings), private=private)

    told = _with(settings, look)
    shown(settings, "orders", why, orders=[number])
    if as_json:
        put(told)
        return
    for field in (*told["sheet"]["fields"], *told["sheet"]["more"]):
        if field["value"]:
            typer.echo(f"{field['label']}：{field['value']}")
    for fact in told["history"]:
        typer.echo(f"{fact['seq']:>3}  {fact['at'][:16].replace('T', ' ')}  {fact['label']}  {fact['name']}")
    moves = "、".join(f"{move['move']}（{move['label']}）" for move in told["moves"])
    people.print(f"可做：{moves or '无'}", markup=False)


@orders.command("board")
def board(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """How many open orders stand where, and how many are late; tests never count."""
    settings = settings_of(config, var)
    tally = _with(settings, lambda book: tally_of(book.store, book.now()))
    if as_json:
        put(tally.to_json())
        return
    for state in tally.to_json()["states"]:
        typer.echo(f"{state['label']}：{state['orders']}")
    for clock in tally.to_json()["overdue"]:
        typer.echo(f"{clock['label']}超期：{clock['orders']}")


@orders.command("open")
def open_(
    fields: Fields = None,
    call: Annotated[str | None, typer.Option(help="The call: its answer record fills in what is not said.")] = None,
    settle: Annotated[str | None, typer.Option(help="Settled on the spot: what was said to the caller.")] = None,
    another: Annotated[bool, typer.Option("--another", help="A second order for a call that has one.")] = False,
    test: Annotated[bool, typer.Option("--test", help="Never counted; its number is one of the tests'.")] = False,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """A new order: `hotline orders open content=… kind=complaint contact=… against=… urgency=simple`."""
    settings = settings_of(config, var)
    said: dict[str, Any] = {"source": "call" if call else "other", **_said(fields or [], (*BODY, "source"))}
    said |= {"call": call, "test": test} | ({"settle": {"text": settle}} if settle else {})

    async def work(book: Orders) -> dict[str, Any]:
        order = await book.open(read(Open, said), _actor(), another=another)
        held = await book.find(order.number)
        return whole_json(held, book.now(), await _names(book, settings), private=False)

    _told(_with(settings, work), as_json=as_json)


@orders.command("print")
def print_(
    number: Number,
    form: Paper = Format.PDF,
    out: Out = None,
    private: Private = False,
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """The form as it is signed: 附件9 (转办单)."""
    settings = settings_of(config, var)
    why = unmasked(reason, private=private)

    async def look(book: Orders) -> Any:
        held = await book.find(number)
        return sheet_of(held.order, await _names(book, settings), private=private)

    sheet = _with(settings, look)
    shown(settings, "orders", why, orders=[number])
    put_paper(order_form(sheet, live_in(settings).plan.hotline.name, clock_of(settings).now()), form, out)


# ── the mayor's hotline ─────────────────────────────────────────────────────


@exchange.command("import")
def import_(file: Path, config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """Take a file of orders in (JSON, or CSV by its name), all of them or none; known numbers change nothing."""
    settings = settings_of(config, var)
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        fail(f"{file} is not UTF-8: save it so")
    form = "csv" if file.suffix.lower() == ".csv" else "json"
    try:
        rows = rows_of(text, form)
        taken = _with(settings, lambda book: take(book, rows, _actor()))
    except Refused as error:
        for problem in error.problems:
            typer.echo(f"{file}: {problem}")
        fail("nothing was taken in")
    for one in taken:
        if as_json:
            put(one.to_json())
        else:
            typer.echo(f"{one.number} {one.order} {one.what}")


@exchange.command("export")
def export(
    since: Annotated[str | None, typer.Option("--from", help="Those in which something happened since then.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="A CSV file instead of JSON.")] = False,
    config: Config = None,
    var: Var = None,
) -> None:
    """How the orders stand that the mayor's hotline handed over, and what came of them."""
    settings = settings_of(config, var)
    at = instant(since) if since else None
    found = _with(settings, lambda book: answers_of(book, at))
    if csv:
        typer.echo(to_csv(found), nl=False)
    else:
        put({"orders": found})


# ── moves ───────────────────────────────────────────────────────────────────


def _command(move: Move) -> None:
    form = FORMS[move]
    known = tuple(name for name in form.model_fields if name != "changes") + (BODY if move is Move.CORRECT else ())

    def command(
        number: Number,
        fields: Fields = None,
        seq: Annotated[
            int | None, typer.Option(help="The filing that you looked at: refused when there are newer.")
        ] = None,
        config: Config = None,
        var: Var = None,
        as_json: Json = False,
    ) -> None:
        settings = settings_of(config, var)
        said: dict[str, Any] = _said(fields or [], known)
        if move is Move.CORRECT:
            said = {"changes": {name: said.pop(name) or None for name in BODY if name in said}, **said}

        async def work(book: Orders) -> dict[str, Any]:
            order = await book.move(number, move, said, _actor(), seq=seq)
            held = await book.find(order.number)
            return whole_json(held, book.now(), await _names(book, settings), private=False)

        _told(_with(settings, work), as_json=as_json)

    command.__doc__ = f"{move.label}: {', '.join(known) or 'nothing to say'}."
    orders.command(typed(move))(command)


for _move in FORMS:
    _command(_move)


# ── parts ───────────────────────────────────────────────────────────────────


def _with(settings: Settings, work: Callable[[Orders], Awaitable[T]]) -> T:
    """What `work` gives; what it refuses is told in one line, and ends with 1."""
    plan = live_in(settings).plan
    try:
        rules, codes = rules_in(settings.config), TreeCodes(lambda: trees_of(settings.config))
    except (Unreadable, OSError) as error:
        fail(error)
    now = clock_of(settings).now

    def book(store: Store) -> Awaitable[T]:
        link = Book(store, lambda: rules.answers, codes).hand_on
        return work(orders_of(store, plan=lambda: plan, rules=lambda: rules.orders, now=now, codes=codes, link=link))

    try:
        return with_accounts(settings, book)
    except (NoOrder, Unfit, IllegalMove) as error:
        fail(str(error).strip("'"))
    except Changed:
        fail("somebody else changed this order at the same time: look again")


async def _names(book: Orders, settings: Settings) -> HouseNames:
    return await HouseNames.of(book.store, live_in(settings).plan, TreeCodes(lambda: trees_of(settings.config)).path)


def _actor() -> Actor:
    who = asker()
    return Actor(who, who.partition(":")[2])


def _said(fields: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    """`FIELD=VALUE` as typed; a kind by its label too."""
    said = {}
    for field in fields:
        name, found, value = field.partition("=")
        if not found or name not in known:
            raise typer.BadParameter(f"{field!r}: write FIELD=VALUE; there is {', '.join(known)}", param_hint="FIELD")
        said[name] = Kind.labelled(value) if name == "kind" and value in {kind.label for kind in Kind} else value
    return said


def _told(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        put(told)
        return
    order = told["order"]
    due = f"，{order['clock_label']}期限 {order['due'][:16].replace('T', ' ')}" if order["due"] else ""
    people.print(
        f"{order['number']}（来电人查询号 {order['digits'] or '无'}）：{order['state_label']}{due}", markup=False
    )


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    headings = ("编号", "状态", "类别", "承办部门", "期限", "联系方式", "内容")
    table = Table(*(Column(heading, overflow="fold") for heading in headings), box=None, pad_edge=False)
    table.columns[0].no_wrap = table.columns[4].no_wrap = True
    for row in rows:
        due = "" if row["due"] is None else f"{row['due'][:16].replace('T', ' ')}{' 超期' if row['overdue'] else ''}"
        cells = (row["number"], row["state_label"], row["kind_label"], row["unit_name"], due, row["contact"])
        table.add_row(*(cell or "" for cell in cells), row["content"][:60])
    return table
