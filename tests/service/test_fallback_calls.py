"""Unit on a real database: what callers left while no engine ran is found at the next start, exactly once."""

from __future__ import annotations

import os
import wave
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline.fallback_calls import FallbackCalls, facts_of
from ivr.callbacks.events import CallbackBooked
from ivr.events import CallAnswered, CallArrived, CallEnded, EndReached, WaitBegan, WaitEnded
from ivr.journal import Entry, Event
from ivr.outcomes import Outcome, Reason, WaitEnd
from paperwork.orders.messages import Messages
from paperwork.orders.office import orders_of
from paperwork.orders.rules import OrderRules
from records.folding import fold
from records.journal import SqlJournal
from records.paper_tables import orders
from records.store import Store
from records.tables import cdr
from records.vault.keys import KeyFile
from records.vault.vault import Vault
from routing.dialplan.record import read
from tests.paperwork.reports.conftest import plan

NOW = datetime.now(UTC).replace(microsecond=0)
NUMBER = "13900000021"


def line(
    unique: str, *, minutes: int, number: str = NUMBER, reached: str = "message/immunization/closed", **more: str
) -> str:
    started = int((NOW - timedelta(minutes=minutes)).timestamp())
    fields = (
        unique,
        str(started),
        str(started + 60),
        number,
        reached,
        more.get("dialled", ""),
        more.get("spoken", ""),
        "start",
    )
    return f"[2026-10-01 09:00:00.000] FALLBACK_CALL[1] Ext. over: fallback-call {'|'.join(fields)}\n"


def recorded(var: Path, unique: str, seconds: int, *, minutes: int) -> None:
    file = var / "recordings" / "fallback" / f"{unique}.wav"
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16_000 * seconds))
    made = (datetime.now(UTC) - timedelta(minutes=minutes)).timestamp()  # files bear the time of the machine
    os.utime(file, (made, made))


async def test_messages_of_the_fallback_become_orders_once(url: str, tmp_path: Path) -> None:
    told = tmp_path / "log"
    told.mkdir()
    quiet = next(name for name, rule in plan().lines.items() if rule.confidential and not rule.confidential.numbers)
    (told / "fallback.log.0").write_text(line("1763.1", minutes=90, spoken="12"))
    (told / "fallback.log").write_text(
        line("1763.2", minutes=60, reached="information//open")
        + line("1763.3", minutes=50, spoken="9", reached=f"message/{quiet}/closed")
        + "[…] fallback-call cut|short\n"
    )
    for unique, seconds, minutes in (
        ("1763.1", 12, 90),
        ("1763.3", 9, 50),
        ("1763.4", 7, 30),
        ("1763.5", 7, 1),
        ("1763.6", 1, 30),
    ):
        recorded(tmp_path, unique, seconds, minutes=minutes)
    store, vault = Store(url), Vault(tmp_path / "recordings", KeyFile(tmp_path / "keys.json"))

    async def start() -> int:
        async with SqlJournal(url) as journal:
            clerk = FallbackCalls(
                *(store, journal, vault, told),
                node="a",
                dialled=lambda: "12320",
                quiet=lambda: {quiet},
                now=lambda: NOW,
            )
            count = await clerk.look()
            await journal.flush()
            messages = Messages(
                orders_of(store, plan=plan, rules=OrderRules, now=lambda: NOW), "engine:a", journal.flush
            )
            while await messages.take():
                pass
            return count

    assert [await start(), await start()] == [4, 0]
    rows = await store.rows(select(orders).order_by(orders.c.recording))
    assert [(row["recording"], row["line"], row["contact"], row["state"]) for row in rows] == [
        ("fallback/1763.1", "immunization", NUMBER, "received"),
        ("fallback/1763.3", quiet, None, "received"),
        ("fallback/1763.4", None, None, "received"),
    ]
    calls = await store.rows(select(cdr.c.id, cdr.c.outcome, cdr.c.number).order_by(cdr.c.id))
    assert [(row["id"], row["outcome"]) for row in calls] == [
        ("1763.1", "message"),
        ("1763.2", "informed"),
        ("1763.3", "message"),
        ("1763.4", "message"),
    ]
    assert NUMBER not in {row["number"] for row in calls if row["id"] == "1763.3"}
    recorded(tmp_path, "1763.5", 7, minutes=20)  # nothing told of it for long enough
    assert await start() == 1
    await store.close()


BEGAN = NOW - timedelta(minutes=20)


def before(call: str, channel: str, *more: Event, ended: bool = True) -> list[Entry]:
    """What an engine told of a caller who waited when it went down, and whom it gave back."""
    told: list[Event] = [
        CallArrived(NUMBER, "12320", channel, "1"),
        CallAnswered(),
        EndReached("line", "immunization", True, "1"),
        WaitBegan("immunization", 0),
        *more,
        WaitEnded("immunization", WaitEnd.ENGINE_STOPPED),
        *([CallEnded(Outcome.FAILED, Reason.ENGINE_STOPPED)] if ended else []),
    ]
    return [Entry(call, seq, BEGAN + timedelta(seconds=seq), event) for seq, event in enumerate(told, 1)]


