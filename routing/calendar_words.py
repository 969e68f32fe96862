"""What the calendar itself says of a day, in English; the operators' own words stay as they wrote them. Pure."""

from __future__ import annotations

import re

import chinese_calendar

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WORDS = {f"周{sign}": day for sign, day in zip("一二三四五六日", _DAYS, strict=True)}
_WORDS |= {str(holiday.chinese): str(holiday.value) for holiday in chinese_calendar.Holiday}
_MADE_UP = re.compile(r"(\w+)调休上班（(周.)）")
_UNKNOWN = re.compile(r"(周.)（(\d+)年节假日安排未知，按周一至周五上班）")


def in_english(why: str) -> str:
    """The `why` of a day or of an opening.

    >>> in_english("周五"), in_english("国庆节调休上班（周六），停电，服务时间 08:30-12:00、14:00-16:30")
    ('Friday', 'a workday for National Day (Saturday), 停电, hours 08:30-12:00, 14:00-16:30')
    """
    day, _, hours = why.partition("，服务时间 ")
    day = _UNKNOWN.sub(lambda found: f"{_word(found[1])} (holidays of {found[2]} not known yet)", day)
    day = _MADE_UP.sub(lambda found: f"a workday for {_word(found[1])} ({_word(found[2])})", day)
    told = ", ".join(_word(part) for part in day.split("，"))
    return f"{told}, hours {hours.replace('、', ', ')}" if hours else told


def _word(text: str) -> str:
    return _WORDS.get(text, text)
