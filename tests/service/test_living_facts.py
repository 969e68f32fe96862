"""Unit: the facts of calls that live, and the call that somebody wraps up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from acd.floor import Floor
from acd.signals import CallJoined, PhoneAnswered, PhoneUp
from acd.signals import TalkEnded as FloorTalkEnded
from desk.dossier import Current, Known, Phase
from hotline.arrangement import floor_of
from hotline.desk_callers import DeskCallers
from hotline.living_facts import LivingFacts
from ivr.callbacks.events import CallbackTried
from ivr.callbacks.ticket import Ticket
from ivr.door.door import Treatment
from ivr.events import CallArrived, CallEnded, ConsultationAnswered, TalkBegan
from ivr.journal import Entry, Event
from ivr.memory import CallerMemory
from ivr.outcomes import Outcome, Reason
from tests.desk.house import shipped

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
NUMBER = "13900000042"


def told(facts: LivingFacts, call: str, *events: Event, first: int = 1) -> None:
    for seq, event in enumerate(events, start=first):
        facts.hear(Entry(call, seq, AT + timedelta(seconds=seq), event))


def test_facts_are_there_at_once_and_gone_with_the_call() -> None:
    facts = LivingFacts()
    told(facts, "a-1", CallArrived(NUMBER, "12320", "c", "7"), TalkBegan(1, "immunization", "vaccine-1"))
    assert [entry.seq for entry in facts.of("a-1")] == [1, 2]
    told(facts, "a-1", CallEnded(Outcome.TALKED, Reason.CALLER_HUNG_UP), first=3)
    assert facts.of("a-1") == ()
    assert facts.last("vaccine-1") == ("a-1", "immunization")


def test_callbacks_have_facts_too_and_are_no_calls() -> None:
    facts = LivingFacts()
    told(facts, "a-7", CallbackTried("a-8", Reason.NO_ANSWER))
    assert facts.of("a-7") == ()


def test_who_was_asked_in_a_consultation_wraps_up_that_call() -> None:
    facts = LivingFacts()
    told(facts, "a-1", CallArrived(NUMBER, "12320", "c", "7"), ConsultationAnswered(1, "vaccine-2"))
    assert facts.last("vaccine-2") == ("a-1", None)
    assert facts.last("nobody") is None


def callers(floor: Floor, facts: LivingFacts, memory: CallerMemory) -> DeskCallers:
    ticket = Ticket("a-7", "immunization", NUMBER, "a-6", AT, AT)
    return DeskCallers(
        floor,
        facts,
        plan=shipped,
        memory=memory,
        nuisance=lambda number: Treatment.SLOW if number == NUMBER else None,
        callbacks=lambda: [ticket],
        now=lambda: AT,
    )


def test_a_call_is_the_agents_from_the_ring_to_the_end_of_the_wrap_up() -> None:
    floor, facts = floor_of(shipped()), LivingFacts()
    desk = callers(floor, facts, CallerMemory())
    assert desk.current("stranger") is None
    floor.handle(PhoneUp("vaccine-1", "vaccine-1"), now=0.0)
    assert desk.current("vaccine-1") is None
    floor.handle(CallJoined("a-1", "immunization"), now=1.0)
    assert desk.current("vaccine-1") == Current("a-1", "immunization", Phase.OFFERED)
    (offer,) = floor.offers()
    floor.handle(PhoneAnswered(offer.id), now=2.0)
    told(facts, "a-1", CallArrived(NUMBER, "12320", "c", "7"), TalkBegan(offer.id, "immunization", "vaccine-1"))
    assert desk.current("vaccine-1") == Current("a-1", "immunization", Phase.TALKING)
    floor.handle(FloorTalkEnded(offer.id), now=9.0)
    assert desk.current("vaccine-1") == Current("a-1", "immunization", Phase.WRAP_UP)
    assert desk.current("vaccine-2") is None


def test_the_counsellor_is_told_only_where_the_line_keeps_its_callers_one() -> None:
    memory = CallerMemory()
    memory.keep(["psychological-aid", "immunization"], 30)
    memory.talked(NUMBER, "psychological-aid", AT, "mind-2")
    desk = callers(floor_of(shipped()), LivingFacts(), memory)
    assert desk.known(NUMBER, "psychological-aid").counsellor == "mind-2"
    memory.talked(NUMBER, "immunization", AT, "vaccine-2")
    known = desk.known(NUMBER, "immunization")
    assert (known.counsellor, known.nuisance, [one.id for one in known.callbacks]) == (None, "slow", ["a-7"])
    assert desk.known("13900000043", None) == Known()
