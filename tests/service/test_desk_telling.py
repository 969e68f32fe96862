"""Unit on a fake switch: what a running hotline answers the desk beside how the floor stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.refusal import Refusal
from hotline.desk_hand import NoNumber
from hotline.desk_telling import DeskTelling
from ivr.door.door import Treatment
from ivr.events import CallEnded, Flagged, TalkBegan, WaitBegan
from tests.ivr.fake_switch import Behaviour
from tests.service.floor_house import PLAN, FloorHouse, floor_house
from tests.service.test_callbacks_command import books

NUMBER = "13800138000"
ANSWERS = Behaviour(answers_after=0.02)


@pytest.fixture(autouse=True)
def _short_prompts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.ivr.fake_switch.PROMPT", 0.01)


def telling_of(f: FloorHouse, quiet: frozenset[str] = frozenset()) -> DeskTelling:
    board = f.house.board
    return DeskTelling(
        f"sqlite+aiosqlite:///{f.var / 'hotline.db'}",
        lambda: PLAN,
        f.clock,
        call=board.call,
        conversations=board.conversations,
        dispatch=board.dispatch,
        quiet=quiet.__contains__,
        listed=lambda number: Treatment.SLOW if number == NUMBER else None,
        callbacks=lambda: f.house.callbacks,
        flush=f.written,
    )


async def test_a_call_that_goes_on_is_told_from_the_menu_to_the_talk_and_then_no_more(tmp_path: Path) -> None:
    async with floor_house(tmp_path, {"ann": Behaviour(answers_after=0.3)}) as f:
        telling = telling_of(f)
        f.house.switch.caller_dials("caller", NUMBER)
        await f.house.ledger.until(lambda: bool(f.house.ledger.entries))
        call = f.house.ledger.entries[0].call
        menu = telling.living(call)
        assert menu is not None
        assert (menu["state"], menu["line"], menu["number"]) == ("menu", None, "138****8000")
        f.house.switch.caller_types("caller", "1")
        await f.house.ledger.noted(WaitBegan)
        await f.house.passes(0.01)
        waiting = telling.living(call)
        assert waiting is not None
        assert (waiting["state"], waiting["line"], waiting["agents"]) == ("waiting", "desk", [])
        await f.house.ledger.noted(TalkBegan)
        await f.desk("ann", "flag")
        assert f.house.ledger.of(Flagged)
        talk = telling.living(call)
        assert talk is not None
        assert (talk["state"], talk["agents"], talk["flagged"], talk["nuisance"]) == ("talking", ["ann"], True, "slow")
        assert await telling.number_of(call) == NUMBER
        f.house.switch.ends("caller")
        await f.house.ledger.noted(CallEnded)
        assert telling.living(call) is None


async def test_a_call_that_leaves_no_number_shows_no_mark_and_cannot_be_listed(tmp_path: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        f.house.switch.caller_dials("caller", NUMBER)
        f.house.switch.caller_types("caller", "1")
        await f.house.ledger.noted(TalkBegan)
        call = f.house.ledger.entries[0].call
        telling = telling_of(f, frozenset({call}))
        living = telling.living(call)
        assert living is not None
        assert living["nuisance"] is None
        with pytest.raises(NoNumber, match="keeps no numbers"):
            await telling.number_of(call)


async def test_why_tells_the_newest_facts_and_nothing_of_what_is_unknown(tmp_path: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        telling = telling_of(f)
        f.house.switch.caller_dials("caller", NUMBER)
        f.house.switch.caller_types("caller", "1")
        await f.house.ledger.noted(TalkBegan)
        told = await telling.why_call("last", "en")
        assert told["call"] == f.house.ledger.entries[0].call
        assert any(one["kind"] == "TalkBegan" for one in told["sentences"])
        assert NUMBER not in str(told)
        rung = await telling.why_agent("ann", None, "zh")
        assert rung["sentences"]
        for asked in (telling.why_call("a-0", "zh"), telling.why_agent("nobody", None, "zh")):
            with pytest.raises(Refusal) as refused:
                await asked
            assert refused.value.status == 404


async def test_a_callback_is_listed_masked_and_cancelled_once(tmp_path: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        telling = telling_of(f)
        await books(f)
        await f.written()
        (one,) = await telling.callbacks(living=True, private=False)
        assert (one["number"], one["end"]) == ("138****8000", None)
        assert (await telling.callbacks(living=True, private=True))[0]["number"] == NUMBER
        assert telling.cancel(one["ticket"]) == {"ticket": one["ticket"], "end": "cancelled"}
        with pytest.raises(Refusal) as refused:
            telling.cancel(one["ticket"])
        assert refused.value.status == 404
        await f.written()
        assert await telling.callbacks(living=True, private=False) == []
        assert [one["end"] for one in await telling.callbacks(living=False, private=False)] == ["cancelled"]
