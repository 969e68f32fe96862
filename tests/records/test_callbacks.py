"""Unit on real SQLite files: what the journal tells a hotline that starts of the callbacks it owes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import permutations

import pytest

from ivr.callbacks.events import CallbackBooked, CallbackClosed, CallbackTried, CallerRung, CallPlaced
from ivr.callbacks.ticket import Ticket, tickets
from ivr.events import CallAnswered, CallArrived, CallEnded
from ivr.journal import Entry
from ivr.outcomes import CallbackEnd, Outcome, Reason
from records.callbacks import callback_facts
from records.journal import SqlJournal
from tests.records.tales import NUMBER, at

BOOKED = Entry("a-1", 9, at(60), CallbackBooked("a-2", "vaccines", NUMBER, 42.5, 2, "dialect", abandoned=True))
BUSY = Entry("a-2", 1, at(120), CallbackTried("a-3", Reason.BUSY))
LET_DOWN = Entry("a-2", 2, at(180), CallbackTried("a-4", Reason.OTHER_SIDE_HUNG_UP))
UNANSWERED = Entry("a-2", 3, at(240), CallbackTried("a-5", Reason.NO_ANSWER))
REACHED = Entry("a-2", 4, at(300), CallbackClosed(CallbackEnd.REACHED, "a-6"))
LIFE = [BOOKED, BUSY, LET_DOWN, UNANSWERED, REACHED]

OTHERS = [
    Entry("a-1", 1, at(0), CallArrived(NUMBER, "12320", "PJSIP/trunk-1", "plan-1")),
    Entry("a-1", 10, at(61), CallEnded(Outcome.CALLBACK, Reason.COMPLETED)),
    Entry("a-3", 1, at(110), CallPlaced("a-2", "vaccines", NUMBER, "12320", "plan-1")),
    Entry("a-3", 2, at(111), CallerRung(NUMBER)),
    Entry("a-3", 3, at(112), CallAnswered()),
]


async def restored(url: str, written: Iterable[Entry], *, node: str | None = None) -> dict[str, Ticket]:
    """What an engine reads that starts after another one wrote this."""
    async with SqlJournal(url) as journal:
        for entry in written:
            journal.note(entry)
        await journal.flush()
    return tickets(await callback_facts(url, at(0), node=node))


def outline(ticket: Ticket) -> tuple[int, int, CallbackEnd | None]:
    return ticket.tries, ticket.noted, ticket.end


@pytest.mark.parametrize(
    ("facts", "outlined"),
    [
        (1, (0, 0, None)),
        (2, (1, 1, None)),
        (3, (1, 2, None)),  # an agent who hung up first costs the caller no try
        (4, (2, 3, None)),
        (5, (2, 4, CallbackEnd.REACHED)),
    ],
    ids=["booked", "tried", "let down", "tried again", "reached"],
)
async def test_an_engine_that_ended_after_any_fact_left_exactly_that_behind(
    url: str, facts: int, outlined: tuple[int, int, CallbackEnd | None]
) -> None:
    found = await restored(url, OTHERS + LIFE[:facts])
    assert list(found) == ["a-2"]
    assert outline(found["a-2"]) == outlined


async def test_a_callback_is_read_back_whole(url: str) -> None:
    (ticket,) = (await restored(url, [*OTHERS, BOOKED])).values()
    since = at(60) - timedelta(seconds=42.5)
    assert ticket == Ticket("a-2", "vaccines", NUMBER, "a-1", at(60), since, 2, "dialect", abandoned=True)
    assert ticket.waited(at(120)) == pytest.approx(102.5)


@pytest.mark.parametrize("end", CallbackEnd)
async def test_each_end_is_read_back_and_ends_it(url: str, end: CallbackEnd) -> None:
    (ticket,) = (await restored(url, [BOOKED, Entry("a-2", 1, at(90), CallbackClosed(end))])).values()
    assert (ticket.end, ticket.closed) == (end, at(90))


async def test_facts_that_were_written_twice_count_once(url: str) -> None:
    once = await restored(url, LIFE[:4])
    again = await restored(url, LIFE[:4])
    assert once == again
    facts = await callback_facts(url, at(0))
    assert len(facts) == 4
    assert tickets(facts + facts) == once


def test_the_order_in_which_facts_are_read_does_not_matter() -> None:
    told = [tickets(order) for order in permutations(LIFE)]
    assert all(one == told[0] for one in told)


async def test_a_try_whose_booking_is_older_than_what_is_read_makes_no_callback(url: str) -> None:
    await restored(url, LIFE)
    assert tickets(await callback_facts(url, at(100))) == {}


async def test_each_machine_makes_its_own_callbacks(url: str) -> None:
    async with SqlJournal(url, node="a") as journal:
        journal.note(BOOKED)
        await journal.flush()
    other = Entry("b-1", 1, at(70), CallbackBooked("b-2", "vaccines", "02212345678", 1.0))
    async with SqlJournal(url, node="b") as journal:
        journal.note(other)
        await journal.flush()
    assert set(tickets(await callback_facts(url, at(0), node="a"))) == {"a-2"}
    assert set(tickets(await callback_facts(url, at(0), node="b"))) == {"b-2"}
    assert set(tickets(await callback_facts(url, at(0)))) == {"a-2", "b-2"}


async def test_without_a_database_it_says_so(tmp_path: str) -> None:
    with pytest.raises(FileNotFoundError):
        await callback_facts(f"sqlite+aiosqlite:///{tmp_path}/nothing.db", at(0))
