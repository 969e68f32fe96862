"""Numbers, times and positions as announcers say them. Kind: unit."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts import speech


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "零"),
        (1, "一"),
        (2, "二"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (22, "二十二"),
        (100, "一百"),
        (102, "一百零二"),
        (110, "一百一十"),
        (112, "一百一十二"),
        (200, "二百"),
        (222, "二百二十二"),
        (1001, "一千零一"),
        (1010, "一千零一十"),
        (1100, "一千一百"),
        (2000, "两千"),
        (2222, "两千二百二十二"),
        (10_000, "一万"),
        (10_002, "一万零二"),
        (10_020, "一万零二十"),
        (10_200, "一万零二百"),
        (12_000, "一万两千"),
        (20_000, "两万"),
        (22_000, "两万两千"),
        (100_000, "十万"),
        (100_010, "十万零一十"),
        (120_000, "十二万"),
        (1_100_000, "一百一十万"),
        (100_000_000, "一亿"),
        (200_000_002, "两亿零二"),
        (100_100_000, "一亿零一十万"),
    ],
)
def test_a_number_is_said_as_announcers_say_it(n: int, words: str) -> None:
    assert speech.number(n) == words


@pytest.mark.parametrize("n", [-1, 10**12])
def test_a_number_beyond_what_can_be_said_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match="cannot speak"):
        speech.number(n)


def _value(words: str) -> int:
    """The number that a listener understands: written against the rules of listening, not of speaking."""
    total, group, digit = 0, 0, 0
    for sign in words:
        if sign in "零一二三四五六七八九":
            digit = "零一二三四五六七八九".index(sign)
        elif sign == "两":
            digit = 2
        elif sign in "十百千":
            group += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[sign]
            digit = 0
        else:
            total += (group + digit) * {"万": 10**4, "亿": 10**8}[sign]
            group = digit = 0
    return total + group + digit


@given(st.integers(0, 10**12 - 1))
def test_a_listener_understands_the_number_that_was_meant(n: int) -> None:
    assert _value(speech.number(n)) == n


@pytest.mark.parametrize(
    ("n", "measure", "words"),
    [
        (1, "位", "一位"),
        (2, "位", "两位"),
        (2, "分钟", "两分钟"),
        (12, "位", "十二位"),
        (20, "位", "二十位"),
        (22, "位", "二十二位"),
        (102, "位", "一百零二位"),
        (200, "位", "二百位"),
        (2000, "位", "两千位"),
    ],
)
def test_only_a_bare_two_before_a_measure_is_liang(n: int, measure: str, words: str) -> None:
    assert speech.count(n, measure) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12320", "幺二三二零"),
        ("010-12320", "零幺零幺二三二零"),
        ("1001", "幺零零幺"),
        ("022 8880 12", "零二二八八八零幺二"),
    ],
)
def test_a_telephone_number_is_said_digit_by_digit_with_yao(text: str, words: str) -> None:
    assert speech.digits(text) == words


@pytest.mark.parametrize("text", ["", "-", "12a", "*1", "１２"])
def test_what_is_no_number_is_not_spelled_out(text: str) -> None:
    with pytest.raises(ValueError, match="only digits"):
        speech.digits(text)


@pytest.mark.parametrize(
    ("at", "spoken", "timetable"),
    [
        (time(8, 30), "上午八点半", "八点三十分"),
        (time(16, 30), "下午四点半", "十六点三十分"),
        (time(14, 5), "下午两点零五分", "十四点零五分"),
        (time(2, 0), "凌晨两点", "两点"),
        (time(0, 0), "凌晨零点", "零点"),
        (time(7, 10), "早上七点十分", "七点十分"),
        (time(12, 0), "中午十二点", "十二点"),
        (time(22, 22), "晚上十点二十二分", "二十二点二十二分"),
    ],
)
def test_a_time_is_said_in_both_ways(at: time, spoken: str, timetable: str) -> None:
    assert (speech.clock(at), speech.clock24(at)) == (spoken, timetable)


@pytest.mark.parametrize(
    ("day", "words", "name"),
    [
        (date(2026, 10, 1), "十月一日", "星期四"),
        (date(2026, 2, 2), "二月二日", "星期一"),
        (date(2026, 12, 20), "十二月二十日", "星期日"),
    ],
)
def test_a_date_is_said_with_its_weekday(day: date, words: str, name: str) -> None:
    assert (speech.calendar_date(day), speech.weekday(day)) == (words, name)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "零秒"),
        (45, "四十五秒"),
        (120, "两分钟"),
        (5400, "一小时三十分钟"),
        (7202, "两小时两秒"),
        (1320, "二十二分钟"),
    ],
)
def test_a_length_of_time_counts_in_liang(seconds: int, words: str) -> None:
    assert speech.duration(seconds) == words


def test_a_waiting_caller_hears_how_many_come_first() -> None:
    assert speech.position(0) == "您是下一位，请耐心等候。"
    assert speech.position(2) == "您前面还有两位，请耐心等候。"
    assert speech.position(3) == "您前面还有三位，请耐心等候。"
    assert speech.position(112) == "您前面还有一百一十二位，请耐心等候。"


def test_an_expected_wait_is_never_told_more_precisely_than_it_is_known() -> None:
    assert speech.estimate(0) == "预计等待时间不到一分钟。"
    assert speech.estimate(2) == "预计等待时间大约两分钟。"
    assert speech.estimate(20) == "预计等待时间大约二十分钟。"
    assert speech.estimate(21) == speech.estimate(500) == "预计等待时间在二十分钟以上。"


@pytest.mark.parametrize("call", [speech.position, speech.estimate, speech.duration])
def test_nothing_can_be_counted_below_zero(call: object) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match="-1"):
        call(-1)


@pytest.mark.parametrize("n", [-1, 24])
def test_there_is_no_hour_beyond_the_day(n: int) -> None:
    with pytest.raises(ValueError, match="no such hour"):
        speech.hour(n)


@pytest.mark.parametrize("n", [0, 60])
def test_there_is_no_minute_beyond_the_hour(n: int) -> None:
    with pytest.raises(ValueError, match="no such minute"):
        speech.minute(n)


@pytest.mark.parametrize(
    ("written", "read_out"),
    [
        ("请拨打12320。", "请拨打幺二三二零。"),
        ("请拨010-12320转1001", "请拨零幺零，幺二三二零转幺零零幺"),
        ("您的工单号是1001", "您的工单号是幺零零幺"),
        ("急救请拨打120", "急救请拨打幺二零"),
        ("大约120分钟", "大约120分钟"),
        ("冲洗15分钟，72小时内", "冲洗15分钟，72小时内"),
        ("咨询请按1", "咨询请按1"),
        ("工作日8点半", "工作日8点半"),
        ("2026年", "2026年"),
    ],
)
def test_only_telephone_and_ticket_numbers_are_spelled_out(written: str, read_out: str) -> None:
    assert speech.spell_numbers(written) == read_out


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 50, "预计等待时间不到一分钟。"),
        (40, 170, "预计等待时间不超过三分钟。"),
        (65, 110, "预计等待时间在一到两分钟之间。"),
        (130, 440, "预计等待时间在两到八分钟之间。"),
        (300, 300, "预计等待时间大约五分钟。"),
        (400, 3000, "预计等待时间在六分钟以上。"),
        (1300, 9000, "预计等待时间在二十分钟以上。"),
        (30, 3000, ""),
    ],
)
def test_an_expected_wait_is_told_with_its_whole_range_or_not_at_all(low: float, high: float, words: str) -> None:
    assert "".join(speech.wait_parts(low, high)) == words


@given(st.floats(0, 5000), st.floats(0, 5000))
def test_what_is_told_of_a_wait_is_never_narrower_than_what_is_known(one: float, other: float) -> None:
    low, high = sorted((one, other))
    match speech.wait_parts(low, high):
        case ():
            assert low < 60
            assert high > 60 * speech.LONGEST_ESTIMATE
        case (first, second):
            least, most = _minutes(first), _minutes(second)
            assert least * 60 <= low
            assert high <= most * 60


def _minutes(words: str) -> int:
    return _value("".join(sign for sign in words if sign in "一二两三四五六七八九十"))


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="no such range"):
        speech.wait_parts(2.0, 1.0)
