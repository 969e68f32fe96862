"""The lists in which a table's numbers are told one by one, and what may be asked of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Text,
    cast,
    extract,
    false,
    func,
    literal,
    select,
    true,
)

from paperwork.orders.words import Clock
from paperwork.quality.score import COUNTED
from paperwork.reports.cases import Source, case_rows, handed_out, live_orders
from paperwork.reports.counted import answers_due
from paperwork.reports.report import Period
from paperwork.reports.sources import Asked, Sources
from records.legs import LegKind, Turn
from records.paper_tables import answers, orders, scores
from records.tables import cdr, legs
from routing.calendar import SHANGHAI

Condition = Callable[[str], ColumnElement[bool]]

CHINA = 8 * 3600
"""Seconds by which China's clock is ahead, the whole year."""
DAY = 86_400
HALF_HOUR = 1800
_HALF_HOUR: Final = re.compile("(?:[01][0-9]|2[0-3]):[03]0")
_WEEKDAYS: Final = frozenset("0123456")


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows that can be listed: `at` and `id` order them, `count` is what each counts for."""

    rows: FromClause
    at: ColumnElement[Any]
    id: ColumnElement[str]
    count: ColumnElement[int]
    shown: Mapping[str, ColumnElement[Any]]
    words: Mapping[str, Condition] = field(default_factory=dict)
    categories: bool = False
    """Whether rows have `kind`, `tree`, `category`, `place`."""


def _same(column: ColumnElement[Any]) -> Condition:
    """Equal; `-` for what has none."""
    return lambda value: column.is_(None) if value == "-" else column == value


def _any_of(column: ColumnElement[Any]) -> Condition:
    """One of several, a comma between them."""
    return lambda value: column.in_(value.split(","))


def _flag(column: ColumnElement[bool]) -> Condition:
    return lambda value: {"yes": column, "no": ~column}[value]


def second_of_day(at: ColumnElement[Any]) -> ColumnElement[Any]:
    """Of China's wall clock."""
    return (extract("epoch", at) + CHINA) % DAY


def half_hour(at: ColumnElement[Any]) -> Condition:
    """`09:30`: in the half hour that begins then."""

    def condition(value: str) -> ColumnElement[bool]:
        if not _HALF_HOUR.fullmatch(value):
            raise ValueError(value)
        begin = int(value[:2]) * 3600 + int(value[3:]) * 60
        of_day = second_of_day(at)
        return (of_day >= begin) & (of_day < begin + HALF_HOUR)

    return condition


def weekday(at: ColumnElement[Any]) -> Condition:
    """`0` is Monday."""

    def condition(value: str) -> ColumnElement[bool]:
        if value not in _WEEKDAYS:
            raise ValueError(value)
        seconds = extract("epoch", at) + CHINA
        days = (seconds - seconds % DAY) / DAY
        return cast(days + 3, Integer) % 7 == int(value)  # 1 January 1970 was a Thursday

    return condition


def on_day(at: ColumnElement[Any]) -> Condition:
    """`2026-10-01`."""

    def condition(value: str) -> ColumnElement[bool]:
        first = date.fromisoformat(value)
        if not 1900 < first.year < 9000:  # what databases and clocks can say of it ends there
            raise ValueError(value)
        day = Period(first, first + timedelta(days=1))
        return (at >= day.begin) & (at < day.end)

    return condition


def _within(at: ColumnElement[Any]) -> dict[str, Condition]:
    """From one instant until before another: `2026-10-01T09:30:00`, on China's clock without an offset."""

    def instant(value: str) -> datetime:
        told = datetime.fromisoformat(value)
        if not 1900 < told.year < 9000:
            raise ValueError(value)
        return told if told.tzinfo is not None else told.replace(tzinfo=SHANGHAI)

    return {"at_from": lambda value: at >= instant(value), "at_to": lambda value: at < instant(value)}


def _waited(turned_out: ColumnElement[Any], asked_for: ColumnElement[Any]) -> dict[str, Condition]:
    """Seconds until the request turned out somehow, as `records.connect` parts them."""
    return {
        "waited_from": lambda value: asked_for >= float(value),
        "waited_to": lambda value: asked_for < float(value),
        "waited_at_most": lambda value: asked_for <= float(value),
        "short_left_out": lambda value: (turned_out != Turn.ABANDONED) | (asked_for >= float(value)),
    }


