"""Shell: phones that vanish without a word while they ring or talk, and sound that stops, in virtual time."""

from __future__ import annotations

import pytest

from acd.agent import BreakReason, Presence
from acd.signals import Alert, AlertKind, Order
from ivr.events import CallEnded, Offered, OfferEnded, PassedBack, TalkBegan, TalkEnded, WaitBegan
from ivr.outcomes import OfferResult, Outcome, Party, Reason
from ivr.switch import PhoneChanged
from prompts.phrases import Phrase
from routing.check import read_plan
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import CALLER, House, house
from tests.routing.plans import SMALL

pytestmark = pytest.mark.looptime

PLAN = read_plan(
    {
        "team.yaml": SMALL.replace(
            "  ann: {name: 甲, lines: [desk, night]}",
            "  ann: {name: 甲, lines: [desk, night], phones: [ann, ann-home]}\n  bob: {name: 乙, lines: [desk]}",
        )
    }
)
RINGS = Behaviour()
QUICK = Behaviour(answers_after=1.0)


async def _rings_at_ann(h: House) -> None:
    h.switch.caller_dials(CALLER)
    h.switch.caller_types(CALLER, "1")
    await h.ledger.noted(Offered)


async def _talks_with_ann(h: House) -> None:
    h.switch.caller_dials(CALLER)
    h.switch.caller_types(CALLER, "1")
    await h.ledger.noted(TalkBegan)
    await h.passes(20.0)


def _presence(h: House, agent: str) -> tuple[Presence, str | None]:
    seat = h.board.dispatch.floor.seat(agent)
    return seat.presence, seat.reason


async def test_a_phone_that_vanishes_while_it_rings_gives_its_caller_to_the_next_within_a_second() -> None:
    async with house(plan=PLAN, watched=True, ann=RINGS, bob=QUICK) as h:
        await _rings_at_ann(h)
        await h.passes(5.0)
        h.switch.vanish("ann")
        await h.passes(1.0)
        assert [offered.agent for offered in h.ledger.of(Offered)] == ["ann", "bob"]
        assert h.ledger.of(OfferEnded)[0] == OfferEnded(1, OfferResult.UNREACHABLE)
        assert _presence(h, "ann") == (Presence.OFFLINE, None)
        await h.ledger.noted(TalkBegan)
        assert h.ledger.of(TalkBegan)[0].agent == "bob"
        assert not [channel for channel in h.switch.channels if channel in h.switch.silent]  # nothing rings on
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)


async def test_the_caller_of_a_phone_that_vanished_is_before_all_who_came_later() -> None:
    async with house(plan=PLAN, watched=True, ann=RINGS) as h:
        await _rings_at_ann(h)
        h.switch.caller_dials("later", "13900000002")
        h.switch.caller_types("later", "1")
        await h.ledger.noted(WaitBegan, 2)
        h.switch.vanish("ann")
        await h.passes(2.0)
        h.switch.phone_up("bob", QUICK)
        await h.ledger.noted(TalkBegan)
        first = {entry.call for entry in h.ledger.entries if isinstance(entry.event, TalkBegan)}
        assert first == {h.ledger.entries[0].call}
        for channel in (CALLER, "later"):
            h.switch.ends(channel)
        await h.ledger.noted(CallEnded, 2)


async def test_another_phone_of_the_agent_rings_on() -> None:
    async with house(plan=PLAN, watched=True, ann=RINGS) as h:
        h.switch.phone_up("ann-home", Behaviour(answers_after=12.0))
        await h.passes(0.1)
        await _rings_at_ann(h)
        await h.passes(3.0)
        h.switch.vanish("ann")
        await h.ledger.noted(TalkBegan)
        assert [offered.agent for offered in h.ledger.of(Offered)] == ["ann"]
        assert h.board.dispatch.floor.seat("ann").phones == {"ann-home"}
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.is_clean()


async def test_a_phone_that_does_not_even_say_that_it_rings_is_not_waited_for() -> None:
    async with house(plan=PLAN, watched=True, ann=Behaviour(speechless=True), bob=QUICK) as h:
        await _rings_at_ann(h)
        await h.ledger.noted(TalkBegan)
        assert h.ledger.of(OfferEnded)[0] == OfferEnded(1, OfferResult.UNREACHABLE)
        (joined,) = [e.at for e in h.ledger.entries if isinstance(e.event, WaitBegan)]
        began = next(e.at for e in h.ledger.entries if isinstance(e.event, TalkBegan))
        assert (began - joined).total_seconds() < 5.0
        assert _presence(h, "ann") == (Presence.BREAK, BreakReason.UNREACHABLE)
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)


async def test_an_outside_number_may_take_its_time() -> None:
    slow = Behaviour(answers_after=12.0, speechless=True)
    async with house(plan=PLAN, watched=True, n0221=slow) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_types(CALLER, "2")
        await h.ledger.noted(TalkBegan)
        assert [ended.result for ended in h.ledger.of(OfferEnded)] == [OfferResult.ANSWERED]
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)


