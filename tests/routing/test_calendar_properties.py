"""Unit: on any calendar, what is open now, until when and when again agree with a naive reading of the rules.

The reading here knows half hours of a day and nothing of spans; it takes the rules as they were written.
"""

from __future__ import annotations

from calendar import monthcalendar
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.calendar import SHANGHAI, Calendar, closing, day_of, next_opening, opening, spans_of
from tests.depth import depth

FIRST = date(2026, 9, 20)
DAYS = 24
"""Long enough for National Day, short enough to read half hour by half hour."""

SLOT = timedelta(minutes=30)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ORDINALS = ("1st", "2nd", "3rd", "4th", "5th", "last")


def clock(slot: int) -> str:
    return f"{slot // 2}:{slot % 2 * 30:02d}"


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


dates = st.integers(0, DAYS - 1).map(lambda ahead: FIRST + timedelta(days=ahead))
ordered_dates = st.tuples(dates, dates).map(lambda pair: (min(pair), max(pair)))
spans = st.lists(st.integers(0, 48), min_size=2, max_size=6, unique=True).map(
    lambda slots: [
        f"{clock(a)}-{clock(b)}" for a, b in zip(sorted(slots)[::2], sorted(slots)[1::2], strict=False)
    ]
)  # fmt: skip
on = st.one_of(
    st.sampled_from(["workdays", "days off", "every day", *WEEKDAYS]),
    st.builds("{} {}".format, st.sampled_from(ORDINALS), st.sampled_from(WEEKDAYS)),
    dates.map(str),
    ordered_dates.map(lambda pair: f"{pair[0]}..{pair[1]}"),
)
rules = st.fixed_dictionaries(
    {"on": on | st.lists(on, min_size=1, max_size=3), "open": spans | st.just(["0:00-24:00"])},
    optional={"from": dates.map(str), "holidays": st.sampled_from(["open", "closed"])},
)
instants = st.builds(lambda day, slot: midnight(day) + slot * SLOT, dates, st.integers(0, 47))
once = st.tuples(st.tuples(instants, instants).filter(lambda pair: pair[0] != pair[1]), st.booleans()).map(
    lambda drawn: {
        "from": f"{min(drawn[0]):%Y-%m-%dT%H:%M}",
        "until": f"{max(drawn[0]):%Y-%m-%dT%H:%M}",
        "why": "一次",
        "hours": ["these"] if drawn[1] else ["those"],
    }
)
calendars = st.fixed_dictionaries(
    {
        "hours": st.fixed_dictionaries({"these": st.lists(rules, min_size=1, max_size=3), "those": st.just([])}),
        "own_days": st.dictionaries(
            dates.map(str),
            st.fixed_dictionaries({"day": st.sampled_from(["workday", "day off"]), "why": st.just("自")}),
            max_size=2,
        ),
        "closures": st.lists(once, max_size=2),
        "openings": st.lists(once, max_size=2),
    }
)


def means(word: str, day: date, workday: bool) -> bool:
    if word in {"workdays", "days off", "every day"}:
        return word == "every day" or workday is (word == "workdays")
    if word in WEEKDAYS:
        return WEEKDAYS[day.weekday()] == word
    if word[:4].isdigit():
        return word[:10] <= str(day) <= word[-10:]
    ordinal, weekday = word.split()
    column = [week[WEEKDAYS.index(weekday)] for week in monthcalendar(day.year, day.month)]
    of_the_month = [number for number in column if number]
    nth = ORDINALS.index(ordinal)
    return day.day == (of_the_month[-1] if ordinal == "last" else (*of_the_month, 0)[nth])


def slots_of(text: str) -> range:
    begin, end = (int(hour) * 2 + (minute == "30") for hour, minute in (one.split(":") for one in text.split("-")))
    return range(begin, end)