def _cases(sources: Sources, asked: Asked, *only: Source) -> Listed:
    del sources
    rows = case_rows(asked.period, asked.line)
    if only:
        rows = select(rows).where(rows.c.source.in_([one.value for one in only])).subquery("records")
    c = rows.c
    shown = {
        name: c[name] for name in ("source", "id", "number", "at", "line", "agent", "kind", "place", "fate", "count")
    }
    words = {name: _same(c[name]) for name in ("source", "line", "agent")} | {"fate": _any_of(c.fate)}
    words["day"] = lambda value: on_day(c.at)(value) & (c.span != "month")  # a month stands on its first day
    return Listed(
        rows, c.at, c.id, c["count"], {**shown, "tree": c.tree, "category": c.category}, words, categories=True
    )


def _answers(sources: Sources, asked: Asked) -> Listed:
    del sources
    filled = answers.c.filled.is_not(None) & answers.c.kind.is_not(None)
    rows = select(answers, filled.label("is_filled")).where(*answers_due(asked.period, asked.line)).subquery("due")
    c = rows.c
    shown = {name: c[name] for name in ("number", "at", "line", "agent", "state", "kind")}
    words = {
        "line": _same(c.line),
        "agent": _same(c.agent),
        "filled": _flag(c.is_filled == true()),
        "answered": _flag(c.agent.is_not(None)),
        "state": _same(c.state),
        "number": _same(c.number),
    }
    return Listed(rows, c.at, c.call, literal(1), {"id": c.call.label("id"), **shown}, words)


def order_rows(period: Period, line: str | None) -> list[ColumnElement[bool]]:
    """Orders that were opened in these days and count."""
    conditions = [*live_orders(), orders.c.opened >= period.begin, orders.c.opened < period.end]
    return conditions if line is None else [*conditions, orders.c.line == line]


def handed_on_late(c: Any, now: datetime) -> ColumnElement[bool]:
    """Handed on, or settled, after the hour until which it had to be, be it once; or with us past that hour."""
    with_us = c.clock.in_([Clock.ACCEPT.value, Clock.HAND_ON.value])
    late: ColumnElement[bool] = c.handed_late.is_not(None) | (with_us & (c.hand_on_by < now))
    return late


def _orders(sources: Sources, asked: Asked) -> Listed:
    rows = select(orders).where(*order_rows(asked.period, asked.line)).subquery("opened")
    c = rows.c
    late = func.coalesce(c.done, c.answered, sources.now) > c.done_by
    shown = {
        name: c[name] for name in ("state", "source", "line", "kind", "unit", "urgency", "handed_on", "done_by", "done")
    }
    words = {name: _same(c[name]) for name in ("unit", "state", "source", "kind", "urgency", "satisfaction")}
    words |= {
        "handed": _flag(handed_out(c)),
        "done": _flag(c.done.is_not(None) | c.answered.is_not(None)),
        "handed_on_late": _flag(handed_on_late(c, sources.now)),
        "late": _flag(c.done_by.is_not(None) & late),
    }
    named = {"id": c.number.label("id"), "at": c.opened.label("at")}
    return Listed(rows, c.opened, c.number, literal(1), {**named, **shown}, words)


def score_rows(period: Period, line: str | None) -> list[ColumnElement[bool]]:
    """Quality sheets of talks of these days that count."""
    conditions = [scores.c.at >= period.begin, scores.c.at < period.end, scores.c.state.in_(COUNTED)]
    return conditions if line is None else [*conditions, scores.c.line == line]


def _scores(sources: Sources, asked: Asked) -> Listed:
    """Whom a sheet judges is not told here: that is for those who may read the sheet."""
    del sources
    rows = select(scores).where(*score_rows(asked.period, asked.line)).subquery("judged")
    c = rows.c
    shown = {name: c[name] for name in ("call", "at", "line", "state", "sheet", "total", "most")}
    words = {name: _same(c[name]) for name in ("line", "state")}
    return Listed(rows, c.at, c.paper, literal(1), {"id": c.paper.label("id"), **shown}, words)


def arrivals(period: Period, line: str | None) -> list[ColumnElement[bool]]:
    """Calls that came in then, tests aside."""
    conditions = [
        cdr.c.started >= period.begin,
        cdr.c.started < period.end,
        cdr.c.direction == "in",
        cdr.c.test == false(),
    ]
    return conditions if line is None else [*conditions, cdr.c.line == line]


