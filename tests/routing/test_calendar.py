"""Unit: when lines are open, by the Chinese workday calendar."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from routing.calendar import SHANGHAI, Calendar, closing, day_of, next_opening, opening, spans_of
from routing.calendar_words import in_english

CALENDAR = Calendar.model_validate(
    {
        "hours": {
            "office": [{"on": "workdays", "open": ["8:30-16:30"]}],
            "lunch": [{"on": "workdays", "open": ["13:30-16:30", "8:30-12:00"]}],
            "always": [{"on": "every day", "open": ["0:00-24:00"]}],
            "expert": [{"on": ["thu"], "open": ["14:00-16:00"]}],
            "weekend": [{"on": "days off", "open": ["9:00-11:00"]}],
        },
        "own_days": {
            "2026-12-24": {"day": "day off", "why": "机房检修"},
            "2026-12-26": {"day": "workday", "why": "补检修"},
        },
    }
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("clock", "is_open"),
    [
        ("00:00:00", False),
        ("08:29:59.900", False),
        ("08:30:00", True),
        ("16:29:59.900", True),
        ("16:30:00", False),
        ("23:59:59.999", False),
    ],
)
def test_the_doors_open_and_close_to_the_instant(clock: str, is_open: bool) -> None:
    assert opening(CALENDAR, "office", at(f"2026-11-20T{clock}")).open is is_open


@pytest.fixture(params=["UTC0", "CST-8", "PST8PDT", "LINT-14", "CET-1CEST"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The time zone that the machine runs in, written as POSIX does so that no zone database is needed."""
    before = time.tzname
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()
    assert time.tzname == before


def test_the_time_zone_of_the_machine_does_not_matter(machine: str) -> None:
    half_past_eight = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
    assert (half_past_eight.astimezone().hour == 8) is (machine == "CST-8")
    for instant in (half_past_eight, half_past_eight.astimezone(), half_past_eight.astimezone(SHANGHAI)):
        assert opening(CALENDAR, "office", instant) == (True, "周五")
        assert not opening(CALENDAR, "office", instant - timedelta(milliseconds=100)).open
        assert opening(CALENDAR, "office", instant + timedelta(hours=7, minutes=59, seconds=59.9)).open
        assert not opening(CALENDAR, "office", instant + timedelta(hours=8)).open
        assert closing(CALENDAR, "office", instant) == half_past_eight + timedelta(hours=8)
        assert next_opening(CALENDAR, "office", instant) == half_past_eight + timedelta(days=3)


def test_a_closure_is_read_in_shanghais_time_wherever_the_machine_stands(machine: str) -> None:
    closure = {"from": "2026-12-01T12:00", "until": "2026-12-01T14:00", "why": "机房检修"}
    calendar = Calendar.model_validate({**CALENDAR.model_dump(mode="json", by_alias=True), "closures": [closure]})
    noon = datetime(2026, 12, 1, 4, tzinfo=UTC)
    assert opening(calendar, "office", noon - timedelta(milliseconds=100)).open, machine
    assert not opening(calendar, "office", noon).open
    assert opening(calendar, "office", noon + timedelta(hours=2)).open


def test_the_doors_close_when_they_stop_letting_callers_in() -> None:
    assert closing(CALENDAR, "office", at("2026-11-20T08:29:59.9")) is None
    assert closing(CALENDAR, "office", at("2026-11-20T08:30:00")) == at("2026-11-20T16:30")
    assert closing(CALENDAR, "office", at("2026-11-20T16:29:59.9")) == at("2026-11-20T16:30")
    assert closing(CALENDAR, "office", at("2026-11-20T16:30:00")) is None


def test_a_caller_who_comes_too_late_is_told_the_next_workday() -> None:
    assert next_opening(CALENDAR, "office", at("2026-11-20T08:29:59.9")) == at("2026-11-20T08:30")
    assert next_opening(CALENDAR, "office", at("2026-11-20T08:30")) == at("2026-11-23T08:30")
    assert next_opening(CALENDAR, "office", at("2026-11-20T16:30")) == at("2026-11-23T08:30")
    assert next_opening(CALENDAR, "office", at("2026-09-30T17:00")) == at("2026-10-08T08:30")
    assert next_opening(CALENDAR, "office", at("2026-10-09T17:00")) == at("2026-10-10T08:30"), "a make-up Saturday"


@pytest.mark.parametrize("when", ["2026-12-31T23:59:59.999999", "2027-01-01T00:00", "2024-02-29T00:00"])
def test_midnight_of_a_year_or_a_leap_day_closes_nothing_that_is_always_open(when: str) -> None:
    assert opening(CALENDAR, "always", at(when)).open
    assert closing(CALENDAR, "always", at(when)) is None
    assert next_opening(CALENDAR, "always", at(when)) is None


