"""Unit on a fake switch: what the running hotline tells its pages."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import cast

from acd.agent import Presence
from hotline.front import FrontWatch
from hotline.view import HotlineView
from ivr.ari.switch import AriSwitch
from ivr.callbacks.events import CallPlaced
from ivr.callbacks.ticket import Ticket
from ivr.events import CallEnded
from ivr.journal import Entry, Event
from ivr.outcomes import Outcome, Reason
from records.journal import SqlJournal
from tests.ivr.house import House, LoopClock, house
from tests.records.tales import TALKS, entries
from tests.service.floor_house import PLAN_TEXT
from tests.service.town import Town


def view_of(h: House, town: Town, *tickets: Ticket) -> HotlineView:
    """The view of a hotline that has neither a journal nor a link: its status needs none."""
    clock = LoopClock()
    return HotlineView(
        town.start(),
        floor=h.board.dispatch.floor,
        clock=clock,
        link=cast(AriSwitch, h.switch),
        journal=cast(SqlJournal, h.ledger),
        board=h.board,
        front=FrontWatch(town.folder, clock.now),
        callbacks=lambda: tickets,
        today={Outcome.TALKED: 3},
    )


async def test_calls_of_today_are_those_that_came_in_and_not_our_own_tries(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.write(PLAN_TEXT)
    async with house(plan=town.start().now.plan) as h:
        view, now = view_of(h, town), LoopClock().now()
        for entry in entries(TALKS, "a-1"):
            view.hear(entry)
        for call, end in (
            ("a-3", CallEnded(Outcome.UNANSWERED, Reason.NO_ANSWER)),
            ("a-4", CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)),
        ):
            tried: list[Event] = [CallPlaced("a-2", "desk", "13800138000", "12320", "plan-1"), end]
            for seq, event in enumerate(tried, start=1):
                view.hear(Entry(call, seq, now, event))
        assert (await view.status()).today == {Outcome.TALKED: 4}


async def test_callbacks_stand_with_their_line_and_breaks_apart(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.write(PLAN_TEXT)
    async with house(plan=town.start().now.plan) as h:
        booked = LoopClock().now() - timedelta(minutes=5)
        tickets = [
            Ticket(f"a-{place}", line, "13800138000", "a-1", booked, booked)
            for place, line in enumerate(("desk", "desk", "night"))
        ]
        lines = {line.id: line for line in (await view_of(h, town, *tickets).status()).lines}
        assert {line: told.callbacks for line, told in lines.items()} == {"desk": 2, "night": 1}
        assert lines["desk"].agents == {Presence.OFFLINE: 2}
