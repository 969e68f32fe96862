"""Our own answer records and the imported rows as one file of past calls: what `imports` takes in again."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, time
from typing import Any

from sqlalchemy import CompoundSelect, Integer, Select, Text, and_, func, literal, select, union_all

from paperwork.categories.category import Tree
from paperwork.categories.spelling import written
from paperwork.categories.trees import Trees
from paperwork.kind import Kind
from paperwork.past.meaning import Meaning
from paperwork.past.row import COLUMNS, Stretch, Unfit, guarded
from records.database import open_database
from records.paper_tables import answers, past_rows
from routing.calendar import SHANGHAI

PORTION = 2_000
_FILLED = and_(answers.c.filled.is_not(None), answers.c.kind.is_not(None))
"""As `paperwork.reports.counted` has it."""
Span = tuple[datetime | None, datetime | None]
"""From an instant on, until before another."""


async def exported(url: str, trees: Trees, span: Span = (None, None)) -> AsyncIterator[str]:
    """The file in portions of whole lines, its heading first; by time, the same each time while nothing is added.

    It has what reports count. Answer records that are not filled in and those of test calls are left out: `unfilled`
    counts the former.
    Raises FileNotFoundError without a database, DBAPIError.
    """
    telling = _Telling(trees)
    yield _lines([COLUMNS])
    async with _reading(url) as connection:
        found = await connection.stream(_rows(span), execution_options={"yield_per": PORTION})
        async for rows in found.partitions():
            yield _lines(telling.cells(*row) for row in rows)


async def unfilled(url: str, span: Span = (None, None)) -> int:
    """Answer records that nobody has filled in yet: no report counts them."""
    query = select(func.count()).select_from(answers).where(~_FILLED, ~answers.c.test)
    async with _reading(url) as connection:
        return int((await connection.execute(_within(query, answers.c.at, span))).scalar_one())


@asynccontextmanager
async def _reading(url: str) -> AsyncIterator[Any]:
    engine = open_database(url, read_only=True)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


def _within(query: Select[Any], at: Any, span: Span) -> Select[Any]:
    since, until = span
    if since is not None:
        query = query.where(at >= since)
    return query if until is None else query.where(at < until)


def _rows(span: Span) -> CompoundSelect[Any]:
    """Both sources in one order: time, source, its own key."""
    ours = select(
        answers.c.at.label("at"),
        literal(1, Integer).label("source"),
        answers.c.call.label("key"),
        literal(0, Integer).label("row"),
        answers.c.line.label("line"),
        answers.c.kind.label("kind"),
        literal(Tree.OWN.value, Text).label("tree"),
        answers.c.category.label("path"),
        answers.c.place.label("place"),
        literal(1, Integer).label("count"),
        literal(Stretch.INSTANT.value, Text).label("span"),
    ).where(_FILLED, ~answers.c.test)
    past = select(
        past_rows.c.at,
        literal(0, Integer),
        past_rows.c["import"],
        past_rows.c.row,
        past_rows.c.line,
        past_rows.c.kind,
        past_rows.c.tree,
        past_rows.c.path,
        past_rows.c.place,
        past_rows.c["count"],
        past_rows.c.span,
    )
    both = union_all(_within(ours, answers.c.at, span), _within(past, past_rows.c.at, span))
    return both.order_by("at", "source", "key", "row")


class _Telling:
    """Rows in the words of the file."""

    def __init__(self, trees: Trees) -> None:
        self._trees, self._meaning = trees, Meaning(trees)
        self._told: dict[tuple[str, str | None, str | None], tuple[str, str]] = {}

    def cells(
        self,
        at: datetime,
        _source: int,
        _key: str,
        _row: int,
        line: str | None,
        kind: str,
        tree: str | None,
        path: str | None,
        place: str | None,
        count: int,
        span: str,
    ) -> tuple[str, ...]:
        """A row of `_rows` as the file has it."""
        about = (kind, tree, path)
        if about not in self._told:
            self._told[about] = (Kind(kind).label, self._category(tree, path, Kind(kind)))
        label, category = self._told[about]
        at_told = moment(at, Stretch(span))
        return at_told, guarded(line or ""), label, guarded(category), guarded(place or ""), str(count)

    def _category(self, tree: str | None, path: str | None, kind: Kind) -> str:
        """A path as its tree has it; of ours the code where the path would be read as another category."""
        if tree is None or path is None or tree != Tree.OWN:
            return path or ""
        current = self._trees.current(path)
        names = None if current is None else self._trees.path(current.code, Tree.OWN, kind)
        if current is None or names is None:
            return path
        try:
            meant = self._meaning(kind, written(names))
        except Unfit:
            return current.code
        same = meant is not None and self._trees.code(*meant, kind) == current.code
        return written(names) if same else current.code


def _lines(rows: Iterable[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def moment(at: datetime, span: Stretch = Stretch.DAY) -> str:
    """China's time: a month as the month, a day's first instant as the day.

    >>> from datetime import UTC
    >>> first = datetime(2014, 10, 31, 16, tzinfo=UTC)
    >>> moment(first), moment(first, Stretch.MONTH), moment(datetime(2014, 11, 3, 1, 0, 30, tzinfo=UTC))
    ('2014-11-01', '2014-11', '2014-11-03T09:00:30')
    """
    here = at.astimezone(SHANGHAI).replace(tzinfo=None)
    if span is Stretch.MONTH:
        return f"{here:%Y-%m}"
    if here.time() == time():
        return here.date().isoformat()
    return here.isoformat(timespec="milliseconds" if here.microsecond else "seconds")