_CALL_SHOWN = ("line", "agent", "outcome", "reason", "waited", "talked", "turned_out")


def _calls(sources: Sources, asked: Asked) -> Listed:
    """Calls by when they came in."""
    del sources
    rows = select(cdr).where(*arrivals(asked.period, asked.line)).subquery("calls")
    return _of_calls(rows, rows.c.started)


def _offered(sources: Sources, asked: Asked) -> Listed:
    """Calls by when they first asked for a line."""
    if asked.line is not None:
        return _requests(sources, asked)
    conditions = (cdr.c.asked >= asked.period.begin, cdr.c.asked < asked.period.end)
    rows = select(cdr).where(*conditions, cdr.c.direction == "in", cdr.c.test == false()).subquery("calls")
    return _of_calls(rows, rows.c.asked)


def _of_calls(rows: FromClause, at: ColumnElement[Any]) -> Listed:
    c = rows.c
    words = {name: _same(c[name]) for name in ("line", "agent", "outcome", "reason", "turned_out")}
    words |= {"half_hour": half_hour(at), "weekday": weekday(at), "day": on_day(at)}
    words |= _within(at) | _waited(c.turned_out, c.asked_for)
    named = {"id": c.id.label("id"), "at": at.label("at")}
    return Listed(rows, at, c.id, literal(1), {**named, **{name: c[name] for name in _CALL_SHOWN}}, words)


def _requests(sources: Sources, asked: Asked) -> Listed:
    """Each call once for each line that it asked for."""
    del sources
    conditions = [legs.c.since >= asked.period.begin, legs.c.since < asked.period.end]
    conditions += [legs.c.turned_out.is_not(None), legs.c.counted == true()]
    if asked.line is not None:
        conditions.append(legs.c.line == asked.line)
    rows = select(legs).where(*conditions).subquery("requests")
    c = rows.c
    words = {name: _same(c[name]) for name in ("line", "turned_out")}
    words |= {"half_hour": half_hour(c.since), "weekday": weekday(c.since), "day": on_day(c.since)}
    words |= _within(c.since) | _waited(c.turned_out, c.asked_for)
    return _of_legs(rows, words, ("line", "turned_out", "asked_for"))


def _rung(sources: Sources, asked: Asked) -> Listed:
    return _legs(asked, LegKind.OFFER)


def _talks(sources: Sources, asked: Asked) -> Listed:
    return _legs(asked, LegKind.TALK)


def _consulted(sources: Sources, asked: Asked) -> Listed:
    return _legs(asked, LegKind.CONSULTATION)


def _legs(asked: Asked, kind: LegKind) -> Listed:
    """Offers, talks or consultations of agents."""
    conditions = [legs.c.since >= asked.period.begin, legs.c.since < asked.period.end]
    conditions += [legs.c.kind == kind, legs.c.agent.is_not(None), legs.c.test == false()]
    if asked.line is not None:
        conditions.append(legs.c.line == asked.line)
    rows = select(legs).where(*conditions).subquery("legs_of_agents")
    words = {name: _same(rows.c[name]) for name in ("line", "agent", "end")}
    return _of_legs(rows, words, ("line", "agent", "seconds", "end"))


def _of_legs(rows: FromClause, words: Mapping[str, Condition], names: tuple[str, ...]) -> Listed:
    c = rows.c
    number = cast(c.number, Text)
    place = c.call + literal(":") + func.substr(literal("00000"), 1, 5 - func.length(number)) + number
    named = {"id": place.label("id"), "call": c.call, "at": c.since.label("at")}
    return Listed(rows, c.since, place, literal(1), {**named, **{name: c[name] for name in names}}, words)


LISTS: Final[Mapping[str, Callable[[Sources, Asked], Listed]]] = {
    "records": lambda sources, asked: _cases(sources, asked, Source.ANSWER, Source.PAST),
    "cases": _cases,
    "answers": _answers,
    "orders": _orders,
    "calls": _calls,
    "offered": _offered,
    "requests": _requests,
    "rung": _rung,
    "talks": _talks,
    "consulted": _consulted,
    "scores": _scores,
}
"""records: filled answer records and imported rows. cases: those, and orders of no answered call. answers: all answer
records that should be filled. orders: by when they were opened. calls: by when they came in. offered: by when they
asked for a line. requests: once for each line. rung, talks, consulted: of agents. scores: quality sheets that count, by
when the talk began."""
