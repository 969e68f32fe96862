"""The account of a call (来龙去脉): its facts told in sentences, with the floor's reasons for each of its decisions.

A fold over the journal and nothing else, so that what was told once is told the same for ever. No whole number of a
caller is ever said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ivr.door.verdict import Lane
from ivr.events import (
    CallAdopted,
    CallAnswered,
    CallArrived,
    CallEnded,
    CallRaised,
    CallScreened,
    Considered,
    DigitsEntered,
    EndReached,
    FallbackEnded,
    LineGaveUp,
    MessageLeft,
    NotRecorded,
    Offered,
    OfferEnded,
    RecordingBegan,
    RecordingEnded,
    RecordingRefused,
    StatusAsked,
    StepHeard,
    SurveyAnswered,
    TalkBegan,
    TalkEnded,
    WaitBegan,
    WaitEnded,
)
from ivr.journal import Entry, Event, to_data
from ivr.outcomes import WaitEnd
from records import account_words as words
from records.account_words import Language
from records.callback_told import CALLBACKS_TOLD
from records.clock import wall_time
from records.decision_told import considered, of_agent
from records.privacy import mask
from records.talk_told import TALKS_TOLD
from records.teller import Names, Teller
from routing.calendar_words import in_english

PRIVATE = frozenset({"number", "phone", "digits"})
"""Fields of events that are a person's number, or may be."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One fact, told. `data` is the fact as the journal has it, numbers masked."""

    at: datetime
    kind: str
    text: str
    data: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {"at": wall_time(self.at), "kind": self.kind, "text": self.text, "data": dict(self.data)}


def account(entries: Iterable[Entry], language: Language, names: Names) -> list[Sentence]:
    """The facts of one call, in order. A look for an agent that found what the look before it had found is left out."""
    facts = sorted(entries, key=lambda entry: entry.seq)
    teller, told = Teller(language, names), []
    teller.explained.update(fact.event.offer for fact in facts if isinstance(fact.event, Considered))
    for entry in facts:
        event = entry.event
        text = TOLD.get(type(event), _by_name)(teller, event, entry.at)
        if text is not None:
            told.append(Sentence(entry.at, type(event).__name__, text, masked(event)))
    return told


def account_of_agent(agent: str, entries: Iterable[Entry], language: Language, names: Names) -> list[Sentence]:
    """Of looks for an agent, those that say something of this one: rung, another before them, or why not."""
    teller, told = Teller(language, names), []
    for entry in entries:
        event = entry.event
        if isinstance(event, Considered) and (text := of_agent(teller, agent, event, entry)) is not None:
            told.append(Sentence(entry.at, type(event).__name__, text, {"call": entry.call, **masked(event)}))
    return told


def _by_name(teller: Teller, event: Event, _at: datetime) -> str:
    """A kind of fact that nobody found words for yet."""
    data = ", ".join(f"{name} {value}" for name, value in masked(event).items() if value is not None)
    return teller.say("by_name", kind=type(event).__name__, data=data)


def masked(event: Event) -> dict[str, Any]:
    """The fact as data, with every number in it masked. An agent's own phone is no secret."""
    data = to_data(event)
    inside = isinstance(event, Offered) and event.agent is not None
    secret = PRIVATE | ({"target"} if data.get("to") == "number" else set())
    return {k: mask(v) if k in secret and isinstance(v, str) and not inside else v for k, v in data.items()}


# ── the way to a line ───────────────────────────────────────────────────


def _arrived(teller: Teller, event: CallArrived, at: datetime) -> str:
    number = mask(event.number) or teller.say("withheld")
    return teller.say("arrived", number=number, dialled=event.dialled, plan=event.plan)


def _screened(teller: Teller, event: CallScreened, at: datetime) -> str:
    sentence = f"screened_{event.lane}" if event.lane is not Lane.AWAY or event.told else "screened_untold"
    return teller.say(sentence, why=teller.word(words.SCREENED[event.why]))


def _adopted(teller: Teller, event: CallAdopted, at: datetime) -> str:
    return teller.say("adopted")


def _answered(teller: Teller, event: CallAnswered, at: datetime) -> str:
    return teller.say("answered")


def _step(teller: Teller, event: StepHeard, at: datetime) -> str:
    if event.heard is not None:
        return teller.say("key", node=event.node, key=event.heard)
    return teller.say("silence" if event.asked else "step", node=event.node)


def _digits(teller: Teller, event: DigitsEntered, at: datetime) -> str:
    return teller.say("digits" if event.digits else "no_digits", node=event.node, digits=mask(event.digits))


def _status(teller: Teller, event: StatusAsked, at: datetime) -> str:
    standing = "" if event.standing is None else teller.word(words.STANDINGS[event.standing])
    return teller.say(f"status_{event.result}", order=event.order, standing=standing)


def _survey(teller: Teller, event: SurveyAnswered, at: datetime) -> str:
    return teller.say("survey", answer=event.answer)


def _reached(teller: Teller, event: EndReached, at: datetime) -> str:
    kind = teller.word(words.ENDS[event.kind]) if event.kind in words.ENDS else event.kind
    what = teller.line(event.line) or kind
    if event.line is not None and event.kind != "line":
        what = f"{what}, {kind}" if teller.language is Language.EN else f"{what}，{kind}"
    why = in_english(event.why) if teller.language is Language.EN else event.why
    return teller.say("reached", what=what, open=teller.word(words.OPEN[event.open]), why=why)


