"""A panel of a dashboard as a person reads it: one question, the queries that answer it, and what is good and bad."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, NamedTuple

Language = Literal["zh", "en"]
Unit = Literal["short", "s", "percentunit", "bytes", "dtdurations", "dateTimeAsIso", "cps"]
"""As Grafana names them: a count, seconds, a share of 1, bytes, a long time, milliseconds since 1970, a second."""


class Kind(StrEnum):
    """How an answer is drawn."""

    STAT = "stat"  # one figure
    LINES = "lines"  # over time
    STACK = "stack"  # over time, one on the other
    COLUMNS = "columns"  # so many in each stretch of time
    BARS = "bars"  # one figure for each of a few names
    NOTE = "note"  # words


SIZES: Final = {
    Kind.STAT: (4, 4),
    Kind.LINES: (12, 8),
    Kind.STACK: (12, 8),
    Kind.COLUMNS: (12, 8),
    Kind.BARS: (8, 6),
    Kind.NOTE: (24, 3),
}
"""Width in the 24 columns of a dashboard, and height in its rows."""


class Words(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str

    def told(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


NOTHING: Final = Words("", "")


class Bounds(NamedTuple):
    """From where on a figure is worth a look, and from where on it is bad; below them where `bad` is the lower one."""

    warn: float
    bad: float


@dataclass(frozen=True, slots=True)
class Ask:
    """One query. `legend` may name a label: `{{line}}`."""

    expr: str
    legend: Words = NOTHING
    quiet: bool = False
    """No answer is an answer: nothing of the kind happened, or nothing tells of it here."""

    @property
    def over_all(self) -> bool:
        """It is asked once, for the whole time that is shown."""
        return "$__range" in self.expr

    def filled(self, *, span: str, step: str, **variables: str) -> str:
        """The query as Prometheus takes it: `span` for the time that is shown, `step` for a stretch of it, such as
        `5m`; `variables` are the board's own."""
        given = {"__range": span, "__interval": step, "__rate_interval": step, **variables}
        return re.sub(r"\$(\w+)", lambda found: given[found[1]], self.expr)


@dataclass(frozen=True, slots=True)
class Panel:
    """One question."""

    kind: Kind
    title: Words
    asks: tuple[Ask, ...] = ()
    unit: Unit = "short"
    bounds: Bounds | None = None
    runbooks: tuple[str, ...] = ()
    """Alerts by whose runbooks one reads on."""
    about: Words = NOTHING
    """What else one should know: of a note, all of it."""
    interval: str = ""
    """The shortest stretch of time that a column stands for."""
    size: tuple[int, int] = (0, 0)
    """Width and height; (0, 0) takes those of its kind."""
    most: float | None = None
    """End of the scale, where it has one by nature."""

    @property
    def wide(self) -> int:
        return (self.size if any(self.size) else SIZES[self.kind])[0]

    @property
    def high(self) -> int:
        return (self.size if any(self.size) else SIZES[self.kind])[1]


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard. `since` is from when on it shows, as Grafana says it; `lines` lets one choose lines (`$line`)."""

    name: str
    title: Words
    about: Words
    panels: tuple[Panel, ...]
    since: str = "now-1h"
    until: str = "now"
    refresh: str = "30s"
    lines: bool = False


def ask(expr: str, zh: str = "", en: str = "", *, quiet: bool = False) -> Ask:
    """A query and its legend; one legend for both languages where `en` is not given."""
    return Ask(expr, Words(zh, en or zh), quiet)


def placed(panels: Sequence[Panel]) -> list[tuple[Panel, int, int]]:
    """Panels with left and top, as words on a page: from left to right, and below when the line is full."""
    at: list[tuple[Panel, int, int]] = []
    left = top = tallest = 0
    for panel in panels:
        if left + panel.wide > 24:
            left, top, tallest = 0, top + tallest, 0
        at.append((panel, left, top))
        left, tallest = left + panel.wide, max(tallest, panel.high)
    return at
