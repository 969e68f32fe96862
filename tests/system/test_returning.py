"""System: an agent's telephone is frozen for some seconds in a talk, then killed and begun anew; the talk goes on.

Under the name of a browser's account; what the page itself does is for the tests with a browser.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.agent import Presence
from hotline.operators import Published
from hotline.secrets import keep_secrets
from hotline.sound_file import load as load_sound
from ivr.events import AgentAway, AgentBack, PassedBack, TalkBegan, TalkEnded
from ivr.outcomes import Outcome
from ivr.talk.states import State
from prompts.phrases import Phrase
from tests.lone_phone import lone_phone
from tests.phones import AGENT_TONE, hears, hears_prompt
from tests.system.conftest import OpenStage
from tests.system.stage import shipped_plan

pytestmark = pytest.mark.system

AGENT, PAGE = "vaccine-1", "web-vaccine-1"
KEYS = "14"


def at_a_page() -> Published:
    """The shipped hotline, its agent at an ordinary telephone under the name of their browser."""
    published = shipped_plan(ring=30.0, wrap_up=0.0)
    agents = dict(published.plan.agents)
    agents[AGENT] = agents[AGENT].model_copy(update={"phones": (PAGE,)})
    return replace(published, plan=published.plan.model_copy(update={"agents": agents}))


async def test_a_phone_that_froze_or_began_anew_is_back_in_its_talk(open_stage: OpenStage) -> None:
    async with open_stage(published=at_a_page(), changed={"webrtc": {"enabled": False}}) as s:
        secret = keep_secrets(s.settings.var, [PAGE]).phones[PAGE]
        floor, talks = s.hotline.board.dispatch.floor, s.hotline.board.conversations
        async with lone_phone(s.switch, PAGE, secret, 0.2) as phone:
            await s.until(lambda: floor.seat(AGENT).phone_up)
            caller = await s.caller()
            await caller.press(KEYS)
            await s.noted(TalkBegan)
            await hears(caller, AGENT_TONE)
            phone.freeze()
            await s.noted(AgentAway, within=8.0)
            await hears_prompt(caller, load_sound(s.settings.sounds / f"{Phrase.AWAY}.alaw"))
            assert (talks.all()[0].state, floor.seat(AGENT).presence) == (State.AWAY, Presence.TALKING)
            phone.thaw()
            await s.noted(AgentBack, within=8.0)
            await hears(caller, AGENT_TONE)
            phone.vanish()
            await s.noted(AgentAway, 2, within=8.0)
        async with lone_phone(s.switch, PAGE, secret, 0.0) as phone:
            await phone.says("returning")
            await s.noted(AgentBack, 2, within=10.0)
            await hears(caller, AGENT_TONE)
            await caller.hang_up()
            cdr = await s.record()
        assert (cdr.agent, cdr.outcome) == (AGENT, Outcome.TALKED)
        events = [entry.event for entry in s.entries]
        assert [event.again for event in events if isinstance(event, AgentBack)] == [False, True]
        assert not [event for event in events if isinstance(event, PassedBack)]
        assert sum(isinstance(event, TalkEnded) for event in events) == 1
