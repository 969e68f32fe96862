"""What the mayor's hotline (12345) hands over and takes back, as files: all rows of one or none, each number once.

In: `{"orders": [{"number", "received", "content", …}]}` as JSON, or a CSV file with these columns. A row with
`withdrawn` (why) takes an order back. Out: how the orders stand that came from there, and what came of them.
docs/exchange-12345.md is its specification.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import AwareDatetime
from sqlalchemy import RowMapping, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from paperwork.filing import Filing, filed
from paperwork.kind import Kind
from paperwork.orders.asked import Line, Open, Text, Unfit, Wanted, read
from paperwork.orders.order import PAPER, fold, paper_of
from paperwork.orders.orders import Actor, Arrival, Orders
from paperwork.orders.prefill import Known
from paperwork.orders.state import IllegalMove, Move, State, allowed
from paperwork.orders.words import Acceptance, Result, Source
from records.clock import wall_time
from records.paper_tables import filings, orders
from records.privacy import mask_prose
from routing.calendar import SHANGHAI

MOST_ROWS: Final = 500
EARLY: Final = timedelta(minutes=5)
"""So far ahead of ours their clock may be."""
TAKEN_BACK: Final = "taken_back"
"""Says of a withdrawal that it was theirs."""


class Incoming(Wanted):
    """One order that they hand over, or (with `withdrawn`) take back."""

    number: Line
    """Theirs. What has it already is not taken in again, unless they took it back meanwhile."""
    received: AwareDatetime | None = None
    """When they handed it over; now without it. Its clock begins then."""
    acceptance: Acceptance = Acceptance.OTHER
    content: Text | None = None  # type: ignore[assignment]
    withdrawn: Text | None = None
    """Why they take it back."""


COLUMNS: Final = tuple(Incoming.model_fields)
"""Of a CSV file; `number` must be there."""


class Refused(ValueError):
    """Nothing was taken in. `problems`: one line for each row that cannot be."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one row: `new`, `known` or `withdrawn`, and our number for it."""

    number: str
    order: str
    what: str

    def to_json(self) -> dict[str, str]:
        return {"number": self.number, "order": self.order, "what": self.what}


# ── in ──────────────────────────────────────────────────────────────────────


def rows_of(text: str, form: str) -> list[Incoming]:
    """The rows of a file, `json` or `csv`. Raises Refused with every problem."""
    raw = _json_rows(text) if form == "json" else _csv_rows(text)
    if not raw:
        raise Refused(["there is no order in it"])
    if len(raw) > MOST_ROWS:
        raise Refused([f"{len(raw)} rows: hand over at most {MOST_ROWS} at once"])
    rows, problems = [], []
    for place, data in enumerate(raw, start=1):
        try:
            rows.append(_row(data))
        except Unfit as error:
            problems.append(f"row {place}: {error}")
    for number in sorted({row.number for row in rows if sum(one.number == row.number for one in rows) > 1}):
        problems.append(f"{number}: it stands in several rows")
    if problems:
        raise Refused(problems)
    return rows


def _json_rows(text: str) -> list[Any]:
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise Refused(["this is not JSON"]) from None
    rows = data.get("orders") if isinstance(data, Mapping) else None
    if not isinstance(rows, list):
        raise Refused(['send {"orders": [ … ]}'])
    return rows


def _csv_rows(text: str) -> list[Any]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    strange = [name for name in reader.fieldnames or [] if name not in COLUMNS]
    if strange or "number" not in (reader.fieldnames or ()):
        raise Refused([f"the first line names the columns: {', '.join(COLUMNS)}"])
    try:
        return [{name: value for name, value in row.items() if value} for row in reader]
    except csv.Error as error:
        raise Refused([f"this is not CSV: {error}"]) from None


def _row(data: Any) -> Incoming:
    if not isinstance(data, Mapping):
        raise Unfit("an order is an object")
    if None in data:
        raise Unfit("it has more fields than columns")
    said = dict(data)
    if isinstance(kind := said.get("kind"), str) and kind in {one.label for one in Kind}:
        said["kind"] = Kind.labelled(kind)
    if isinstance(received := said.get("received"), str):
        said["received"] = _instant(received)
    row = read(Incoming, said)
    if row.content is None and row.withdrawn is None:
        raise Unfit("`content`: say what it is about")
    return row


def _instant(text: str) -> Any:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


