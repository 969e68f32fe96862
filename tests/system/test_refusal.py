"""System: a caller who does not want to be recorded presses a key, and talks unrecorded. Real SIP, real Asterisk."""

from __future__ import annotations

import pytest

from ivr.events import RecordingRefused, TalkBegan
from tests.phones import AGENT_TONE, CALLER_TONE, hears_only
from tests.system.conftest import OpenStage

pytestmark = pytest.mark.system


async def test_a_caller_presses_9_at_the_notice_and_no_sound_of_theirs_is_kept(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        agent = await s.agent("vaccine-1")
        caller = await s.caller()
        await caller.press("1")
        await caller.press("4")
        await s.hears(caller, "recording-notice", share=0.3)
        await caller.press("9")
        await s.noted(RecordingRefused)
        talk = await (await agent.ringing()).answer()
        await s.noted(TalkBegan)
        caller.speak(CALLER_TONE)
        talk.speak(AGENT_TONE)
        await hears_only(caller, AGENT_TONE)
        await talk.hang_up()
        await caller.ended()
        cdr = await s.record()
        assert (cdr.recording, cdr.recording_refused, cdr.keys) == (None, True, "1,4")
        assert list(s.settings.recordings.rglob("*.wav*")) == []
