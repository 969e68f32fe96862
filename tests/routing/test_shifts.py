"""Unit: who is on duty when, and which open line nobody would be left for."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.calendar import SHANGHAI, opening, turns
from routing.plan import Plan
from routing.reading.source import read
from routing.shifts import left_empty, on_duty, shift_turns
from tests.depth import depth
from tests.routing.plans import ANY_TIME, HOURS, SMALL

EARLY = {"on": "workdays", "open": ["8:30-12:00"]}
LATE = {"on": "workdays", "open": ["12:00-16:30"]}
SOON = timedelta(minutes=10)


def at(hour: int, minute: int = 0, day: int = 20) -> datetime:
    """Friday 2026-11-20, or another day of that month."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def plan(agents: dict[str, Any], **hours: Any) -> Plan:
    """The small plan with these agents on `desk`, and more named hours."""
    written = read("plan.yaml", SMALL).value
    assert isinstance(written, dict)
    calendar = {"hours": {**written["calendar"]["hours"], **hours}}
    people = {name: {"name": name, "lines": ["desk"], **rule} for name, rule in agents.items()}
    return Plan.model_validate({**written, "agents": people, "calendar": calendar})


def empty(whole: Plan, now: datetime, there: str = "", **by_hand: bool) -> dict[str, datetime]:
    """The lines that will be empty within ten minutes, when these agents' phones are there."""
    return dict(left_empty(whole, now, now + SOON, there.split().__contains__, by_hand))


def test_an_agent_without_a_shift_is_always_on_duty_and_one_with_a_shift_in_its_hours_alone() -> None:
    whole = plan({"ann": {}, "bob": {"shift": "early"}}, early=[EARLY])
    assert on_duty(whole, "ann", at(3))
    assert [on_duty(whole, "bob", when) for when in (at(8, 29), at(8, 30), at(11, 59), at(12))] == [
        False, True, True, False,
    ]  # fmt: skip
    assert not on_duty(whole, "bob", at(9, day=21))  # a Saturday


def test_shifts_turn_where_the_calendar_says_so() -> None:
    whole = plan({"ann": {"shift": "late"}, "bob": {"shift": "early"}}, early=[EARLY], late=[LATE])
    assert shift_turns(whole, at(8), at(20)) == [at(8, 30), at(12), at(16, 30)]
    assert shift_turns(whole, at(8, 30), at(12)) == [at(12)]  # after the one, not after the other


def test_a_line_is_empty_from_the_end_of_the_last_shift_on() -> None:
    whole = plan({"ann": {"shift": "early"}}, early=[EARLY])
    assert empty(whole, at(11, 49), "ann") == {}
    assert empty(whole, at(11, 50), "ann") == {"desk": at(12)}
    assert empty(whole, at(12, 30), "ann") == {"desk": at(12, 30)}


def test_who_comes_with_the_next_shift_is_counted_on_though_not_there_yet() -> None:
    whole = plan({"ann": {"shift": "early"}, "bob": {"shift": "late"}}, early=[EARLY], late=[LATE])
    assert empty(whole, at(11, 55), "ann") == {}
    assert empty(whole, at(12), "") == {"desk": at(12)}  # the shift has begun, and nobody is there


def test_a_line_that_opens_soon_with_nobody_there_is_told() -> None:
    whole = plan({"ann": {"shift": "late"}}, late=[LATE])
    assert empty(whole, at(8, 25)) == {"desk": at(8, 30)}
    assert empty(whole, at(8, 10)) == {}


def test_a_line_that_the_leader_closed_or_opened_counts_as_that() -> None:
    whole = plan({"ann": {"shift": "early"}}, early=[EARLY])
    assert empty(whole, at(13), desk=False) == {}
    assert empty(whole, at(20), desk=True) == {"desk": at(20)}


def test_an_outside_number_is_never_off_duty() -> None:
    assert empty(plan({}), at(9)) == {"desk": at(9)}  # `night` and `partner` have one


@settings(max_examples=depth(50), deadline=None)
@given(ANY_TIME, st.sampled_from(list(HOURS)), st.integers(0, 3000))
def test_hours_turn_at_these_instants_and_at_no_other(now: datetime, hours: str, minutes: int) -> None:
    whole = plan({}, **HOURS)
    until = now + timedelta(minutes=minutes)
    found = list(turns(whole.calendar, hours, now, until))
    assert found == sorted(found)
    moments = [now, *found, until]
    for before, after in pairwise(moments):
        inside = opening(whole.calendar, hours, before).open
        for part in (0.0, 0.3, 0.7, 0.999):  # as it was from one turn to just before the next
            assert opening(whole.calendar, hours, before + (after - before) * part).open is inside or before == after
    for turn in found:
        step = timedelta(microseconds=1)
        assert opening(whole.calendar, hours, turn - step).open is not opening(whole.calendar, hours, turn).open


@settings(max_examples=depth(30), deadline=None)
@given(ANY_TIME, st.lists(st.sampled_from([None, *HOURS]), max_size=3), st.sets(st.integers(0, 2)))
def test_no_open_line_is_empty_before_the_instant_that_is_told(
    now: datetime, shifts: list[str | None], there: set[int]
) -> None:
    agents = {f"a{number}": {} if shift is None else {"shift": shift} for number, shift in enumerate(shifts)}
    whole, phones = plan(agents, **HOURS), {f"a{number}" for number in there}
    told = left_empty(whole, now, now + SOON, phones.__contains__, {})
    for minute in range(11):
        when = now + timedelta(minutes=minute)
        if opening(whole.calendar, "office", when).open and not any(on_duty(whole, agent, when) for agent in agents):
            assert told["desk"] <= when
