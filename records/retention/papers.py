"""Names and contacts in answer records go when their term is over, as the numbers of calls do: in the row, and in all
that was filed.

What a line keeps no numbers of goes at once when the call is over, unless the caller agreed that it stays. The triggers
of `filings` let it happen for papers that stand in the table `reducing`, which only this transaction sees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Select, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from records.paper_tables import answers, filings
from records.privacy import mask, mask_name, mask_prose
from records.retention.held import held_calls
from records.tables import reducing

WRITTEN: Final = ("body", "changes")
"""Where a filing's data tells of fields."""
PERSONAL: Final[Mapping[str, Callable[[str], str]]] = {"contact": mask, "asked_by": mask_name}
PROSE: Final = ("content", "note", "heard_note", "opinion", "reason")
"""What people write: numbers in it are masked."""


def due_answers(before: datetime) -> Select[str]:
    """Calls answered before an instant whose records tell of persons, held neither themselves nor by an order."""
    query = select(answers.c.call).where(
        answers.c.at < before, answers.c.reduced.is_(None), answers.c.call.not_in(held_calls())
    )
    return query.order_by(answers.c.at, answers.c.call)


async def reduce_answers(connection: AsyncConnection, calls: Sequence[str], at: datetime) -> None:
    """Mask names and contacts of these calls' records for good."""
    for call in calls:
        await _rewrite(connection, f"answer:{call}", masked)
    rows = (await connection.execute(select(answers).where(answers.c.call.in_(calls)))).mappings().all()
    for row in rows:
        fields = {name: row[name] for name in (*PERSONAL, *PROSE) if name in row}
        await _put(connection, row["call"], _fields(fields) | {"reduced": at})


async def quieten_answers(connection: AsyncConnection, calls: Sequence[str]) -> None:
    """Take names and contacts out of these calls' records to which the caller did not agree."""
    papers = [f"answer:{call}" for call in calls]
    query = select(filings).where(filings.c.paper.in_(papers)).order_by(filings.c.paper, filings.c.seq)
    told: dict[str, dict[str, Any]] = {}
    for row in (await connection.execute(query)).mappings():
        for part in WRITTEN:
            told.setdefault(row["paper"], {}).update(row["data"].get(part) or {})
    for paper, fields in told.items():
        kept = {name: fields.get(name) if fields.get("consent") else None for name in PERSONAL}
        await _rewrite(connection, paper, partial(_each, change=partial(_only, kept)))
        await _put(connection, paper.partition(":")[2], kept)


def _only(kept: Mapping[str, Any], name: str, value: Any) -> Any:
    """A personal field's value when it is the one that is kept."""
    return value if name not in PERSONAL or value == kept[name] else None


def masked(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a filing tells, with names, contacts and numbers within texts masked."""
    return _each(data, lambda name, value: _fields({name: value})[name])


def _fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    told = {}
    for name, value in fields.items():
        veil = PERSONAL.get(name) or (mask_prose if name in PROSE else None)
        told[name] = veil(value) if veil is not None and isinstance(value, str) else value
    return told


def _each(data: Mapping[str, Any], change: Callable[[str, Any], Any]) -> dict[str, Any]:
    """The data with each field changed: those that were written, and those beside them."""
    told = {}
    for name, value in data.items():
        if name in WRITTEN and isinstance(value, Mapping):
            told[name] = {field: change(field, each) for field, each in value.items()}
        else:
            told[name] = change(name, value)
    return told


async def _rewrite(
    connection: AsyncConnection, paper: str, change: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> None:
    rows = (await connection.execute(select(filings).where(filings.c.paper == paper))).mappings().all()
    changed = [{"nth": row["seq"], "told": new} for row in rows if (new := change(row["data"])) != row["data"]]
    if not changed:
        return
    await connection.execute(insert(reducing), [{"call": paper}])
    one = (filings.c.paper == paper) & (filings.c.seq == bindparam("nth"))
    await connection.execute(update(filings).where(one).values(data=bindparam("told")), changed)
    await connection.execute(delete(reducing).where(reducing.c.call == paper))


async def _put(connection: AsyncConnection, call: str, fields: Mapping[str, Any]) -> None:
    await connection.execute(update(answers).where(answers.c.call == call).values(dict(fields)))
