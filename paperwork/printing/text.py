"""Values as words on paper: what a cell says, how wide it is, and what is done with signs that cannot be printed."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from unicodedata import east_asian_width

from paperwork.reports.report import Shape, Value
from routing.calendar import SHANGHAI

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
"""Controls, marks that turn the order of signs around, halves of signs: nothing that belongs into a form."""
_TENTH = Decimal("0.1")
NOTHING = "—"
"""Stands where there is no number: a share of nothing, a mean of no calls."""


def printable(text: str) -> str:
    """The text with what no paper can show written out, so that it is seen: `[U+202E]`. Lines end with a newline.

    >>> printable("a\\x00b\\r\\nc\\u202e")
    'a[U+0000]b\\nc[U+202E]'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNPRINTABLE.sub(lambda sign: f"[U+{ord(sign[0]):04X}]", lines)


def written(value: Value, shape: Shape) -> str:
    """What a cell of a report says; seconds to the tenth, whatever finer part the data keeps.

    >>> written(Decimal("57.0"), Shape.PERCENT), written(None, Shape.PERCENT), written(None, Shape.TEXT)
    ('57.0%', '—', '')
    >>> written(Decimal("39.000"), Shape.SECONDS), written(Decimal("20.25"), Shape.SECONDS), written(9, Shape.SECONDS)
    ('39.0', '20.3', '9')
    """
    if value is None:
        return "" if shape is Shape.TEXT else NOTHING
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):{'%Y-%m-%d' if shape is Shape.DAY else '%Y-%m-%d %H:%M'}}"
    if isinstance(value, date):
        return value.isoformat()
    if shape is Shape.SECONDS and isinstance(value, Decimal):
        value = value.quantize(_TENTH, ROUND_HALF_UP)
    number = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return f"{number}%" if shape is Shape.PERCENT else number


def chinese_day(at: date) -> str:
    """As forms say a day: 2026年10月1日. An instant is told in China's time."""
    day = at.astimezone(SHANGHAI) if isinstance(at, datetime) else at
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_minute(at: datetime) -> str:
    """As forms say an instant, to the minute: 2026年10月1日 9时05分."""
    return f"{chinese_day(at)} {(here := at.astimezone(SHANGHAI)).hour}时{here.minute:02d}分"


def width(text: str) -> float:
    """Of the widest line, in Chinese characters; a digit or a Latin letter is a little over half as wide.

    >>> width("接听率"), round(width("ab\\n咨询1"), 2)
    (3.0, 2.57)
    """
    lines = text.split("\n")
    return max(sum(1.0 if east_asian_width(sign) in "WFA" else 0.57 for sign in line) for line in lines)
