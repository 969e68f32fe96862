"""Shell: what a waiting caller is told, their keys, the line's limits, and everything that ends a wait at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from acd.agent import Presence
from ivr.callbacks.events import CallbackBooked
from ivr.events import CallEnded, EndReached, Offered, StepHeard, TalkBegan, WaitBegan, WaitEnded
from ivr.outcomes import Outcome, Reason, WaitEnd
from prompts.catalogue import Catalogue
from routing.calendar import SHANGHAI
from routing.check import read_plan
from routing.plan import Plan
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import WORKDAY, House, house
from tests.routing.plans import SMALL

pytestmark = pytest.mark.looptime

TALK, WAITER, NUMBER = "talker", "waiter", "13800138000"
RULES = "busy: busy, comfort: comfort, tell_every: 20s, maximum_wait: 10m, wrap_up: 0s"
KEYS = "keys: {1: ring-back, 2: bye, 3: night}, callback: {numbers: ['138*']}"


def plan(*desk: str, night: str = "") -> Plan:
    """The small plan; the line `desk` with these rules too, and `night` with those instead of its outside number."""
    text = SMALL.replace("  desk: {name: 座席, ", "  desk: {name: 座席, " + ", ".join((RULES, *desk)) + ", ")
    text = text.replace('outside: {number: "0221", simultaneous: 2}', night or "maximum_wait: 10m")
    text = text.replace("nodes:\n", "nodes:\n  ring-back: {callback: offer, then: bye, otherwise: message}\n")
    words = "  offer: 我们给您回电。\n  busy: 座席全忙。\n  comfort: 请继续等候。\n"
    return read_plan({"small.yaml": text.replace("prompts:\n", "prompts:\n" + words)})


PLAIN, KEYED = plan(), plan(KEYS)


@asynccontextmanager
async def busy(
    plan: Plan = PLAIN, at: datetime = WORKDAY, ann: Behaviour | None = None, talks: tuple[float, ...] = ()
) -> AsyncIterator[House]:
    """The only agent talks, after earlier talks of so many seconds; from then on their phone behaves like `ann`."""
    async with house(at, plan, ann=Behaviour(answers_after=1.0)) as h:
        for count, seconds in enumerate(talks, start=1):
            dials(h, f"earlier-{count}", f"0221111111{count}")
            await h.ledger.noted(TalkBegan, count)
            await h.passes(seconds)
            h.switch.ends(f"earlier-{count}")
            await h.ledger.noted(CallEnded, count)
        dials(h, TALK, "13900000000")
        await h.ledger.noted(TalkBegan, len(talks) + 1)
        h.switch.phones["ann"] = ann or Behaviour(answers_after=1.0)
        yield h


def dials(h: House, channel: str = WAITER, number: str = NUMBER) -> None:
    """Somebody calls and chooses the line: two seconds of notice, two of welcome, then how things stand."""
    h.switch.caller_dials(channel, number)
    h.switch.caller_types(channel, "1")


def heard(h: House, channel: str = WAITER) -> list[str]:
    return [sound for who, sound in h.switch.heard if who == channel]


def is_played_to(h: House, channel: str = WAITER) -> bool:
    return channel in h.switch.music or any(playing.channel == channel for playing in h.switch.playing.values())


def ends(h: House) -> list[tuple[str, WaitEnd]]:
    """How each wait ended, but that of the one who has the agent."""
    return [(wait.line, wait.end) for wait in h.ledger.of(WaitEnded)][1:]


async def listens(h: House, seconds: float, channel: str = WAITER) -> list[tuple[float, tuple[str, ...]]]:
    """What is said to a caller from now on, and when."""
    said, known = [], len(heard(h, channel))
    for tick in range(int(seconds * 2)):
        await h.passes(0.5)
        if len(now := heard(h, channel)) > known:
            said.append((tick / 2, tuple(now[known:])))
            known = len(now)
    return said


# ── what is told ────────────────────────────────────────────────────────────


async def test_the_place_is_told_at_once_and_then_when_it_changed_or_its_turn_came_never_more_often() -> None:
    async with busy() as h:
        dials(h, "early", "02212345678")
        await h.passes(1.0)
        dials(h)
        first = await listens(h, 45.0)
        assert [words for _, words in first] == [("notice",), ("connecting",), ("busy", "say-position-1"), ("comfort",)]
        h.switch.ends("early")
        later = await listens(h, 110.0)
        next_up = ("comfort", "say-position-0")
        assert [words for _, words in later] == [next_up, ("comfort",), ("comfort",), next_up, ("comfort",)]
        assert all(after - before >= 20.0 for (before, _), (after, _) in pairwise(later))
        assert WAITER in h.switch.music


@pytest.mark.parametrize(
    ("talks", "before", "sounds"),
    [((), 0, 0), ((60.0, 60.0), 0, 0), ((60.0,) * 3, 0, 1), ((90.0,) * 5, 5, 2), ((900.0,) * 3, 2, 1)],
    ids=["nothing known", "too little known", "no longer than", "between", "longer than"],
)
async def test_the_wait_is_told_as_a_range_where_it_is_known_and_the_place_alone_where_it_is_not(
    talks: tuple[float, ...], before: int, sounds: int
) -> None:
    async with busy(talks=talks, at=WORKDAY - timedelta(minutes=50)) as h:
        for number in range(before):
            dials(h, f"early-{number}", f"0223333333{number}")
        await h.passes(10.0)
        dials(h)
        await h.ledger.noted(WaitBegan, len(talks) + before + 2)
        await h.passes(1.9)
        (place,) = (place for place in h.board.dispatch.floor.waiting("desk")[before:])
        await h.passes(0.2)
        expected = h.board.dispatch.expected(place.call)
        said = () if expected is None else Catalogue({}).wait(expected.low, expected.high)
        assert heard(h)[2:] == ["busy", f"say-position-{before}", *said]
        assert len(said) == sounds


@pytest.mark.parametrize(
    ("rule", "told"),
    [("position: false", "say-wait-"), ("estimate: false", "say-position-0"), ("position: false, estimate: false", "")],
)
async def test_a_line_may_tell_only_the_place_only_the_wait_or_neither(rule: str, told: str) -> None:
    async with busy(plan(rule), talks=(60.0,) * 3) as h:
        dials(h)
        await h.passes(5.0)
        _, _, busy_words, *rest = heard(h)
        assert busy_words == "busy"
        assert len(rest) == bool(told)
        assert all(sound.startswith(told) for sound in rest)


# ── an answer ───────────────────────────────────────────────────────────────

MOMENTS = {"welcome": 3.0, "busy": 5.0, "place": 7.0, "music": 15.0, "comfort": 29.0}
"""Seconds after the call, in the middle of each."""


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
async def test_an_answer_cuts_whatever_the_caller_hears_at_once(moment: float) -> None:
    async with busy() as h:
        dials(h)
        await h.passes(moment - 1.0)
        h.switch.ends(TALK)
        await h.passes(0.9)
        assert is_played_to(h)
        await h.ledger.noted(TalkBegan, 2)
        assert not is_played_to(h)
        offered, began = (
            [entry.at for entry in h.ledger.entries if isinstance(entry.event, kind)][-1]
            for kind in (Offered, TalkBegan)
        )
        assert (began - offered).total_seconds() == pytest.approx(1.0, abs=0.01)
        words = len(heard(h))
        await h.passes(60.0)
        assert len(heard(h)) == words
        h.switch.ends(WAITER)
        await h.ledger.noted(CallEnded, 2)
        assert h.is_clean()


@pytest.mark.parametrize("after", [0.5, 3.0], ids=["explained", "number read back"])
async def test_an_answer_cuts_the_offer_of_a_callback_at_once(after: float) -> None:
    async with busy(KEYED) as h:
        dials(h)
        await h.passes(15.0)
        h.switch.caller_types(WAITER, "1")
        await h.passes(after)
        h.switch.ends(TALK)
        await h.passes(0.9)
        assert is_played_to(h)
        await h.ledger.noted(TalkBegan, 2)
        assert not is_played_to(h)
        assert ends(h) == [("desk", WaitEnd.CONNECTED)]


async def test_nothing_new_is_said_while_a_phone_rings_and_it_is_made_up_for_when_nobody_answers() -> None:
    async with busy(ann=Behaviour()) as h:
        dials(h)
        await h.passes(20.0)
        h.switch.ends(TALK)
        said = await listens(h, 19.0)  # of the twenty that it rings
        assert said == []
        assert WAITER in h.switch.music
        assert [words for _, words in await listens(h, 7.0)] == [("comfort",)]


# ── keys ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
@pytest.mark.parametrize(
    ("key", "leads_to", "end"),
    [("1", "offer", None), ("2", "goodbye", WaitEnd.KEY_PRESSED), ("3", "say-position-0", WaitEnd.KEY_PRESSED)],
)
async def test_a_key_that_the_line_offers_is_taken_at_every_moment(
    moment: float, key: str, leads_to: str, end: WaitEnd | None
) -> None:
    async with busy(KEYED) as h:
        dials(h)
        await h.passes(moment)
        h.switch.caller_types(WAITER, key)
        known = len(heard(h))
        await h.passes(0.1)
        assert heard(h)[known:] == [leads_to]
        assert [end for _, end in ends(h)] == ([] if end is None else [end])
        assert key in [step.heard for step in h.ledger.of(StepHeard)]


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
@pytest.mark.parametrize("key", ["0", "4", "#", "*"])
async def test_a_key_that_is_not_offered_changes_nothing(moment: float, key: str) -> None:
    told = []
    for presses in (False, True):
        async with busy(KEYED) as h:
            dials(h)
            await h.passes(moment)
            if presses:
                h.switch.caller_types(WAITER, key)
            told.append(await listens(h, 60.0))
            assert not ends(h)
    assert told[0] == told[1]


async def test_a_line_without_keys_heeds_none() -> None:
    async with busy() as h:
        dials(h)
        await h.passes(15.0)
        h.switch.caller_types(WAITER, "1234567890*#")
        await h.passes(30.0)
        assert not ends(h)
        assert heard(h)[-1] == "comfort"


# ── limits ──────────────────────────────────────────────────────────────────

LEAVES = "limits: [{when: waited, over: 40s, at: waiting, then: bye}, {when: length, over: 2, then: message}]"
TO_NIGHT = "limits: [{when: waited, over: 40s, at: waiting, then: night}]"
BACK = "limits: [{when: waited, over: 70s, at: waiting, then: desk}]"


async def test_each_limit_leads_to_its_own_target() -> None:
    async with busy(plan(LEAVES)) as h:
        for number in range(3):
            dials(h, f"waiter-{number}", f"0223333333{number}")
            await h.passes(3.0)
        await h.passes(1.0)
        assert heard(h, "waiter-2")[-1] in ("speak", "beep")
        await h.passes(60.0)
        assert heard(h, "waiter-0")[-1] == heard(h, "waiter-1")[-1] == "goodbye"
        reached = {(end.kind, end.why) for end in h.ledger.of(EndReached)}
        assert len(reached) > 1


async def test_on_another_line_the_time_that_was_waited_counts() -> None:
    async with busy(plan(TO_NIGHT)) as h:
        dials(h, "other", "02212345678")
        h.switch.caller_types("other", "3")  # nobody heeds it
        dials(h)
        await h.passes(2.5)
        before = {place.call: place.since for place in h.board.dispatch.floor.waiting("desk")}
        await h.passes(42.0)
        assert ends(h) == [("desk", WaitEnd.MAXIMUM_WAIT)] * 2
        after = {place.call: place.since for place in h.board.dispatch.floor.waiting("night")}
        assert after == pytest.approx(before, abs=0.1)


async def test_two_lines_that_lead_into_each_other_come_to_an_end() -> None:
    async with busy(plan(TO_NIGHT, night=BACK)) as h:
        dials(h)
        await h.ledger.noted(EndReached)
        await h.passes(900.0)
        assert [line for line, _ in ends(h)] == ["desk", "night", "desk"]
        began, *_, ended = (entry.at for entry in h.ledger.entries if isinstance(entry.event, WaitBegan | WaitEnded))
        assert (ended - began).total_seconds() == pytest.approx(40.0 + 70.0 + 600.0, abs=15.0)  # each line's own limits
        assert h.ledger.of(CallEnded)[-1].reason is Reason.NO_MESSAGE
        h.switch.ends(TALK)
        await h.ledger.noted(CallEnded, 2)
        assert h.is_clean()


# ── several things at once ──────────────────────────────────────────────────


@pytest.mark.parametrize("key", ["1", "2", "3"])
@pytest.mark.parametrize("answer_first", [True, False])
async def test_a_key_and_an_answer_in_the_same_instant_lead_to_a_talk(key: str, answer_first: bool) -> None:
    async with busy(KEYED, ann=Behaviour()) as h:
        dials(h)
        await h.passes(15.0)
        h.switch.ends(TALK)
        await h.ledger.noted(Offered, 2)
        await h.passes(1.0)
        (leg,) = h.switch.channels - {WAITER}
        if answer_first:
            h.switch._pick_up(leg)
        h.switch.caller_types(WAITER, key)
        if not answer_first:
            h.switch._pick_up(leg)
        await h.ledger.noted(TalkBegan, 2)
        assert set(*h.switch.bridges.values()) == {WAITER, leg}
        assert not is_played_to(h)
        h.switch.ends(leg)
        await h.ledger.noted(CallEnded, 2)
        assert h.is_clean()


@pytest.mark.parametrize("key", ["1", "2", "3"])
async def test_an_answer_just_after_a_key_led_away_lets_the_agent_go(key: str) -> None:
    async with busy(KEYED, ann=Behaviour()) as h:
        dials(h)
        await h.passes(15.0)
        h.switch.ends(TALK)
        await h.ledger.noted(Offered, 2)
        await h.passes(1.0)
        (leg,) = h.switch.channels - {WAITER}
        h.switch.caller_types(WAITER, key)
        await h.passes(0.01)
        h.switch._pick_up(leg)
        await h.passes(0.1)
        if key == "1":  # they wait on, meanwhile
            assert set(*h.switch.bridges.values()) == {WAITER, leg}
        else:
            assert leg not in h.switch.channels
        h.switch.ends(WAITER)
        await h.passes(60.0)
        assert h.is_clean()
        assert h.board.dispatch.floor.presences() == {Presence.READY: 1}


@pytest.mark.parametrize("answers", [True, False])
async def test_a_limit_that_comes_while_a_phone_rings_stands_by_until_it_is_answered_or_not(answers: bool) -> None:
    phone = Behaviour(answers_after=8.0) if answers else Behaviour(fails_after=8.0)
    async with busy(plan(LEAVES), ann=phone) as h:
        dials(h)
        await h.passes(2.0 + 36.0)
        h.switch.ends(TALK)
        await h.passes(6.0)
        assert not ends(h)
        await h.passes(3.0)
        assert ends(h) == [("desk", WaitEnd.CONNECTED if answers else WaitEnd.MAXIMUM_WAIT)]
        assert (heard(h)[-1] == "goodbye") is not answers


@pytest.mark.parametrize("key", ["1", "2", "3"])
@pytest.mark.parametrize("hangs_up_after", [0.0, 0.05, 1.0])
async def test_a_hang_up_while_a_key_is_handled_leaves_nothing_behind(key: str, hangs_up_after: float) -> None:
    async with busy(KEYED) as h:
        dials(h)
        await h.passes(15.0)
        h.switch.caller_types(WAITER, key)
        if hangs_up_after:
            await h.passes(hangs_up_after)
        h.switch.ends(WAITER)
        await h.ledger.noted(CallEnded)
        assert len(h.ledger.of(WaitEnded)) == len(h.ledger.of(WaitBegan))
        informed = key == "2" and hangs_up_after > 0.0  # they heard where it led
        left = {Outcome.INFORMED} if informed else {Outcome.ABANDONED, Outcome.LEFT}
        assert h.end.outcome in left
        assert not h.ledger.of(CallbackBooked)
        assert h.board.dispatch.floor.waiting("desk") == h.board.dispatch.floor.waiting("night") == []
        h.switch.ends(TALK)
        await h.ledger.noted(CallEnded, 2)
        assert h.is_clean()


ALMOST_CLOSED = datetime(2026, 11, 20, 16, 29, 40, tzinfo=SHANGHAI)
LEAVES_AT_CLOSING = plan(KEYS, "at_closing: leave")


@pytest.mark.parametrize("books", [True, False])
async def test_who_is_about_to_book_a_callback_at_closing_time_may_finish(books: bool) -> None:
    async with busy(LEAVES_AT_CLOSING, at=ALMOST_CLOSED) as h:
        dials(h)
        await h.passes(12.0)
        h.switch.caller_types(WAITER, "1")
        await h.passes(10.0)
        assert not ends(h)
        h.switch.caller_types(WAITER, "1" if books else "0")
        await h.ledger.noted(WaitEnded, 2)
        assert ends(h) == [("desk", WaitEnd.BOOKED if books else WaitEnd.CLOSED)]
        assert len(h.ledger.of(CallbackBooked)) == books
        await h.passes(5.0)
        assert ("shut" in heard(h)) is not books


async def test_who_hears_music_at_closing_time_leaves_the_line() -> None:
    async with busy(LEAVES_AT_CLOSING, at=ALMOST_CLOSED) as h:
        dials(h)
        await h.passes(25.0)
        assert ends(h) == [("desk", WaitEnd.CLOSED)]
        assert "shut" in heard(h)
