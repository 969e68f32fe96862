"""Unit on a real database: what a caller hears of an order, and who hears nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from ivr.inquiry import SpokenState, Standing
from paperwork.orders.digits import number_keyed, spoken_digits
from paperwork.orders.inquiry import SPOKEN, Inquiry, state_for_caller
from paperwork.orders.state import State
from records.paper_tables import orders
from records.store import Store

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
DUE = datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = Store(url)
    yield store
    await store.close()


def row(**different: Any) -> dict[str, Any]:
    return {
        "number": "2026-000123",
        "seq": 1,
        "state": "handed_on",
        "source": "call",
        "urgency": "simple",
        "contact": "13900000042",
        "caller": "02200001234",
        "content": "食堂卫生",
        "feedback": "unit",
        "opened": AT,
        "opened_by": "desk:ann",
        "hand_on_by": AT,
        "done_by": DUE,
        "reopened": 0,
        "urged": 0,
        "test": False,
        **different,
    }


async def test_who_knows_the_number_and_the_end_of_a_telephone_number_hears_how_it_stands(store: Store) -> None:
    await store.do(insert(orders).values(row()))
    ask = Inquiry(store).state
    told = SpokenState("2026-000123", Standing.HANDED_ON, date(2026, 12, 1))
    assert await ask("26000123", "0042") == await ask("2026000123", "1234") == told
    for number, end in (("26000124", "0042"), ("26000123", "0043"), ("26000123", ""), ("26000123", "00042")):
        assert await ask(number, end) is None


@pytest.mark.parametrize(
    "contact",
    [
        "13800001234（晚上）",
        "138 0000-1234 家人",
        "１３８００００１２３４",
        "13800001234；23337600",
        "23337600 13800001234",
    ],
)
def test_a_number_is_found_among_words_and_beside_another(contact: str) -> None:
    assert state_for_caller(State.CLOSED, contact, last_four="1234") is SPOKEN[State.CLOSED]
    assert state_for_caller(State.CLOSED, contact, last_four="0000") is None


async def test_no_due_day_is_told_once_nothing_is_due(store: Store) -> None:
    await store.do(insert(orders).values(row(state="answered")))
    assert await Inquiry(store).state("26000123", "0042") == SpokenState("2026-000123", Standing.ANSWERED)


async def test_a_masked_number_still_answers_and_an_order_without_any_never_does(store: Store) -> None:
    await store.do(insert(orders).values(row(contact="139****0042", caller=None, state="closed")))
    await store.do(insert(orders).values(row(number="2026-000124", contact=None, caller="")))
    assert await Inquiry(store).state("26000123", "0042") == SpokenState("2026-000123", Standing.ANSWERED)
    assert await Inquiry(store).state("26000124", "0042") is None


def test_every_state_has_something_to_say_and_nothing_is_never_said() -> None:
    assert set(SPOKEN) == set(State)
    assert set(SPOKEN.values()) == {*Standing, None}


@given(st.integers(2024, 2099), st.integers(1, 9_999_999))
def test_the_digits_that_a_caller_is_given_lead_back_to_the_order(year: int, count: int) -> None:
    number = f"{year}-{count:06d}"
    assert number_keyed(spoken_digits(number)) == number
    assert number_keyed(number.replace("-", "")) == number


@given(st.text(max_size=12), st.text(max_size=6))
def test_nothing_that_is_keyed_or_said_raises_and_nothing_but_four_digits_opens(keyed: str, end: str) -> None:
    number_keyed(keyed)
    said = state_for_caller(State.OPENED, "13900000042", None, last_four=end)
    assert (said is not None) == (end == "0042")
