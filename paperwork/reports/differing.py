"""What a report that was signed would say today: cell by cell. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from paperwork.reports.report import Report, Row, Shape, Table, Value

_NAMES = (Shape.TEXT, Shape.DAY, Shape.TIME)


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell. `row` is what the row is called; `signed` or `now` is None where there is no such row or cell."""

    table: str
    row: str
    column: str
    signed: Value
    now: Value


def differences(signed: Report, now: Report) -> Iterator[Difference]:
    """In the order of the signed report, what is new last in each table. When it was made is no difference."""
    today = {table.id: table for table in now.tables}
    for table in signed.tables:
        yield from _of_tables(table, today.pop(table.id, _bare(table)))
    for table in today.values():
        yield from _of_tables(_bare(table), table)
    for place in range(max(len(signed.sentences), len(now.sentences))):
        was, says = (_at(one.sentences, place) for one in (signed, now))
        if was != says:
            yield Difference("", f"{place + 1}", "", was, says)


def _at(sentences: tuple[str, ...], place: int) -> str | None:
    return sentences[place] if place < len(sentences) else None


def _bare(table: Table) -> Table:
    return Table(table.id, table.title, table.columns, ())


def _of_tables(signed: Table, now: Table) -> Iterator[Difference]:
    rows = _named(now)
    for name, row in _named(signed).items():
        yield from _of_rows(signed, now, row, rows.pop(name, None))
    for row in rows.values():
        yield from _of_rows(signed, now, None, row)


def _of_rows(signed: Table, now: Table, was: Row | None, says: Row | None) -> Iterator[Difference]:
    called = _called(signed, was) if was is not None else _called(now, says or Row(()))
    columns = dict.fromkeys([*(one.id for one in signed.columns), *(one.id for one in now.columns)])
    titles = {one.id: one.title for one in (*now.columns, *signed.columns)}
    before, today = _cells(signed, was), _cells(now, says)
    for column in columns:
        if before.get(column) != today.get(column):
            yield Difference(signed.title, called, titles[column], before.get(column), today.get(column))


def _cells(table: Table, row: Row | None) -> dict[str, Value]:
    if row is None:
        return {}
    return dict(zip((one.id for one in table.columns), row.values, strict=True))


def _named(table: Table) -> dict[tuple[str, int], Row]:
    """Rows by what they are about, whatever their place: an order by count changes with the counts."""
    named: dict[tuple[str, int], Row] = {}
    seen: dict[str, int] = {}
    for row in table.rows:
        about = _about(table, row)
        seen[about] = seen.get(about, 0) + 1
        named[about, seen[about]] = row
    return named


def _about(table: Table, row: Row) -> str:
    if row.drill is not None:
        return json.dumps([sorted(row.drill.items()), row.total], ensure_ascii=False)
    # what was written may be corrected: the first name alone says which row it is
    shapes = (one.shape for one in table.columns)
    names = [str(value) for value, shape in zip(row.values, shapes, strict=True) if shape in _NAMES]
    return json.dumps([names[:1], row.level, row.total], ensure_ascii=False)


def _called(table: Table, row: Row) -> str:
    shapes = (one.shape for one in table.columns)
    pairs = zip(row.values, shapes, strict=False)
    names = [str(value) for value, shape in pairs if shape in _NAMES and value not in (None, "")]
    return names[0] if names else ""