async def take(book: Orders, rows: Sequence[Incoming], actor: Actor) -> list[Taken]:
    """Take in all rows or none; rows that were taken in before change nothing. Raises Refused; Changed at a race."""
    now, problems, taken = book.now(), list[str](), list[Taken]()
    async with book.store.writing() as connection:
        for row in rows:
            try:
                taken.append(await _take(book, connection, row, actor, now))
            except (Unfit, IllegalMove) as error:
                problems.append(f"{row.number}: {error}")
        if problems:
            raise Refused(problems)  # and the transaction is undone
    if any(one.what != "known" for one in taken):
        book.tell()
    return taken


async def _take(book: Orders, connection: AsyncConnection, row: Incoming, actor: Actor, now: datetime) -> Taken:
    mark = f"{Source.MAYOR}:{row.number}"
    became = await filed(connection, mark)
    known = became[-1].data["order"] if became else None
    if row.withdrawn is not None:
        if known is None:
            raise Unfit("we never had it: it cannot be taken back")
        return await _withdraw(book, connection, row, known, actor, now)
    if known is not None and not await _taken_back(connection, known):
        return Taken(row.number, known, "known")
    since = row.received or now
    if since > now + EARLY:
        raise Unfit("`received` lies ahead of our clock")
    said = row.model_dump(exclude={"number", "received", "withdrawn", "acceptance"}, exclude_unset=True)
    form = Open(**said, source=Source.MAYOR, outside_number=row.number)
    clock = book.rules().to_accept(min(since, now), row.acceptance, book.calendar())
    order = await book.write(connection, form, Known(), actor, Arrival(clock, mark, row.acceptance, len(became) + 1))
    return Taken(row.number, order.number, "new")


async def _taken_back(connection: AsyncConnection, number: str) -> bool:
    """Whether they took this order back, who may hand it over anew; what we sent back is known and stays void."""
    return bool((await filed(connection, paper_of(number)))[-1].data.get(TAKEN_BACK))


async def _withdraw(
    book: Orders, connection: AsyncConnection, row: Incoming, number: str, actor: Actor, now: datetime
) -> Taken:
    order = fold(await filed(connection, paper_of(number)))
    if order.state is State.VOID:
        return Taken(row.number, number, "known")
    if Move.WITHDRAW not in allowed(order.state):
        raise IllegalMove(f"it is {order.state} ({order.state.label}) already: it cannot be taken back")
    told = {"reason": f"12345 收回：{row.withdrawn}", "runs": None, TAKEN_BACK: True}
    await book.keep(connection, order, Filing(order.paper, order.seq + 1, now, actor.who, str(Move.WITHDRAW), told))
    return Taken(row.number, number, "withdrawn")


# ── out ─────────────────────────────────────────────────────────────────────


async def answers_of(book: Orders, since: datetime | None, limit: int = MOST_ROWS) -> list[dict[str, Any]]:
    """How their orders stand, those in which something was filed since an instant, the longest ago first."""
    paper = literal(f"{PAPER}:") + orders.c.number
    changed = select(func.max(filings.c.at)).where(filings.c.paper == paper).correlate(orders).scalar_subquery()
    query = select(orders).where(orders.c.source == str(Source.MAYOR), orders.c.outside_number.is_not(None))
    if since is not None:
        query = query.where(changed >= since)
    rows = await book.store.rows(query.order_by(changed, orders.c.number).limit(limit))
    return [await _answer(book, row) for row in rows]


async def _answer(book: Orders, row: RowMapping) -> dict[str, Any]:
    held = await book.find(row["number"])
    order, state = held.order, State(row["state"])
    times = ("opened", "accepted", "handed_on", "done_by", "done", "answered", "closed")
    returned = next((fact.data["reason"] for fact in reversed(held.facts) if fact.kind == Move.WITHDRAW), None)
    return {
        "number": row["outside_number"],
        "order": row["number"],
        "state": str(state),
        "state_label": state.label,
        "unit": order.handing and order.handing.unit_name,
        "result": row["result"],
        "result_label": None if row["result"] is None else Result(row["result"]).label,
        "text": order.result_text and mask_prose(order.result_text),
        "answer": order.answer_text and mask_prose(order.answer_text),
        "satisfaction": row["satisfaction"],
        "returned": returned if state is State.VOID else None,
        "changed": wall_time(held.facts[-1].at),
        **{name: row[name] and wall_time(row[name]) for name in times},
    }


FIELDS: Final = (
    *("number", "order", "state", "state_label", "unit", "result", "result_label", "text", "answer", "satisfaction"),
    *("returned", "changed", "opened", "accepted", "handed_on", "done_by", "done", "answered", "closed"),
)


def to_csv(answers: Sequence[Mapping[str, Any]]) -> str:
    """The answers as a CSV file; a cell that a spreadsheet would take for a formula is told as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(FIELDS)
    for one in answers:
        writer.writerow([_cell(one[name]) for name in FIELDS])
    return out.getvalue()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