@pytest.mark.parametrize("shift", [timedelta(), timedelta(days=-2)])
async def test_whom_an_engine_gave_to_the_dialplan_has_one_record_with_what_came_of_it(
    url: str, tmp_path: Path, shift: timedelta
) -> None:
    told = tmp_path / "log"
    told.mkdir()
    (told / "fallback.log").write_text(
        line("a-1763.1", minutes=19, spoken="12")
        + line("a-1763.2", minutes=19, reached="")
        + line("a-1763.3", minutes=19, reached="outside/immunization/open", dialled="ANSWER")
        + line("a-1763.4", minutes=19, spoken="12")
        + line("a-1763.5", minutes=19, reached="information//open")
        + line("a-1763.7", minutes=19, spoken="12")
    )
    for unique in ("a-1763.1", "a-1763.6"):
        recorded(tmp_path, unique, 12, minutes=18)
    store, vault = Store(url), Vault(tmp_path / "recordings", KeyFile(tmp_path / "keys.json"))
    booked = CallbackBooked("t1", "immunization", NUMBER, 20.0)

    async def look(*tell: Entry, node: str = "a") -> tuple[int, int]:
        async with SqlJournal(url, node=node) as journal:
            for entry in tell:
                journal.note(replace(entry, at=entry.at + shift))
            await journal.flush()
            clerk = FallbackCalls(
                *(store, journal, vault, told),
                node="a",
                dialled=lambda: "12320",
                quiet=set,
                now=lambda: NOW + shift,
                shift=shift,
            )
            count = await clerk.look() if node == "a" else 0
            await journal.flush()
            return count, clerk.left

    await look(*before("b-7", "a-1763.7"), node="b")  # another machine may have a channel of the same name
    ours = [before(f"a-{n}", f"a-1763.{n}", *([booked] if n == 4 else []), ended=n != 5) for n in range(1, 7)]
    assert await look(*(entry for call in ours for entry in call)) == (6, 1)
    end = Entry("a-5", 6, NOW, CallEnded(Outcome.FAILED, Reason.ENGINE_STOPPED))  # the next start found it lost
    assert await look(end) == (1, 0)
    assert await look() == (0, 0)
    rows = await store.rows(
        select(cdr.c.id, cdr.c.outcome, cdr.c.reason, cdr.c.reached_kind, cdr.c.recording).order_by(cdr.c.id)
    )
    assert [tuple(row.values()) for row in rows] == [
        ("a-1", "message", "caller_hung_up", "line", "fallback/a-1763.1"),
        ("a-1763.7", "message", "caller_hung_up", "message", "fallback/a-1763.7"),
        ("a-2", "failed", "engine_stopped", "line", None),
        ("a-3", "talked", "completed", "line", None),
        ("a-4", "message", "caller_hung_up", "line", "fallback/a-1763.4"),
        ("a-5", "informed", "completed", "line", None),
        ("a-6", "message", "caller_hung_up", "line", "fallback/a-1763.6"),
        ("b-7", "failed", "engine_stopped", "line", None),
    ]
    ended = await store.row(select(cdr.c.ended).where(cdr.c.id == "a-2"))
    assert ended is not None
    assert ended["ended"] == NOW - timedelta(minutes=18) + shift
    await store.close()


async def test_nothing_is_taken_for_new_while_the_journal_is_behind(url: str, tmp_path: Path) -> None:
    told = tmp_path / "log"
    told.mkdir()
    (told / "fallback.log").write_text(line("a-1763.1", minutes=19))
    store, vault = Store(url), Vault(tmp_path / "recordings", KeyFile(tmp_path / "keys.json"))
    async with SqlJournal(url) as journal:
        await journal.flush()
        clerk = FallbackCalls(
            *(store, journal, vault, told), node="a", dialled=lambda: "12320", quiet=set, now=lambda: NOW
        )
        journal.alarm = "the database is locked"
        assert (await clerk.look(), clerk.left) == (0, 1)
        journal.alarm = None
        assert (await clerk.look(), clerk.left) == (1, 0)
    await store.close()


def test_each_way_a_call_can_end_without_an_engine_has_its_outcome() -> None:
    ends = {
        ("", ""): Outcome.LEFT,
        ("message/immunization/closed", ""): Outcome.LEFT,
        ("outside/immunization/open", "ANSWER"): Outcome.TALKED,
        ("outside/immunization/open", "BUSY"): Outcome.FAILED,
        ("information//open", ""): Outcome.INFORMED,
    }
    for (reached, dialled), outcome in ends.items():
        call = read(line("1.1", minutes=5, reached=reached, dialled=dialled))
        assert call is not None
        assert fold(facts_of(call, "12320", quiet=False)).outcome is outcome
