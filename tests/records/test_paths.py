"""Contract: recorded calls as paths, from a real database and from rows as older versions wrote them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ivr.events import DigitsEntered, EndReached, StatusAsked, StepHeard
from ivr.journal import to_data
from ivr.outcomes import StatusResult
from records import paths
from records.journal import SqlJournal
from records.paths import Fact, recorded, recorded_calls
from routing.rehearsal.replay import LEFT, Reached, Recorded, Trodden
from tests.records.tales import (
    ARRIVES,
    HANGS_UP_IN_THE_GREETING,
    INQUIRES,
    NINE,
    NUMBER,
    OUTSIDE,
    TALKS,
    TURNED_AWAY,
    entries,
)
from tests.records.tales import Fact as Told

ASKS: list[Told] = [
    *ARRIVES,
    (2, StepHeard("hello", ("welcome",), None)),
    (3, StepHeard("ticket", ("ticket",), None, asked=True)),
    (4, DigitsEntered("ticket", "1234")),
    (5, StepHeard("main", ("main",), None, asked=True)),
    (6, EndReached("message", "immunization", False, "夜")),
    (7, StepHeard("leave", ("leave",), None)),
    (8, EndReached("line", "other", True, "")),
    HANGS_UP_IN_THE_GREETING[-1],
]


async def written(url: str, *calls: list[Told]) -> None:
    async with SqlJournal(url) as journal:
        for number, facts in enumerate(calls):
            for entry in entries(facts, f"a-{number}"):
                journal.note(entry)


async def read(url: str, since: datetime = NINE, until: datetime = NINE + timedelta(hours=1)) -> list[Recorded]:
    return [call async for call in recorded_calls(url, since, until)]


async def test_a_call_is_told_up_to_where_it_first_got(url: str) -> None:
    await written(url, ASKS, HANGS_UP_IN_THE_GREETING, OUTSIDE)
    asks, hangs_up, outside = await read(url)
    assert asks == Recorded(
        "a-0",
        NINE,
        NUMBER,
        (
            Trodden("hello", None, asked=False),
            Trodden("ticket", None, asked=True, digits="1234"),
            Trodden("main", None, asked=True),
        ),
        Reached("message", "immunization"),
    )
    assert (hangs_up.steps, hangs_up.end) == ((), Reached(LEFT))
    assert outside.end == Reached("outside", "booking")


def test_asking_for_an_order_is_one_step_however_often_it_was_keyed() -> None:
    (call,) = recorded(Fact("a-1", NINE, NUMBER, type(e.event).__name__, to_data(e.event)) for e in entries(INQUIRES))
    assert call.steps[2:] == (Trodden("status", None, asked=True, told=True),)
    assert call.end == Reached("information")
    refused = [*INQUIRES[:6], (21, StatusAsked("status", StatusResult.REFUSED)), (30, StepHeard("bye", (), None))]
    (call,) = recorded(Fact("a-1", NINE, NUMBER, type(e.event).__name__, to_data(e.event)) for e in entries(refused))
    assert [(step.node, step.told) for step in call.steps[2:]] == [("status", False), ("bye", None)]


async def test_who_was_not_let_in_walked_no_path(url: str) -> None:
    await written(url, TURNED_AWAY, HANGS_UP_IN_THE_GREETING)
    assert [call.call for call in await read(url)] == ["a-1"]


async def test_only_calls_of_the_span_are_told(url: str) -> None:
    await written(url, TALKS)
    assert len(await read(url)) == 1
    assert await read(url, NINE + timedelta(seconds=1)) == []
    assert await read(url, NINE - timedelta(hours=1), NINE) == []


@pytest.mark.parametrize("portion", [1, 2, 3, 7])
async def test_portions_cut_no_call_in_two(url: str, portion: int, monkeypatch: pytest.MonkeyPatch) -> None:
    await written(url, ASKS, TALKS, OUTSIDE, TALKS)
    whole = await read(url)
    monkeypatch.setattr(paths, "ROWS_AT_ONCE", portion)
    assert await read(url) == whole
    assert len(whole) == 4


def test_entries_of_older_versions_do_not_say_whether_they_asked() -> None:
    facts = [
        Fact("a-1", NINE, NUMBER, "StepHeard", {"node": "main", "prompts": [], "heard": None}),
        Fact("a-1", NINE, NUMBER, "EndReached", {"kind": "line", "line": "desk", "open": True, "why": ""}),
    ]
    [call] = recorded(facts)
    assert call.steps == (Trodden("main", None, asked=None),)


async def test_without_a_database_there_is_nothing_to_tell(tmp_path: object) -> None:
    with pytest.raises(FileNotFoundError):
        await read(f"sqlite+aiosqlite:///{tmp_path}/none.db")
