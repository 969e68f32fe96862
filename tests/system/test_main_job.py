"""System: a caller reaches the right person, or a recording and a message. Real SIP, real sound, real Asterisk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from hotline import ear
from hotline.operators import Published
from hotline.phone import answers, never_answers, refuses
from hotline.sealing import vault_of
from hotline.talk import Talk
from ivr.events import (
    EndReached,
    MessageLeft,
    Offered,
    OfferEnded,
    RecordingBegan,
    RecordingEnded,
    StepHeard,
    TalkBegan,
    WaitBegan,
    WaitEnded,
)
from ivr.outcomes import OfferResult, Outcome, Reason, WaitEnd
from records.cdr import Cdr
from tests.databases import execute
from tests.phones import AGENT_TONE, CALLER_TONE, CARRIER_TONE, hear_each_other, hears
from tests.system.conftest import OpenStage
from tests.system.stage import HOLIDAY, MAKE_UP_WORKDAY, NIGHT, Stage, shipped_plan

pytestmark = pytest.mark.system


def path(cdr: Cdr) -> list[str]:
    """The kinds of a record's segments, menus told once."""
    names = [type(segment).__name__ for segment in cdr.segments]
    return [name for at, name in enumerate(names) if name != "Menu" or at == 0 or names[at - 1] != "Menu"]


# ── to a person ─────────────────────────────────────────────────────────────


async def test_consult_immunization_an_agent_talks_and_the_record_tells_it_all(open_stage: OpenStage) -> None:
    async with open_stage(ring=20.0) as s:
        agent = await s.agent("vaccine-1")
        caller = await s.caller()
        await s.hears(caller, "main-menu", share=0.3)
        await caller.press("1")
        await s.hears(caller, "consult-menu", share=0.3)
        await caller.press("4")
        ring = await agent.ringing()
        await s.hears(caller, "connecting-immunization")  # heard while the phone rings
        talk = await ring.answer()
        await hear_each_other(caller, talk)
        await talk.hang_up()
        await caller.ended()
        cdr = await s.record()
        assert (cdr.line, cdr.agent, cdr.keys) == ("immunization", "vaccine-1", "1,4")
        assert (cdr.outcome, cdr.reason) == (Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)
        assert path(cdr) == ["Menu", "Wait", "Offer", "Talk"]
        assert s.heard(caller) == [
            "greeting",
            "main-menu",
            "consult-menu",
            "recording-notice",
            "connecting-immunization",
        ]
        assert cdr.recording is not None
        vault = vault_of(s.settings)
        await s.until(lambda: not vault.about(cdr.recording or "").plain, within=10.0)
        assert [file.name for file in s.settings.recordings.rglob("*.wav*")] == [f"{cdr.recording[17:]}.wav.sealed"]
        recording = s.recording(cdr.recording)
        assert ear.tone(recording, AGENT_TONE) + ear.tone(recording, CALLER_TONE) > 0.5  # both sides are in it
        assert min(ear.tone(recording, AGENT_TONE), ear.tone(recording, CALLER_TONE)) > 0.05


async def test_report_at_night_an_emergency_reaches_the_duty_phone(open_stage: OpenStage) -> None:
    async with open_stage(NIGHT) as s:
        caller = await s.caller()
        await caller.press("22")
        await hears(caller, CARRIER_TONE, within=45.0)
        assert s.carrier.dialled == ["02200000002"]
        await caller.hang_up()
        cdr = await s.record()
        assert (cdr.line, cdr.agent, cdr.outcome) == ("emergency", None, Outcome.TALKED)
        assert cdr.reached is not None
        assert (cdr.reached.kind, cdr.reached.open) == ("line", True)


