"""Hours and holidays in the dialplan: a table of days, written ahead.

Asterisk's GotoIfTime knows no years and no holidays. So the days of the coming year that differ from the usual
Monday, Tuesday and so on are written one by one; all others are as usual.
"""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, datetime, timedelta

from routing.calendar import SHANGHAI, Calendar, day_of, spans_of
from routing.dialplan.text import Context, Extension, extension, word
from routing.hours import Span

AHEAD = 400
"""Days that are written; later ones are as their day of the week usually is."""

EAST = int((SHANGHAI.utcoffset(None)).total_seconds())
"""Seconds that Shanghai is before UTC, added by hand: Asterisk may lack the files of time zones."""

TODAY = "${STRFTIME(${NOW},UTC,%Y%m%d)}"
"""The date in Shanghai, once `NOW` is set, as Asterisk tells it."""

WEEKDAY = "${STRFTIME(${NOW},UTC,%u)}"
"""Monday is 1."""


def now(shift: int) -> str:
    """The step that sets `NOW`: seconds since 1970 began in Shanghai, `shift` seconds off the machine's clock."""
    off = EAST + shift
    return f"Set(NOW=$[${{EPOCH}} {'+' if off >= 0 else '-'} {abs(off)}])"


def second(at: datetime) -> int:
    """An instant as `NOW` tells it."""
    return math.ceil(at.timestamp()) + EAST


def hours_name(hours: str) -> str:
    """The context of named hours. Go to its `s` with `BACK` set: it leads to `${BACK}open` or `${BACK}closed`."""
    return f"plan-hours-{word(hours)}"


def hours_context(calendar: Calendar, hours: str, today: date, shift: int) -> Context:
    """The table of named hours from the day before `today` on."""
    first = today - timedelta(days=1)
    days = [first + timedelta(days=ahead) for ahead in range(AHEAD + 1)]
    open_on = {day: tuple(spans_of(calendar, hours, day_of(calendar, day))) for day in days}
    usual = [
        Counter(open_on[day] for day in days if day.weekday() == weekday).most_common(1)[0][0] for weekday in range(7)
    ]
    unusual = {day: spans for day, spans in open_on.items() if spans != usual[day.weekday()]}
    kinds = {spans: f"kind{number}" for number, spans in enumerate(dict.fromkeys([*usual, *unusual.values()]), 1)}
    return Context(
        hours_name(hours),
        (
            extension("s", now(shift), f"Set(SECOND=$[${{NOW}} % {24 * 3600}])", f"Goto({TODAY},1)"),
            *(extension(f"{day:%Y%m%d}", f"Goto({kinds[spans]},1)") for day, spans in unusual.items()),
            extension("_X!", f"Goto(day{WEEKDAY},1)"),
            *(extension(f"day{number}", f"Goto({kinds[spans]},1)") for number, spans in enumerate(usual, 1)),
            *(_kind(name, spans) for spans, name in kinds.items()),
        ),
    )


def _kind(name: str, spans: tuple[Span, ...]) -> Extension:
    """A kind of day: open within these spans."""
    within = (
        f"GotoIf($[${{SECOND}} >= {_seconds(span.begin)} & ${{SECOND}} < {_seconds(span.end)}]?${{BACK}}open,1)"
        for span in spans
    )
    return extension(name, *within, "Goto(${BACK}closed,1)")


def _seconds(since_midnight: timedelta) -> int:
    return math.ceil(since_midnight.total_seconds())
