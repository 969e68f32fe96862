"""Shell: what shift leaders do with talks, and whatever may happen meanwhile, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from acd.agent import Presence
from ivr.events import (
    Attendance,
    CallEnded,
    CallRaised,
    ConsultationAnswered,
    Flagged,
    LeaderCame,
    LeaderLeft,
    TalkBegan,
    TalkEnded,
    WaitBegan,
    WaitEnded,
)
from ivr.lead.attending import MODES
from ivr.lead.supervision import Supervision
from ivr.outcomes import Outcome, Party, Reason, WaitEnd
from ivr.talk.states import State
from ivr.talk.targets import Refused, ToAgent, ToLine
from routing.check import read_plan
from routing.line_rule import Confidential
from routing.plan import Plan
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import CALLER, House, house
from tests.ivr.test_conversation import ended, leg_of, over, presence
from tests.routing.plans import SMALL

pytestmark = pytest.mark.looptime

PLAN = read_plan(
    {
        "led.yaml": SMALL.replace(
            "  ann: {name: 甲, lines: [desk, night]}",
            "  ann: {name: 甲, lines: [desk, night]}\n  bob: {name: 乙, lines: [desk]}\n"
            "  chief: {name: 班长, lines: {}, leader: true}\n  deputy: {name: 副班长, lines: {}, leader: true}",
        )
    }
)
QUICK = Behaviour(answers_after=1.0)
SILENT = Behaviour()


@asynccontextmanager
async def talk(**phones: Behaviour) -> AsyncIterator[tuple[House, Supervision]]:
    """A caller who talks with ann for ten seconds; leaders are there whose phones are given, chief if none is."""
    phones = phones or {"chief": QUICK}
    async with house(plan=PLAN, ann=QUICK, **phones) as h:  # type: ignore[arg-type]  # phones alone
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        await h.passes(10.0)
        yield h, h.supervision


def leader_leg(h: House) -> str:
    (leg,) = [name for name in h.switch.channels if "-v" in name and "-ear" not in name]
    return leg


def who_hears_whom(h: House) -> dict[str, set[str]]:
    """Of caller, ann and the leader."""
    names = {CALLER: "caller", leg_of(h, 1): "ann", leader_leg(h): "chief"}
    return {name: {names[voice] for voice in h.switch.hears(channel)} for channel, name in names.items()}


HEARD = {
    Attendance.LISTENING: {"caller": {"ann"}, "ann": {"caller"}, "chief": {"caller", "ann"}},
    Attendance.WHISPERING: {"caller": {"ann"}, "ann": {"caller", "chief"}, "chief": {"caller", "ann"}},
    Attendance.JOINED: {"caller": {"ann", "chief"}, "ann": {"caller", "chief"}, "chief": {"caller", "ann"}},
}
DO = {
    Attendance.LISTENING: Supervision.listen,
    Attendance.WHISPERING: Supervision.whisper,
    Attendance.JOINED: Supervision.join,
    Attendance.TALKING: Supervision.take,
}


@pytest.mark.parametrize("how", HEARD)
async def test_who_hears_whom(how: Attendance) -> None:
    async with talk() as (h, supervision):
        await DO[how](supervision, "chief", "ann")
        assert who_hears_whom(h) == HEARD[how]
        assert presence(h, "chief") is Presence.BREAK
        assert supervision.attending("chief") == (how, "ann")
        await h.passes(5.0)
        await over(h)
        assert presence(h, "chief") is Presence.READY
        assert supervision.attending("chief") is None
        assert [(e.leader, e.how) for e in h.ledger.of(LeaderCame)] == [("chief", how)]
        assert h.ledger.of(LeaderLeft) == [LeaderLeft("chief")]
        assert isinstance(h.ledger.events[-1], CallEnded)


@pytest.mark.parametrize("before", DO)
@pytest.mark.parametrize("after", DO)
async def test_a_leader_goes_from_each_way_to_those_that_the_table_has(before: Attendance, after: Attendance) -> None:
    async with talk() as (h, supervision):
        await DO[before](supervision, "chief", "ann")
        if after in MODES[before]:
            await DO[after](supervision, "chief", "ann")
            if after in HEARD:
                assert who_hears_whom(h) == HEARD[after]
            assert len(h.switch.rung) == 2  # ann's phone, and the leader's once
        else:
            with pytest.raises(Refused):
                await DO[after](supervision, "chief", "ann")
        await over(h)


async def test_a_leader_takes_the_caller_and_the_agent_is_free() -> None:
    async with talk() as (h, supervision):
        await supervision.take("chief", "ann")
        leg = leader_leg(h)
        assert h.switch.hears(CALLER) == {leg}
        await h.passes(0.1)
        assert presence(h, "ann") is Presence.WRAP_UP
        assert h.ledger.of(TalkEnded) == [TalkEnded(1, Party.TAKEN_OVER)]
        assert h.ledger.of(TalkBegan)[1].agent == "chief"
        chief = h.board.conversations.of_agent("chief")
        await chief.hold()  # it is the leader's talk now
        await chief.resume()
        h.switch.ends(leg)
        assert await ended(h) == CallEnded(Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)
        assert presence(h, "chief") is Presence.READY


@pytest.mark.parametrize("state", [State.HELD, State.ASKING, State.CONSULTING])
async def test_a_leader_takes_a_caller_who_hears_music(state: State) -> None:
    bob = SILENT if state is State.ASKING else QUICK
    async with talk(chief=QUICK, bob=bob) as (h, supervision):
        ann = h.board.conversations.of_agent("ann")
        await (ann.hold() if state is State.HELD else ann.consult(ToAgent("bob")))
        await h.passes(3.0)
        assert ann.state is state
        await supervision.take("chief", "ann")
        assert h.switch.hears(CALLER) == {leader_leg(h)}
        await over(h)


async def test_listening_ends_with_the_call() -> None:
    for who in (CALLER, None):
        async with talk() as (h, supervision):
            await supervision.listen("chief", "ann")
            h.switch.ends(who or leg_of(h, 1))
            await ended(h)
            assert presence(h, "chief") is Presence.READY


async def test_listening_ends_when_the_agent_passes_the_caller_on() -> None:
    async with talk(chief=QUICK, bob=QUICK) as (h, supervision):
        await supervision.listen("chief", "ann")
        await h.board.conversations.of_agent("ann").transfer(ToAgent("bob"))
        await h.passes(0.5)
        assert supervision.attending("chief") is None
        await h.ledger.noted(TalkBegan, 2)
        await over(h)


async def test_who_listens_goes_with_the_caller_when_a_consultation_is_completed() -> None:
    async with talk(chief=QUICK, bob=QUICK) as (h, supervision):
        await supervision.listen("chief", "ann")
        ann = h.board.conversations.of_agent("ann")
        await ann.consult(ToAgent("bob"))
        await h.passes(2.0)
        assert CALLER not in h.switch.hears(leader_leg(h))  # what ann hears is what the leader hears
        await ann.complete()
        await h.passes(0.5)
        assert supervision.attending("chief") == (Attendance.LISTENING, "bob")
        assert CALLER in h.switch.hears(leader_leg(h))
        assert h.switch.hears(CALLER) == {leg for leg in h.switch.channels if "~1-" in leg}
        assert [came.agent for came in h.ledger.of(LeaderCame)] == ["ann", "bob"]
        await over(h)
        assert h.ledger.of(LeaderLeft) == [LeaderLeft("chief")]


@pytest.mark.parametrize("how", DO)
async def test_a_leader_who_hangs_up_leaves_the_others_as_they_are(how: Attendance) -> None:
    async with talk() as (h, supervision):
        await DO[how](supervision, "chief", "ann")
        h.switch.ends(leader_leg(h))
        await h.passes(0.5)
        assert supervision.attending("chief") is None
        if how is Attendance.TALKING:
            await ended(h)
        else:
            assert h.switch.hears(CALLER) == {leg_of(h, 1)}
            await over(h)


@pytest.mark.parametrize("how", [Attendance.LISTENING, Attendance.WHISPERING, Attendance.JOINED])
async def test_a_leader_stops(how: Attendance) -> None:
    async with talk() as (h, supervision):
        await DO[how](supervision, "chief", "ann")
        await supervision.stop("chief")
        await supervision.stop("chief")  # nothing happens
        await h.passes(0.5)
        assert h.switch.hears(CALLER) == {leg_of(h, 1)}
        assert presence(h, "chief") is Presence.READY
        await over(h)


async def test_a_leader_whose_phone_is_not_answered_is_told() -> None:
    for phone in (SILENT, Behaviour(fails_after=1.0), Behaviour(unknown=True)):
        async with talk(chief=phone) as (h, supervision):
            with pytest.raises(Refused, match="not answered"):
                await supervision.listen("chief", "ann")
            assert presence(h, "chief") is Presence.READY
            await over(h)


async def test_a_leader_stops_before_the_phone_is_answered() -> None:
    async with talk(chief=SILENT) as (h, supervision):

        async def think_again() -> None:
            await h.passes(3.0)
            await supervision.stop("chief")

        results = await asyncio.gather(supervision.listen("chief", "ann"), think_again(), return_exceptions=True)
        assert isinstance(results[0], Refused)
        assert presence(h, "chief") is Presence.READY
        await over(h)


async def test_the_talk_ends_before_the_leader_answers() -> None:
    async with talk(chief=Behaviour(answers_after=5.0)) as (h, supervision):
        asyncio.get_running_loop().call_later(3.0, h.switch.ends, CALLER)
        with pytest.raises(Refused, match="over"):
            await supervision.listen("chief", "ann")
        await ended(h)
        assert presence(h, "chief") is Presence.READY


async def test_a_double_click_rings_once() -> None:
    async with talk() as (h, supervision):
        await asyncio.gather(supervision.listen("chief", "ann"), supervision.listen("chief", "ann"))
        assert len(h.switch.rung) == 2
        await over(h)


async def test_only_leaders_listen_and_only_to_others_who_talk() -> None:
    async with talk() as (h, supervision):
        with pytest.raises(Refused, match="only a shift leader"):
            await supervision.listen("bob", "ann")
        with pytest.raises(Refused, match="bob is in no talk"):
            await supervision.listen("chief", "bob")
        with pytest.raises(Refused, match="your own talk"):
            await supervision.listen("chief", "chief")
        with pytest.raises(Refused, match="not registered"):
            await supervision.listen("deputy", "ann")
        await over(h)


async def test_the_engines_end_lets_who_listens_go_and_leaves_the_talk_alone() -> None:
    async with talk() as (h, supervision):
        await supervision.listen("chief", "ann")
        ann = leg_of(h, 1)
    assert h.switch.channels == {CALLER, ann}
    assert h.switch.hears(CALLER) == {ann}


# ── who waits ───────────────────────────────────────────────────────────────


async def waiting(h: House) -> str:
    """Another caller waits, for ann talks; the call."""
    h.switch.caller_dials("second")
    h.switch.caller_types("second", "1")
    await h.ledger.noted(WaitBegan, 2)
    await h.passes(10.0)
    (place,) = h.board.dispatch.floor.waiting("desk")
    return place.call


async def test_a_leader_takes_who_waits() -> None:
    async with talk() as (h, supervision):
        call = await waiting(h)
        await supervision.take_waiting("chief", call)
        await h.ledger.noted(TalkBegan, 2)
        assert h.switch.hears("second") == {leader_leg(h)}
        assert h.ledger.of(TalkBegan)[1].agent == "chief"
        assert h.ledger.of(WaitEnded)[-1].end is WaitEnd.CONNECTED
        assert not h.board.dispatch.floor.waiting("desk")
        h.switch.ends(leader_leg(h))
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded, 2)
        await h.passes(5.0)
        assert h.is_clean()
        assert presence(h, "chief") is Presence.READY


async def test_who_waits_is_gone_or_served_before_the_leader_answers() -> None:
    async with talk(chief=Behaviour(answers_after=5.0)) as (h, supervision):
        call = await waiting(h)
        asyncio.get_running_loop().call_later(3.0, h.switch.ends, "second")
        with pytest.raises(Refused, match="does not wait"):
            await supervision.take_waiting("chief", call)
        with pytest.raises(Refused, match="does not wait"):
            await supervision.take_waiting("chief", call)
        await h.passes(1.0)
        assert presence(h, "chief") is Presence.READY
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded, 2)
        await h.passes(1.0)
        assert h.is_clean()


# ── high risk ───────────────────────────────────────────────────────────────


async def test_a_flag_rings_all_leaders_and_the_first_to_answer_listens() -> None:
    async with talk(chief=Behaviour(answers_after=4.0), deputy=Behaviour(answers_after=2.0)) as (h, supervision):
        ann = h.board.conversations.of_agent("ann")
        await ann.flag()
        await ann.flag()  # once is enough
        await h.passes(10.0)
        assert h.ledger.of(Flagged) == [Flagged("ann")]
        assert supervision.attending("deputy") == (Attendance.LISTENING, "ann")
        assert supervision.attending("chief") is None
        assert presence(h, "chief") is Presence.READY
        await over(h)


async def test_a_flag_whose_leaders_do_not_answer_leaves_the_talk_as_it_is() -> None:
    async with talk(chief=SILENT) as (h, _):
        await h.board.conversations.of_agent("ann").flag()
        await h.passes(40.0)
        assert h.switch.hears(CALLER) == {leg_of(h, 1)}
        assert presence(h, "chief") is Presence.READY
        await over(h)


async def test_a_flagged_caller_goes_before_others_wherever_they_are_passed_to() -> None:
    async with talk() as (h, _):
        call = await waiting(h)
        first = h.ledger.entries[0].call
        await h.board.conversations.of_agent("ann").flag()
        await h.board.conversations.of_agent("ann").transfer(ToLine("desk"))
        await h.passes(5.0)
        assert [place.call for place in h.board.dispatch.floor.waiting("desk")] == [first, call]
        for channel in (CALLER, "second"):
            h.switch.ends(channel)
        await h.ledger.noted(CallEnded, 2)


async def test_a_flag_lifts_who_waits() -> None:
    async with talk() as (h, supervision):
        await waiting(h)
        h.switch.caller_dials("third")
        h.switch.caller_types("third", "1")
        await h.ledger.noted(WaitBegan, 3)
        await h.passes(5.0)
        floor = h.board.dispatch.floor
        last = [place.call for place in floor.waiting("desk")][-1]
        await supervision.flag("chief", last)
        assert floor.waiting("desk")[0].call == last
        assert [entry.event for entry in h.ledger.entries if entry.call == last][-1] == Flagged("chief")
        assert not h.ledger.of(CallRaised)  # raising is a leader's wish of its own


# ── confidential lines ──────────────────────────────────────────────────────


def confidential(*listeners: str) -> Plan:
    """The same plan, the desk's talks confidential."""
    rule = PLAN.lines["desk"].model_copy(update={"confidential": Confidential(listeners=listeners)})
    return PLAN.model_copy(update={"lines": {**PLAN.lines, "desk": rule}})


