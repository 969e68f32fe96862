"""Unit: when lines are open, by the Chinese workday calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from routing.calendar import SHANGHAI, Calendar, day_of, known_until, opening, spans_of

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

# The State Council's arrangements of 2026: days off beyond weekends, and weekend days worked in exchange.
OFF_2026 = ["01-01", "01-02", "02-16", "02-20", "04-06", "05-01", "05-04", "06-19", "09-25", "10-01", "10-07"]
WORKED_2026 = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize("day", OFF_2026)
def test_holidays_are_closed(day: str) -> None:
    assert not opening(CALENDAR, "office", at(f"2026-{day}T10:00")).open


@pytest.mark.parametrize("day", WORKED_2026)
def test_make_up_workdays_are_open_and_say_why(day: str) -> None:
    opened = opening(CALENDAR, "office", at(f"2026-{day}T10:00"))
    assert opened.open
    assert "调休上班" in opened.why


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


def test_the_time_zone_of_the_machine_does_not_matter() -> None:
    instant = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai
    assert opening(CALENDAR, "office", instant).open
    assert not opening(CALENDAR, "office", instant - timedelta(milliseconds=100)).open


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


def test_a_year_without_a_published_arrangement_is_not_guessed_in_silence() -> None:
    day = day_of(CALENDAR, known_until() + timedelta(days=4))
    assert "未知" in day.why


@pytest.mark.parametrize("text", ["8:30", "16:30-8:30", "8:30-8:30", "8:60-9:00", "0:00-24:01", "8点-9点"])
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="hours"):
        Calendar.model_validate({"hours": {"x": [{"on": "workdays", "open": [text]}]}})
