"""System: phones in processes of their own are killed, or frozen, while they ring and while they talk."""

from __future__ import annotations

import time
from contextlib import AbstractAsyncContextManager

import pytest

from acd.agent import BreakReason, Presence
from acd.signals import Alert, Order
from hotline.phone import answers
from hotline.secrets import keep_secrets
from hotline.sound_file import load as load_sound
from ivr.events import Offered, OfferEnded, PassedBack, TalkBegan, TalkEnded
from ivr.outcomes import OfferResult, Outcome, Party, Reason
from prompts.phrases import Phrase
from tests.lone_phone import LonePhone, lone_caller, lone_phone
from tests.phones import AGENT_TONE, CALLER, CALLER_TONE, hears, hears_prompt
from tests.system.conftest import OpenStage
from tests.system.stage import Stage

pytestmark = pytest.mark.system

AGENT, OTHER = "vaccine-1", "vaccine-2"
KEYS = "14"
PROMISED = 5.0
"""Seconds from the vanishing of a phone that rings to the next one's ring."""


def alone(s: Stage, answers_after: float = -1.0) -> AbstractAsyncContextManager[LonePhone]:
    """The agent's phone, in a process of its own."""
    secret = keep_secrets(s.settings.var, [AGENT]).phones[AGENT]
    return lone_phone(s.switch, AGENT, secret, answers_after)


async def is_there(s: Stage) -> None:
    await s.until(lambda: s.hotline.board.dispatch.floor.seat(AGENT).phone_up)


def presence(s: Stage) -> tuple[Presence, str | None]:
    seat = s.hotline.board.dispatch.floor.seat(AGENT)
    return seat.presence, seat.reason


async def test_a_phone_that_vanishes_while_it_rings_gives_its_caller_to_the_next(open_stage: OpenStage) -> None:
    async with open_stage(ring=30.0, wrap_up=0.0) as s, alone(s) as phone:
        await is_there(s)
        caller = await s.caller()
        await caller.press(KEYS)
        await phone.says("ringing")
        other = await s.agent(OTHER)
        vanished = time.monotonic()
        phone.vanish()
        ring = await other.ringing(PROMISED)
        assert time.monotonic() - vanished < PROMISED
        assert presence(s) == (Presence.OFFLINE, None)
        talk = await ring.answer()
        talk.speak(AGENT_TONE, endless=True)
        await hears(caller, AGENT_TONE)
        await caller.hang_up()
        cdr = await s.record()
        assert (cdr.agent, cdr.outcome) == (OTHER, Outcome.TALKED)
        events = [entry.event for entry in s.entries]
        assert [event.agent for event in events if isinstance(event, Offered)] == [AGENT, OTHER]
        assert next(event.result for event in events if isinstance(event, OfferEnded)) is OfferResult.UNREACHABLE


async def test_a_phone_that_is_gone_when_it_is_called_is_not_waited_for(open_stage: OpenStage) -> None:
    """The switch has not noticed yet: the phone says nothing to the INVITE."""
    async with open_stage(ring=30.0, wrap_up=0.0, changed={"sip": {"qualify": 60}}) as s, alone(s) as phone:
        await is_there(s)
        caller = await s.caller()
        await caller.press(KEYS)
        phone.freeze()
        await s.noted(Offered)
        rung = time.monotonic()
        other = await s.agent(OTHER)
        ring = await other.ringing(PROMISED)
        assert time.monotonic() - rung < PROMISED
        assert presence(s) == (Presence.BREAK, BreakReason.UNREACHABLE)
        await ring.answer()
        await s.noted(TalkBegan)
        await caller.hang_up()
        await s.record()


async def test_a_phone_that_vanishes_out_of_a_talk_gives_its_caller_back_to_the_head_of_the_line(
    open_stage: OpenStage,
) -> None:
    async with open_stage(ring=30.0, wrap_up=0.0) as s, alone(s, 0.2) as phone:
        alerts: list[Order] = []
        s.hotline.board.dispatch.watch(alerts.append)
        await is_there(s)
        caller = await s.caller()
        await caller.press(KEYS)
        await phone.says("answered")
        await hears(caller, AGENT_TONE)
        later = await s.caller("13900000002")
        await later.press(KEYS)
        phone.vanish()
        vanished = time.monotonic()
        await s.noted(PassedBack, within=12.0)
        assert time.monotonic() - vanished < 10.0
        await hears_prompt(caller, load_sound(s.settings.sounds / f"{Phrase.INTERRUPTED}.alaw"))
        caller.speak(CALLER_TONE, endless=True)
        other = await s.agent(OTHER, answers(0.1, speaking=622.0))
        await s.noted(TalkBegan, 2)
        await hears(other.talks[0], CALLER_TONE)  # not the one who came later
        assert presence(s) == (Presence.OFFLINE, None)
        await caller.hang_up()
        await later.hang_up()
        cdr = await s.record()
        assert (cdr.agent, cdr.outcome, cdr.reason) == (OTHER, Outcome.TALKED, Reason.CALLER_HUNG_UP)
        first = s.entries[0].call
        ends = [e.event.by for e in s.entries if e.call == first and isinstance(e.event, TalkEnded)]
        assert ends == [Party.LOST, Party.CALLER]
        assert [alert.agent for alert in alerts if isinstance(alert, Alert)] == [AGENT]
        await s.record("13900000002")


async def test_asterisk_says_whose_sound_stopped_and_that_nobody_hung_up(open_stage: OpenStage) -> None:
    """First the agent's, whose phone still counts as there; then the caller's."""
    silence = {"sip": {"qualify": 60}, "rtp": {"timeout": 2}}
    async with (
        open_stage(ring=30.0, wrap_up=0.0, changed=silence) as s,
        alone(s, 0.2) as phone,
        lone_caller(s.switch, CALLER, KEYS) as caller,
    ):
        await phone.says("answered")
        await s.noted(TalkBegan)
        phone.freeze()
        await s.noted(PassedBack, within=10.0)
        assert presence(s) == (Presence.BREAK, BreakReason.UNREACHABLE)
        caller.freeze()
        cdr = await s.record()
        assert (cdr.outcome, cdr.reason) == (Outcome.TALKED, Reason.MEDIA_LOST)