def test_the_year_ends_at_midnight_in_shanghai() -> None:
    assert opening(CALENDAR, "office", at("2025-12-31T16:29:59.9")) == (True, "周三")
    assert next_opening(CALENDAR, "office", at("2025-12-31T16:30")) == at("2026-01-04T08:30"), "a make-up Sunday"
    assert opening(CALENDAR, "office", datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC)).why.startswith("周三")
    assert opening(CALENDAR, "office", datetime(2025, 12, 31, 16, 0, tzinfo=UTC)).why == "元旦"


def test_29_february_has_its_hours() -> None:
    assert opening(CALENDAR, "office", at("2024-02-29T16:29:59.9")) == (True, "周四")
    assert opening(CALENDAR, "expert", at("2024-02-29T14:00")).open
    assert next_opening(CALENDAR, "expert", at("2024-02-23T14:00")) == at("2024-02-29T14:00")


def test_a_night_over_midnight_is_one_opening() -> None:
    night = Calendar.model_validate(
        {
            "hours": {
                "night": [{"on": "every day", "open": ["0:00-8:00", "18:00-24:00"]}],
                "day": [{"on": "fri", "open": "0:00-24:00"}],
            }
        }
    )
    assert closing(night, "night", at("2026-12-31T18:00")) == at("2027-01-01T08:00")
    assert closing(night, "night", at("2027-01-01T00:00")) == at("2027-01-01T08:00")
    assert next_opening(night, "night", at("2026-12-31T20:00")) == at("2027-01-01T18:00")
    assert closing(night, "day", at("2026-11-20T10:00")) == at("2026-11-21T00:00")


def test_an_opening_of_eight_days_ends_and_a_longer_one_counts_as_always() -> None:
    stretch = Calendar.model_validate(
        {
            "hours": {
                "campaign": [
                    {"on": "2026-12-01..2026-12-08", "open": "0:00-24:00"},
                    {"on": "2026-12-09", "open": "0:00-8:00"},
                ]
            }
        }
    )
    assert closing(stretch, "campaign", at("2026-12-01T08:00")) == at("2026-12-09T08:00")
    assert closing(stretch, "campaign", at("2026-12-01T07:59:59.9")) is None


def test_hours_that_open_in_400_days_open_and_later_ones_do_not() -> None:
    last = at("2026-11-20T10:00") + timedelta(days=400)
    once = Calendar.model_validate({"hours": {"once": [{"on": f"{last:%Y-%m-%d}", "open": "10:00-11:00"}]}})
    assert next_opening(once, "once", at("2026-11-20T10:00")) == last
    assert next_opening(once, "once", at("2026-11-20T09:59:59.9")) is None


def test_every_instant_of_always_is_open() -> None:
    assert opening(CALENDAR, "always", at("2026-10-01T00:00:00")).open
    assert opening(CALENDAR, "always", at("2026-12-31T23:59:59.999")).open


def test_the_citys_own_days_come_before_the_nations() -> None:
    assert opening(CALENDAR, "office", at("2026-12-24T10:00")) == (False, "机房检修")
    assert opening(CALENDAR, "office", at("2026-12-26T10:00")) == (True, "补检修")


def test_breaks_weekdays_and_days_off() -> None:
    assert [str(span) for span in spans_of(CALENDAR, "lunch", day_of(CALENDAR, date(2026, 11, 20)))] == [
        "08:30-12:00",
        "13:30-16:30",
    ]
    assert not opening(CALENDAR, "lunch", at("2026-11-20T12:30")).open
    assert opening(CALENDAR, "expert", at("2026-11-19T14:00")).open
    assert not opening(CALENDAR, "expert", at("2026-11-20T14:00")).open
    assert opening(CALENDAR, "weekend", at("2026-11-21T10:00")).open


@pytest.mark.parametrize("text", ["8:30", "16:30-8:30", "8:30-8:30", "8:60-9:00", "0:00-24:01", "8点-9点"])
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="hours"):
        Calendar.model_validate({"hours": {"x": [{"on": "workdays", "open": [text]}]}})


def test_what_the_calendar_says_itself_is_told_in_english_and_what_operators_wrote_as_they_wrote_it() -> None:
    assert in_english("周五") == "Friday"
    assert in_english("国庆节") == "National Day"
    assert in_english("国庆节调休上班（周六），停电，服务时间 08:30-12:00、14:00-16:30") == (
        "a workday for National Day (Saturday), 停电, hours 08:30-12:00, 14:00-16:30"
    )
    assert in_english("周一（2031年节假日安排未知，按周一至周五上班）") == "Monday (holidays of 2031 not known yet)"