async def test_a_phone_that_vanishes_out_of_a_talk_gives_its_caller_back_before_everybody_else() -> None:
    async with house(plan=PLAN, watched=True, ann=QUICK, bob=QUICK) as h:
        alerts: list[Order] = []
        h.board.dispatch.watch(alerts.append)
        await _talks_with_ann(h)
        h.switch.vanish("ann")
        await h.passes(0.9)  # after the second and a half in which the switch asked in vain
        assert h.ledger.of(TalkEnded) == []  # a hiccup would be over by now
        await h.passes(0.6)
        assert h.ledger.of(TalkEnded) == [TalkEnded(1, Party.LOST)]
        assert h.ledger.of(PassedBack) == [PassedBack("line", "desk")]
        assert (CALLER, Phrase.INTERRUPTED) in h.switch.heard
        assert _presence(h, "ann") == (Presence.OFFLINE, None)
        await h.ledger.noted(TalkBegan, 2)
        assert h.ledger.of(TalkBegan)[1].agent == "bob"
        (alert,) = [one for one in alerts if isinstance(one, Alert)]
        assert (alert.kind, alert.agent, alert.what) == (AlertKind.PHONE_FAILED, "ann", "unreachable")
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP)
        assert h.is_clean()


async def test_a_phone_whose_registration_breaks_talks_on_as_long_as_its_sound_comes() -> None:
    async with house(plan=PLAN, watched=True, ann=QUICK, bob=QUICK) as h:
        await _talks_with_ann(h)
        h.switch.registered.discard("ann")
        await h.passes(60.0)
        assert h.ledger.of(TalkEnded) == []
        assert not h.board.dispatch.floor.seat("ann").phone_up
        h.switch.registered.add("ann")
        await h.passes(1.0)
        assert h.board.dispatch.floor.seat("ann").phone_up
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert _presence(h, "ann")[0] is Presence.WRAP_UP


async def test_a_phone_that_is_there_and_sends_no_sound_is_left_to_the_switch() -> None:
    async with house(plan=PLAN, watched=True, ann=QUICK, bob=QUICK) as h:
        await _talks_with_ann(h)
        (leg,) = h.board.dispatch.legs.names()
        h.switch.silent.add(leg)
        await h.passes(30.0)
        assert h.ledger.of(TalkEnded) == []
        h.switch.sound_stops(leg)
        await h.ledger.noted(TalkBegan, 2)
        assert h.ledger.of(TalkEnded) == [TalkEnded(1, Party.LOST)]
        assert _presence(h, "ann") == (Presence.BREAK, BreakReason.UNREACHABLE)
        await h.passes(31.0)
        assert _presence(h, "ann")[0] is Presence.READY
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)


async def test_an_agent_who_hangs_up_has_not_vanished() -> None:
    async with house(plan=PLAN, watched=True, ann=QUICK, bob=QUICK) as h:
        await _talks_with_ann(h)
        (leg,) = h.board.dispatch.legs.names()
        h.switch.ends(leg)
        await h.ledger.noted(CallEnded)
        assert h.ledger.of(TalkEnded) == [TalkEnded(1, Party.OTHER_SIDE)]
        assert _presence(h, "ann")[0] is Presence.WRAP_UP


@pytest.mark.parametrize("talks", [False, True], ids=["waits", "talks"])
async def test_a_caller_whose_sound_stops_ends_with_a_reason_of_its_own(talks: bool) -> None:
    async with house(plan=PLAN, watched=True, **({"ann": QUICK} if talks else {"ann": RINGS})) as h:  # type: ignore[arg-type]
        await _rings_at_ann(h)
        await h.passes(10.0)
        h.switch.sound_stops(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.TALKED if talks else Outcome.ABANDONED, Reason.MEDIA_LOST)
        await h.passes(1.0)
        assert _presence(h, "ann")[0] is (Presence.WRAP_UP if talks else Presence.READY)
        assert h.is_clean()


async def test_a_phone_that_vanishes_while_its_agent_holds_the_caller_gives_them_back() -> None:
    async with house(plan=PLAN, watched=True, ann=QUICK, bob=QUICK) as h:
        await _talks_with_ann(h)
        await h.board.conversations.of_agent("ann").hold()
        h.switch.vanish("ann")
        await h.ledger.noted(TalkBegan, 2)
        assert h.ledger.of(TalkEnded) == [TalkEnded(1, Party.LOST)]
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.is_clean()


async def test_the_switch_that_cannot_be_asked_changes_nothing() -> None:
    async with house(plan=PLAN, watched=True, ann=RINGS, bob=QUICK) as h:
        await _rings_at_ann(h)
        await h.passes(1.0)
        h.switch.tell(PhoneChanged("nobody", up=False))
        h.switch.at.clear()  # the next look meets a bug of ours
        await h.passes(5.0)
        assert [offered.agent for offered in h.ledger.of(Offered)] == ["ann"]
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