@pytest.mark.parametrize("how", ["listen", "whisper", "join", "take"])
async def test_a_confidential_talk_is_heard_by_those_alone_whom_its_line_names(how: str) -> None:
    async with house(plan=confidential("deputy"), ann=QUICK, chief=QUICK, deputy=QUICK) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        await h.passes(10.0)
        rung = len(h.switch.channels)
        with pytest.raises(Refused, match="confidential"):
            await getattr(h.supervision, how)("chief", "ann")
        assert len(h.switch.channels) == rung  # not even their phone rang
        await getattr(h.supervision, how)("deputy", "ann")
        assert [came.leader for came in h.ledger.of(LeaderCame)] == ["deputy"]


async def test_nobody_hears_a_confidential_caller_by_way_of_an_agent_of_another_line() -> None:
    plan = confidential()
    bob = plan.agents["bob"].model_copy(update={"lines": {"night": 1}})
    lines, agents = {**plan.lines, "night": PLAN.lines["desk"]}, {**plan.agents, "bob": bob}
    async with house(
        plan=plan.model_copy(update={"lines": lines, "agents": agents}), ann=QUICK, bob=QUICK, chief=QUICK
    ) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        ann = h.board.conversations.of_agent("ann")
        await ann.consult(ToAgent("bob"))
        await h.ledger.noted(ConsultationAnswered)
        await h.passes(1.0)
        for _ in ("asked", "together"):
            with pytest.raises(Refused, match="confidential"):
                await h.supervision.listen("chief", "bob")
            if ann.state is State.CONSULTING:
                await ann.merge()
        assert ann.state is State.TOGETHER
        await ann.leave()
        await h.supervision.listen("chief", "bob")  # the caller is bob's line's now
        assert [came.leader for came in h.ledger.of(LeaderCame)] == ["chief"]


async def test_a_confidential_call_of_high_risk_rings_none_but_those() -> None:
    async with house(plan=confidential("deputy"), ann=QUICK, chief=QUICK, deputy=QUICK) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        call = next(iter(h.board._by_id))
        await h.supervision.flag("ann", call)
        await h.ledger.noted(LeaderCame)
        await h.passes(40.0)
        assert [came.leader for came in h.ledger.of(LeaderCame)] == ["deputy"]
