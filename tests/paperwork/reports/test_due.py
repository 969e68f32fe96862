"""Unit: a report is due when it can be signed, and with a shift on no day off."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from paperwork.reports.due import due_between
from paperwork.reports.report import Period
from paperwork.reports.signed import may_be_signed
from routing.calendar import SHANGHAI, day_of
from tests.desk.house import shipped

CALENDAR = shipped().calendar
YEARS = Period(date(2025, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize("shift", ["none", "workday before", "workday after"])
@pytest.mark.parametrize("monthly_day", [5, 7])
def test_whatever_is_due_may_be_signed_on_that_day_and_a_shifted_one_on_a_workday(shift: str, monthly_day: int) -> None:
    found = due_between(YEARS, ("immunization",), monthly_day, shift, CALENDAR)
    assert len(found) >= 3 * 23
    for one in found:
        may_be_signed(one.report, one.period, datetime.combine(one.day, time(), SHANGHAI))
        assert shift == "none" or day_of(CALENDAR, one.day).workday, one


def test_what_ends_on_a_sunday_is_due_on_the_monday_after_and_what_is_due_later_on_the_friday_before() -> None:
    found = due_between(Period(date(2026, 11, 1), date(2026, 12, 1)), ("hiv",), 7, "workday before", CALENDAR)
    assert [(one.report, one.day) for one in found] == [
        ("line", date(2026, 11, 2)),  # 31 October is a Saturday
        ("monthly", date(2026, 11, 6)),  # the 7th is a Saturday
        ("line", date(2026, 11, 16)),  # the 15th is a Sunday, and its days end with it
        ("line", date(2026, 11, 30)),
    ]
