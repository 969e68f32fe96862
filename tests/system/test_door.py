"""System: callers who are not let in hear why, on a real switch; those who are inside notice nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from hotline import ear, nuisance
from hotline.operators import Published
from hotline.sound_file import load as load_sound
from hotline.talk import NotAnswered, Talk
from ivr.door.door import Treatment
from ivr.door.verdict import Lane, Why
from ivr.events import CallEnded, CallScreened
from ivr.outcomes import Outcome, Reason
from prompts.phrases import Phrase
from routing.caller_rule import CallerLimit, Callers
from tests.system.conftest import OpenStage
from tests.system.stage import WORKDAY, shipped_plan

pytestmark = pytest.mark.system


def _listening_early(talk: Talk) -> bool:
    """Whether the call is over; until then its phone takes in what is said before any answer."""
    talk.handset.pump(asyncio.get_running_loop().time())
    return talk.ending is not None


DAY = timedelta(days=1)
ONE_AT_A_TIME = Callers(number=CallerLimit(at_once=1), wall=1.0)


async def test_a_caller_who_is_sent_away_hears_a_sentence_for_nothing_and_then_the_busy_tone(
    open_stage: OpenStage,
) -> None:
    shipped = shipped_plan()
    plan = shipped.plan.model_copy(update={"callers": ONE_AT_A_TIME})
    async with open_stage(published=Published(plan, shipped.version)) as s:
        inside = await s.caller("13900000001")
        phone = await s.exchange.phone("13900000001", switch=s.switch)
        away = await phone.dial("12320")
        await away.until(_listening_early, 20.0)
        sentence = load_sound(s.settings.sounds / f"{Phrase.TOO_OFTEN}.alaw")
        assert await asyncio.to_thread(ear.find, sentence, away.unbroken, share=0.6) is not None
        with pytest.raises(NotAnswered) as refused:
            await away.answered(20.0)
        assert (refused.value.ending.status, refused.value.ending.cause) == (486, 17)
        await s.hears(inside, "greeting")
        nuisance.add(s.settings.var, "1390000009*", Treatment.BLOCK, "swears", "os:ann", WORKDAY, WORKDAY + DAY)
        phone = await s.exchange.phone("13900000099", switch=s.switch)
        blocked = await phone.dial("12320")
        assert (await blocked.ended(20.0)).status == 486, "the running engine sees the list"
        await inside.hang_up()
        await s.noted(CallEnded, 3)
        screened = [entry for entry in s.entries if isinstance(entry.event, CallScreened)]
        assert [entry.event for entry in screened] == [
            CallScreened(Lane.AWAY, Why.NUMBER),
            CallScreened(Lane.AWAY, Why.NUISANCE),
        ]
        (end,) = [e.event for e in s.entries if e.call == screened[0].call and isinstance(e.event, CallEnded)]
        assert end == CallEnded(Outcome.REJECTED, Reason.CALLER_LIMIT)