def read(written: Mapping[str, Any], calendar: Calendar) -> list[bool]:
    """Open or not, half hour by half hour, as a person reads the calendar."""
    half_hours: list[bool] = []
    for ahead in range(DAYS + 12):
        day = FIRST + timedelta(days=ahead)
        kind = day_of(calendar, day)
        slots = [False] * 48
        for rule in written["hours"]["these"]:
            words = [rule["on"]] if isinstance(rule["on"], str) else rule["on"]
            shut = (rule.get("holidays") == "closed" and kind.holiday) or str(day) < rule.get("from", "")
            if not shut and any(means(word, day, kind.workday) for word in words):
                for slot in (slot for text in rule["open"] for slot in slots_of(text)):
                    slots[slot] = True
        for entries, state in ((written["openings"], True), (written["closures"], False)):
            for entry in entries:
                for slot in range(48):
                    now = f"{day}T{slot // 2:02d}:{slot % 2 * 30:02d}"
                    if "these" in entry["hours"] and entry["from"] <= now < entry["until"]:
                        slots[slot] = state
        half_hours += slots
    return half_hours


def change(half_hours: Sequence[bool], after: int, to: bool) -> int | None:
    """The first half hour after one that is `to` while the one before is not."""
    turns = (at for at in range(after + 1, len(half_hours)) if half_hours[at] is to and half_hours[at - 1] is not to)
    return next(turns, None)


@settings(max_examples=depth(50), deadline=None)
@given(calendars, st.lists(st.integers(0, DAYS * 48 - 1), min_size=1, max_size=8))
def test_open_until_when_and_when_again_agree_with_a_naive_reading(written: Any, moments: list[int]) -> None:
    calendar = Calendar.model_validate(written)
    half_hours = read(written, calendar)
    for moment in moments:
        for within in (timedelta(), SLOT - timedelta(microseconds=1)):
            at = midnight(FIRST) + moment * SLOT + within
            assert opening(calendar, "these", at).open is half_hours[moment]
            ends = change(half_hours, moment, to=False) if half_hours[moment] else None
            end = None if ends is None else midnight(FIRST) + ends * SLOT
            assert closing(calendar, "these", at) == (end if end and end - at <= timedelta(days=8) else None)
            begins = change(half_hours, moment, to=True)
            again = next_opening(calendar, "these", at)
            if begins is not None:
                assert again == midnight(FIRST) + begins * SLOT
            else:
                assert again is None or again >= midnight(FIRST) + len(half_hours) * SLOT


@settings(max_examples=depth(50), deadline=None)
@given(calendars, dates)
def test_the_spans_of_a_day_are_in_order_apart_and_all_that_is_open(written: Any, day: date) -> None:
    calendar = Calendar.model_validate(written)
    spans = spans_of(calendar, "these", day_of(calendar, day))
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(set(edges))
    slots = [any(span.begin <= slot * SLOT < span.end for span in spans) for slot in range(48)]
    first = (day - FIRST).days * 48
    assert slots == read(written, calendar)[first : first + 48]
    for span in spans:
        assert opening(calendar, "these", midnight(day) + span.begin).open
        assert closing(calendar, "these", midnight(day) + span.begin) != midnight(day) + span.begin
        if span.end < timedelta(hours=24):
            assert not opening(calendar, "these", midnight(day) + span.end).open


@settings(max_examples=depth(40), deadline=None)
@given(calendars)
def test_whoever_follows_the_closings_and_openings_crosses_every_opening(written: Any) -> None:
    calendar = Calendar.model_validate(written)
    last = midnight(FIRST + timedelta(days=DAYS))
    crossed = 0
    at = next_opening(calendar, "these", midnight(FIRST))
    while at is not None and at < last:
        assert opening(calendar, "these", at).open
        assert not opening(calendar, "these", at - timedelta(microseconds=1)).open
        crossed += 1
        at = next_opening(calendar, "these", at)
    half_hours = read(written, calendar)[: DAYS * 48]
    assert crossed == sum(now and not before for before, now in pairwise(half_hours))
