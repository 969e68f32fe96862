"""System: a caller who presses keys by itself, in a real menu on a real Asterisk."""

from __future__ import annotations

import asyncio

import pytest

from hotline import ear
from hotline.caller import Report, Side, What, call
from hotline.phone import Exchange, free_port
from tests.phone.conftest import MENU
from tests.phones import CALLER

pytestmark = pytest.mark.system


def heard(report: Report) -> list[str]:
    return [one.name for one in ear.sequence(MENU, report.audio)]


def did(report: Report) -> list[str]:
    return [f"{moment.what} {moment.key}".strip() for moment in report.moments]


async def arrived() -> None:
    """The caller is where it wanted to be."""


async def test_keys_are_pressed_at_their_prompts(switch: str, exchange: Exchange) -> None:
    report = await call(await exchange.phone(CALLER, switch=switch), "menu", ["1", "1"], until=arrived)
    assert report.answered
    assert report.ended_by is Side.CALLER
    assert did(report) == ["answered", "heard", "pressed 1", "heard", "pressed 1", "arrived", "hung_up"]
    assert heard(report)[:2] == ["menu", "one"]
    assert report.seconds == pytest.approx(report.audio.size / 8000, abs=0.01)


async def test_the_caller_stays_until_it_arrived(switch: str, exchange: Exchange) -> None:
    caller = await exchange.phone(CALLER, switch=switch)

    async def the_last_prompt_was_heard() -> None:
        await caller.talks[0].until(lambda talk: ear.find(MENU["two"], talk.heard) is not None)

    report = await call(caller, "menu", ["2"], until=the_last_prompt_was_heard)
    assert heard(report) == ["menu", "two"]
    assert What.ARRIVED in {moment.what for moment in report.moments}


async def test_silence_is_kept_until_the_step_timed_out(switch: str, exchange: Exchange) -> None:
    caller = await exchange.phone(CALLER, switch=switch)
    report = await call(caller, "menu", [".", "2"], until=arrived)
    assert heard(report)[:2] == ["menu", "sorry"]
    assert did(report)[:5] == ["answered", "heard", "kept_silent", "heard", "pressed 2"]


async def test_a_caller_hangs_up_in_the_prompt(switch: str, exchange: Exchange) -> None:
    report = await call(await exchange.phone(CALLER, switch=switch), "menu", ["1", "h"])
    assert report.ended_by is Side.CALLER
    assert did(report) == ["answered", "heard", "pressed 1", "heard", "hung_up"]
    assert 1.0 < report.seconds < 4.0


async def test_a_message_is_spoken_and_comes_back_from_the_echo(switch: str, exchange: Exchange) -> None:
    caller = await exchange.phone(CALLER, switch=switch)

    async def the_echo_was_heard() -> None:
        await caller.talks[0].until(lambda talk: ear.tone(talk.handset.since(talk.handset.seconds - 0.4), 440) > 0.9)

    report = await call(caller, "menu", ["2"], speak=440, until=the_echo_was_heard)
    assert did(report)[-2:] == ["arrived", "hung_up"]


async def test_the_hotline_lets_go_first(switch: str, exchange: Exchange) -> None:
    report = await call(await exchange.phone(CALLER, switch=switch), "late", [])
    assert (report.answered, report.ended_by) == (True, Side.HOTLINE)
    assert did(report) == ["answered", "was_hung_up"]
    assert report.seconds == pytest.approx(2.0, abs=0.4)


async def test_a_hotline_that_hangs_up_before_the_second_key(switch: str, exchange: Exchange) -> None:
    report = await call(await exchange.phone(CALLER, switch=switch), "late", ["1", "1"])
    assert did(report) == ["answered", "heard", "pressed 1", "was_hung_up"]


async def test_a_refused_call_is_reported(switch: str, exchange: Exchange) -> None:
    report = await call(await exchange.phone(CALLER, switch=switch), "busy", ["1"])
    assert (report.answered, report.seconds, report.ended_by) == (False, 0.0, Side.HOTLINE)
    assert report.ending.status == 486
    assert did(report) == ["refused"]


async def test_nobody_answers_and_the_caller_gives_up(switch: str, exchange: Exchange) -> None:
    report = await call(await exchange.phone(CALLER, switch=switch), "rings", ["1"], wait=0.5)
    assert (report.answered, report.ended_by) == (False, Side.CALLER)
    assert did(report) == ["gave_up", "hung_up"]


async def test_a_caller_who_never_arrives_gives_up(switch: str, exchange: Exchange) -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    report = await call(await exchange.phone(CALLER, switch=switch), "echo", [], wait=0.5, until=never)
    assert did(report) == ["answered", "gave_up", "hung_up"]


async def test_there_is_no_hotline_at_that_port(exchange: Exchange) -> None:
    nowhere = await exchange.phone(CALLER, switch=f"127.0.0.1:{free_port('127.0.0.1')}")
    report = await call(nowhere, "12320", ["1"], wait=1.0)
    assert not report.answered
