"""Unit on a real database: each call that somebody answered has one record, whatever happened to the engine."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import sqlite

from ivr.callbacks.events import CallPlaced
from ivr.events import CallEnded, TalkBegan
from ivr.journal import Entry
from ivr.outcomes import Outcome, Reason
from paperwork.answers import clerk, watch
from paperwork.answers.book import NoRecord
from paperwork.answers.rules import AnswerRules
from paperwork.answers.words import Settled, State
from paperwork.kind import Kind
from records.journal import SqlJournal
from records.migrations import upgrade
from records.paper_tables import answers, filings, orders
from tests.databases import execute
from tests.paperwork.answers.desk import Room, note, room, tale
from tests.paperwork.answers.made_up import AT, CONTACT

HOUSE = Path(__file__).parents[3]

ORDER: dict[str, Any] = {
    "seq": 1,
    "source": "call",
    "urgency": "simple",
    "content": "x",
    "feedback": "unit",
    "opened": AT,
    "opened_by": "desk:ann",
    "hand_on_by": AT,
    "reopened": 0,
    "urged": 0,
    "test": False,
}


async def rows(room: Room) -> list[Any]:
    return [dict(row) for row in await room.store.rows(select(answers).order_by(answers.c.number))]


async def test_the_first_talk_of_a_call_opens_its_record_while_they_talk(url: str) -> None:
    async with room(url) as here:
        await here.hear(tale("a-1", ("immunization", "ann"), ends=False))
        record = await here.book.record("a-1")
        assert (record.number, record.state, record.agent, record.owner) == ("2026-000001", State.OPEN, "ann", "ann")
        assert (record.at, record.over) == (AT + timedelta(seconds=2), None)
        assert (record.body.contact, record.body.test) == (CONTACT, False)
        assert [one.call for one in here.watch.in_hand()] == ["a-1"]
        assert here.happened.is_set()


async def test_a_running_clerk_opens_within_a_second(url: str) -> None:
    async with room(url) as here, asyncio.TaskGroup() as tasks:
        work = tasks.create_task(here.clerk.run())
        for entry in tale("a-1", ("immunization", "ann"), ends=False):
            here.clerk.hear(entry)
        async with asyncio.timeout(1.0):
            await here.happened.wait()
        await here.clerk.idle.wait()
        work.cancel()


async def test_a_call_that_is_passed_on_goes_on_in_the_same_record(url: str) -> None:
    async with room(url) as here:
        await here.hear(tale("a-1", ("immunization", "ann"), ("animal-injury", "bob")))
        record = await here.book.record("a-1")
        assert (record.line, record.agent, record.owner) == ("immunization", "ann", "bob")
        assert record.agents == ("ann", "bob")
        assert record.over == AT + timedelta(seconds=5)
        (row,) = await rows(here)
        assert (row["agent"], row["owner"], row["seq"]) == ("ann", "bob", 4)


async def test_only_calls_that_somebody_answered_have_one_and_a_callback_is_such_a_call(url: str) -> None:
    placed = CallPlaced("t-1", "immunization", CONTACT, "12320", "v1")
    async with room(url) as here:
        await here.hear(tale("a-1", ends=False))
        await here.hear([Entry("a-2", 1, AT, placed), Entry("a-2", 2, AT, TalkBegan(1, "immunization", "ann"))])
        await here.hear([Entry("a-3~1", 1, AT, TalkBegan(1, "immunization", "ann"))])
        assert [(row["call"], row["contact"]) for row in await rows(here)] == [("a-2", CONTACT)]
        with pytest.raises(NoRecord):
            await here.book.record("a-1")


async def test_a_line_that_keeps_no_numbers_begins_without_one(url: str) -> None:
    async with room(url) as here:
        await here.hear(tale("a-1", ("hiv", "ann")))
        record = await here.book.record("a-1")
        assert (record.body.contact, record.quiet) == (None, True)


async def test_tests_are_known_and_a_line_may_say_what_its_callers_want(url: str) -> None:
    rules = AnswerRules.model_validate({"lines": {"booking": {"kind": "预约挂号"}}})
    async with room(url, rules) as here:
        await here.hear(tale("a-1", ("booking", None), number="000123456789"))
        record = await here.book.record("a-1")
        assert (record.body.test, record.body.kind, record.state) == (True, Kind.BOOKING, State.FILLED)
        assert here.watch.in_hand() == []
    async with room(url, AnswerRules(outside=False)) as here:
        await here.hear(tale("a-2", ("booking", None)))
        assert len(await rows(here)) == 1


async def test_facts_that_come_again_and_again_file_nothing_more(url: str) -> None:
    story = tale("a-1", ("immunization", "ann"), ("animal-injury", "bob"))
    async with room(url) as here:
        for _ in range(3):
            await here.hear(story)
        await note(url, *story)
        assert await here.clerk.catch_up() == 0
        assert [fact.kind for fact in await here.book.history("a-1")] == ["opened", "left", "joined", "left"]


async def test_what_nobody_heard_is_filed_from_the_journal_with_the_same_result(url: str, tmp_path: Path) -> None:
    other = f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"
    await upgrade(other)
    story = [*tale("a-1", ("immunization", "ann"), ("animal-injury", "bob")), *tale("a-2", ("hiv", "bob"))]
    async with room(url) as heard, room(other) as closed:
        await heard.hear(story)
        await closed.clerk.catch_up()  # the office was opened before, and closed
        await note(other, *story)
        await closed.clerk.catch_up()
        assert await rows(closed) == await rows(heard)


async def test_calls_of_before_the_office_was_opened_have_no_record(url: str) -> None:
    await note(url, *tale("a-1", ("immunization", "ann")))
    async with room(url) as here:
        here.now.at = AT + timedelta(hours=1)
        assert await here.clerk.catch_up() == 0
        assert await rows(here) == []


async def test_other_machines_records_are_left_to_them(url: str) -> None:
    async with room(url) as here:
        await here.clerk.catch_up()
        await note(url, *tale("b-1", ("immunization", "ann")), node="b")
        assert await here.clerk.catch_up() == 0


async def test_a_database_that_is_away_keeps_nobody_waiting_and_gets_everything_later(url: str) -> None:
    pauses: list[float] = []
    async with room(url) as here:
        await here.clerk.catch_up()
        execute(url, "ALTER TABLE answers RENAME TO gone")

        async def wait(pause: float) -> None:
            pauses.append(pause)
            assert here.clerk.alarm is not None
            if len(pauses) == 3:
                execute(url, "ALTER TABLE gone RENAME TO answers")

        here.clerk._wait = wait
        async with asyncio.TaskGroup() as tasks:
            work = tasks.create_task(here.clerk.run())
            for entry in tale("a-1", ("immunization", "ann")):
                here.clerk.hear(entry)
            async with asyncio.timeout(10.0):
                await here.happened.wait()
            await here.clerk.idle.wait()
            work.cancel()
        assert pauses == [0.1, 0.2, 0.4]
        assert [row["number"] for row in await rows(here)] == ["2026-000001"]


async def test_a_record_that_comes_after_its_number_was_masked_does_not_bring_it_back(url: str) -> None:
    story = tale("a-1", ("immunization", "ann"))
    async with room(url) as here:
        execute(url, "INSERT INTO reduced VALUES ('a-1', '2026-11-20 00:00:00')")
        await here.hear(story)
        assert (await here.book.record("a-1")).body.contact is None


async def test_a_call_whose_engine_died_is_over_when_the_next_one_says_so(url: str) -> None:
    async with room(url) as here:
        story = tale("a-1", ("immunization", "ann"), ends=False)
        await here.hear(story)
        end = Entry("a-1", 9, AT + timedelta(minutes=3), CallEnded(Outcome.TALKED, Reason.ENGINE_STOPPED))
        await note(url, *story, end)
        await here.clerk._end_the_lost()
        await here.clerk._end_the_lost()
        record = await here.book.record("a-1")
        assert (record.over, record.seq, record.owner) == (end.at, 2, "ann")


@pytest.mark.sqlite
async def test_the_journal_is_looked_through_by_kind_and_time_and_lost_ends_by_their_calls(url: str) -> None:
    async with room(url) as here:
        query = here.clerk._unfiled(AT, None)
        plan = str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
        steps = [row["detail"] for row in await here.store.rows(text(f"EXPLAIN QUERY PLAN {plan}"))]
        assert any("ix_journal_kind_node_at (kind=? AND node=? AND at>?)" in step for step in steps), steps
        ends = text("EXPLAIN QUERY PLAN SELECT * FROM journal WHERE call IN ('a', 'b') AND kind || '' = 'CallEnded'")
        (step,) = [row["detail"] for row in await here.store.rows(ends)]
        assert "(call=?)" in step


async def test_a_journal_that_is_never_done_is_not_looked_through_with_every_talk(url: str) -> None:
    """On a busy day there is always something that is not written yet."""
    async with room(url) as here:
        looked = 0
        catch_up = here.clerk.catch_up

        async def counted() -> int:
            nonlocal looked
            looked += 1
            return await catch_up()

        here.clerk.catch_up, here.clerk._lag = counted, lambda: 3  # type: ignore[method-assign]
        for number in range(10):
            await here.hear(tale(f"a-{number}", ("immunization", "ann")))
        assert looked == 1
        assert len(await rows(here)) == 10


async def test_what_nobody_heard_is_filed_in_portions_none_left_out(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clerk, "PORTION", 3)
    async with room(url) as here:
        await here.clerk.catch_up()
        await note(url, *(entry for n in range(8) for entry in tale(f"a-{n}", ("immunization", "ann"))))
        assert await here.clerk.catch_up() == 16
        assert len(await rows(here)) == 8
        assert await here.clerk.catch_up() == 0


async def test_a_record_that_cannot_be_read_keeps_no_other_from_naming_its_order(url: str) -> None:
    async with room(url) as here:
        await here.hear([*tale("a-1", ("immunization", "ann")), *tale("a-2", ("immunization", "ann"))])
        odd = {"paper": "answer:a-1", "seq": 9, "at": AT, "who": "desk:ann", "kind": "newer", "data": {}}
        await here.store.do(filings.insert().values(odd))
        for number, call in enumerate(("a-1", "a-2"), start=1):
            await here.store.do(orders.insert().values(number=f"2026-{number:06d}", call=call, state="opened", **ORDER))
        here.clerk.stir()
        async with asyncio.TaskGroup() as tasks:
            work = tasks.create_task(here.clerk.run())
            async with asyncio.timeout(10.0):
                await here.clerk.idle.wait()
            work.cancel()
        assert here.clerk.alarm is not None
        assert "a-1" in here.clerk.alarm
        assert (await here.book.record("a-2")).body.work_order == "2026-000002"


async def test_rules_that_ask_for_less_complete_old_records_once_in_portions(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "PORTION", 2)
    rules = AnswerRules.model_validate(
        {"lines": {"booking": {"kind": "预约挂号"}}, "required": {"预约挂号": ["content"]}}
    )
    less = rules.model_copy(update={"required": {}})
    async with room(url, rules) as here:
        for number in range(5):
            await here.hear(tale(f"a-{number}", ("booking", "ann")))
        assert {row["state"] for row in await rows(here)} == {State.OPEN}
        monkeypatch.setattr(here.watch, "_rules", lambda: less)
        monkeypatch.setattr(here.book, "rules", lambda: less)
        await here.clerk._work()
        assert sorted(row["state"] for row in await rows(here)) == [State.FILLED] * 2 + [State.OPEN] * 3
        for _ in range(2):
            await here.clerk._work()
        assert {row["state"] for row in await rows(here)} == {State.FILLED}
        assert here.clerk._judging is None


@pytest.mark.sqlite
async def test_a_process_that_is_killed_again_and_again_loses_and_doubles_no_record(url: str) -> None:
    """What the process said before it died is in the journal; a clerk that comes afterwards has a record for each."""
    program = [sys.executable, "-m", "tests.paperwork.answers.killed", url, "7", "12"]
    done = subprocess.run(program, cwd=HOUSE, capture_output=True, text=True, timeout=120, check=True)  # noqa: ASYNC221
    said = {line.split()[0] for line in done.stdout.splitlines() if line.endswith(" begun")}
    assert len(said) > 20
    async with SqlJournal(url):
        pass  # writes what the spool has
    async with room(url) as here:
        found = await rows(here)
        assert found, "none was written before a kill: the test proves nothing"
        assert len(found) < len(said), "all were written before the kills: the test proves nothing"
        await here.clerk.catch_up()
        found = await rows(here)
        assert {row["call"] for row in found} >= said
        numbers = [row["number"] for row in found]
        assert numbers == [f"2026-{number:06d}" for number in range(1, len(found) + 1)]
        for row in found:
            facts = await here.book.history(row["call"])
            assert [fact.kind for fact in facts].count("opened") == 1
            assert len({fact.data["fact"] for fact in facts}) == len(facts)
            assert row["seq"] == len(facts)
        assert await here.clerk.catch_up() == 0


async def test_a_record_names_the_work_order_that_was_opened_from_its_call(url: str) -> None:
    async with room(url) as here:
        await here.hear([*tale("a-1", ("immunization", "ann")), *tale("a-2", ("immunization", "ann"))])
        seen = (await here.book.record("a-1")).seq
        await here.store.do(
            orders.insert().values(number="2026-000001", call="a-1", state="opened", **ORDER),
            orders.insert().values(number="2026-000002", call="a-1", state="opened", **ORDER),
            orders.insert().values(number="2026-000003", call="a-2", state="answered", answered=AT, **ORDER),
        )
        here.clerk.stir()
        await here.clerk._work()
        record = await here.book.record("a-1")
        assert (record.body.settled, record.body.work_order) == (Settled.HANDED_ON, "2026-000001")
        assert (await here.book.record("a-2")).body.work_order is None
        told = await here.book.fill("a-1", {"content": "食堂卫生"}, seq=seen, who="desk:ann", at=AT)
        assert told.body.content == "食堂卫生"  # what the hotline filed meanwhile is in nobody's way
        here.clerk.stir()
        await here.clerk._work()
        assert (await here.book.record("a-1")).seq == told.seq


async def test_an_order_that_is_opened_while_the_agent_writes_is_in_their_record_and_not_in_their_way(url: str) -> None:
    async with room(url) as here:
        await here.hear(tale("a-1", ("immunization", "ann")))
        seen = (await here.book.record("a-1")).seq
        async with here.store.writing() as connection:
            assert await here.book.hand_on(connection, "a-1", "2026-000007", who="desk:ann", at=AT)
            assert not await here.book.hand_on(connection, "a-1", "2026-000008", who="desk:ann", at=AT)
            assert not await here.book.hand_on(connection, "a-9", "2026-000008", who="desk:ann", at=AT)
        told = await here.book.fill("a-1", {"content": "食堂卫生"}, seq=seen, who="desk:ann", at=AT)
        assert (told.body.work_order, told.body.settled) == ("2026-000007", Settled.HANDED_ON)
