"""Numbers, times and positions in spoken Chinese, by rule. Pure: text in, text out.

Where both 二 and 两 are heard in the north, the one announcers use is taken: 二百, but 两千, 两万, 两位; 二十, 十二.
"""

from __future__ import annotations

import math
import re
from datetime import date, time

_DIGITS = "零一二三四五六七八九"
_WEEKDAYS = "一二三四五六日"
_LARGEST = 10**12 - 1


def _below_hundred(n: int, *, inner: bool) -> str:
    """10 is 十 alone and 一十 inside a larger number (一百一十)."""
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 and not inner else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def _group(n: int, *, inner: bool) -> list[str]:
    """The parts of 1..9999; `inner` says that something was spoken before."""
    parts = []
    thousands, hundreds, rest = n // 1000, n // 100 % 10, n % 100
    if thousands:
        parts.append(f"{'两' if thousands == 2 else _DIGITS[thousands]}千")
    if hundreds:
        parts.append(f"{_DIGITS[hundreds]}百")
    elif thousands and rest:
        parts.append("零")
    if rest:
        if hundreds and rest < 10:
            parts.append("零")
        parts.append(_below_hundred(rest, inner=inner or n >= 100))
    return parts


def number_parts(n: int) -> tuple[str, ...]:
    """The spoken pieces of `n` in order (一百, 零, 三); joined they are `number(n)`.

    The pieces come from a small closed set, so a recording of each can speak any number.
    Raises ValueError unless 0 <= n < 10**12.
    """
    if not 0 <= n <= _LARGEST:
        raise ValueError(f"cannot speak {n}: numbers go from 0 to {_LARGEST}")
    if n == 0:
        return (_DIGITS[0],)
    parts: list[str] = []
    pause = False
    for power, unit in ((10**8, "亿"), (10**4, "万"), (1, "")):
        group = n // power % 10**4
        if group == 0:
            pause = bool(parts)
            continue
        if parts and (pause or group < 1000):
            parts.append(_DIGITS[0])
        if group == 2 and unit:
            parts.append("两")
        else:
            parts += _group(group, inner=bool(parts))
        if unit:
            parts.append(unit)
        pause = False
    return tuple(parts)


def number(n: int) -> str:
    """A cardinal as announced: 12 十二, 102 一百零二, 10020 一万零二十. Raises ValueError as `number_parts`."""
    return "".join(number_parts(n))


def count_parts(n: int) -> tuple[str, ...]:
    """The pieces of `n` before a measure word: a bare 2 is 两. Raises ValueError as `number_parts`."""
    return ("两",) if n == 2 else number_parts(n)


def count(n: int, measure: str) -> str:
    """How many of something: 2 and 位 give 两位, 12 and 位 give 十二位. Raises ValueError as `number_parts`."""
    return "".join(count_parts(n)) + measure


def digits(text: str) -> str:
    """A telephone or ticket number digit by digit, 1 as 幺: 12320 is 幺二三二零. Hyphens and spaces are silent.

    Raises ValueError when anything else is in it, or nothing.
    """
    bare = text.replace("-", "").replace(" ", "")
    if not bare or not bare.isascii() or not bare.isdigit():
        raise ValueError("only digits, hyphens and spaces can be spelled out")
    return "".join("幺" if d == "1" else _DIGITS[int(d)] for d in bare)


def hour(n: int) -> str:
    """The hour of a clock face, 0 to 23: 两点, 十二点, 零点."""
    if not 0 <= n <= 23:
        raise ValueError(f"no such hour: {n}")
    return count(n, "点")


def minute(n: int) -> str:
    """The minutes after an hour, 1 to 59, with the 零 that announcers put before a single digit: 零五分."""
    if not 1 <= n <= 59:
        raise ValueError(f"no such minute: {n}")
    return ("零" if n < 10 else "") + number(n) + "分"


