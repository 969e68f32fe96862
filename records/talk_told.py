"""How an account tells what agents and shift leaders did with a caller whom they had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ivr.events import (
    AgentAway,
    AgentBack,
    CallerBack,
    CallerHeld,
    ConsultationAnswered,
    ConsultationBegan,
    ConsultationEnded,
    Flagged,
    HeldTooLong,
    LeaderCame,
    LeaderLeft,
    PassedBack,
    PassedOn,
    RecordingPaused,
    RecordingResumed,
)
from records import account_words as words
from records.privacy import mask
from records.teller import Teller


def _target(teller: Teller, to: str, target: str) -> str:
    shown = {"line": teller.line(target), "number": mask(target)}.get(to, target)
    return teller.word(words.TARGETS[to]).format(target=shown)


def _away(teller: Teller, event: AgentAway, at: datetime) -> str:
    teller.began("away", event.offer, at)
    return teller.say("agent_away", agent=teller.talks(event.offer))


def _agent_back(teller: Teller, event: AgentBack, at: datetime) -> str:
    sentence = "agent_back_again" if event.again else "agent_back"
    return teller.say(sentence, agent=teller.talks(event.offer), lasted=teller.lasted_since("away", event.offer, at))


def _paused(teller: Teller, event: RecordingPaused, at: datetime) -> str:
    teller.began("pause", event.offer, at)
    return teller.say("recording_paused", agent=event.by)


def _resumed(teller: Teller, event: RecordingResumed, at: datetime) -> str:
    return teller.say("recording_resumed", lasted=teller.lasted_since("pause", event.offer, at))


def _held(teller: Teller, event: CallerHeld, at: datetime) -> str:
    teller.began("hold", event.offer, at)
    return teller.say("caller_held", agent=teller.talks(event.offer))


def _back(teller: Teller, event: CallerBack, at: datetime) -> str:
    return teller.say("caller_back", lasted=teller.lasted_since("hold", event.offer, at))


def _too_long(teller: Teller, event: HeldTooLong, at: datetime) -> str:
    return teller.say("held_too_long", over=teller.lasted(event.seconds))


def _passed_on(teller: Teller, event: PassedOn, at: datetime) -> str:
    sentence = "passed_on_warm" if event.warm else "passed_on"
    return teller.say(sentence, agent=teller.talks(event.offer), to=_target(teller, event.to, event.target))


def _passed_back(teller: Teller, event: PassedBack, at: datetime) -> str:
    return teller.say("passed_back", to=_target(teller, event.to, event.target))


def _consults(teller: Teller, event: ConsultationBegan, at: datetime) -> str:
    teller.began("consultation", event.offer, at)
    return teller.say("consults", agent=teller.talks(event.offer), to=_target(teller, event.to, event.target))


def _consulted(teller: Teller, event: ConsultationAnswered, at: datetime) -> str:
    return teller.say("consulted", agent=teller.agent(event.agent))


def _consultation_over(teller: Teller, event: ConsultationEnded, at: datetime) -> str:
    spent = teller.lasted_since("consultation", event.offer, at)
    return teller.say("consultation_over", lasted=spent, end=teller.word(words.CONSULTATIONS[event.end]))


def _flagged(teller: Teller, event: Flagged, at: datetime) -> str:
    return teller.say("flagged", by=event.by)


def _leader_came(teller: Teller, event: LeaderCame, at: datetime) -> str:
    return teller.say("leader_came", leader=event.leader, how=teller.word(words.ATTENDANCES[event.how]))


def _leader_left(teller: Teller, event: LeaderLeft, at: datetime) -> str:
    return teller.say("leader_left", leader=event.leader)


TALKS_TOLD: Mapping[type, Callable[[Teller, Any, datetime], str]] = {
    AgentAway: _away,
    AgentBack: _agent_back,
    RecordingPaused: _paused,
    RecordingResumed: _resumed,
    CallerHeld: _held,
    CallerBack: _back,
    HeldTooLong: _too_long,
    PassedOn: _passed_on,
    PassedBack: _passed_back,
    ConsultationBegan: _consults,
    ConsultationAnswered: _consulted,
    ConsultationEnded: _consultation_over,
    Flagged: _flagged,
    LeaderCame: _leader_came,
    LeaderLeft: _leader_left,
}
