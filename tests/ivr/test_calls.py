"""Shell: whole calls on a fake switch in virtual time, in every order that things can happen."""

from __future__ import annotations

from functools import partial

import pytest

from acd.agent import Presence
from ivr.dispatch import Dispatch
from ivr.events import (
    CallArrived,
    CallEnded,
    EndReached,
    MessageLeft,
    NotRecorded,
    Offered,
    OfferEnded,
    RecordingBegan,
    RecordingEnded,
    RecordingRefused,
    StepHeard,
    TalkBegan,
    TalkEnded,
    WaitEnded,
)
from ivr.outcomes import OfferResult, Outcome, Party, Reason, WaitEnd
from ivr.switch import Arrived, LinkDown, LinkUp, Phone, Recorded, SwitchError, TalkFound
from ivr.switchboard import Service
from records.folding import fold
from routing.check import read_plan
from routing.plan import Plan
from tests.ivr.fake_switch import Behaviour, FakeSwitch
from tests.ivr.house import CALLER, NIGHT, house
from tests.routing.plans import SMALL

pytestmark = pytest.mark.looptime

# ── to a line ───────────────────────────────────────────────────────────────


async def test_a_caller_chooses_a_line_talks_and_is_let_go_when_the_agent_hangs_up() -> None:
    async with house(ann=Behaviour(answers_after=3.0)) as h:
        h.switch.caller_dials(CALLER)
        await h.passes(3.0)  # into the menu
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        (bridge,) = h.switch.bridges.values()
        leg = bridge[1]
        assert bridge == (CALLER, leg)
        await h.passes(30.0)
        h.switch.ends(leg)
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)
        assert [sound for _, sound in h.switch.heard] == ["welcome", "choose", "notice", "connecting"]
        file = h.ledger.of(RecordingBegan)[0].file
        assert file == f"talks/2026/11/20/{leg}"
        (ended,) = h.ledger.of(RecordingEnded)
        assert ended.file == file
        assert ended.seconds == pytest.approx(30.0)
        assert h.is_clean()
        assert h.board.dispatch.floor.presences() == {Presence.WRAP_UP: 1}


@pytest.mark.parametrize(("number", "test"), [("13900000001", True), ("13900000002", False), ("", False)])
async def test_a_call_from_a_number_of_tests_says_so_in_its_first_fact(number: str, test: bool) -> None:
    async with house(tests=frozenset({"13900000001"})) as h:
        h.switch.caller_dials(CALLER, number=number)
        await h.ledger.noted(CallArrived)
        assert h.ledger.of(CallArrived)[0].test is test
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert fold(h.ledger.entries).test is test


async def test_the_caller_hangs_up_in_the_talk() -> None:
    async with house(ann=Behaviour(answers_after=1.0)) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)
        assert h.ledger.of(TalkEnded) == [TalkEnded(1, Party.CALLER)]
        assert h.is_clean()


async def test_keys_typed_ahead_skip_every_prompt_that_they_answer() -> None:
    async with house(ann=Behaviour(answers_after=1.0)) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        assert [sound for _, sound in h.switch.heard] == ["notice", "connecting"]


async def test_a_key_too_many_does_not_cut_the_notice_of_recording() -> None:
    async with house(ann=Behaviour(answers_after=0.0)) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "177")
        await h.ledger.noted(TalkBegan)
        began = h.ledger.entries[0].at
        assert (h.ledger.entries[-1].at - began).total_seconds() == pytest.approx(2.0, abs=0.01)


async def test_an_agent_who_calls_the_hotline_is_not_offered_their_own_call() -> None:
    async with house(NIGHT, ann=Behaviour(answers_after=1.0), n0221=Behaviour(answers_after=1.0)) as h:
        h.switch.channels.add("ann-calls")
        h.switch.tell(Arrived("ann-calls", "", "12320", phone="ann"))
        h.switch.caller_types("ann-calls", "2")
        await h.ledger.noted(TalkBegan)
        assert [offered.agent for offered in h.ledger.of(Offered)] == [None]
        h.switch.ends("ann-calls")
        await h.ledger.noted(CallEnded)
        await h.passes(0.1)
        assert h.board.dispatch.floor.presences() == {Presence.READY: 1}


