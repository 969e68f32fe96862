"""Unit, pure: clocks count the city's workdays as one would on the fingers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperwork.orders.clock import (
    Hours,
    Moment,
    Running,
    Span,
    local_day,
    moment_of,
    prolong,
    span_of,
    start,
    workday_after,
    workday_before,
    workdays_between,
)
from paperwork.orders.rules import OrderRules
from paperwork.orders.words import Acceptance, Clock, Urgency
from paperwork.rules import rules_in
from routing.calendar import SHANGHAI, Calendar, OwnDay
from routing.days import Dates
from tests.paperwork.orders.house import local

NATION = Calendar(hours={})
HOURS = Hours()
FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
DAYS = st.dates(FIRST, LAST)
COUNTS = st.integers(0, 60)


def off(day: date, own: dict[date, bool]) -> bool:
    """By the library alone, or what the city decided; beyond its years by the day of the week."""
    if day in own:
        return own[day]
    if day.year > 2026:
        return day.weekday() >= 5
    return bool(chinese_calendar.is_holiday(day))


def counted(day: date, count: int, own: dict[date, bool]) -> date:
    """Day by day, on the fingers."""
    found: list[date] = []
    ahead = day
    while len(found) < count:
        ahead = date.fromordinal(ahead.toordinal() + 1)
        if not off(ahead, own):
            found.append(ahead)
    return found[-1] if found else day


def city(own: dict[date, bool]) -> Calendar:
    days = {
        Dates(day, day): OwnDay(day="day off" if is_off else "workday", why="本市安排") for day, is_off in own.items()
    }
    return Calendar(hours={}, own_days=days)


@given(DAYS, COUNTS, st.dictionaries(DAYS, st.booleans(), max_size=6))
def test_workdays_are_counted_as_on_the_fingers(day: date, count: int, own: dict[date, bool]) -> None:
    calendar = city(own)
    last = workday_after(calendar, day, count)
    assert last == counted(day, count, own)
    assert workdays_between(calendar, day, last) == count
    if count and not off(day, own):
        assert workday_before(calendar, last, count) == day


def test_every_day_of_three_years_has_the_right_next_workday() -> None:
    day = FIRST
    while day <= LAST:
        assert workday_after(NATION, day, 1) == counted(day, 1, {}), day
        assert workday_after(NATION, day, 7) == counted(day, 7, {}), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        ("2026-09-30", 1, "2026-10-08"),  # the long holiday lies between
        ("2026-10-09", 1, "2026-10-10"),  # a Saturday that is worked
        ("2026-02-13", 1, "2026-02-14"),  # a worked Saturday before the Spring Festival
        ("2026-02-14", 1, "2026-02-24"),
        ("2026-11-20", 7, "2026-12-01"),  # two weekends
        ("2026-12-31", 1, "2027-01-01"),  # a year that nobody has published: Monday to Friday
    ],
)
def test_holidays_and_worked_weekends_are_known(day: str, count: int, last: str) -> None:
    assert str(workday_after(NATION, date.fromisoformat(day), count)) == last


def test_simple_complex_and_emergency_orders_have_the_time_that_the_rules_give() -> None:
    rules, at = OrderRules(), local("2026-11-20 10:00")
    ends = {
        urgency: (
            rules.to_hand_on(at, urgency, NATION).until.isoformat(timespec="seconds")[:19],
            rules.to_be_done(at, urgency, NATION).until.isoformat(timespec="seconds")[:19],
        )
        for urgency in Urgency
    }
    assert ends == {
        Urgency.SIMPLE: ("2026-11-23T23:59:59", "2026-12-01T23:59:59"),
        Urgency.COMPLEX: ("2026-11-23T23:59:59", "2027-01-01T23:59:59"),
        Urgency.EMERGENCY: ("2026-11-20T12:00:00", "2026-11-20T12:00:00"),
    }


def test_an_emergencys_two_hours_run_through_night_weekend_and_holiday() -> None:
    for text in ("2026-10-01 23:30", "2026-11-21 03:00", "2026-12-31 23:10"):
        running = OrderRules().to_hand_on(local(text), Urgency.EMERGENCY, NATION)
        assert running.until - running.since == timedelta(hours=2)


def test_acceptance_runs_in_minutes_or_workdays_by_its_class() -> None:
    rules, at = OrderRules(), local("2026-11-20 23:50")
    ends = [rules.to_accept(at, one, NATION).until.isoformat(timespec="minutes")[:16] for one in Acceptance]
    assert ends == ["2026-11-21T00:05", "2026-11-21T00:20", "2026-11-23T23:59"]


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1)),  # noqa: DTZ001 - local below
    st.integers(1, 60),
    st.integers(1, 99),
)
def test_every_step_comes_in_the_clocks_own_time_and_in_order(at: datetime, days: int, percent: int) -> None:
    since = at.replace(tzinfo=SHANGHAI)
    running = start(Clock.DONE, since, Span(workdays=days), NATION, HOURS)
    moments = [Moment(percent=percent), Moment(), Moment(span=Span(workdays=1), after=True)]
    first, deadline, after = (moment.at(running, NATION, HOURS) for moment in moments)
    assert since <= first <= deadline == running.until < after
    assert workdays_between(NATION, local_day(since), local_day(deadline)) == days
    before = Moment(span=Span(workdays=1)).at(running, NATION, HOURS)
    assert since <= before < deadline
    assert before == since or before.astimezone(SHANGHAI).time() == time(8, 30)


def test_half_of_seven_workdays_is_the_morning_of_the_fourth() -> None:
    running = OrderRules().to_be_done(local("2026-11-20 10:00"), Urgency.SIMPLE, NATION)
    assert Moment(percent=50).at(running, NATION, HOURS) == local("2026-11-26 08:30")
    assert Moment(span=Span(workdays=1)).at(running, NATION, HOURS) == local("2026-11-30 08:30")


def test_an_extension_counts_on_from_where_the_clock_would_have_ended() -> None:
    running = OrderRules().to_be_done(local("2026-11-20 10:00"), Urgency.SIMPLE, NATION)
    longer = prolong(running, local("2026-11-25 09:00"), 5, NATION, HOURS)
    assert local_day(longer.until) == date(2026, 12, 8)
    assert Running.from_data(longer.to_data()) == longer


def test_a_day_may_end_when_the_office_closes() -> None:
    rules = OrderRules.model_validate({"day_ends": "16:30"})
    assert rules.to_hand_on(local("2026-11-20 10:00"), Urgency.SIMPLE, NATION).until == local("2026-11-23 16:30")
    assert OrderRules.model_validate({"day_ends": "24:00"}) == OrderRules()


@pytest.mark.parametrize("text", ["7 workdays", "1 workday", "2 h", "15 min"])
def test_a_span_is_written_as_it_is_read(text: str) -> None:
    assert str(span_of(text)) == text


@pytest.mark.parametrize("text", ["50 %", "1 workday before", "deadline", "2 workdays after", "30 min before"])
def test_a_moment_is_written_as_it_is_read(text: str) -> None:
    assert str(moment_of(text)) == text


@pytest.mark.parametrize("text", ["", "7 days", "0 workdays", "-1 h", "1.5 h", "251 workdays", 7, None])
def test_what_is_no_span_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="workdays"):
        span_of(text)


def test_rules_that_tell_of_one_moment_twice_are_refused() -> None:
    steps = [{"at": "50 %", "tell": ["leader"]}, {"at": "50%", "tell": ["centre"]}]
    with pytest.raises(ValueError, match="stands twice"):
        OrderRules.model_validate({"escalation": {"done": steps}})


def test_the_shipped_file_says_what_holds_without_one() -> None:
    assert rules_in(Path(__file__).parents[3] / "config").orders == OrderRules()


def test_rules_are_written_as_they_are_read() -> None:
    assert OrderRules.model_validate(OrderRules().model_dump(mode="json")) == OrderRules()