async def test_booking_reaches_the_partner_outside(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        caller = await s.caller()
        await caller.press("3")
        await hears(caller, CARRIER_TONE, within=45.0)
        assert s.carrier.dialled == ["02200000003"]
        (partner,) = s.carrier.phone.talks
        await partner.hang_up()
        await caller.ended()
        cdr = await s.record()
        assert (cdr.line, cdr.outcome, cdr.reason) == ("booking", Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)
        assert cdr.reached is not None
        assert cdr.reached.kind == "outside"


async def test_the_partner_gets_no_more_calls_at_once_than_agreed(open_stage: OpenStage) -> None:
    published = shipped_plan()
    booking = published.plan.lines["booking"]
    assert booking.outside is not None
    narrow = booking.model_copy(update={"outside": booking.outside.model_copy(update={"simultaneous": 1})})
    lines = {**published.plan.lines, "booking": narrow}
    published = Published(published.plan.model_copy(update={"lines": lines}), published.version)
    async with open_stage(published=published) as s:
        first, second = await s.caller("13900000001"), await s.caller("13900000002")
        await first.press("3")
        await hears(first, CARRIER_TONE, within=45.0)
        await second.press("3")
        await s.hears(second, "all-busy")
        await first.hang_up()
        await hears(second, CARRIER_TONE, within=45.0)
        await second.hang_up()
        await s.record("13900000002")
        assert s.carrier.most_at_once == 1
        assert len(s.carrier.dialled) == 2


async def test_a_caller_who_waits_too_long_is_asked_for_a_message(open_stage: OpenStage) -> None:
    async with open_stage(maximum_wait=4.0) as s:
        await s.agent("vct-1", answers(speaking=AGENT_TONE))
        first, second = await s.caller("13900000001"), await s.caller("13900000002")
        await first.press("15")
        await hears(first, AGENT_TONE, within=45.0)
        await second.press("15")
        await s.hears(second, "overflow-message", within=60.0)
        await s.noted(RecordingBegan, within=60.0)
        await second.hang_up()
        await first.hang_up()
        cdr = await s.record("13900000002")
        assert (cdr.line, cdr.outcome, cdr.reason) == ("hiv-counselling", Outcome.INFORMED, Reason.NO_MESSAGE)
        assert WaitEnd.MAXIMUM_WAIT in [e.event.end for e in s.entries if isinstance(e.event, WaitEnded)]


async def test_silence_leads_to_a_person(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        agent = await s.agent("vaccine-1", answers(speaking=AGENT_TONE))
        caller = await s.caller()
        await hears(caller, AGENT_TONE, within=60.0)
        assert s.heard(caller)[:5] == ["greeting", "main-menu", "nothing-heard", "main-menu", "to-a-person"]
        assert agent.live == 1
        await caller.hang_up()
        assert (await s.record()).line == "health-knowledge"


async def test_three_wrong_keys_lead_to_a_person(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        await s.agent("vaccine-1", answers(speaking=AGENT_TONE))
        caller = await s.caller()
        for times in range(1, 4):
            await caller.press("8")
            await s.noted(StepHeard, times + 1)
            if times == 1:
                await s.hears(caller, "wrong-key")
        await hears(caller, AGENT_TONE, within=60.0)
        await caller.hang_up()
        cdr = await s.record()
        assert (cdr.line, cdr.keys) == ("health-knowledge", "8,8,8")
        assert "wrong-key" in s.heard(caller)


async def test_zero_reaches_a_person_from_the_second_menu(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        await s.agent("vct-1", answers(speaking=AGENT_TONE))
        caller = await s.caller()
        await s.hears(caller, "main-menu", share=0.3)
        await caller.press("1")
        await s.hears(caller, "consult-menu", share=0.3)
        await caller.press("0")
        await hears(caller, AGENT_TONE, within=60.0)
        await caller.hang_up()
        assert (await s.record()).line == "health-knowledge"


async def test_keys_ahead_of_the_prompts_count(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        await s.agent("women-1", answers(speaking=AGENT_TONE))
        caller = await s.caller()
        await caller.press("12")
        await hears(caller, AGENT_TONE, within=45.0)
        await caller.hang_up()
        cdr = await s.record()
        assert (cdr.line, cdr.keys) == ("womens-health", "1,2")
        assert not {"main-menu", "consult-menu"} & set(s.heard(caller))


async def test_another_agent_is_rung_when_the_first_never_answers(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        silent = await s.agent("women-1", never_answers)
        await s.agent("women-2", answers(speaking=AGENT_TONE))
        caller = await s.caller()
        await caller.press("12")
        await hears(caller, AGENT_TONE, within=60.0)
        await caller.hang_up()
        cdr = await s.record()
        assert cdr.agent == "women-2"
        assert [e.event.agent for e in s.entries if isinstance(e.event, Offered)] == ["women-1", "women-2"]
        results = [e.event.result for e in s.entries if isinstance(e.event, OfferEnded)]
        assert results == [OfferResult.UNANSWERED, OfferResult.ANSWERED]
        assert silent.live == 0


async def test_another_agent_is_rung_when_the_first_refuses(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        await s.agent("women-1", refuses())
        await s.agent("women-2", answers(speaking=AGENT_TONE))
        caller = await s.caller()
        await caller.press("12")
        await hears(caller, AGENT_TONE, within=45.0)
        await caller.hang_up()
        await s.record()
        results = [e.event.result for e in s.entries if isinstance(e.event, OfferEnded)]
        assert results == [OfferResult.REFUSED, OfferResult.ANSWERED]


async def test_a_second_caller_waits_with_the_place_said_and_music_and_is_next(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        agent = await s.agent("vct-1", answers(speaking=AGENT_TONE))
        callers = []
        for number in ("13900000001", "13900000002", "13900000003"):
            caller = await s.caller(number)
            await caller.press("15")
            callers.append(caller)
            await s.noted(WaitBegan, len(callers))
        await hears(callers[0], AGENT_TONE, within=45.0)
        await s.hears(callers[2], "all-busy", share=0.2)
        await s.until(lambda: ear.level(callers[2].handset.since(callers[2].handset.seconds - 1)) > -50)
        await callers[0].hang_up()
        await hears(callers[1], AGENT_TONE, within=45.0)
        await callers[1].hang_up()
        await hears(callers[2], AGENT_TONE, within=45.0)
        await callers[2].hang_up()
        await s.record("13900000003")
        assert [talk.number for talk in agent.talks] == ["13900000001", "13900000002", "13900000003"]


async def test_nobody_on_shift_leads_to_a_message_whose_sound_is_in_the_file(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        caller = await s.caller()
        await caller.press("21")
        await s.hears(caller, "leave-message", within=60.0)
        await s.noted(RecordingBegan)
        caller.speak(700.0, endless=True)
        await s.until(lambda: caller.handset.speaking)
        await seconds_pass(s, caller, 5.0)
        await caller.hang_up()
        await message_was_left(s, "health-supervision", 700.0)
        assert [e.event.end for e in s.entries if isinstance(e.event, WaitEnded)] == [WaitEnd.NOBODY_ON_SHIFT]


# ── after hours ─────────────────────────────────────────────────────────────


async def test_after_hours_the_lines_recording_is_heard_and_a_message_is_left(open_stage: OpenStage) -> None:
    async with open_stage(NIGHT) as s:
        caller = await s.caller()
        await caller.press("16")
        await s.hears(caller, "closed-animal-injury", within=60.0)
        await s.noted(RecordingBegan, within=60.0)
        caller.speak(700.0, endless=True)
        await seconds_pass(s, caller, 5.0)
        await caller.press("#")
        await s.hears(caller, "message-thanks")
        await caller.ended()
        await message_was_left(s, "animal-injury", 700.0)
        assert s.heard(caller)[-3:] == ["closed-animal-injury", "leave-message", "message-thanks"]


@pytest.mark.parametrize(
    ("at", "kind", "opened"), [(HOLIDAY, "message", False), (MAKE_UP_WORKDAY, "line", True)], ids=["holiday", "make-up"]
)
async def test_a_holiday_is_closed_and_a_make_up_workday_is_open(
    open_stage: OpenStage, at: datetime, kind: str, opened: bool
) -> None:
    async with open_stage(at) as s:
        await s.agent("vaccine-1", never_answers)
        caller = await s.caller()
        await caller.press("14")
        await s.hears(caller, "recording-notice" if opened else "closed-immunization", within=45.0)
        await s.noted(EndReached, within=60.0)
        await caller.hang_up()
        cdr = await s.record()
        assert cdr.reached is not None
        assert (cdr.reached.kind, cdr.reached.line, cdr.reached.open) == (kind, "immunization", opened)


async def seconds_pass(s: Stage, talk: Talk, seconds: float) -> None:
    """So much sound comes and goes on a talk."""
    until = talk.handset.seconds + seconds
    await s.until(lambda: talk.handset.seconds >= until, within=seconds + 10.0)


async def message_was_left(s: Stage, line: str, hertz: float) -> None:
    """The record says so, and the caller's own sound is in the file."""
    cdr = await s.record()
    assert (cdr.outcome, cdr.line) == (Outcome.MESSAGE, line)
    (message,) = [e.event for e in s.entries if isinstance(e.event, MessageLeft)]
    assert (message.line, message.file) == (line, cdr.recording)
    assert message.seconds >= 4
    sound = s.recording(message.file)
    assert ear.tone(sound, hertz) > 0.8
    assert ear.level(sound) > -30
    await s.until(lambda: orders_of(s) != [])  # somebody has to listen to it
    assert orders_of(s) == [("message", line, message.file)]


def orders_of(s: Stage) -> list[Any]:
    return execute(s.settings.database_url, "SELECT source, line, recording FROM orders")


# ── hang-ups ────────────────────────────────────────────────────────────────


async def test_a_hang_up_in_the_greeting(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        caller = await s.caller()
        await s.hears(caller, "greeting", share=0.3)
        await caller.hang_up()
        cdr = await s.record()
        assert (cdr.outcome, cdr.reason, cdr.line) == (Outcome.LEFT, Reason.CALLER_HUNG_UP, None)


async def test_a_hang_up_in_the_menu(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        caller = await s.caller()
        await caller.press("1")
        await s.hears(caller, "consult-menu", share=0.3)
        await caller.hang_up()
        assert (await s.record()).outcome is Outcome.LEFT


async def test_a_hang_up_while_waiting(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        await s.agent("vct-1", answers(speaking=AGENT_TONE))
        first, second = await s.caller("13900000001"), await s.caller("13900000002")
        await first.press("15")
        await hears(first, AGENT_TONE, within=45.0)
        await second.press("15")
        await s.hears(second, "all-busy")
        await second.hang_up()
        cdr = await s.record("13900000002")
        assert (cdr.outcome, path(cdr)) == (Outcome.ABANDONED, ["Menu", "Wait"])
        await first.hang_up()


async def test_a_hang_up_while_a_phone_rings_stops_the_ringing(open_stage: OpenStage) -> None:
    async with open_stage(ring=30.0) as s:
        agent = await s.agent("vct-1")
        caller = await s.caller()
        await caller.press("15")
        ring = await agent.ringing()
        await caller.hang_up()
        await ring.withdrawn(within=5.0)
        cdr = await s.record()
        assert (cdr.outcome, path(cdr)) == (Outcome.ABANDONED, ["Menu", "Wait", "Offer"])
        assert [e.event.result for e in s.entries if isinstance(e.event, OfferEnded)] == [OfferResult.WITHDRAWN]


async def test_a_hang_up_while_talking_lets_the_agent_go(open_stage: OpenStage) -> None:
    async with open_stage() as s:
        agent = await s.agent("vaccine-1", answers(speaking=AGENT_TONE))
        caller = await s.caller()
        await caller.press("14")
        await hears(caller, AGENT_TONE, within=45.0)
        await caller.hang_up()
        await agent.talks[0].ended(within=5.0)
        cdr = await s.record()
        assert (cdr.outcome, cdr.reason) == (Outcome.TALKED, Reason.CALLER_HUNG_UP)
        began = [e.event.file for e in s.entries if isinstance(e.event, RecordingBegan)]
        assert began == [e.event.file for e in s.entries if isinstance(e.event, RecordingEnded)]
        assert sum(isinstance(e.event, TalkBegan) for e in s.entries) == 1