async def test_a_key_during_a_prompt_cuts_it_short() -> None:
    async with house(ann=Behaviour(answers_after=1.0)) as h:
        h.switch.caller_dials(CALLER)
        await h.passes(2.5)
        h.switch.caller_types(CALLER, "3")
        await h.ledger.noted(EndReached)
        began = h.ledger.entries[0].at
        assert (h.ledger.entries[-1].at - began).total_seconds() == pytest.approx(2.5, abs=0.01)


async def test_silence_and_three_wrong_keys_lead_to_a_person() -> None:
    for keys, heard in (("", [None, None]), ("999", ["9", "9", "9"])):
        async with house(ann=Behaviour(answers_after=1.0)) as h:
            h.switch.caller_dials(CALLER)
            for key in keys:
                h.switch.caller_types(CALLER, key)
            await h.ledger.noted(TalkBegan)
            assert [step.heard for step in h.ledger.of(StepHeard) if step.node == "main"] == heard
            assert h.ledger.of(EndReached)[0].line == "desk"


async def test_zero_during_the_greeting_reaches_a_person() -> None:
    async with house(ann=Behaviour(answers_after=1.0)) as h:
        h.switch.caller_dials(CALLER)
        await h.passes(0.5)
        h.switch.caller_types(CALLER, "0")
        await h.ledger.noted(TalkBegan)
        assert [step.node for step in h.ledger.of(StepHeard)] == ["hello", "desk"]


# ── phones that do not answer ───────────────────────────────────────────────


@pytest.mark.parametrize(
    ("phone", "result"),
    [
        (Behaviour(), OfferResult.UNANSWERED),
        (Behaviour(fails_after=1.0, cause=21), OfferResult.REFUSED),
        (Behaviour(fails_after=1.0, cause=20), OfferResult.UNREACHABLE),
        (Behaviour(unknown=True), OfferResult.UNREACHABLE),
    ],
)
async def test_a_phone_that_does_not_answer_passes_the_caller_to_the_next(
    phone: Behaviour, result: OfferResult
) -> None:
    async with house(NIGHT, ann=phone, n0221=Behaviour(answers_after=1.0)) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "2")
        await h.ledger.noted(TalkBegan)
        assert [offered.agent for offered in h.ledger.of(Offered)] == ["ann", None]
        assert [ended.result for ended in h.ledger.of(OfferEnded)] == [result, OfferResult.ANSWERED]
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.is_clean()


async def test_nobody_on_shift_leads_to_a_message() -> None:
    async with house() as h:
        h.switch.speech = 7.0
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(CallEnded)
        assert h.ledger.of(WaitEnded)[0].end is WaitEnd.NOBODY_ON_SHIFT
        assert h.end == CallEnded(Outcome.MESSAGE, Reason.COMPLETED)
        assert [sound for _, sound in h.switch.heard][-2:] == ["speak", "thanks"]
        assert h.is_clean()


async def test_a_caller_who_waits_too_long_leaves_a_message_instead() -> None:
    async with house(ann=Behaviour(answers_after=1.0)) as h:
        for channel in ("first", "second"):
            h.switch.caller_dials(channel)
            h.switch.caller_types(channel, "1")
        await h.ledger.noted(TalkBegan)
        await h.passes(10.0)
        assert h.switch.music == {"second"}
        await h.ledger.noted(WaitEnded, 2)
        assert h.ledger.of(WaitEnded)[1].end is WaitEnd.MAXIMUM_WAIT


async def test_the_one_who_waits_is_told_the_place_and_is_next() -> None:
    async with house(ann=Behaviour(answers_after=1.0)) as h:
        for channel in ("first", "second", "third"):
            h.switch.caller_dials(channel)
            h.switch.caller_types(channel, "1")
            await h.passes(1.0)
        await h.ledger.noted(TalkBegan)
        await h.passes(10.0)
        assert ("third", "say-position-1") in h.switch.heard
        (leg,) = h.switch.channels - {"first", "second", "third"}
        h.switch.ends(leg)
        await h.ledger.noted(TalkBegan, 2)
        assert any("second" in members for members in h.switch.bridges.values())


