"""Unit: who shows records that are opened elsewhere shows them as they are, whatever is told late."""

from __future__ import annotations

from dataclasses import replace

from paperwork.answers.hands import Hands
from paperwork.answers.record import Record
from paperwork.answers.rules import AnswerRules
from paperwork.answers.watch import Handed, InHand, Standing
from paperwork.answers.words import State
from tests.paperwork.answers.desk import room, tale


class Now:
    """The clock that never steps."""

    at = 100.0

    def __call__(self) -> float:
        return self.at


async def opened(url: str) -> Record:
    async with room(url) as here:
        await here.hear(tale("a-1", ("immunization", "ann"), ends=False))
        return await here.book.record("a-1")


def shown(hands: Hands) -> list[tuple[str, int]]:
    return [(one.call, one.seq) for one in hands.in_hand()]


async def test_what_a_watch_tells_makes_the_same_picture_elsewhere(url: str) -> None:
    async with room(url) as here:
        hands = Hands(AnswerRules)
        here.watch._told = hands.take
        await here.hear(tale("a-1", ("immunization", "ann"), ends=False))
        assert hands.in_hand() == here.watch.in_hand() != []
        await here.hear(tale("a-2", ("animal-injury", "bob")))
        assert hands.in_hand() == here.watch.in_hand()
        here.clerk.stir()
        await here.clerk._work()
        assert (hands.in_hand(), hands.incomplete, hands.late, hands.latest) == (
            *(here.watch.in_hand(), here.watch.incomplete, here.watch.late, here.watch.latest),
        )
        assert hands.incomplete == {"animal-injury": 1}


async def test_what_was_written_here_is_not_undone_by_what_was_seen_before(url: str) -> None:
    record, now = await opened(url), Now()
    hands = Hands(AnswerRules, now)
    before = Handed.of(record, AnswerRules())
    later = replace(record, seq=record.seq + 1)
    hands.changed(later)
    hands.take(before)  # was under way
    assert shown(hands) == [("a-1", later.seq)]
    hands.take(Standing(began=99.0, hand=(standing(before),)))  # looked before it was written
    assert shown(hands) == [("a-1", later.seq)]
    hands.take(Standing(began=101.0))  # somebody completed it elsewhere
    assert shown(hands) == []


async def test_a_record_that_was_completed_here_does_not_come_back(url: str) -> None:
    record, now = await opened(url), Now()
    hands = Hands(AnswerRules, now)
    before = Handed.of(record, AnswerRules())
    hands.take(before)
    assert shown(hands) == [("a-1", record.seq)]
    hands.changed(replace(record, seq=record.seq + 1, state=State.SIGNED))
    assert shown(hands) == []
    hands.take(Standing(began=99.0, hand=(standing(before),)))
    assert shown(hands) == []
    now.at = 200.0
    hands.take(Standing(began=150.0, hand=(replace(standing(before), seq=9),)))  # it was opened again
    assert shown(hands) == [("a-1", 9)]


def standing(handed: Handed) -> InHand:
    assert handed.hand is not None
    return handed.hand
