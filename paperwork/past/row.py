"""One row of past calls, read from the words of a file. Pure: a row is fit, or says why not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar, cast

from paperwork.categories.category import Tree
from paperwork.categories.spelling import Path
from paperwork.kind import Kind
from routing.calendar import SHANGHAI

COLUMNS = ("time", "line", "kind", "category", "place", "count")
"""As they are documented, and as they are exported."""
CHINESE = {"时间": "time", "热线": "line", "类别": "kind", "分类": "category", "地区": "place", "件次": "count"}
NEEDED = ("time", "kind")

LONGEST = 200
"""Characters of a line's or place's name."""
MOST_CALLS = 2**31 - 1
"""Of one row; PostgreSQL's integer."""


class Unfit(ValueError):
    """Why a row, or a heading, cannot be taken in."""


class Stretch(StrEnum):
    """What the time of a row says: when the call was, or the day or month of the calls that it counts."""

    INSTANT = "instant"
    DAY = "day"
    MONTH = "month"


class PastRow(NamedTuple):
    """`count` calls of one kind. `at` is the time of the call, or the first instant of the day or month that is told.

    `tree` and `path` say what they were about, in the words of the file; both None when it does not say.
    """

    at: datetime
    line: str | None
    kind: Kind
    tree: Tree | None
    path: Path | None
    place: str | None
    count: int  # type: ignore[assignment]  # a column's name, though tuples have a method of it
    span: Stretch = Stretch.INSTANT


Asked = TypeVar("Asked")
Read = TypeVar("Read")

Categorise = Callable[[Kind, str], tuple[Tree, Path] | None]
"""What a category's text means for a kind; None for an empty one. Raises Unfit."""


def columns_of(heading: Sequence[str]) -> tuple[str, ...]:
    """The columns of a file by its first row. Raises Unfit."""
    names = [_plain(name).casefold() for name in heading]
    while names and not names[-1]:
        names.pop()  # a spreadsheet's empty columns
    columns = [CHINESE.get(name, name) for name in names]
    if not set(columns) & set(COLUMNS):
        raise Unfit(_no_heading(names[0] if names else ""))
    for name, column in zip(names, columns, strict=True):
        if column not in COLUMNS:
            raise Unfit(f"the column {name!r} is none of {', '.join(COLUMNS)}")
        if columns.count(column) > 1:
            raise Unfit(f"the column {column} is there twice")
    for column in NEEDED:
        if column not in columns:
            raise Unfit(f"the column {column} is missing; the first row names the columns: {','.join(COLUMNS)}")
    return tuple(columns)


def _no_heading(first: str) -> str:
    """Why the first row names none of the columns."""
    for sign, name in _SEPARATORS.items():
        words = {word.strip() for word in first.split(sign)}
        if len(words) > 1 and words & {*COLUMNS, *CHINESE}:
            return f"the columns are separated by {name}: save the table as CSV with commas"
    return f"the first row names no column, it begins with {first[:40]!r}: write {','.join(COLUMNS)} above the rows"


_SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "full-width commas", "|": "bars"}
"""What stands between the columns of files that are no CSV with commas, once `_plain` has read them."""


class Rows:
    """Reads the rows of one file."""

    def __init__(self, columns: Sequence[str], categorise: Categorise, lines: Mapping[str, str] | None = None) -> None:
        """`lines`: name of a line → its id, for files that name lines as callers know them."""
        self._width = len(columns)
        at = [columns.index(column) if column in columns else self._width for column in COLUMNS]
        self._cells = itemgetter(*at)  # behind the last column stands an empty one, for those that are missing

        def meaning(asked: tuple[str, str]) -> tuple[Kind, tuple[Tree, Path] | None]:
            kind = kind_of(asked[0])
            return kind, categorise(kind, unguarded(asked[1]))

        def line(text: str) -> str | None:
            name = name_of(text)
            return None if name is None else (lines or {}).get(name, name)

        self._times, self._kinds, self._lines = _Known(moment_of), _Known(meaning), _Known(line)
        self._places, self._counts = _Known(name_of), _Known(count_of)

    def row(self, cells: Sequence[str]) -> PastRow:
        """One row. Raises Unfit with everything that is wrong with it."""
        if len(cells) != self._width:
            if len(cells) < self._width or any(cell.strip() for cell in cells[self._width :]):
                raise Unfit(f"{len(cells)} columns, the first row has {self._width}")
            cells = cells[: self._width]
        time, line, kind, category, place, count = self._cells((*cells, ""))
        wrong: list[str] = []
        at = self._times(time, wrong)
        meant = self._kinds((kind, category), wrong)
        row = (self._lines(line, wrong), self._places(place, wrong), self._counts(count, wrong))
        if wrong or at is None or meant is None or row[2] is None:
            raise Unfit("; ".join(wrong))
        which, about = meant
        tree, path = (None, None) if about is None else about
        return PastRow(at[0], row[0], which, tree, path, row[1], row[2], at[1])


