"""Shell: what an agent does with a caller, and whatever may happen meanwhile, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from acd.agent import Presence
from ivr.events import (
    CallEnded,
    CallerBack,
    CallerHeld,
    ConsultationAnswered,
    ConsultationEnded,
    HeldTooLong,
    Offered,
    PassedBack,
    PassedOn,
    RecordingBegan,
    RecordingEnded,
    TalkBegan,
    TalkEnded,
)
from ivr.outcomes import ConsultationEnd, Outcome, Party, Reason
from ivr.talk.conversations import AgentTalk
from ivr.talk.states import MOVES, Command, State
from ivr.talk.targets import Refused, Target, ToAgent, ToLine, ToNumber
from records.folding import fold
from records.segments import Talk, segment_data, segment_from
from routing.calendar import SHANGHAI
from routing.check import read_plan
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import CALLER, House, house
from tests.routing.plans import SMALL

pytestmark = pytest.mark.looptime

PLAN = read_plan(
    {
        "talk.yaml": SMALL.replace(
            "  ann: {name: 甲, lines: [desk, night]}",
            "  ann: {name: 甲, lines: [desk, night]}\n  bob: {name: 乙, lines: [expert]}\n"
            "  cat: {name: 丙, lines: [expert]}\n  dee: {name: 丁, lines: [shy]}",
        )
        .replace(
            "lines:\n  desk:",
            "lines:\n  expert: {name: 专家, closed: closed, overflow: message, connecting: connecting}\n"
            "  shy: {name: 无人, closed: closed, overflow: message}\n"
            "  weekend: {name: 周末, hours: never, closed: closed, overflow: message}\n  desk:",
        )
        .replace("prompts:\n", "    never: []\nprompts:\n")
    }
)
BOB = ToAgent("bob")
QUICK = Behaviour(answers_after=1.0)
SILENT = Behaviour()


@asynccontextmanager
async def talk(*, bob: Behaviour | None = QUICK, **phones: Behaviour) -> AsyncIterator[tuple[House, AgentTalk]]:
    """A caller who talks with ann for ten seconds; bob, an expert, is there as well unless he is None."""
    if bob is not None:
        phones["bob"] = bob
    async with house(plan=PLAN, ann=QUICK, **phones) as h:  # type: ignore[arg-type]  # phones alone
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        await h.passes(10.0)
        yield h, h.board.conversations.of_agent("ann")


def leg_of(h: House, offer: int) -> str:
    """The leg of an offer that was answered."""
    (leg,) = [name for name in h.switch.channels if name.endswith(f"-{offer}")]
    return leg


def presence(h: House, agent: str) -> Presence:
    return h.board.dispatch.floor.seat(agent).presence


async def over(h: House) -> CallEnded:
    """Let the caller hang up; nothing may be left."""
    h.switch.ends(CALLER)
    return await ended(h)


async def ended(h: House) -> CallEnded:
    await h.ledger.noted(CallEnded)
    await h.passes(5.0)
    assert h.is_clean()
    assert h.board.conversations.all() == ()
    assert not h.board.conversations.legs.names()
    assert not h.board.dispatch.legs.names()
    assert not h.board.dispatch.floor.talks()
    segments = fold(h.ledger.entries).segments
    assert all(type(segment_from(segment_data(segment))) is type(segment) for segment in segments)
    return h.end


# ── hold ────────────────────────────────────────────────────────────────────


async def test_on_hold_the_caller_hears_music_and_nobody_hears_the_other() -> None:
    async with talk() as (h, ann):
        leg = leg_of(h, 1)
        assert h.switch.hears(CALLER) == {leg}
        await ann.hold()
        assert (h.switch.hears(CALLER), h.switch.hears(leg)) == ({"music"}, set())
        await ann.hold()  # nothing happens
        await h.passes(20.0)
        await ann.resume()
        await ann.resume()
        assert (h.switch.hears(CALLER), h.switch.hears(leg)) == ({leg}, {CALLER})
        assert (len(h.ledger.of(CallerHeld)), len(h.ledger.of(CallerBack))) == (1, 1)
        assert await over(h) == CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)


async def test_after_the_music_the_recording_goes_on_in_the_same_file() -> None:
    async with talk() as (h, ann):
        await h.passes(40.0)
        await ann.hold()
        await h.passes(20.0)
        (begun,), (ended,) = h.ledger.of(RecordingBegan), h.ledger.of(RecordingEnded)
        assert (ended.file, round(ended.seconds or 0.0)) == (begun.file, 50)
        await ann.resume()
        await h.passes(30.0)
        await over(h)
        assert h.ledger.of(RecordingBegan) == [begun, begun]
        assert [round(end.seconds or 0.0) for end in h.ledger.of(RecordingEnded)] == [50, 30]


async def test_after_the_lines_limit_the_agent_hears_a_beep_and_the_caller_is_back() -> None:
    async with talk() as (h, ann):
        await ann.hold()
        await h.passes(179.0)
        assert ann.state is State.HELD
        await h.passes(1.5)
        assert h.ledger.of(HeldTooLong) == [HeldTooLong(1, 180.0)]
        assert (leg_of(h, 1), "beep") in h.switch.heard
        assert h.switch.hears(CALLER) == {"music"}
        await h.passes(1.0)
        assert h.switch.hears(CALLER) == {leg_of(h, 1)}
        await over(h)


async def test_who_resumes_in_time_hears_no_beep() -> None:
    async with talk() as (h, ann):
        await ann.hold()
        await h.passes(100.0)
        await ann.resume()
        await ann.hold()
        await h.passes(100.0)
        assert ann.state is State.HELD
        assert h.ledger.of(HeldTooLong) == []
        await over(h)


async def test_a_caller_hangs_up_on_hold() -> None:
    async with talk() as (h, ann):
        await ann.hold()
        assert await over(h) == CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)
        assert h.ledger.of(TalkEnded) == [TalkEnded(1, Party.CALLER)]
        assert len(h.ledger.of(CallerBack)) == 1


async def test_an_agent_who_hangs_up_on_hold_leaves_the_caller_to_the_next_of_the_line() -> None:
    async with talk() as (h, ann):
        await ann.hold()
        h.switch.ends(leg_of(h, 1))
        await h.ledger.noted(TalkBegan, 2)  # ann again, after her wrap-up
        assert h.ledger.of(PassedBack) == [PassedBack("line", "desk")]
        assert await over(h) == CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)


# ── passed on, blind ────────────────────────────────────────────────────────


async def test_a_caller_is_passed_on_to_a_line_and_the_agent_is_free() -> None:
    async with talk() as (h, ann):
        await ann.transfer(ToLine("expert"))
        await h.passes(0.1)
        assert presence(h, "ann") is Presence.WRAP_UP
        assert (CALLER, "connecting") in h.switch.heard[-2:]
        await h.ledger.noted(TalkBegan, 2)
        assert h.ledger.of(TalkBegan)[1].agent == "bob"
        assert h.ledger.of(TalkEnded) == [TalkEnded(1, Party.PASSED_ON)]
        assert h.ledger.of(PassedOn) == [PassedOn(1, "line", "expert", warm=False)]
        assert len(h.ledger.of(RecordingBegan)) == 1  # the expert line does not record
        assert [call.recording for call in h.board.living()] == ["off"]
        h.switch.ends(leg_of(h, 2))
        assert await ended(h) == CallEnded(Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)


async def test_the_seconds_waited_before_count_on_the_next_line() -> None:
    async with house(plan=PLAN, ann=Behaviour(answers_after=19.0)) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        h.switch.caller_dials("late")
        h.switch.caller_types("late", "1")
        await h.passes(10.0)
        floor = h.board.dispatch.floor
        (late,) = (place.call for place in floor.waiting("desk"))
        first = h.ledger.entries[0].call
        await h.board.conversations.of_agent("ann").transfer(ToLine("desk"))
        await h.passes(5.0)
        assert [place.call for place in floor.waiting("desk")] == [first, late]


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (ToLine("nowhere"), "there is no line"),
        (ToLine("weekend"), "closed now"),
        (ToLine("shy"), "nobody is on shift"),
        (ToAgent("nobody"), "there is no agent"),
        (ToAgent("ann"), "that is you"),
        (ToAgent("cat"), "is not there"),
        (ToNumber("110"), "only the outside numbers of the lines"),
    ],
)
async def test_nobody_is_passed_on_to_where_nobody_would_take_them(to: Target, words: str) -> None:
    async with talk() as (h, ann):
        for command in (ann.transfer, ann.consult):
            with pytest.raises(Refused, match=words):
                await command(to)
        assert ann.state is State.TALKING
        assert h.switch.hears(CALLER) == {leg_of(h, 1)}
        await over(h)


async def test_a_caller_is_passed_on_to_one_agent() -> None:
    async with talk() as (h, ann):
        await ann.transfer(ToAgent("bob"))
        await h.ledger.noted(TalkBegan, 2)
        assert h.ledger.of(TalkBegan)[1].agent == "bob"
        await over(h)


@pytest.mark.parametrize("bob", [QUICK, SILENT], ids=["taken", "not taken"])
async def test_who_was_admitted_in_time_is_passed_on_after_closing_time(bob: Behaviour) -> None:
    closing = datetime(2026, 11, 20, 16, 29, 50, tzinfo=SHANGHAI)
    async with house(closing, PLAN, ann=QUICK, bob=bob) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        await h.passes(60.0)
        await h.board.conversations.of_agent("ann").transfer(BOB)
        await h.ledger.noted(TalkBegan, 2)
        assert h.ledger.of(TalkBegan)[1].agent == ("bob" if bob is QUICK else "ann")
        await over(h)


async def test_who_is_not_taken_by_that_agent_comes_back_to_the_first() -> None:
    async with talk(bob=SILENT) as (h, ann):
        await ann.transfer(ToAgent("bob"))
        await h.ledger.noted(TalkBegan, 2)
        assert [offered.agent for offered in h.ledger.of(Offered)] == ["ann", "bob", "ann"]
        assert h.ledger.of(PassedBack) == [PassedBack("agent", "ann")]
        await over(h)


async def test_who_is_not_taken_and_whose_first_agent_is_away_goes_before_all_who_wait() -> None:
    async with talk(bob=SILENT) as (h, ann):
        await ann.transfer(ToAgent("bob"))
        await h.passes(1.0)
        h.board.dispatch.hold_back("ann")
        await h.ledger.noted(PassedBack)
        assert h.ledger.of(PassedBack)[0].to == "line"
        await over(h)


async def test_a_caller_is_passed_on_to_an_outside_number_with_music_while_it_rings() -> None:
    async with talk(n0222=Behaviour(answers_after=5.0)) as (h, ann):
        await ann.transfer(ToNumber("0222"))
        await h.passes(1.0)
        assert presence(h, "ann") is Presence.WRAP_UP
        assert h.switch.hears(CALLER) == {"music"}
        await h.ledger.noted(TalkBegan, 2)
        assert h.ledger.of(TalkBegan)[1].agent is None
        (outside,) = h.switch.hears(CALLER)
        assert outside.endswith("-x1")
        h.switch.ends(outside)
        assert await ended(h) == CallEnded(Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)


@pytest.mark.parametrize("number", [Behaviour(), Behaviour(fails_after=2.0), Behaviour(unknown=True)])
async def test_who_is_not_taken_by_the_number_goes_before_all_who_wait(number: Behaviour) -> None:
    async with talk(n0222=number) as (h, ann):
        await ann.transfer(ToNumber("0222"))
        await h.ledger.noted(PassedBack)
        assert h.ledger.of(PassedBack) == [PassedBack("line", "desk")]
        await h.ledger.noted(TalkBegan, 2)
        assert h.ledger.of(TalkBegan)[1].agent == "ann"
        await over(h)


async def test_the_caller_hangs_up_while_the_number_rings() -> None:
    async with talk(n0222=SILENT) as (h, ann):
        await ann.transfer(ToNumber("0222"))
        await h.passes(1.0)
        await over(h)


# ── passed on, warm ─────────────────────────────────────────────────────────


async def consulting(h: House, ann: AgentTalk, to: Target = BOB) -> str:
    """Ann and whom she asked talk alone; the leg of that one."""
    await ann.consult(to)
    await h.ledger.noted(ConsultationAnswered)
    await h.passes(1.0)
    leg, (other,) = leg_of(h, 1), h.switch.hears(leg_of(h, 1))
    assert (h.switch.hears(CALLER), h.switch.hears(other)) == ({"music"}, {leg})
    return other


@pytest.mark.parametrize("to", [ToAgent("bob"), ToLine("expert"), ToNumber("0222")])
async def test_agent_and_whom_they_ask_talk_alone_and_then_the_caller_is_theirs(to: Target) -> None:
    async with talk(n0222=QUICK) as (h, ann):
        leg, other = leg_of(h, 1), await consulting(h, ann, to)
        await ann.complete()
        assert (h.switch.hears(CALLER), h.switch.hears(other)) == ({other}, {CALLER})
        assert leg not in h.switch.channels
        assert presence(h, "ann") is Presence.WRAP_UP
        assert [ended.end for ended in h.ledger.of(ConsultationEnded)] == [ConsultationEnd.COMPLETED]
        await ann.complete()  # a double click
        h.switch.ends(other)
        assert await ended(h) == CallEnded(Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)
        first, second = [segment for segment in fold(h.ledger.entries).segments if isinstance(segment, Talk)]
        assert (first.agent, first.until) == ("ann", second.since)


async def test_a_consultation_is_cancelled_before_and_after_the_answer() -> None:
    async with talk(bob=Behaviour(answers_after=5.0)) as (h, ann):
        await ann.consult(ToAgent("bob"))
        await h.passes(2.0)
        assert (leg_of(h, 1), "ringing") in h.switch.heard
        await ann.cancel()
        assert h.switch.hears(CALLER) == {leg_of(h, 1)}
        await h.passes(0.1)
        assert presence(h, "bob") is Presence.READY
        await consulting(h, ann)
        await ann.cancel()
        await ann.cancel()  # a double click
        assert h.switch.hears(CALLER) == {leg_of(h, 1)}
        assert [ended.end for ended in h.ledger.of(ConsultationEnded)] == [ConsultationEnd.CANCELLED] * 2
        await over(h)


async def test_who_is_asked_never_answers_and_the_caller_is_back() -> None:
    async with talk(bob=SILENT) as (h, ann):
        await ann.consult(ToAgent("bob"))
        await h.ledger.noted(ConsultationEnded)
        await h.passes(0.1)
        assert h.ledger.of(ConsultationEnded) == [ConsultationEnded(1, ConsultationEnd.NOT_REACHED)]
        assert h.switch.hears(CALLER) == {leg_of(h, 1)}
        await over(h)


@pytest.mark.parametrize("after", [0.5, 1.0, 3.0])
async def test_the_caller_hangs_up_while_somebody_is_asked(after: float) -> None:
    async with talk() as (h, ann):
        await ann.consult(ToAgent("bob"))
        await h.passes(after)
        await over(h)
        assert [ended.end for ended in h.ledger.of(ConsultationEnded)] == [ConsultationEnd.CALLER_LEFT]
        assert presence(h, "bob") in (Presence.READY, Presence.WRAP_UP)


async def test_who_was_asked_hangs_up_and_the_caller_is_back() -> None:
    async with talk() as (h, ann):
        h.switch.ends(await consulting(h, ann))
        await h.passes(0.1)
        assert h.switch.hears(CALLER) == {leg_of(h, 1)}
        assert [ended.end for ended in h.ledger.of(ConsultationEnded)] == [ConsultationEnd.HUNG_UP]
        await over(h)


async def test_an_agent_who_hangs_up_in_the_consultation_has_completed_it() -> None:
    async with talk() as (h, ann):
        other = await consulting(h, ann)
        h.switch.ends(leg_of(h, 1))
        await h.passes(0.1)
        assert h.switch.hears(CALLER) == {other}
        await over(h)


async def test_an_agent_who_hangs_up_while_the_phone_rings_leaves_the_caller_to_the_line() -> None:
    async with talk(bob=SILENT) as (h, ann):
        await ann.consult(ToAgent("bob"))
        await h.passes(2.0)
        h.switch.ends(leg_of(h, 1))
        await h.ledger.noted(PassedBack)
        assert [ended.end for ended in h.ledger.of(ConsultationEnded)] == [ConsultationEnd.AGENT_LEFT]
        await h.passes(1.0)
        assert presence(h, "bob") is Presence.READY
        await over(h)


async def test_the_agent_hangs_up_in_the_very_instant_of_the_answer() -> None:
    async with talk(bob=Behaviour(answers_after=5.0)) as (h, ann):
        await ann.consult(ToAgent("bob"))
        asyncio.get_running_loop().call_later(5.0, h.switch.ends, leg_of(h, 1))
        await h.passes(5.5)
        assert len(h.ledger.of(PassedBack)) + len(h.ledger.of(PassedOn)) == 1
        await over(h)


# ── three ───────────────────────────────────────────────────────────────────


async def together(h: House, ann: AgentTalk) -> tuple[str, str]:
    """Caller, ann and bob talk; the legs of both agents."""
    other, leg = await consulting(h, ann), leg_of(h, 1)
    await ann.merge()
    assert h.switch.hears(CALLER) == {leg, other}
    assert h.switch.hears(leg) == {CALLER, other}
    assert h.switch.hears(other) == {CALLER, leg}
    return leg, other


async def test_three_talk_and_each_agent_may_leave() -> None:
    for who in ("ann", "bob"):
        async with talk() as (h, ann):
            leg, other = await together(h, ann)
            await h.passes(10.0)
            await h.board.conversations.of_agent(who).leave()
            stays = other if who == "ann" else leg
            assert h.switch.hears(CALLER) == {stays}
            assert presence(h, who) is Presence.WRAP_UP
            await h.passes(10.0)
            await h.board.conversations.of_agent("bob" if who == "ann" else "ann").hold()  # who stays has it all
            await over(h)
            talks = {s.agent: s for s in fold(h.ledger.entries).segments if isinstance(s, Talk)}
            assert talks[who].by is Party.LEFT
            assert talks["bob"].since < talks["ann"].until  # type: ignore[operator]  # ended
            assert fold(h.ledger.entries).talked < sum(
                (s.until - s.since).total_seconds() for s in talks.values() if s.until is not None
            )


@pytest.mark.parametrize("who", [0, 1])
async def test_hanging_up_leaves_the_others_talking(who: int) -> None:
    async with talk() as (h, ann):
        legs = await together(h, ann)
        h.switch.ends(legs[who])
        await h.passes(0.1)
        assert h.switch.hears(CALLER) == {legs[1 - who]}
        h.switch.ends(legs[1 - who])
        assert await ended(h) == CallEnded(Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)


async def test_both_agents_hang_up_at_once() -> None:
    async with talk() as (h, ann):
        for leg in await together(h, ann):
            h.switch.ends(leg)
        assert await ended(h) == CallEnded(Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)


async def test_the_caller_leaves_and_nobody_talks_on() -> None:
    async with talk() as (h, ann):
        await together(h, ann)
        await over(h)
        assert presence(h, "bob") is Presence.WRAP_UP


# ── recording ───────────────────────────────────────────────────────────────

NOTICED = PLAN.model_copy(
    update={
        "lines": PLAN.lines
        | {"expert": PLAN.lines["expert"].model_copy(update={"record": True, "notice": ("notice",)})}
    }
)


@pytest.mark.parametrize("key", "12")
@pytest.mark.parametrize("how", [AgentTalk.complete, AgentTalk.merge])
async def test_a_line_that_records_says_so_before_it_takes_over_unless_the_line_before_recorded_too(
    key: str, how: Callable[[AgentTalk], Awaitable[None]]
) -> None:
    async with house(plan=NOTICED, ann=QUICK, bob=QUICK) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, key)  # desk records, night does not
        await h.ledger.noted(TalkBegan)
        ann = h.board.conversations.of_agent("ann")
        await consulting(h, ann)
        recorded, notices = len(h.ledger.of(RecordingBegan)), h.switch.heard.count((CALLER, "notice"))
        assert (recorded, notices) == ((1, 1) if key == "1" else (0, 0))
        done = asyncio.ensure_future(how(ann))
        await h.passes(1.0)
        assert (h.switch.hears(CALLER) == set()) == (key == "2")  # the notice is being said
        assert len(h.ledger.of(RecordingBegan)) <= recorded + (key == "1")
        await done
        await h.passes(3.0)
        if how is AgentTalk.merge:
            await ann.leave()
        assert h.switch.heard.count((CALLER, "notice")) == 1
        assert len({began.file for began in h.ledger.of(RecordingBegan)}) == recorded + 1
        await over(h)
        ended = h.ledger.of(RecordingEnded)
        assert len(ended) == len(h.ledger.of(RecordingBegan))
        assert all(one.seconds is not None for one in ended)  # the switch told


async def test_whose_notice_the_switch_does_not_say_is_not_recorded_and_has_the_caller() -> None:
    async with house(plan=NOTICED, ann=QUICK, bob=QUICK) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "2")
        await h.ledger.noted(TalkBegan)
        ann = h.board.conversations.of_agent("ann")
        other = await consulting(h, ann)
        h.switch.broken = True
        await ann.complete()
        h.switch.broken = False
        assert h.switch.hears(CALLER) == {other}
        await over(h)
        assert h.ledger.of(RecordingBegan) == []


async def test_a_consultation_that_is_refused_is_told_in_the_journal() -> None:
    async with talk(bob=None) as (h, ann):
        with pytest.raises(Refused, match="is not there"):
            await ann.consult(BOB)
        assert h.ledger.of(ConsultationEnded) == [ConsultationEnded(1, ConsultationEnd.REFUSED)]
        assert h.ledger.of(CallerHeld) == []
        await over(h)


# ── commands that do not fit ────────────────────────────────────────────────

COMMANDS: dict[Command, Callable[[AgentTalk], Awaitable[None]]] = {
    Command.HOLD: AgentTalk.hold,
    Command.RESUME: AgentTalk.resume,
    Command.TRANSFER: lambda talk: talk.transfer(ToLine("expert")),
    Command.CONSULT: lambda talk: talk.consult(ToAgent("cat")),
    Command.COMPLETE: AgentTalk.complete,
    Command.CANCEL: AgentTalk.cancel,
    Command.MERGE: AgentTalk.merge,
    Command.LEAVE: AgentTalk.leave,
}


async def reach(h: House, ann: AgentTalk, state: State) -> None:
    match state:
        case State.HELD:
            await ann.hold()
        case State.ASKING:
            await ann.consult(ToAgent("bob"))
        case State.CONSULTING:
            await consulting(h, ann)
        case State.TOGETHER:
            await together(h, ann)
    assert ann.state is state
    await h.passes(3.0)


@pytest.mark.parametrize("state", [State.TALKING, State.HELD, State.ASKING, State.CONSULTING, State.TOGETHER])
async def test_what_the_table_does_not_have_is_refused_in_words_and_changes_nothing(state: State) -> None:
    bob = SILENT if state is State.ASKING else QUICK
    async with talk(bob=bob, cat=QUICK) as (h, ann):
        await reach(h, ann, state)
        for command, order in COMMANDS.items():
            if (state, command) in MOVES:
                continue
            with pytest.raises(Refused, match="cannot"):
                await order(ann)
            assert ann.state is state
        await over(h)


@pytest.mark.parametrize(("state", "command"), [move for move in MOVES if move[1] in COMMANDS])
async def test_what_the_table_has_is_done_and_a_double_click_does_it_once(state: State, command: Command) -> None:
    bob = SILENT if state is State.ASKING else QUICK
    async with talk(bob=bob, cat=QUICK) as (h, ann):
        await reach(h, ann, state)
        await asyncio.gather(COMMANDS[command](ann), COMMANDS[command](ann))
        await COMMANDS[command](ann)
        await h.passes(5.0)
        await over(h)


@pytest.mark.parametrize("one", COMMANDS)
@pytest.mark.parametrize("other", COMMANDS)
async def test_of_two_commands_at_once_each_is_done_or_refused_and_nothing_is_left(
    one: Command, other: Command
) -> None:
    async with talk(cat=QUICK) as (h, ann):
        await consulting(h, ann)
        results = await asyncio.gather(COMMANDS[one](ann), COMMANDS[other](ann), return_exceptions=True)
        assert all(result is None or isinstance(result, Refused) for result in results)
        await h.passes(30.0)
        await over(h)


async def test_who_has_no_caller_can_do_nothing() -> None:
    async with talk() as (h, ann):
        await consulting(h, ann)
        bob = h.board.conversations.of_agent("bob")
        with pytest.raises(Refused, match="not the one who has this caller"):
            await bob.complete()
        with pytest.raises(Refused, match="you are in no talk"):
            await h.board.conversations.of_agent("cat").hold()
        await over(h)


async def test_a_command_to_a_talk_that_ends_is_refused() -> None:
    async with talk() as (h, ann):
        h.switch.ends(CALLER)
        with pytest.raises(Refused):
            await asyncio.gather(h.ledger.noted(CallEnded), ann.hold())
        await ended(h)


# ── the engine's end ────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", [State.HELD, State.ASKING, State.CONSULTING, State.TOGETHER])
async def test_the_engines_end_leaves_caller_and_agent_talking(state: State) -> None:
    async with talk() as (h, ann):
        await reach(h, ann, state) if state is not State.ASKING else await ann.consult(ToAgent("bob"))
        leg = leg_of(h, 1)
    assert leg in h.switch.hears(CALLER)
    assert CALLER in h.switch.hears(leg)
    assert h.switch.released == []
    assert h.end == CallEnded(Outcome.TALKED, Reason.ENGINE_STOPPED)


# ── an engine that is killed ────────────────────────────────────────────────


@pytest.mark.parametrize("answers", [True, False])
async def test_a_consultation_ends_with_its_engine_and_the_caller_is_with_the_agent_again(answers: bool) -> None:
    async with talk(bob=QUICK if answers else SILENT) as (h, ann):
        await ann.consult(BOB)
        await h.passes(5.0)
        switch, leg = h.switch, leg_of(h, 1)
        h.killed()
    before = h.ledger.entries
    async with house(plan=PLAN, switch=switch, before=before, ann=QUICK, bob=QUICK) as h:
        await h.passes(2.0)
        assert switch.hears(CALLER) == {leg}
        assert switch.channels == {CALLER, leg}
        end = ConsultationEnd.CANCELLED if answers else ConsultationEnd.NOT_REACHED
        assert h.ledger.of(ConsultationEnded) == [ConsultationEnded(1, end)]
        assert presence(h, "bob") is Presence.READY
        ann = h.board.conversations.of_agent("ann")
        await ann.consult(BOB)
        await h.passes(5.0)
        await ann.complete()
        assert len(switch.hears(CALLER)) == 1
        assert await over(h) == CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)


async def test_three_who_talk_talk_on_under_the_next_engine() -> None:
    async with talk() as (h, ann):
        await ann.consult(BOB)
        await h.passes(5.0)
        await ann.merge()
        switch, before_it = h.switch, h.switch.hears(CALLER)
        assert len(before_it) == 2
        h.killed()
    before = h.ledger.entries
    async with house(plan=PLAN, switch=switch, before=before, ann=QUICK, bob=QUICK) as h:
        await h.passes(2.0)
        assert switch.hears(CALLER) == before_it
        assert (presence(h, "ann"), presence(h, "bob")) == (Presence.TALKING, Presence.TALKING)
        await h.board.conversations.of_agent("ann").leave()
        assert len(switch.hears(CALLER)) == 1
        assert await over(h) == CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)
