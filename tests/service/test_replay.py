"""Unit: `hotline replay`, over a database with calls in it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ivr.events import CallEnded, EndReached, StepHeard
from ivr.outcomes import Outcome, Reason
from records.journal import SqlJournal
from records.migrations import upgrade
from tests.records.tales import ARRIVES, NUMBER, Fact, entries
from tests.routing.plans import SMALL
from tests.service.whole import app

HELLO: Fact = (2, StepHeard("hello", ("welcome",), None))
HUNG_UP: Fact = (9, CallEnded(Outcome.LEFT, Reason.CALLER_HUNG_UP))


def calls_to(line: str, key: str, kind: str = "line") -> list[Fact]:
    heard: Fact = (3, StepHeard("main", ("choose",), key, asked=True))
    return [*ARRIVES, HELLO, heard, (4, EndReached(kind, line, True, "")), HUNG_UP]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small hotline of National Day 2026, nine o'clock, with six calls in its record."""
    (tmp_path / "config").mkdir()
    write(tmp_path, SMALL)
    url = f"sqlite+aiosqlite:///{tmp_path}/hotline.db"
    calls = [calls_to("night", "2")] * 3 + [calls_to("partner", "3", "outside")] * 2 + [[*ARRIVES, HELLO, HUNG_UP]]

    async def record() -> None:
        await upgrade(url)
        async with SqlJournal(url) as journal:
            for number, facts in enumerate(calls, start=1):
                for entry in entries(facts, f"a-{number}"):
                    journal.note(entry)

    asyncio.run(record())
    return tmp_path


def write(house: Path, text: str) -> None:
    (house / "config" / "small.yaml").write_text(text, "utf-8")


def replay(house: Path, *words: str) -> Result:
    span = [] if "--from" in words else ["--from", "2026-10-01", "--to", "2026-10-02"]
    given = ["replay", *words, *span, "--config", str(house / "config"), "--var", str(house)]
    return CliRunner().invoke(app, given)


def test_the_plan_of_the_day_leads_every_call_where_it_got(house: Path) -> None:
    told = replay(house)
    assert told.exit_code == 0, told.output
    assert told.stdout == "6 calls walked, 0 would get elsewhere\n"


def test_a_new_plan_is_told_by_how_many_calls_it_leads_elsewhere(house: Path) -> None:
    write(house, SMALL.replace("2: night, 3: partner", "2: partner"))
    told = replay(house)
    lines = [" ".join(line.split()) for line in told.stdout.splitlines()]
    assert lines == [
        "6 calls walked, 5 would get elsewhere (83.3 %)",
        "原来 现在 次数 通话",
        "line 夜班 outside 合作单位 3 a-1 a-2 a-3",
        "outside 合作单位 message 座席 2 a-4 a-5",
        "key 3 at main leads nowhere now: 2 calls",
    ]
    assert NUMBER not in told.output


def test_the_same_as_data_with_as_many_examples_as_asked_for(house: Path) -> None:
    write(house, SMALL.replace("2: night, 3: partner", "2: partner"))
    data = json.loads(replay(house, "--json", "--list", "1").stdout)
    assert (data["from"], data["to"]) == ("2026-10-01T00:00:00+08:00", "2026-10-02T00:00:00+08:00")
    assert (data["calls"], data["elsewhere"]) == (6, 5)
    assert data["ways"][0] == {
        "from": {"kind": "line", "line": "night"},
        "to": {"kind": "outside", "line": "partner"},
        "calls": 3,
        "examples": ["a-1"],
    }
    assert data["nowhere"] == [{"step": "main", "key": "3", "calls": 2}]


def test_callers_who_hung_up_on_the_way_may_now_get_somewhere(house: Path) -> None:
    write(house, SMALL.replace("start: hello", "start: night"))
    ways = json.loads(replay(house, "--json").stdout)["ways"]
    assert {"kind": "left", "line": None} in [way["from"] for way in ways]


def test_a_span_without_calls_and_one_that_runs_backward(house: Path, tmp_path: Path) -> None:
    assert replay(house, "--from", "2026-01-01", "--to", "2026-01-02").stdout.startswith("0 calls walked")
    backward = replay(house, "--from", "2026-10-02", "--to", "2026-10-01")
    assert (backward.exit_code, "the end comes before" in backward.output) == (2, True)
    (tmp_path / "hotline.db").unlink()
    assert "no calls yet" in replay(house).stderr
