"""System: a caller keys a real order's number and hears how it stands. Real SIP, real keys, real Asterisk."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.operators import Published
from ivr.events import StatusAsked
from ivr.inquiry import Standing
from ivr.outcomes import StatusResult
from paperwork.orders.asked import Open, read
from paperwork.orders.orders import Orders
from paperwork.orders.rules import OrderRules
from paperwork.orders.state import Move
from prompts.phrases import Phrase
from records.store import Store
from records.tables import journal
from tests.paperwork.orders.house import ANN, CHIEF, MadeUpUnits
from tests.system.conftest import OpenStage
from tests.system.stage import WORKDAY, Stage, shipped_plan
from tests.system.waits import hears_phrase

pytestmark = pytest.mark.system

CONTACT, WRONG = "13900000042", "9731"


async def an_order(s: Stage) -> str:
    """One that was handed on, whose caller left `CONTACT`; its digits as that caller was given them."""
    store = Store(s.settings.database_url)
    try:
        orders = Orders(
            store,
            MadeUpUnits(),
            rules=OrderRules,
            calendar=lambda: s.plan.calendar,
            now=lambda: WORKDAY - timedelta(days=1),
        )
        form = {"content": "食堂卫生", "source": "other", "contact": CONTACT}
        order = await orders.open(read(Open, form), ANN)
        order = await orders.move(order.number, Move.HAND_ON, {"unit": "inspection"}, CHIEF, seq=order.seq)
    finally:
        await store.close()
    return order.number.removeprefix("20").replace("-", "")


async def test_a_caller_hears_how_their_order_stands_and_who_guesses_is_stopped(open_stage: OpenStage) -> None:
    published = shipped_plan()
    node = published.plan.nodes["status"].model_copy(update={"mistakes": 1})
    plan = published.plan.model_copy(update={"nodes": {**published.plan.nodes, "status": node}})
    async with open_stage(published=Published(plan, published.version)) as s:
        keyed = await an_order(s)
        caller = await s.caller()
        await caller.press(f"23{keyed}#{CONTACT[-4:]}")  # all ahead of the questions
        await hears_phrase(s, caller, Phrase.STATUS_HANDED_ON)
        await hears_phrase(s, caller, Phrase.STATUS_DUE)
        await caller.press(f"*3{keyed[-1]}#{WRONG}")  # to the menu before it, and here again
        await hears_phrase(s, caller, Phrase.STATUS_TOO_OFTEN)
        await caller.hang_up()
        await s.record()
        asked = [entry.event for entry in s.entries if isinstance(entry.event, StatusAsked)]
        assert [(one.result, one.standing) for one in asked] == [
            (StatusResult.TOLD, Standing.HANDED_ON),
            (StatusResult.UNMATCHED, None),
            (StatusResult.REFUSED, None),
        ]
        store = Store(s.settings.database_url)
        told = json.dumps([dict(row) for row in await store.rows(select(journal.c.kind, journal.c.data))])
        await store.close()
        assert asked[0].order is not None
        assert asked[0].order in told
        assert WRONG not in told
        assert f'"{CONTACT[-4:]}"' not in told
        assert keyed not in told
