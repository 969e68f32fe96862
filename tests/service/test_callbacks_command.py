"""Unit: callbacks as they are listed and cancelled; with an engine on a fake switch, and with none."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ivr.callbacks.events import CallbackBooked, CallbackClosed, CallerRung, CallPlaced
from ivr.events import CallEnded, TalkBegan, TalkEnded, WaitBegan
from ivr.outcomes import CallbackEnd
from tests.ivr.fake_switch import Behaviour
from tests.service.floor_house import PLAN_TEXT, FloorHouse, floor_house
from tests.service.whole import app

NUMBER = "13800138000"
ANSWERS, RINGS = Behaviour(answers_after=0.02), Behaviour()


@pytest.fixture(autouse=True)
def _short_prompts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.ivr.fake_switch.PROMPT", 0.01)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "plan.yaml").write_text(PLAN_TEXT, "utf-8")
    return folder


def typed(config: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["callbacks", *words, "--config", str(config), "--var", str(config.parent)])


async def typed_beside(config: Path, *words: str) -> Result:
    return await asyncio.to_thread(typed, config, *words)


async def books(f: FloorHouse) -> str:
    """One caller has the only agent, another one books a callback: its ticket."""
    switch, ledger = f.house.switch, f.house.ledger
    switch.caller_dials("talker", "02212345678")
    switch.caller_types("talker", "1")
    await ledger.noted(TalkBegan)
    switch.caller_dials("waiter", NUMBER)
    switch.caller_types("waiter", "1")
    await ledger.noted(WaitBegan, 2)
    await f.house.passes(0.1)  # into the music
    switch.caller_types("waiter", "11")  # the callback, to the number that was read
    await ledger.noted(CallbackBooked)
    await ledger.noted(CallEnded)
    return ledger.of(CallbackBooked)[0].ticket


async def test_a_callback_is_listed_cancelled_and_listed_as_cancelled(tmp_path: Path, config: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        ticket = await books(f)
        assert [told["ticket"] for told in (await f.get("/floor"))["callbacks"]] == [ticket]
        done = await typed_beside(config, "cancel", ticket)
        assert (done.exit_code, done.stderr) == (0, f"{ticket}: nobody is called back\n")
        assert [closed.end for closed in f.house.ledger.of(CallbackClosed)] == [CallbackEnd.CANCELLED]
        assert f.house.callbacks.tickets == []
        await f.house.passes(0.05)
        assert f.house.board.dispatch.floor.waiting("desk") == []
        f.house.switch.ends("talker")
        await f.house.ledger.noted(CallEnded, 2)
        await f.house.passes(0.1)
        assert not f.house.ledger.of(CallPlaced)
        again = await typed_beside(config, "cancel", ticket)
        assert again.exit_code == 1
        assert f"no callback '{ticket}' waits" in again.stderr
        await f.written()
    assert (await typed_beside(config, "--open")).stdout == ""
    (told,) = map(json.loads, (await typed_beside(config, "--json")).stdout.splitlines())
    assert (told["ticket"], told["end"], told["number"], told["tries"]) == (ticket, "cancelled", "138****8000", 0)
    assert "人工取消" in (await typed_beside(config)).stdout


async def test_callbacks_are_listed_when_no_engine_runs_and_numbers_are_masked(tmp_path: Path, config: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        ticket = await books(f)
        await f.written()
    (told,) = map(json.loads, (await typed_beside(config, "--open", "--json")).stdout.splitlines())
    known = {"ticket", "line", "number", "call", "booked", "waited", "tries", "abandoned", "end", "closed"}
    assert set(told) == known  # docs/design.md
    assert (told["ticket"], told["line"], told["end"], told["closed"]) == (ticket, "desk", None, None)
    table = (await typed_beside(config)).stdout
    assert "138****8000" in table
    assert "等待回拨" in table
    assert NUMBER not in table
    assert NUMBER in (await typed_beside(config, "--private", "--reason", "a complaint")).stdout
    assert len((await typed_beside(config, "--last", "1", "--json")).stdout.splitlines()) == 1


async def test_a_callback_whose_callers_phone_rings_is_not_cancelled_any_more(tmp_path: Path, config: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        f.house.switch.phones[NUMBER] = RINGS
        ticket = await books(f)
        f.house.switch.ends("talker")
        await f.house.ledger.noted(TalkEnded)
        await f.desk("ann", "ready")
        await f.house.ledger.noted(CallerRung)
        refused = await typed_beside(config, "cancel", ticket)
        assert (refused.exit_code, refused.stderr) == (1, f"{ticket}: the caller's phone rings already\n")
        assert not f.house.ledger.of(CallbackClosed)


def test_where_nothing_runs_or_ran_the_words_say_what_to_do(config: Path) -> None:
    for words, said in (([], "start the hotline with `hotline up`"), (["cancel", "a-1"], "start it with `hotline up`")):
        result = typed(config, *words)
        assert result.exit_code == 1
        assert said in result.stderr


@pytest.mark.parametrize(("words", "said"), [(["sing"], "there is cancel"), (["cancel"], "name the callback")])
def test_what_makes_no_sense_is_refused_with_what_would(config: Path, words: list[str], said: str) -> None:
    result = typed(config, *words)
    assert result.exit_code == 2
    assert said in result.stderr