# ── hang-ups in every phase ─────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("after", "keys", "outcome", "during"),
    [
        (0.2, "", Outcome.LEFT, "hello"),
        (3.0, "", Outcome.LEFT, "main"),
        (9.0, "", Outcome.LEFT, "main"),  # in the silence after the menu
        (1.0, "1", Outcome.ABANDONED, None),  # in the notice
        (3.0, "1", Outcome.ABANDONED, None),  # while ringing, in the welcome
        (8.0, "1", Outcome.ABANDONED, None),  # while ringing, with music
    ],
)
async def test_a_hang_up_leaves_nothing_behind(after: float, keys: str, outcome: Outcome, during: str | None) -> None:
    async with house(ann=Behaviour()) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, keys)
        await h.passes(after)
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        await h.passes(0.1)
        assert h.end == CallEnded(outcome, Reason.CALLER_HUNG_UP, during)
        assert h.is_clean()
        assert h.board.dispatch.floor.presences() == {Presence.READY: 1}
        assert h.ledger.events[-1] == h.end


async def test_answer_and_hang_up_in_the_same_instant_in_both_orders() -> None:
    for first in ("answer", "hang-up"):
        async with house(ann=Behaviour()) as h:
            h.switch.caller_dials(CALLER)
            h.switch.caller_types(CALLER, "1")
            await h.ledger.noted(Offered)
            await h.passes(0.1)
            (leg,) = h.switch.channels - {CALLER}
            acts = [partial(h.switch._pick_up, leg), partial(h.switch.ends, CALLER)]
            for act in acts if first == "answer" else reversed(acts):
                act()
            await h.ledger.noted(CallEnded)
            await h.passes(0.1)
            assert h.is_clean()
            assert not h.board.dispatch.floor.talks()
            assert not h.board.dispatch.floor.offers()
            assert h.end.reason is Reason.CALLER_HUNG_UP


async def test_an_agent_who_hangs_up_in_the_instant_of_the_answer_costs_the_caller_only_the_place_of_a_moment() -> None:
    async with house(NIGHT, ann=Behaviour(), n0221=Behaviour(answers_after=1.0)) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "2")
        await h.ledger.noted(Offered)
        await h.passes(0.1)
        (leg,) = h.switch.channels - {CALLER}
        h.switch._pick_up(leg)
        h.switch.ends(leg)
        await h.ledger.noted(TalkBegan)
        assert [offered.agent for offered in h.ledger.of(Offered)] == ["ann", None]
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)
        assert h.is_clean()


# ── messages ────────────────────────────────────────────────────────────────


async def test_a_message_after_hours_ends_with_the_hang_up_and_is_kept() -> None:
    async with house(NIGHT) as h:
        h.switch.speech = 100.0
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(RecordingBegan)
        await h.passes(20.0)
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.ledger.of(EndReached)[0] == EndReached("message", "desk", False, "周五，服务时间 08:30-16:30")
        (message,) = h.ledger.of(MessageLeft)
        assert message.line == "desk"
        assert message.seconds == pytest.approx(20.0)
        assert h.end == CallEnded(Outcome.MESSAGE, Reason.COMPLETED)
        assert h.is_clean()


async def test_the_key_that_ends_a_message_does_not_cut_the_thanks_short() -> None:
    async with house(NIGHT) as h:
        h.switch.speech = 100.0
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(RecordingBegan)
        await h.passes(5.0)
        h.switch.caller_types(CALLER, "#")
        await h.ledger.noted(CallEnded)
        assert h.switch.heard[-1] == (CALLER, "thanks")
        assert h.end == CallEnded(Outcome.MESSAGE, Reason.COMPLETED)


async def test_a_recording_without_speech_is_no_message() -> None:
    async with house(NIGHT) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(CallEnded)
        assert h.ledger.of(MessageLeft) == []
        assert h.end == CallEnded(Outcome.INFORMED, Reason.NO_MESSAGE)
        assert "thanks" not in [sound for _, sound in h.switch.heard]


