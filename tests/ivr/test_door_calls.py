"""Shell: calls at the door, on a fake switch in virtual time."""

from __future__ import annotations

import pytest

from hotline.doorkeeper import Keeper
from ivr.door.door import Capacity, Door, Treatment
from ivr.door.keeper import OpenDoor
from ivr.door.throttle import Load
from ivr.door.verdict import Lane, Verdict, Why
from ivr.events import CallArrived, CallEnded, CallScreened, TalkBegan, WaitBegan
from ivr.journal import Entry
from ivr.outcomes import Outcome, Reason
from ivr.switch import Arrived, SwitchError
from routing.caller_rule import CallerLimit, Callers
from tests.ivr.fake_switch import Behaviour, FakeSwitch
from tests.ivr.house import CALLER, House, house

pytestmark = pytest.mark.looptime

BOT = "13900000099"


def keeper(
    callers: Callers | None = None,
    *,
    calls: int = 100,
    sentences: int = 100,
    listed: Treatment | None = None,
) -> Keeper:
    return Keeper(
        Door(Capacity(calls, 0, 1000.0, sentences)),
        callers=lambda: callers or Callers(),
        load=Load,
        monotonic=lambda: 0.0,
        listed=lambda number: listed if number == BOT else None,
    )


def told_of(h: House, number: str) -> list[Entry]:
    call = next(e.call for e in h.ledger.entries if isinstance(e.event, CallArrived) and e.event.number == number)
    return [entry for entry in h.ledger.entries if entry.call == call]


async def test_with_every_place_taken_the_next_caller_hears_it_at_once_and_the_talk_goes_on() -> None:
    async with house(door=keeper(calls=1), ann=Behaviour(answers_after=1.0)) as h:
        h.switch.caller_dials(CALLER, "13900000001")
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(TalkBegan)
        h.switch.caller_dials("second", "13900000002")
        await h.ledger.noted(CallEnded)
        await h.passes(1.0)
        assert h.switch.turned_away == [("second", "overloaded")]
        assert [type(entry.event) for entry in told_of(h, "13900000002")] == [CallArrived, CallScreened, CallEnded]
        assert h.end == CallEnded(Outcome.REJECTED, Reason.OVERLOAD)
        assert h.ledger.of(CallScreened) == [CallScreened(Lane.AWAY, Why.CALLS)]
        assert CALLER in h.switch.hears(next(leg for leg in h.switch.channels if leg != CALLER))
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded, 2)
        h.switch.caller_dials("third", "13900000002")
        await h.passes(0.1)
        assert "third" in h.switch.answered
        h.switch.ends("third")
        await h.ledger.noted(CallEnded, 3)
        assert h.is_clean()


async def test_without_channels_for_a_sentence_there_is_the_busy_tone() -> None:
    async with house(door=keeper(calls=1, sentences=0)) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_dials("second")
        await h.ledger.noted(CallEnded)
        await h.passes(1.0)
        assert h.switch.turned_away == [("second", "")]
        assert h.ledger.of(CallScreened)[0].told is False
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded, 2)


async def test_a_listed_caller_is_blocked_with_words_of_their_own() -> None:
    async with house(door=keeper(listed=Treatment.BLOCK)) as h:
        h.switch.caller_dials(CALLER, BOT)
        await h.ledger.noted(CallEnded)
        await h.passes(1.0)
        assert h.switch.turned_away == [(CALLER, "blocked")]
        assert h.end == CallEnded(Outcome.REJECTED, Reason.BLOCKED)


async def test_who_presses_one_goes_on_and_is_served_after_those_who_came_later() -> None:
    limits = Callers(number=CallerLimit(at_once=1), wall=9.0)
    async with house(door=keeper(limits), ann=Behaviour(answers_after=1.0)) as h:
        h.switch.caller_dials("talks", "13900000002")
        h.switch.caller_types("talks", "1")
        await h.ledger.noted(TalkBegan)
        for channel in ("bot-1", "bot-2"):
            h.switch.caller_dials(channel, BOT)
        await h.passes(0.5)
        h.switch.caller_types("bot-1", "1")
        h.switch.caller_types("bot-2", "11")
        await h.ledger.noted(WaitBegan, 3)
        await h.passes(30.0)
        h.switch.caller_dials(CALLER, "13900000001")
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(WaitBegan, 4)
        await h.passes(0.1)
        order = [place.call for place in h.board.dispatch.floor.waiting("desk")]
        numbers = [next(e.event.number for e in h.ledger.entries if e.call == call and isinstance(e.event, CallArrived))
                   for call in order]  # fmt: skip
        assert numbers == [BOT, "13900000001", BOT]
        assert ("bot-2", "say-door-prove") in h.switch.heard
        assert ("bot-1", "say-door-prove") not in h.switch.heard
        for channel in ("bot-1", "bot-2", CALLER, "talks"):
            h.switch.ends(channel)
        await h.ledger.noted(CallEnded, 4)


async def test_who_presses_nothing_hears_that_all_is_busy_and_is_let_go() -> None:
    async with house(door=keeper(listed=Treatment.SLOW)) as h:
        h.switch.caller_dials(CALLER, BOT)
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.REJECTED, Reason.NO_PROOF)
        assert [sound for _, sound in h.switch.heard] == ["say-door-prove", "say-door-prove", "say-door-overloaded"]
        assert h.ledger.of(CallScreened) == [
            CallScreened(Lane.SLOW, Why.NUISANCE),
            CallScreened(Lane.AWAY, Why.NO_PROOF),
        ]
        assert h.is_clean()


async def test_who_was_on_the_switch_before_us_is_never_sent_away() -> None:
    async with house(door=keeper(calls=1)) as h:
        h.switch.caller_dials(CALLER)
        h.switch.channels.add("waits")
        h.switch.callers.add("waits")
        h.switch.tell(Arrived("waits", "13900000001", "12320", found=True))
        await h.ledger.noted(CallArrived, 2)
        await h.passes(0.5)
        assert h.switch.turned_away == []
        assert "waits" in h.switch.answered
        for channel in (CALLER, "waits"):
            h.switch.ends(channel)
        await h.ledger.noted(CallEnded, 2)


class Stubborn(FakeSwitch):
    async def turn_away(self, channel: str, sentence: str) -> None:
        raise SwitchError("500 the switch is ill")


async def test_whoever_cannot_be_sent_away_in_words_is_hung_up_on_never_left_in_silence() -> None:
    async with house(door=keeper(calls=1), switch=Stubborn()) as h:
        h.switch.caller_dials(CALLER)
        h.switch.caller_dials("second")
        await h.ledger.noted(CallEnded)
        await h.passes(1.0)
        assert "second" not in h.switch.channels
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded, 2)
        assert h.is_clean()


class Broken(OpenDoor):
    def judge(self, call: str, arrived: Arrived) -> Verdict:
        raise KeyError(call)


async def test_a_bug_at_the_door_lets_the_caller_in() -> None:
    async with house(door=Broken()) as h:
        h.switch.caller_dials(CALLER)
        await h.passes(0.5)
        assert CALLER in h.switch.answered
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.LEFT, Reason.CALLER_HUNG_UP, "hello")