_PARTS_OF_DAY = ((6, "凌晨"), (8, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
PARTS_OF_DAY = tuple(word for _, word in _PARTS_OF_DAY)
"""From 凌晨 to 晚上, in the order of the day."""


def part_of_day(at: time) -> str:
    """The word that goes before a twelve-hour time: 上午 for 8:30, 下午 for 16:30."""
    return next(word for end, word in _PARTS_OF_DAY if at.hour < end)


def clock_parts(at: time) -> tuple[str, ...]:
    """The pieces of `clock(at)`: 下午, 四点, 半."""
    face = at.hour - 12 if at.hour > 12 else at.hour
    half_or_minute = ("半",) if at.minute == 30 else (minute(at.minute),) if at.minute else ()
    return (part_of_day(at), hour(face), *half_or_minute)


def clock(at: time) -> str:
    """A time as people say it: 08:30 上午八点半, 16:30 下午四点半, 14:05 下午两点零五分."""
    return "".join(clock_parts(at))


def clock24_parts(at: time) -> tuple[str, ...]:
    """The pieces of `clock24(at)`: 十六点, 三十分."""
    return (hour(at.hour), *((minute(at.minute),) if at.minute else ()))


def clock24(at: time) -> str:
    """A time as timetables say it: 16:30 十六点三十分, 02:00 两点."""
    return "".join(clock24_parts(at))


def date_parts(day: date) -> tuple[str, str]:
    """Month and day, as two pieces: 十月, 一日."""
    return f"{number(day.month)}月", f"{number(day.day)}日"


def calendar_date(day: date) -> str:
    """A date of this year: 十月一日."""
    return "".join(date_parts(day))


def weekday(day: date) -> str:
    """星期一 to 星期日."""
    return f"星期{_WEEKDAYS[day.weekday()]}"


def duration(seconds: int) -> str:
    """A length of time: 5400 一小时三十分钟, 120 两分钟, 0 零秒. Raises ValueError when negative."""
    if seconds < 0:
        raise ValueError(f"no such length of time: {seconds} s")
    parts = ((seconds // 3600, "小时"), (seconds // 60 % 60, "分钟"), (seconds % 60, "秒"))
    return "".join(count(n, measure) for n, measure in parts if n) or "零秒"


AHEAD, HOLD_ON = "您前面还有", "位，请耐心等候。"
"""What stands before and after the number in a position."""


def position(ahead: int) -> str:
    """What a waiting caller is told when `ahead` others come first. Raises ValueError when negative."""
    return "您是下一位，请耐心等候。" if ahead == 0 else AHEAD + "".join(count_parts(ahead)) + HOLD_ON


LONGEST_ESTIMATE = 20
"""Minutes; beyond it an estimate says only that it is longer."""


def estimate(minutes: int) -> str:
    """The expected wait in whole minutes, at most `LONGEST_ESTIMATE` of them. Raises ValueError when negative."""
    if minutes < 0:
        raise ValueError(f"cannot wait {minutes} minutes")
    if minutes == 0:
        return "预计等待时间不到一分钟。"
    if minutes > LONGEST_ESTIMATE:
        return wait_over(LONGEST_ESTIMATE)
    return f"预计等待时间大约{count(minutes, '分钟')}。"


def wait_parts(low: float, high: float) -> tuple[str, ...]:
    """What can be said of a wait between so many seconds, in whole minutes, never narrower than it is known.

    Nothing when that would tell nothing: at once, or more than `LONGEST_ESTIMATE` minutes.
    Raises ValueError unless 0 <= low <= high.
    """
    if not 0 <= low <= high:
        raise ValueError(f"no such range: {low} to {high} s")
    least, most = int(low // 60), math.ceil(high / 60)
    if most <= 1:
        return (estimate(0),)
    if least > LONGEST_ESTIMATE:
        return (estimate(least),)
    if most > LONGEST_ESTIMATE:
        return (wait_over(least),) if least else ()
    if least == 0:
        return (wait_within(most),)
    return (estimate(least),) if least == most else (wait_from(least), wait_to(most))


def wait_over(minutes: int) -> str:
    """A wait that is at least so long: 预计等待时间在五分钟以上。"""
    return f"预计等待时间在{count(minutes, '分钟')}以上。"


def wait_within(minutes: int) -> str:
    """A wait that is at most so long: 预计等待时间不超过五分钟。"""
    return f"预计等待时间不超过{count(minutes, '分钟')}。"


def wait_from(minutes: int) -> str:
    """The first half of a range: 预计等待时间在五。"""
    return "预计等待时间在" + "".join(count_parts(minutes))


def wait_to(minutes: int) -> str:
    """The second half of a range: 到八分钟之间。"""
    return f"到{count(minutes, '分钟')}之间。"


_AREA = re.compile(r"(?<!\d)(0\d{2,3})-(\d{5,8})(?!\d)")
_HOTLINE = re.compile(r"(?<!\d)(?:1[12]\d|12\d{3}|1\d{10}|400-?\d{3}-?\d{4})(?!\d|[分小年月日个秒次元天])")
_TICKET = re.compile(r"((?:工单|编|单|尾|分机)号[码为是：]*|转)(\d+)")


def spell_numbers(text: str) -> str:
    """Written words with telephone and ticket numbers spelled out; other figures stay as they are.

    12320 becomes 幺二三二零, 010-12320 pauses after the area code, 工单号1001 becomes 工单号幺零零幺.
    """
    text = _AREA.sub(lambda m: f"{digits(m[1])}，{digits(m[2])}", text)
    text = _TICKET.sub(lambda m: m[1] + digits(m[2]), text)
    return _HOTLINE.sub(lambda m: digits(m[0]), text)
