"""Unit: which days and times a rule of hours means, and what closes or opens lines once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from routing.calendar import SHANGHAI, Calendar, closing, day_of, next_opening, opening, reason, spans_of
from routing.check import read_plan
from routing.reading.load import Unreadable
from tests.routing.plans import SMALL

OFFICE = {"on": "workdays", "open": ["8:30-11:30", "13:00-16:30"]}
ALWAYS = {"on": "every day", "open": "0:00-24:00"}


def calendar(*rules: dict[str, Any], **more: Any) -> Calendar:
    return Calendar.model_validate({"hours": {"these": list(rules), "always": [ALWAYS]}, **more})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def days_open(first: str, last: str, *rules: dict[str, Any], **more: Any) -> list[str]:
    these = calendar(*rules, **more)
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    days = [begin + timedelta(days=ahead) for ahead in range((end - begin).days + 1)]
    return [f"{day:%m-%d}" for day in days if spans_of(these, "these", day_of(these, day))]


def spans(these: Calendar, day: str, hours: str = "these") -> list[str]:
    return [str(span) for span in spans_of(these, hours, day_of(these, date.fromisoformat(day)))]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("tue", ["12-01", "12-08", "12-15", "12-22", "12-29"]),
        (["tue"], ["12-01", "12-08", "12-15", "12-22", "12-29"]),
        ("1st tue", ["12-01"]),
        ("2nd tue", ["12-08"]),
        ("4th thu", ["12-24"]),
        ("5th tue", ["12-29"]),
        ("5th fri", []),
        ("last tue", ["12-29"]),
        ("last fri", ["12-25"]),
        ("2026-12-01", ["12-01"]),
        ("2026-12-30..2027-01-02", ["12-30", "12-31"]),
        ("2026-12-05..2026-12-05", ["12-05"]),
        (["2nd tue", "2026-12-11..2026-12-12", "last thu", "2026-12-20"], ["12-08", "12-11", "12-12", "12-20", "12-31"]),  # noqa: E501
        (["days off", "fri"], ["12-04", "12-05", "12-06", "12-11", "12-12", "12-13", "12-18", "12-19", "12-20", "12-25", "12-26", "12-27"]),  # noqa: E501
    ],
)  # fmt: skip
def test_days_are_written_by_week_month_and_date(on: Any, expected: list[str]) -> None:
    assert days_open("2026-12-01", "2026-12-31", {"on": on, "open": "14:00-16:00"}) == expected


def test_the_last_weekday_of_a_february_with_29_days() -> None:
    assert days_open("2024-02-01", "2024-03-06", {"on": ["last thu", "5th thu"], "open": "14:00-16:00"}) == ["02-29"]


def test_an_experts_thursday_falls_out_on_national_day_and_no_make_up_saturday_replaces_it() -> None:
    session = {"on": "thu", "open": "14:00-16:00"}
    assert days_open("2026-09-24", "2026-10-15", session) == ["09-24", "10-01", "10-08", "10-15"]
    closed = {**session, "holidays": "closed"}
    assert days_open("2026-09-24", "2026-10-15", closed) == ["09-24", "10-08", "10-15"]


def test_a_day_off_of_the_city_is_a_holiday_to_the_expert_but_a_plain_weekend_is_none() -> None:
    own = {"2026-11-19": {"day": "day off", "why": "防疫演练"}, "2026-11-21": {"day": "workday", "why": "补班"}}
    rule = {"on": "every day", "open": "9:00-11:00", "holidays": "closed"}
    assert days_open("2026-11-18", "2026-11-22", rule, own_days=own) == ["11-18", "11-20", "11-21", "11-22"]


def test_a_seasonal_rule_holds_from_its_first_day_to_its_last() -> None:
    summer = {**ALWAYS, "from": "2026-06-01", "until": "2026-06-03"}
    assert days_open("2026-05-30", "2026-06-05", summer) == ["06-01", "06-02", "06-03"]
    assert days_open("2026-05-30", "2026-06-01", {**ALWAYS, "from": "2026-06-01"}) == ["06-01"]
    assert days_open("2026-06-02", "2026-06-05", {**ALWAYS, "until": "2026-06-03"}) == ["06-02", "06-03"]


def test_rules_of_the_same_hours_add_up_and_what_touches_is_one() -> None:
    these = calendar(OFFICE, {"on": "thu", "open": ["11:30-12:00", "16:00-18:00", "19:00-20:00"]})
    assert spans(these, "2026-11-19") == ["08:30-12:00", "13:00-18:00", "19:00-20:00"]


def test_spans_of_one_rule_may_touch() -> None:
    assert spans(calendar({"on": "workdays", "open": ["8:30-12:00", "12:00-16:30"]}), "2026-11-20") == ["08:30-16:30"]


def test_of_two_closures_in_turn_each_gives_its_reason_in_its_time() -> None:
    outage = {"from": "2026-12-01T12:00", "until": "2026-12-01T14:00", "why": "停电"}
    drill = {"from": "2026-12-01T14:00", "until": "2026-12-01T15:00", "why": "演练"}
    these = calendar(ALWAYS, closures=[outage, drill])
    assert opening(these, "these", at("2026-12-01T13:59")).why.startswith("停电，")
    assert opening(these, "these", at("2026-12-01T14:00")).why.startswith("演练，")


def test_callers_at_lunch_hear_when_the_office_is_open() -> None:
    assert opening(calendar(OFFICE), "these", at("2026-11-20T12:00")) == (
        False,
        "周五，服务时间 08:30-11:30、13:00-16:30",
    )


MACHINE_ROOM = {"from": "2026-12-01T12:00", "until": "2026-12-01T14:00", "why": "机房检修", "hours": ["these"]}


def test_a_closure_closes_to_the_instant_and_says_why() -> None:
    these = calendar({"on": "workdays", "open": "8:30-16:30"}, closures=[MACHINE_ROOM])
    assert spans(these, "2026-12-01") == ["08:30-12:00", "14:00-16:30"]
    assert opening(these, "these", at("2026-12-01T11:59:59.9")) == (True, "周二")
    assert opening(these, "these", at("2026-12-01T12:00")) == (False, "机房检修，服务时间 08:30-12:00、14:00-16:30")
    assert not opening(these, "these", at("2026-12-01T13:59:59.9")).open
    assert opening(these, "these", at("2026-12-01T14:00")).open
    assert closing(these, "these", at("2026-12-01T09:00")) == at("2026-12-01T12:00")
    assert next_opening(these, "these", at("2026-12-01T12:00")) == at("2026-12-01T14:00")
    assert opening(these, "these", at("2026-12-01T17:00")).why == "周二，机房检修，服务时间 08:30-12:00、14:00-16:30"
    assert reason(these, "these", day_of(these, date(2026, 12, 1))) == "周二，机房检修"
    assert reason(these, "these", day_of(these, date(2026, 12, 2))) == "周三"


def test_a_closure_concerns_the_hours_it_names_or_all_of_them() -> None:
    named = calendar(OFFICE, closures=[{**MACHINE_ROOM, "hours": "these"}])
    assert opening(named, "always", at("2026-12-01T13:00")).open
    everything = {key: value for key, value in MACHINE_ROOM.items() if key != "hours"}
    shut = calendar(OFFICE, closures=[everything])
    assert opening(shut, "always", at("2026-12-01T13:00")) == (False, "机房检修，服务时间 00:00-12:00、14:00-24:00")
    assert closing(shut, "always", at("2026-12-01T00:00")) == at("2026-12-01T12:00")


def test_a_closure_written_with_dates_includes_its_last_day() -> None:
    these = calendar(OFFICE, closures=[{"from": "2026-12-01", "until": "2026-12-02", "why": "搬家"}])
    assert spans(these, "2026-11-30") == ["08:30-11:30", "13:00-16:30"]
    assert spans(these, "2026-12-01") == spans(these, "2026-12-02") == []
    assert opening(these, "these", at("2026-12-02T07:00")) == (False, "搬家")
    assert spans(these, "2026-12-03") == ["08:30-11:30", "13:00-16:30"]


def test_a_day_that_is_closed_by_two_closures_gives_both_reasons() -> None:
    these = calendar(
        OFFICE,
        closures=[
            {"from": "2026-12-01T08:00", "until": "2026-12-01T12:00", "why": "停电"},
            {"from": "2026-12-01T13:00", "until": "2026-12-01T17:00", "why": "演练"},
            {"from": "2026-12-01T20:00", "until": "2026-12-01T21:00", "why": "夜间检修"},
        ],
    )
    assert opening(these, "these", at("2026-12-01T07:00")) == (False, "停电、演练")


@pytest.mark.parametrize(
    ("begin", "until"),
    [
        ("2026-12-01T12:00", "2026-12-01T14:00"),
        ("2026-12-01 12:00", "2026-12-01 14:00:00"),
        ("2026-12-01T04:00Z", "2026-12-01T06:00+00:00"),
        ("2026-12-01T12:00+08:00", "2026-12-01T01:30-04:30"),
    ],
)
def test_an_instant_without_an_offset_is_shanghais(begin: str, until: str) -> None:
    these = calendar(ALWAYS, closures=[{"from": begin, "until": until, "why": "机房检修"}])
    assert spans(these, "2026-12-01") == ["00:00-12:00", "14:00-24:00"]


def test_an_extra_opening_opens_hours_once_and_a_closure_wins_over_it() -> None:
    evening = {"from": "2026-12-05T16:00", "until": "2026-12-05T24:00", "why": "世界艾滋病日宣传", "hours": "these"}
    these = calendar(OFFICE, openings=[evening], closures=[{"from": "2026-12-05T20:00", "until": "2026-12-06", "why": "停电"}])  # noqa: E501  # fmt: skip
    assert spans(these, "2026-12-05") == ["16:00-20:00"]
    assert opening(these, "these", at("2026-12-05T16:00")) == (True, "世界艾滋病日宣传")
    assert opening(these, "these", at("2026-12-05T15:00")) == (
        False,
        "周六，世界艾滋病日宣传，停电，服务时间 16:00-20:00",
    )
    assert opening(these, "these", at("2026-12-05T20:00")) == (False, "停电，服务时间 16:00-20:00")
    assert spans(these, "2026-12-06") == []


def test_what_is_already_open_keeps_its_reason_during_an_extra_opening() -> None:
    longer = {"from": "2026-12-01T08:00", "until": "2026-12-01T18:00", "why": "延长服务", "hours": ["these"]}
    these = calendar(OFFICE, openings=[longer])
    assert opening(these, "these", at("2026-12-01T09:00")) == (True, "周二")
    assert opening(these, "these", at("2026-12-01T12:00")) == (True, "延长服务")
    assert closing(these, "these", at("2026-12-01T09:00")) == at("2026-12-01T18:00")


@pytest.mark.parametrize("on", ["monday", "Tue", "6th tue", "2nd  ", "workday", "2026-12-1", "2026-02-30", "", 5, None, "2nd tue\n", "２０２６-12-01"])  # noqa: E501  # fmt: skip
def test_days_that_make_no_sense_are_refused(on: Any) -> None:
    with pytest.raises(ValueError, match=r"write workdays, days off|there is no day 2026-02-30|valid tuple"):
        calendar({"on": on, "open": "8:30-16:30"})


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"open": ["8:30-12:00", "11:30-16:30"]}, "open hours 08:30-12:00 and 11:30-16:30 overlap"),
        ({"open": ["13:00-14:00", "8:30-16:30"]}, "open hours 08:30-16:30 and 13:00-14:00 overlap"),
        ({"open": "8:30-16:30", "on": "2026-12-05..2026-12-01"}, "the last date comes before the first"),
        ({"open": "8:30-16:30", "from": "2026-12-05", "until": "2026-12-01"}, "`until` comes before `from`"),
        ({"open": "8:30-16:30", "from": "12-05"}, "write a date like 2026-12-01"),
        ({"open": "8:30-16:30", "from": 20261205}, "write a date like 2026-12-01"),
        ({"open": "8:30-16:30", "until": "2026-11-31"}, "there is no day 2026-11-31"),
        ({"open": "8:30-16:30", "holidays": "off"}, "'open' or 'closed'"),
        ({"open": "８:30-16:30"}, "write open hours like 8:30-16:30"),
    ],
)
def test_rules_that_make_no_sense_are_told_in_one_line(rule: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told) as refused:
        calendar({"on": "workdays", **rule})
    assert "1 validation error" in str(refused.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"until": "2026-12-01T12:00"}, "`until` must come after `from`"),
        ({"until": "2026-12-01T11:00"}, "`until` must come after `from`"),
        ({"until": "14:00"}, "write an instant like 2026-12-01T12:00"),
        ({"until": 1764547200}, "write an instant like 2026-12-01T12:00"),
        ({"until": "9999-12-31"}, "write an instant like 2026-12-01T12:00"),
        ({"until": "2026-12-01T24:01"}, "between 0:00 and 24:00"),
        ({"until": "2026-12-01T12:60"}, "between 0:00 and 24:00"),
        ({"until": "2026-13-01"}, "there is no day 2026-13-01"),
        ({"until": "2026-12-02T12:00+99:00"}, "at most 14 hours"),
        ({"why": " "}, "at least 1 character"),
    ],
)
def test_closures_that_make_no_sense_are_told_in_one_line(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told) as refused:
        calendar(OFFICE, closures=[{**MACHINE_ROOM, **change}])
    assert "1 validation error" in str(refused.value)


def test_an_extra_opening_names_its_hours() -> None:
    evening = {"from": "2026-12-05T16:00", "until": "2026-12-05T20:00", "why": "宣传"}
    with pytest.raises(ValueError, match="Field required"):
        calendar(OFFICE, openings=[evening])


def test_an_instant_without_a_time_zone_is_refused_rather_than_read_by_the_machines() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        opening(calendar(OFFICE), "these", datetime(2026, 11, 20, 9))  # noqa: DTZ001  (that is the mistake)


ONCE = "from: 2026-12-01, until: 2026-12-02, why: 搬家"


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        (
            '["8:30-16:30"]',
            '¶["8:30-12:00", "11:00-16:30"]',
            "calendar.hours.office.0.open: the open hours 08:30-12:00",
        ),
        ("on: workdays", "on: [workdays, ¶2nd tues]", "calendar.hours.office.0.on.1: write workdays, days off"),
        ("on: workdays", "from: ¶2026-1-1, on: workdays", "calendar.hours.office.0.from: write a date like"),
        (
            "  hours:\n",
            "  closures: [¶{from: 2026-12-31, until: 2026-12-02, why: 搬家}]\n  hours:\n",
            "calendar.closures.0: `until` must",
        ),
        (
            "  hours:\n",
            f"  closures: [{{{ONCE}, hours: ¶offce}}]\n  hours:\n",
            "no hours is called `offce`; did you mean",
        ),
        (
            "  hours:\n",
            f"  openings: [{{{ONCE}, hours: [¶offce]}}]\n  hours:\n",
            "no hours is called `offce`; did you mean",
        ),
    ],
)
def test_a_mistake_in_the_calendar_is_told_where_it_was_made(right: str, wrong: str, told: str) -> None:
    assert right in SMALL
    before, _, after = SMALL.replace(right, wrong, 1).partition("¶")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    with pytest.raises(Unreadable) as refused:
        read_plan({"plan.yaml": before + after})
    [problem] = map(str, refused.value.problems)
    assert problem.startswith(f"plan.yaml:{line}:{column}: {told}")


def test_a_calendar_writes_itself_out_as_operators_write_it() -> None:
    rule = {
        "on": ["workdays", "tue", "2nd tue", "last fri", "2026-12-01", "2026-12-03..2026-12-05"],
        "open": ["08:30-16:30"],
        "from": "2026-01-01",
        "until": "2026-12-31",
        "holidays": "closed",
    }
    closure = {
        "from": "2026-12-01T12:00:00+08:00",
        "until": "2026-12-01T14:00:00+08:00",
        "why": "检修",
        "hours": ["these"],
    }
    written = {
        "hours": {"these": [rule]},
        "own_days": {
            "2026-12-24": {"day": "day off", "why": "机房检修"},
            "2027-10-01..2027-10-07": {"day": "day off", "why": "国庆节"},
        },
        "closures": [closure],
        "openings": [closure],
    }
    assert Calendar.model_validate(written).model_dump(mode="json", by_alias=True) == written