async def test_who_speaks_into_a_recording_that_breaks_off_is_told_so() -> None:
    async with house(NIGHT) as h:
        h.switch.speech = 100.0
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(RecordingBegan)
        (began,) = h.ledger.of(RecordingBegan)
        await h.passes(5.0)
        h.switch.tell(Recorded(began.file, None, None, failed=True))
        await h.ledger.noted(CallEnded)
        assert h.ledger.of(MessageLeft) == []
        assert h.switch.heard[-1] == (CALLER, "say-no-message")
        assert h.end == CallEnded(Outcome.INFORMED, Reason.NO_MESSAGE)


async def test_when_the_disk_has_no_room_the_caller_is_told_that_no_message_can_be_taken() -> None:
    async with house(NIGHT) as h:
        h.board.conversations.room.messages = False
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(CallEnded)
        assert h.ledger.of(NotRecorded) == [NotRecorded("message", "no_room")]
        assert h.ledger.of(RecordingBegan) == []
        assert h.switch.heard[-1] == (CALLER, "say-no-message")
        assert h.end == CallEnded(Outcome.INFORMED, Reason.NO_MESSAGE)
        assert h.is_clean()


# ── failures of ours and theirs ─────────────────────────────────────────────


async def test_a_switch_that_fails_a_call_ends_this_call_alone() -> None:
    async with house(ann=Behaviour(answers_after=1.0)) as h:
        h.switch.broken = True
        h.switch.caller_dials("unlucky")
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.FAILED, Reason.SWITCH_ERROR)
        h.switch.broken = False
        h.switch.caller_dials("lucky")
        h.switch.caller_types("lucky", "1")
        await h.ledger.noted(TalkBegan)


async def test_a_bug_ends_one_call_with_an_apology_and_the_service_goes_on() -> None:
    async with house(ann=Behaviour(answers_after=1.0)) as h:
        sounds, h.board._make_service = h.board._make_service, _buggy
        h.switch.caller_dials("unlucky")
        h.switch.caller_types("unlucky", "5")  # a key does not cut the apology
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.FAILED, Reason.BUG)
        assert ("unlucky", "sorry") in h.switch.heard
        h.board._make_service = sounds
        h.switch.caller_dials("lucky")
        h.switch.caller_types("lucky", "1")
        await h.ledger.noted(TalkBegan)


def _buggy(dispatch: Dispatch) -> Service:
    del dispatch

    async def flow(call: object) -> None:
        raise ZeroDivisionError(call)

    return Service(flow, "v1", ("sorry",))


async def test_a_prompt_whose_end_was_told_while_the_link_was_down_does_not_hold_the_caller() -> None:
    async with house(ann=Behaviour(answers_after=1.0)) as h:
        h.switch.caller_dials(CALLER)
        await h.passes(0.5)
        for playing in h.switch.playing.values():
            playing.timer.cancel()  # its end is never told
        h.switch.tell(LinkDown())
        h.switch.tell(LinkUp(restarted=False))
        h.switch.caller_types(CALLER, "3")
        await h.ledger.noted(EndReached)


async def test_the_engines_end_holds_nobody_in_what_was_being_said_to_them() -> None:
    async with house(ann=Behaviour(answers_after=1.0)) as h:
        h.switch.caller_dials(CALLER)
        await h.passes(0.5)
        assert h.switch.playing
    assert h.switch.released == [CALLER]
    assert h.switch.kept_by_a_prompt == []


async def test_the_engines_end_releases_callers_to_the_dialplan_and_leaves_talks_alone() -> None:
    async with house(ann=Behaviour(answers_after=1.0)) as h:
        for channel in ("talking", "waiting"):
            h.switch.caller_dials(channel)
            h.switch.caller_types(channel, "1")
        await h.ledger.noted(TalkBegan)
        await h.passes(10.0)
    ends = {entry.call: entry.event for entry in h.ledger.entries if isinstance(entry.event, CallEnded)}
    assert sorted(ends.values(), key=lambda end: end.outcome) == [
        CallEnded(Outcome.FAILED, Reason.ENGINE_STOPPED),
        CallEnded(Outcome.TALKED, Reason.ENGINE_STOPPED),
    ]
    assert h.switch.released == ["waiting"]
    assert len(h.switch.bridges) == 1


