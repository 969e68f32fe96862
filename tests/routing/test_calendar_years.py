"""Unit: every day of three years is as the State Council's notices have it.

The tables are written from the notices themselves (国办发明电〔2023〕7号, 〔2024〕12号, 〔2025〕7号), not from the
library that the calendar asks. Days off are first and last day; plain weekends beside them aren't listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import chinese_calendar
import pytest

from routing.calendar import Calendar, _arranged, day_of, known_until, unknown_years

NATION = Calendar.model_validate({"hours": {}})

OFF: Mapping[int, Mapping[str, tuple[tuple[str, str], ...]]] = {
    2024: {
        "元旦": (("01-01", "01-01"),),
        "春节": (("02-10", "02-17"),),
        "清明": (("04-04", "04-06"),),
        "劳动节": (("05-01", "05-05"),),
        "端午": (("06-10", "06-10"),),
        "中秋": (("09-15", "09-17"),),
        "国庆节": (("10-01", "10-07"),),
    },
    2025: {
        "元旦": (("01-01", "01-01"),),
        "春节": (("01-28", "02-04"),),
        "清明": (("04-04", "04-06"),),
        "劳动节": (("05-01", "05-05"),),
        "端午": (("05-31", "06-02"),),
        "国庆节": (("10-01", "10-05"), ("10-07", "10-08")),
        "中秋": (("10-06", "10-06"),),  # one notice of eight days with 国庆节; the day itself is the festival's
    },
    2026: {
        "元旦": (("01-01", "01-03"),),
        "春节": (("02-15", "02-23"),),
        "清明": (("04-04", "04-06"),),
        "劳动节": (("05-01", "05-05"),),
        "端午": (("06-19", "06-21"),),
        "中秋": (("09-25", "09-27"),),
        "国庆节": (("10-01", "10-07"),),
    },
}

WORKED: Mapping[int, tuple[str, ...]] = {
    2024: ("02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"),
    2025: ("01-26", "02-08", "04-27", "09-28", "10-11"),
    2026: ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
}


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))


def off(year: int) -> dict[date, str]:
    return {
        day: name
        for name, stretches in OFF[year].items()
        for first, last in stretches
        for day in days(date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last}"))
    }


@pytest.mark.parametrize("year", OFF)
def test_every_day_of_a_published_year_is_what_the_notice_says(year: int) -> None:
    holidays = off(year)
    worked = {date.fromisoformat(f"{year}-{day}") for day in WORKED[year]}
    wrong = []
    for day in days(date(year, 1, 1), date(year, 12, 31)):
        kind = day_of(NATION, day)
        workday = day in worked or (day.weekday() < 5 and day not in holidays)
        if (kind.workday, kind.holiday) != (workday, day in holidays):
            wrong.append(kind)
    assert wrong == []


@pytest.mark.parametrize("year", OFF)
def test_each_holiday_is_called_by_its_name(year: int) -> None:
    assert {day: day_of(NATION, day).why for day in off(year)} == off(year)


@pytest.mark.parametrize("year", WORKED)
def test_each_make_up_workday_is_a_weekend_day_and_says_so(year: int) -> None:
    for text in WORKED[year]:
        day = date.fromisoformat(f"{year}-{text}")
        assert day.weekday() >= 5
        assert day_of(NATION, day).why.endswith(f"调休上班（周{'六日'[day.weekday() - 5]}）")


def test_a_plain_weekend_is_off_but_no_holiday() -> None:
    assert day_of(NATION, date(2026, 11, 21)) == (date(2026, 11, 21), False, "周六", False)


def test_29_february_is_a_day_like_others() -> None:
    assert day_of(NATION, date(2024, 2, 29)) == (date(2024, 2, 29), True, "周四", False)


def test_a_year_without_a_published_arrangement_is_not_guessed_in_silence() -> None:
    first = known_until() + timedelta(days=1)
    for day in days(first, date(first.year, 12, 31)):
        kind = day_of(NATION, day)
        assert kind.workday is (day.weekday() < 5)
        assert f"{first.year}年节假日安排未知" in kind.why
        assert not kind.holiday


def test_the_years_that_lack_their_arrangement_are_named() -> None:
    last = known_until()
    assert last >= date(2026, 12, 31)
    assert unknown_years(date(2024, 1, 1), last) == []
    assert unknown_years(last, last + timedelta(days=1)) == [last.year + 1]
    assert unknown_years(date(2003, 12, 31), date(2004, 1, 1)) == [2003]


def test_new_years_day_that_was_published_with_the_year_before_does_not_make_its_year_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    new_year = known_until() + timedelta(days=1)
    holidays = chinese_calendar.constants.holidays
    monkeypatch.setitem(holidays, new_year, chinese_calendar.Holiday.new_years_day.value)
    assert new_year.year not in _arranged(holidays)
    assert day_of(NATION, new_year).why == "元旦"
    assert "未知" in day_of(NATION, new_year + timedelta(days=1)).why


def test_a_city_that_copied_the_notice_before_the_library_knows_the_year() -> None:
    year = known_until().year + 1
    copied = {
        f"{year}-10-01..{year}-10-07": {"day": "day off", "why": "国庆节"},
        f"{year}-10-09": {"day": "workday", "why": "国庆节调休上班"},
    }
    city = Calendar.model_validate({"hours": {}, "own_days": copied})
    for day in days(date(year, 10, 1), date(year, 10, 7)):
        assert day_of(city, day) == (day, False, "国庆节", True)
    assert day_of(city, date(year, 10, 9)) == (date(year, 10, 9), True, "国庆节调休上班", False)
    assert "未知" not in day_of(city, date(year, 11, 8)).why
    assert unknown_years(date(year, 1, 1), date(year + 1, 1, 1), city) == [year + 1]
    assert unknown_years(date(year, 1, 1), date(year, 1, 1), NATION) == [year]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            ["2027-10-01..2027-10-07", "2027-10-07"],
            "2027-10-07 stands under 2027-10-01..2027-10-07 and under 2027-10-07",
        ),
        (["2027-10-07..2027-10-01"], "the last date comes before the first"),
        (["10-01"], "write a date like 2026-12-01, or dates"),
        (["1764547200"], "write a date like 2026-12-01, or dates"),
    ],
)
def test_own_days_that_make_no_sense_are_refused(written: list[str], told: str) -> None:
    own_days = {dates: {"day": "day off", "why": "国庆节"} for dates in written}
    with pytest.raises(ValueError, match=told):
        Calendar.model_validate({"hours": {}, "own_days": own_days})
