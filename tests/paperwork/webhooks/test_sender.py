"""Unit over real sockets and SQLite: receivers are told at least once, whatever they or we die of."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult
from sqlalchemy import func, insert, select

from ivr.events import CallEnded
from ivr.journal import Entry
from ivr.outcomes import Outcome, Reason
from paperwork.filing import Filing, file
from paperwork.webhooks import book as book_module
from paperwork.webhooks.book import Delivery, NoWebhook, Unfit
from paperwork.webhooks.hosts import Guarded, Hosts, NotAllowed
from paperwork.webhooks.pauses import BEFORE_NEXT, PAUSED_AFTER, PAUSES, lane_pause, next_try
from paperwork.webhooks.sender import ping
from paperwork.webhooks.signing import genuine, signature
from records.paper_tables import deliveries, orders, webhooks
from records.store import Store
from records.tables import Instant
from tests.paperwork.webhooks.house import BEGAN, NUMBER, Outbox, Receiver, end_calls, outbox, receiver

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def out(url: str) -> AsyncIterator[Outbox]:
    async with outbox(url) as here:
        yield here


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as here:
        yield here


async def test_an_ended_call_is_told_once_signed_and_without_a_whole_number(out: Outbox, there: Receiver) -> None:
    secret = await out.add("crm", there.url)
    await out.end_calls("a-1", "a-2")
    for _ in range(3):
        await out.sender.round()
    assert there.ids == ["call.ended:a-1", "call.ended:a-2"]
    assert there.genuine(secret)
    assert NUMBER not in str(there.bodies)
    data = there.got[0]["data"]
    assert (data["number"], data["line"], data["outcome"], data["talked"]) == (
        "139****0011",
        "immunization",
        "talked",
        60,
    )
    assert set((await out.states("crm")).values()) == {"delivered"}


async def test_nothing_is_told_of_the_time_before_a_receiver_was_there(out: Outbox, there: Receiver) -> None:
    await out.end_calls("a-1")
    out.later += timedelta(seconds=1)
    await out.add("crm", there.url)
    await out.end_calls("a-2")
    await out.sender.round()
    assert there.ids == ["call.ended:a-2"]


async def test_who_fails_is_tried_again_in_growing_pauses_for_a_day_and_then_no_more(
    out: Outbox, there: Receiver
) -> None:
    await out.add("crm", there.url)
    await out.end_calls("a-1")
    there.says(500)
    await out.sender.round()
    for pause in PAUSES:
        out.later += pause - timedelta(seconds=1)
        tried = len(there.got)
        await out.sender.round()
        assert len(there.got) == tried, pause
        out.later += timedelta(seconds=BEFORE_NEXT)
        await out.sender.round()
        assert len(there.got) == tried + 1, pause
    assert await out.states("crm") == {"call.ended:a-1": "given_up"}
    there.answer = None
    assert await out.book.retry("crm", out.now()) == 1
    out.later += timedelta(seconds=BEFORE_NEXT)
    await out.sender.round()
    assert len(set(there.ids)) == 1
    assert await out.states("crm") == {"call.ended:a-1": "delivered"}


async def test_who_hangs_holds_up_nobody_else(url: str, there: Receiver) -> None:
    async with outbox(url, patience=0.2) as out, receiver() as slow:

        async def never() -> web.StreamResponse:
            await asyncio.Event().wait()
            raise AssertionError

        slow.answer = never
        await out.add("hangs", slow.url)
        await out.add("works", there.url)
        await out.end_calls(*(f"a-{n}" for n in range(8)))
        await out.sender.round()
        assert len(there.got) == 8
        assert len(slow.got) == 1
        (hangs, works) = await out.book.all()
        assert (hangs.why, works.why) == ("no answer in time", None)


async def test_who_is_slow_or_met_a_bug_holds_up_no_later_round(
    url: str, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with outbox(url, linger=0.05) as out, receiver() as slow:
        answers = asyncio.Event()

        async def late() -> web.StreamResponse:
            await answers.wait()
            return web.Response()

        slow.answer = late
        for name, receives in (("bug", there.url), ("slow", slow.url), ("works", there.url)):
            await out.add(name, receives)
        due = out.book.due

        async def fails(name: str, now: datetime, limit: int) -> Sequence[Delivery]:
            if name == "bug":
                raise KeyError("body")
            return await due(name, now, limit)

        monkeypatch.setattr(out.book, "due", fails)
        await out.end_calls("a-1", "a-2")
        async with asyncio.timeout(10):
            while len(there.got) < 2:
                await out.sender.round()
        await out.end_calls("a-3")
        async with asyncio.timeout(10):
            while len(there.got) < 3:
                await out.sender.round()
        assert out.sender.alarm is not None
        assert "bug cannot be told anything" in out.sender.alarm
        assert len(slow.got) == 1  # one at a time, and the first goes on
        answers.set()
        async with asyncio.timeout(10):
            while set((await out.states("slow")).values()) != {"delivered"}:
                await out.sender.round()
        assert sorted(slow.ids) == ["call.ended:a-1", "call.ended:a-2", "call.ended:a-3"]


async def test_who_is_dead_for_days_is_an_alarm_then_paused_and_told_everything_afterwards(
    out: Outbox, there: Receiver
) -> None:
    await out.add("crm", "http://127.0.0.1:9/hook")
    await out.end_calls("a-1")
    await out.sender.round()
    assert out.sender.alarm is None
    out.later += timedelta(minutes=11)
    await out.sender.round()
    assert out.sender.alarm is not None
    assert "crm takes nothing (ClientConnectorError" in out.sender.alarm
    out.later += PAUSED_AFTER
    await out.end_calls("a-2")
    await out.sender.round()
    assert out.sender.alarm is not None
    assert "is paused" in out.sender.alarm
    await out.end_calls("a-3")
    waiting = (await out.book.all())[0].waiting
    await out.sender.round()
    assert (await out.book.all())[0].waiting == waiting + 1
    await out.store.do(webhooks.update().values(url=there.url))
    await out.book.retry("crm", out.now())
    out.later += timedelta(seconds=BEFORE_NEXT)
    await out.sender.round()
    assert sorted(there.ids) == ["call.ended:a-1", "call.ended:a-2", "call.ended:a-3"]
    assert out.sender.alarm is None


async def test_a_pause_of_months_passes_nothing_over_though_more_happened_than_the_outbox_holds(
    out: Outbox, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_module, "MOST_WAITING", 2)
    await out.add("crm", there.url)
    await out.book.pause("crm", out.now())
    for name in ("a-1", "a-2", "a-3"):
        out.later += timedelta(days=20)
        await out.end_calls(name)
        await out.book.gather(out.now())
        await out.book.prune(out.now())
    out.later += timedelta(days=20)
    await out.book.resume("crm")
    for _ in range(2):  # room is made by the first
        await out.sender.round()
        await out.book.gather(out.now())
    assert sorted(there.ids) == [f"call.ended:a-{n}" for n in (1, 2, 3)]


async def test_a_receiver_that_says_gone_is_paused_at_once(out: Outbox, there: Receiver) -> None:
    await out.add("crm", there.url)
    await out.end_calls("a-1")
    there.says(410)
    await out.sender.round()
    assert (await out.book.find("crm")).paused is not None


async def test_no_redirect_is_followed_and_no_answer_is_read(out: Outbox, there: Receiver) -> None:
    await out.add("crm", there.url)
    await out.end_calls("a-1")
    there.says(302, headers={"Location": there.url})
    await out.sender.round()
    assert len(there.got) == 1
    assert (await out.book.find("crm")).why == "answered 302"

    async def endless() -> web.StreamResponse:
        raise web.HTTPOk(text="x" * 10_000_000)

    there.answer = endless
    out.later += timedelta(minutes=2)
    async with asyncio.timeout(4):
        await out.sender.round()
    assert await out.states("crm") == {"call.ended:a-1": "delivered"}


async def test_a_receiver_that_fell_behind_fills_nothing_and_gets_everything_in_the_end(
    out: Outbox, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_module, "MOST_WAITING", 5)
    await out.add("crm", there.url)
    there.says(503)
    await out.end_calls(*(f"a-{n:02}" for n in range(12)))
    for _ in range(3):
        await out.sender.round()
    assert (await out.book.all())[0].waiting == 5
    there.answer = None
    for _ in range(4):
        out.later += timedelta(minutes=1)
        await out.sender.round()
    assert set(there.ids) == {f"call.ended:a-{n:02}" for n in range(12)}
    out.later += timedelta(days=15)
    await out.book.prune(out.now())
    row = await out.store.row(select(func.count().label("n")).select_from(deliveries))
    assert row is not None
    assert row["n"] == 0
    await out.sender.round()
    assert len(there.got) == 13  # one of them failed at first


def order_row(**known: Any) -> dict[str, Any]:
    """A work order of which only this is known; all else that must be there is as good as anything."""
    row: dict[str, Any] = {"number": "2026-000001", "state": "handed_on", **known}
    plain: dict[type, Any] = {str: "x", int: 1, float: 1.0, bool: False, dict: {}}
    for column in orders.c:
        if not column.nullable and column.name not in row:
            row[column.name] = BEGAN if isinstance(column.type, Instant) else plain[column.type.python_type]
    return row


async def test_a_due_work_order_is_told_with_its_clock_and_no_name_of_anybody(out: Outbox, there: Receiver) -> None:
    await out.add("crm", there.url, "order.due", "radar.alarm")
    row = order_row(contact=NUMBER, asked_by="张三", content="食堂", unit="cdc")
    late = {
        "clock": "done",
        "step": "deadline",
        "due": "2026-10-01",
        "deadline": "2026-10-01",
        "told": [{"who": "liaison_a", "name": "甲", "unit": "cdc"}, {"who": "leader"}],
    }
    async with out.store.writing() as connection:
        await connection.execute(insert(orders).values(row))
        await connection.execute(insert(orders).values(order_row(number="T2026-000001", test=True)))
        await file(
            connection,
            Filing("order:2026-000001", 2, BEGAN, "engine:a", "escalate", late),
            Filing("order:T2026-000001", 2, BEGAN, "engine:a", "escalate", late),
            Filing("radar:2026-10-flu", 1, BEGAN, "engine:a", "raised", {"topic": "流感", "say": f"{NUMBER} 来电"}),
        )
    await out.sender.round()
    due, radar = sorted(there.got, key=lambda one: str(one["id"]))
    assert due["id"] == "order.due:2026-000001~2"
    assert (due["data"]["number"], due["data"]["clock"], due["data"]["unit"]) == ("2026-000001", "done", "cdc")
    assert due["data"]["told"] == [{"who": "liaison_a", "unit": "cdc"}, {"who": "leader"}]
    assert radar["id"] == "radar.alarm:2026-10-flu~1"
    assert radar["data"] == {"alarm": "2026-10-flu", "topic": "流感", "say": "139****0011 来电"}
    for secret in (NUMBER, "张三", "甲", "食堂"):
        assert all(secret not in json.dumps(one, ensure_ascii=False) for one in there.got)


async def test_a_ping_is_sent_at_once_and_signed(out: Outbox, there: Receiver) -> None:
    secret = await out.add("crm", there.url)
    assert await ping(out.book, out.post, "crm", out.now()) is None
    assert there.genuine(secret)
    assert there.got[0]["event"] == "ping"
    there.says(500)
    assert await ping(out.book, out.post, "crm", out.now()) == "answered 500"
    with pytest.raises(NoWebhook):
        await ping(out.book, out.post, "nobody", out.now())


async def test_who_is_removed_is_told_nothing_more(out: Outbox, there: Receiver) -> None:
    await out.add("crm", there.url)
    await out.end_calls("a-1")
    await out.book.gather(out.now())
    await out.book.remove("crm")
    await out.sender.round()
    assert there.got == []
    with pytest.raises(NoWebhook):
        await out.book.remove("crm")


async def test_a_sender_that_is_killed_in_the_midst_loses_nothing(url: str, there: Receiver) -> None:
    store = Store(url)
    async with outbox(url) as out:
        out.later = datetime.now(UTC) - BEGAN
        await out.add("crm", there.url)
        out.later += timedelta(milliseconds=5)
        names = [f"a-{n:02}" for n in range(6)]
        await out.end_calls(*names)
        hold = asyncio.Event()

        async def slow() -> web.StreamResponse:
            if len(there.got) == 3:
                await hold.wait()  # taken, and whoever sent it is dead before it hears so
            return web.Response()

        there.answer = slow
        first = await _sender(url)
        async with asyncio.timeout(60):
            while len(there.got) < 3:
                there.arrived.clear()
                await there.arrived.wait()
        first.kill()
        await first.wait()
        hold.set()
        assert "waiting" in (await out.states("crm")).values()
        second = await _sender(url)
        async with asyncio.timeout(60):
            while set((await out.states("crm")).values()) != {"delivered"}:  # noqa: ASYNC110 - another process ends it
                await asyncio.sleep(0.05)
        second.kill()
        await second.wait()
    await store.close()
    assert sorted(set(there.ids)) == [f"call.ended:{name}" for name in names]
    assert there.ids.count(there.ids[2]) == 2


async def _sender(url: str) -> asyncio.subprocess.Process:
    script = str(Path(__file__).parent / "killed_sender.py")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return await asyncio.create_subprocess_exec(sys.executable, script, url, env=environment, cwd=ROOT)


async def test_a_running_sender_tells_soon_after_it_heard_of_a_call(out: Outbox, there: Receiver) -> None:
    await out.add("crm", there.url)
    work = asyncio.create_task(out.sender.run())
    await end_calls(out.store, out.now(), "a-1")
    out.sender.hear(Entry("a-1", 9, BEGAN, CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)))
    async with asyncio.timeout(10):
        await there.arrived.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


# ── pure ────────────────────────────────────────────────────────────────────


def test_pauses_grow_and_come_to_a_day() -> None:
    assert list(PAUSES) == sorted(PAUSES)
    assert timedelta(hours=24) <= sum(PAUSES, timedelta()) <= timedelta(hours=25)
    assert next_try(1, BEGAN) == BEGAN + PAUSES[0]
    assert next_try(len(PAUSES) + 1, BEGAN) is None
    assert [lane_pause(n) for n in (0, 1, 3, 50)] == [0, 2, 8, BEFORE_NEXT]


def test_a_signature_is_of_this_body_this_secret_and_this_hour() -> None:
    value = signature("whk_a", 1_790_000_000, b'{"a":1}')
    assert value.startswith("t=1790000000,v1=")
    assert genuine("whk_a", value, b'{"a":1}', 1_790_000_100)
    assert not genuine("whk_a", value, b'{"a":2}', 1_790_000_100)
    assert not genuine("whk_b", value, b'{"a":1}', 1_790_000_100)
    assert not genuine("whk_a", value, b'{"a":1}', 1_790_000_301)
    for nonsense in ("", "t=,v1=", "t=1", "v1=abc", "t=１,v1=a"):
        assert not genuine("whk_a", nonsense, b"", 0)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://example.org/", "http is not encrypted"),
        ("https://127.0.0.1/", "open internet"),
        ("https://127.1/", "open internet"),
        ("https://2130706433/", "open internet"),
        ("https://[::1]/", "open internet"),
        ("https://[::ffff:10.0.0.1]/", "open internet"),
        ("https://169.254.169.254/latest", "open internet"),
        ("https://100.64.0.1/", "open internet"),
        ("https://localhost/", "name of a house"),
        ("https://db.internal/", "name of a house"),
        ("https://user:word@example.org/", "no user"),
        ("https://example.org/#x", "no user"),
        ("ftp://example.org/", "no address"),
        ("https:///x", "no address"),
        ("https://example.org:0/", "no address"),
        ("https://example.org:99999/", "no address"),
        ("https://例子.cn/", "ASCII"),
        ("https://example.org/\\x", "ASCII"),
        ("https://example.org/" + "x" * 3000, "ASCII"),
    ],
)
def test_where_nothing_is_sent_to(address: str, words: str) -> None:
    with pytest.raises(NotAllowed, match=words):
        Hosts().check(address)


def test_the_settings_let_a_host_or_a_network_be_told() -> None:
    hosts = Hosts.of(["crm.local", "10.1.0.0/16", "127.0.0.1"])
    for url in ("http://crm.local/x", "http://10.1.2.3:8080/", "https://127.0.0.1/", "https://example.org/hook?a=1"):
        assert hosts.check(url) == url
    with pytest.raises(NotAllowed):
        hosts.check("http://10.2.0.1/")


class _Answers:
    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0)
            for one in self._addresses
        ]

    async def close(self) -> None:
        pass


async def test_a_name_that_leads_inside_is_not_followed() -> None:
    inside: Any = _Answers("127.0.0.1", "10.0.0.1")
    with pytest.raises(OSError, match="open internet"):
        await Guarded(Hosts(), inside).resolve("rebind.example.org")
    mixed: Any = _Answers("127.0.0.1", "8.8.8.8")
    assert [one["host"] for one in await Guarded(Hosts(), mixed).resolve("x.example.org")] == ["8.8.8.8"]
    assert len(await Guarded(Hosts.of(["crm.local"]), inside).resolve("crm.local")) == 2


async def test_what_cannot_be_a_receiver_is_refused(out: Outbox) -> None:
    for name, url, events in (
        ("X", "https://example.org", ["call.ended"]),
        ("crm", "https://example.org", []),
        ("crm", "https://example.org", ["ping"]),
        ("crm", "https://example.org", ["call.begun"]),
    ):
        with pytest.raises(Unfit):
            await out.book.add(name, url, events, out.now())
    await out.add("crm", "https://example.org")
    with pytest.raises(Unfit, match="already"):
        await out.add("crm", "https://example.org")