async def test_a_talk_from_before_ends_for_both_when_one_side_hangs_up() -> None:
    async with house() as h:
        h.switch.channels |= {"caller", "old-leg"}
        h.switch.bridges["old"] = ("caller", "old-leg")
        h.switch.phone_up("ann", Behaviour(answers_after=1.0))
        h.switch.tell(TalkFound("old", frozenset({"caller", "old-leg"}), {"old-leg": "ann"}))
        await h.passes(1.0)
        assert h.board.dispatch.floor.presences() == {Presence.BREAK: 1}  # and is offered nothing
        h.switch.ends("old-leg")
        await h.passes(1.0)
        assert h.is_clean()
        assert h.board.dispatch.floor.presences() == {Presence.READY: 1}


async def test_of_three_from_before_two_talk_on_until_the_caller_hangs_up() -> None:
    async with house() as h:
        h.switch.channels |= {"caller", "one", "other"}
        h.switch.bridges["old"] = ("caller", "one", "other")
        legs = frozenset({"one", "other"})
        h.switch.phone_up("ann", Behaviour(answers_after=1.0))
        h.switch.tell(TalkFound("old", legs | {"caller"}, {"one": "ann"}, legs))
        await h.passes(1.0)
        assert h.board.dispatch.floor.presences() == {Presence.BREAK: 1}
        h.switch.ends("one")
        await h.passes(1.0)
        assert h.switch.hears("caller") == {"other"}
        assert h.board.dispatch.floor.presences() == {Presence.READY: 1}  # who left is let back at once
        h.switch.ends("caller")
        await h.passes(1.0)
        assert h.is_clean()


async def test_no_phone_is_rung_twice_under_one_name() -> None:
    switch = FakeSwitch({"ann": Behaviour()})
    await switch.ring("leg", Phone("ann"), caller="", like="")
    with pytest.raises(SwitchError, match="409"):
        await switch.ring("leg", Phone("ann"), caller="", like="")


# ── who does not want to be recorded ────────────────────────────────────────


def refusable() -> Plan:
    """The small plan, whose desk lets callers refuse to be recorded with 9."""
    return read_plan({"plan.yaml": SMALL.replace("notice: notice}", "notice: notice, refuse: 9}")})


@pytest.mark.parametrize("when", ["in the notice", "just after it", "while a phone rings"])
async def test_a_caller_who_refuses_is_not_recorded_and_talks_all_the_same(when: str) -> None:
    async with house(plan=refusable(), ann=Behaviour(answers_after=15.0)) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.passes({"in the notice": 0.5, "just after it": 1.05, "while a phone rings": 12.0}[when])
        h.switch.caller_types(CALLER, "9")
        await h.ledger.noted(TalkBegan)
        await h.passes(30.0)
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.ledger.of(RecordingRefused) == [RecordingRefused()]
        assert h.ledger.of(RecordingBegan) == []
        assert h.end == CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)
        record = fold(h.ledger.entries)
        assert (record.recording, record.recording_refused, record.keys) == (None, True, "1")
        assert record.to_json()["recording_refused"] is True
        assert h.is_clean()


@pytest.mark.parametrize("keys", ["91", "1"])
async def test_that_key_before_the_notice_or_in_the_talk_refuses_nothing(keys: str) -> None:
    async with house(plan=refusable(), ann=Behaviour(answers_after=1.0)) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, keys)
        await h.ledger.noted(TalkBegan)
        h.switch.caller_types(CALLER, "9")
        await h.passes(5.0)
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.ledger.of(RecordingRefused) == []
        assert len(h.ledger.of(RecordingBegan)) == 1
        assert not fold(h.ledger.entries).recording_refused