class _Known(Generic[Asked, Read]):
    """What was read once is known: a month has few days, categories and places."""

    def __init__(self, read: Callable[[Asked], Read]) -> None:
        self._read = read
        self._known: dict[Asked, Read | object] = {}

    def __call__(self, asked: Asked, wrong: list[str]) -> Read | None:
        """What was asked for means; when nothing, why is added to `wrong`."""
        known = self._known.get(asked, _UNKNOWN)
        if known is not _UNKNOWN:
            return cast("Read", known)
        try:
            found = self._read(asked)
        except Unfit as error:
            wrong.append(str(error))
            return None
        if len(self._known) < _MOST_KEPT:
            self._known[asked] = found
        return found


_UNKNOWN = object()
_MOST_KEPT = 20_000
"""Of each column; a file may have as many rows as it likes."""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


_TIME = re.compile(
    r"(?P<year>[0-9]{4})(?:(?P<sign>[-/.])(?P<month>[0-9]{1,2})(?:(?P=sign)(?P<day>[0-9]{1,2}))?"
    r"|年(?P<zh_month>[0-9]{1,2})月(?:(?P<zh_day>[0-9]{1,2})日)?)"
    r"(?P<clock>(?:\s*[T\s]\s*|(?<=日))(?P<half>[上下]午\s*)?(?P<hour>[0-9]{1,2})"
    r"(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,6}))?)?"
    r"|[时点](?:(?P<zh_minute>[0-9]{1,2})分(?:(?P<zh_second>[0-9]{1,2})秒)?)?)"
    r"\s*(?P<after>[AaPp][Mm])?\s*(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_MONTH_NAMED = re.compile(r"(?:[0-9]{1,2}-)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-[0-9]{2,4}", re.I)
"""What Excel makes of `2014-11` when it saves it again."""


def moment_of(text: str) -> tuple[datetime, Stretch]:
    """A time as `time_of` reads it, and what it says. Raises Unfit."""
    at = time_of(text)
    found = None if len(text) in (16, 19) else _TIME.fullmatch(_plain(text))
    if found is None or found["clock"]:
        return at, Stretch.INSTANT
    return at, Stretch.DAY if found["day"] or found["zh_day"] else Stretch.MONTH


def time_of(text: str) -> datetime:
    """`2014-11`, `2014-11-03`, `2014-11-03T09:00`, `2014/11/3 9:00:30`, `2014年11月3日`: China's time unless it names
    an offset. A day counts at its first instant, a month on its first day. Raises Unfit."""
    if (at := _usual_time(text)) is not None:
        return at
    asked = _plain(text)
    if _MONTH_NAMED.fullmatch(asked):
        raise Unfit(f"time {asked[:40]!r}: a spreadsheet made this of a month: write it like 2014年11月")
    found = _TIME.fullmatch(asked)
    if found is None or (found["sign"] == "." and found["day"] is None):  # 2014.1 may be October, to a spreadsheet
        raise Unfit(f"time {asked[:40]!r}: write it like 2014-11, 2014-11-03 or 2014-11-03T09:00")
    day = found["day"] or found["zh_day"]
    if day is None and found["clock"]:
        raise Unfit(f"time {asked[:40]!r}: an hour belongs to a day")
    milliseconds = (found["fraction"] or "0")[:3].ljust(3, "0")
    try:
        at = datetime(
            int(found["year"]),
            int(found["month"] or found["zh_month"]),
            int(day or 1),
            _hour(found),
            int(found["minute"] or found["zh_minute"] or 0),
            int(found["second"] or found["zh_second"] or 0),
            int(milliseconds) * 1000,
            tzinfo=_zone(found["zone"]),
        )
        in_china = at.astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        raise Unfit(f"time {asked[:40]!r}: there is no such day or hour") from None
    if not 1949 <= in_china.year < 9000:
        raise Unfit(f"time {asked[:40]!r}: a year of another age")
    return at.astimezone(UTC)


def _hour(found: re.Match[str]) -> int:
    """Of the day; `下午3:00` and `3:00 PM` are 15, `12:30 AM` is 0. Raises ValueError."""
    hour = int(found["hour"] or 0)
    half = {"上午": "am", "下午": "pm"}.get((found["half"] or "").strip(), (found["after"] or "").lower())
    if not half or (half == "pm" and hour > 12):
        return hour  # 下午15:00 can be meant but one way
    if (half == "am" and not 0 <= hour <= 12) or (found["half"] and found["after"]):
        raise ValueError("no such hour of a morning")
    return hour % 12 + 12 * (half == "pm")


def _usual_time(text: str) -> datetime | None:
    """`2014-11-03T09:00` and `2014-11-03 09:00:30`, as most rows have it, read in a third of the time."""
    if len(text) not in (16, 19) or text[4] != "-" or text[7] != "-" or text[10] not in "T ":
        return None
    try:
        at = datetime.fromisoformat(text + "+08:00").astimezone(UTC)
    except ValueError:
        return None
    return at if 1949 <= at.year < 9000 else None


def _zone(text: str | None) -> tzinfo:
    if text is None:
        return SHANGHAI
    if text == "Z":
        return timezone(timedelta(0))
    hours, minutes = int(text[1:3]), int(text[-2:])
    away = timedelta(hours=hours, minutes=minutes)
    return timezone(-away if text[0] == "-" else away)


def kind_of(text: str) -> Kind:
    """A kind by its Chinese word, or the database's. Raises Unfit."""
    word = _plain(text).casefold()
    if not word:
        raise Unfit(f"kind is empty: write one of {_KINDS}")
    try:
        return Kind(word) if word.isascii() else Kind.labelled(word)
    except ValueError:
        raise Unfit(f"kind {word[:40]!r} is none of {_KINDS}") from None


_KINDS = "、".join(kind.label for kind in Kind)


_FORMULA = re.compile(r"'*\s*[=+\-@\t\r＝＋－＠]")


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before what begins as one does.

    >>> guarded("=1+1"), guarded("'=1+1"), guarded("'t Veld"), guarded("0-6岁儿童健康管理")
    ("'=1+1", "''=1+1", "'t Veld", '0-6岁儿童健康管理')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """What was guarded.

    >>> [unguarded(guarded(text)) for text in ("=1+1", "'=1+1", "'t Veld", "+86")]
    ['=1+1', "'=1+1", "'t Veld", '+86']
    """
    cell = text.strip()
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else text


def name_of(text: str) -> str | None:
    """A line or place; None for an empty one. Raises Unfit."""
    name = unguarded(text).strip()
    if len(name) > LONGEST:
        raise Unfit(f"{name[:40]!r}… is longer than {LONGEST} characters")
    if any(unicodedata.category(sign) == "Cc" for sign in name):
        raise Unfit(f"{name[:40]!r} has control characters in it")
    return name or None


_COUNT = re.compile(r"[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3}")


def count_of(text: str) -> int:
    """A number of calls, 1 when nothing is written; `768,182` is 768182. Raises Unfit."""
    word = _plain(text)
    if not word:
        return 1
    if not _COUNT.fullmatch(word) or (count := int(word.replace(",", ""))) > MOST_CALLS:
        raise Unfit(f"count {word[:40]!r} is no number of calls: write 0 to {MOST_CALLS}")
    return count