# ── a line ──────────────────────────────────────────────────────────────


def _waits(teller: Teller, event: WaitBegan, at: datetime) -> str:
    teller.began("wait", event.line, at)
    teller.held = None
    return teller.say("waits" if event.ahead else "waits_first", line=teller.line(event.line), ahead=event.ahead)


def _wait_over(teller: Teller, event: WaitEnded, at: datetime) -> str:
    spent = teller.lasted_since("wait", event.line, at)
    return teller.say("wait_over", line=teller.line(event.line), lasted=spent, end=teller.word(words.WAITS[event.end]))


def _gave_up(teller: Teller, event: LineGaveUp, at: datetime) -> str:
    figures = "" if event.limit is None else teller.say("own_limit", place=event.limit + 1)
    if event.measured is not None:
        parts = {"measured": _figure(teller, event, event.measured)}
        if event.over is not None:
            parts["over"] = _figure(teller, event, event.over)
        figures += teller.say("figures_over" if "over" in parts else "figures", **parts)
    return teller.say("gave_up", line=teller.line(event.line), why=teller.word(words.WAITS[event.why]), figures=figures)


def _figure(teller: Teller, event: LineGaveUp, figure: float) -> str:
    if event.why is WaitEnd.TOO_MANY:
        return teller.word(words.CALLS).format(number=figure)
    return teller.lasted(figure)


def _raised(teller: Teller, event: CallRaised, at: datetime) -> str:
    return teller.say("raised", by=event.by)


# ── a phone ─────────────────────────────────────────────────────────────


def _offered(teller: Teller, event: Offered, at: datetime) -> str | None:
    teller.began("offer", event.offer, at)
    teller.rung[event.offer] = event.agent
    if event.offer in teller.explained:
        return None
    phone = event.agent if event.agent is not None else f"{teller.agent(None)} {mask(event.phone)}"
    return teller.say("offered", phone=phone)


def _offer_ended(teller: Teller, event: OfferEnded, at: datetime) -> str:
    agent = teller.agent(teller.rung.get(event.offer)) if event.offer in teller.rung else str(event.offer)
    result = teller.word(words.OFFERS[event.result])
    return teller.say("offer_ended", agent=agent, result=result, lasted=teller.lasted_since("offer", event.offer, at))


def _talk(teller: Teller, event: TalkBegan, at: datetime) -> str:
    teller.began("talk", event.offer, at)
    teller.talking[event.offer] = event.agent
    return teller.say("talk", agent=teller.agent(event.agent), line=teller.line(event.line))


def _talk_over(teller: Teller, event: TalkEnded, at: datetime) -> str:
    return teller.say(
        "talk_over",
        lasted=teller.lasted_since("talk", event.offer, at),
        by=teller.word(words.PARTIES[event.by]),
    )


def _message(teller: Teller, event: MessageLeft, at: datetime) -> str:
    return teller.say("message", lasted=teller.lasted(event.seconds))


def _recording(teller: Teller, event: RecordingBegan, at: datetime) -> str:
    return teller.say("recording")


def _recorded(teller: Teller, event: RecordingEnded, at: datetime) -> str:
    return teller.say("recorded")


def _not_recorded(teller: Teller, event: NotRecorded, at: datetime) -> str:
    return teller.say(f"no_{event.what}_recorded")


def _refused(teller: Teller, event: RecordingRefused, at: datetime) -> str:
    return teller.say("recording_refused")


def _ended(teller: Teller, event: CallEnded, at: datetime) -> str:
    return teller.say(
        "ended",
        outcome=teller.word(words.OUTCOMES[event.outcome]),
        reason=teller.word(words.REASONS[event.reason]),
    )


def _fallback_ended(teller: Teller, event: FallbackEnded, at: datetime) -> str:
    return teller.say(
        "fallback_ended",
        outcome=teller.word(words.OUTCOMES[event.outcome]),
        reason=teller.word(words.REASONS[event.reason]),
    )


TOLD: Mapping[type, Callable[[Teller, Any, datetime], str | None]] = {
    CallArrived: _arrived,
    CallScreened: _screened,
    CallAdopted: _adopted,
    CallAnswered: _answered,
    StepHeard: _step,
    DigitsEntered: _digits,
    StatusAsked: _status,
    SurveyAnswered: _survey,
    EndReached: _reached,
    WaitBegan: _waits,
    WaitEnded: _wait_over,
    Considered: considered,
    LineGaveUp: _gave_up,
    CallRaised: _raised,
    Offered: _offered,
    OfferEnded: _offer_ended,
    TalkBegan: _talk,
    TalkEnded: _talk_over,
    MessageLeft: _message,
    RecordingRefused: _refused,
    RecordingBegan: _recording,
    RecordingEnded: _recorded,
    NotRecorded: _not_recorded,
    CallEnded: _ended,
    FallbackEnded: _fallback_ended,
    **TALKS_TOLD,
    **CALLBACKS_TOLD,
}
"""How each kind of fact is told."""
