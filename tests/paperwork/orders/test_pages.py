"""Unit: what the pages say of states, moves and fields is what the program does."""

from __future__ import annotations

from pathlib import Path

import pytest

from paperwork.orders.asked import FORMS
from paperwork.orders.exchange import COLUMNS, FIELDS
from paperwork.orders.shown import typed
from paperwork.orders.state import MOVES, Move, State

DOCS = Path(__file__).parents[3] / "docs"
UNTOLD = (Move.CORRECT, Move.ESCALATE, Move.MISS)


def row(state: State) -> str:
    """A state's line of the table."""
    moves = [(move, MOVES[state, move]) for move in Move if (state, move) in MOVES and move not in UNTOLD]
    told = [f"`{typed(move)}`" + (f" → `{after}`" if after is not state else "") for move, after in moves]
    return f"| `{state}` | {state.label} | {', '.join(told) or '—'} |"


@pytest.mark.parametrize("page", ["orders.md", "orders.zh-CN.md"])
def test_the_table_of_states_is_the_programs(page: str) -> None:
    text = (DOCS / page).read_text("utf-8")
    assert [line for line in map(row, State) if line not in text] == []
    assert [move for move in FORMS if f"`{typed(move)}`" not in text] == []


@pytest.mark.parametrize("page", ["exchange-12345.md", "exchange-12345.zh-CN.md"])
def test_every_field_of_the_exchange_is_described(page: str) -> None:
    text = (DOCS / page).read_text("utf-8")
    assert [name for name in (*COLUMNS, *FIELDS) if f"`{name}`" not in text] == []
