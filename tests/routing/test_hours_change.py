"""Unit: changed hours told by kinds of days say the same as the calendars do day by day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.calendar import Day, day_of, spans_of
from routing.check import read_plan
from routing.plan import Plan
from routing.rehearsal.hours_change import HOLIDAYS, MADE_UP, WEEK, HoursChange, hours_changes
from routing.rehearsal.moments import HORIZON
from tests.routing.plans import SMALL

PLAN = read_plan({"small.yaml": SMALL})

ON = st.sampled_from(
    ["workdays", "days off", "every day", "sat", "2nd tue", "last fri", "2026-12-24", "2026-12-24..2027-01-08"]
)
OPEN = st.sampled_from([["8:30-16:30"], ["8:30-11:30", "13:00-16:30"], ["9:00-12:00"]])
FROM = st.sampled_from([None, date(2026, 12, 1), date(2027, 3, 1)])
RULES = st.lists(st.fixed_dictionaries({"on": ON, "open": OPEN, "from": FROM}), max_size=3)
OWN = st.dictionaries(
    st.dates(date(2026, 10, 1), date(2026, 12, 31)).map(str),
    st.sampled_from([{"day": "workday", "why": "补班"}, {"day": "day off", "why": "检修"}]),
    max_size=2,
)
FIRST = st.dates(date(2025, 11, 1), date(2026, 12, 1))


def with_calendar(rules: list[dict[str, Any]], own_days: dict[str, Any]) -> Plan:
    written = PLAN.model_dump(mode="json", by_alias=True, exclude_none=True)
    written["calendar"] = {"hours": {"office": rules, "always": []}, "own_days": own_days}
    return Plan.model_validate(written)


KINDS: dict[str, Callable[[Day, str], bool]] = {
    "every-day": lambda day, kind: True,
    "workdays": lambda day, kind: day.workday,
    "days-off": lambda day, kind: not day.workday,
    "weekdays": lambda day, kind: kind in WEEK[:5],
    "weekends": lambda day, kind: kind in WEEK[5:],
}


def kind_of(day: Day) -> str:
    if day.holiday:
        return HOLIDAYS
    return MADE_UP if day.workday and day.date.weekday() >= 5 else WEEK[day.date.weekday()]


def speaks_of(change: HoursChange, day: Day) -> bool:
    """Whether a listener would think that the change concerns the day."""
    if (change.since is not None and day.date < change.since) or (change.until is not None and day.date > change.until):
        return False
    kind = kind_of(day)
    return any(
        KINDS[word](day, kind) if word in KINDS else word in (kind, day.date.isoformat()) for word in change.days
    )


@settings(max_examples=40, deadline=None)
@given(RULES, RULES, OWN, OWN, FIRST)
def test_what_is_told_of_hours_is_so_on_each_day_and_nothing_is_left_out(
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
    own_before: dict[str, Any],
    own_after: dict[str, Any],
    first: date,
) -> None:
    old, new = with_calendar(before, own_before), with_calendar(after, own_after)
    changes = [change for change in hours_changes(old, new, first) if "desk" in change.lines]
    for ahead in range(HORIZON):
        day = first + timedelta(days=ahead)
        was, now = (
            tuple(map(str, spans_of(plan.calendar, "office", day_of(plan.calendar, day)))) for plan in (old, new)
        )
        spoken = {(change.old, change.new) for change in changes if speaks_of(change, day_of(new.calendar, day))}
        assert spoken == ({(was, now)} if was != now else set())
