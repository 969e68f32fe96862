"""A call that the journal began to tell and did not end: where it was when its engine was no more.

A pure fold over the call's entries, like the call detail record. What exists on the switch is not its business.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ivr.callbacks.events import CallbackBooked, CallPlaced
from ivr.events import (
    AgentAway,
    AgentBack,
    CallAdopted,
    CallAnswered,
    CallArrived,
    CallEnded,
    CallerBack,
    CallerHeld,
    CallRaised,
    ConsultationAnswered,
    ConsultationBegan,
    ConsultationEnded,
    EndReached,
    Flagged,
    LeaderCame,
    LeaderLeft,
    LineGaveUp,
    MessageLeft,
    Offered,
    OfferEnded,
    PassedBack,
    PassedOn,
    RecordingBegan,
    RecordingEnded,
    RecordingPaused,
    RecordingRefused,
    RecordingResumed,
    TalkBegan,
    TalkEnded,
    WaitBegan,
    WaitEnded,
)
from ivr.journal import Entry, Event
from ivr.outcomes import OfferResult, Outcome, Party, Reason, WaitEnd


@dataclass(slots=True)
class Talk:
    """One that was not ended."""

    offer: int
    line: str
    agent: str | None
    began: datetime


@dataclass(slots=True)
class Unfinished:
    """One such call, as far as it was told."""

    id: str
    entries: Sequence[Entry]
    channel: str = ""
    number: str = ""
    dialled: str = ""
    ticket: str | None = None
    """Of the callback, where this call is a try of it."""
    answered: bool = False
    adopted: int = 0
    """How many engines went on with it already."""
    seq: int = 0
    outcome: tuple[Outcome, Reason] = (Outcome.LEFT, Reason.CALLER_HUNG_UP)
    """What it would end as if it ended now."""
    waits: WaitBegan | None = None
    """How it joined the line on which it waits."""
    since: datetime | None = None
    """When that was."""
    waited: float = 0.0
    """Seconds on lines before."""
    raised: bool = False
    """Marked as one of high risk."""
    talks: dict[int, Talk] = field(default_factory=dict)
    talked_with: str | None = None
    held: int | None = None
    """The offer by whose wish the caller hears music."""
    asked: int | None = None
    """The offer of who consults somebody."""
    away: int | None = None
    """The offer of who is waited for, since their browser was gone."""
    paused: int | None = None
    """The offer of who lets nothing be recorded for now."""
    answered_aside: bool = False
    """Whom they consult is on the line."""
    passed: PassedOn | None = None
    """Where the caller was to wait next, and does not wait yet."""
    passed_from: str | None = None
    """The line whose agent said so."""
    offers: dict[int, Offered] = field(default_factory=dict)
    ringing: set[int] = field(default_factory=set)
    recordings: dict[str, str] = field(default_factory=dict)
    """Those that go on: file → `talk` or `message`."""
    unrecorded: bool = False
    """The caller refused to be recorded."""
    tester: bool = False
    """The synthetic caller makes it."""
    left_message: bool = False
    message_for: str | None = None
    """The line on whose behalf a message is taken."""
    leaders: set[str] = field(default_factory=set)
    """Who listens in, or takes part."""
    last_offer: int = 0
    """The highest id that the floor gave."""

    @property
    def message(self) -> str | None:
        """The file into which the caller speaks."""
        return next((file for file, what in self.recordings.items() if what == "message"), None)

    @property
    def talk_file(self) -> str | None:
        """The file into which a talk is recorded."""
        return next((file for file, what in self.recordings.items() if what == "talk"), None)

    def _outcome(self, outcome: Outcome, reason: Reason = Reason.CALLER_HUNG_UP) -> None:
        """From now on, unless somebody talked with the caller."""
        if self.outcome[0] is not Outcome.TALKED:
            self.outcome = (outcome, reason)

    def hear(self, entry: Entry) -> None:
        """Take in the next fact."""
        self.seq = entry.seq
        match entry.event:
            case CallArrived(number=number, dialled=dialled, channel=channel, tester=tester):
                self.number, self.dialled, self.channel, self.tester = number, dialled, channel, tester
            case CallPlaced(ticket=ticket, number=number, dialled=dialled):
                self.number, self.dialled, self.ticket, self.channel = number, dialled, ticket, f"{self.id}-x0"
                self.outcome = (Outcome.UNANSWERED, Reason.NO_ANSWER)
            case CallAdopted(by=by):
                self.adopted = by
            case CallAnswered():
                self.answered = True
                if self.ticket is not None:
                    self.outcome = (Outcome.ABANDONED, Reason.CALLER_HUNG_UP)
            case EndReached(line=line):
                self.message_for = line
            case CallRaised():
                if self.waits is not None:
                    self.raised = True
            case Flagged():
                self.raised = True
            case CallbackBooked(abandoned=False):
                self._outcome(Outcome.CALLBACK)
            case Offered(offer=offer):
                self.offers[offer] = entry.event
                self.ringing.add(offer)
                self.last_offer = max(self.last_offer, offer)
            case OfferEnded(offer=offer):
                self.ringing.discard(offer)
            case WaitBegan() | WaitEnded() | LineGaveUp():
                self._hear_of_wait(entry.event, entry.at)
            case RecordingRefused():
                self.unrecorded = True
            case RecordingBegan(file=file, what=what):
                self.recordings[file] = what
            case RecordingEnded(file=file):
                self.recordings.pop(file, None)
            case MessageLeft():
                self.left_message = True
                self._outcome(Outcome.MESSAGE, Reason.COMPLETED)
            case LeaderCame(leader=leader):
                self.leaders.add(leader)
            case LeaderLeft(leader=leader):
                self.leaders.discard(leader)
            case event:
                self._hear_of_talk(event, entry.at)

    def _hear_of_wait(self, event: WaitBegan | WaitEnded | LineGaveUp, at: datetime) -> None:
        match event:
            case WaitBegan():
                self.waits, self.since, self.passed = event, at, None
                self._outcome(Outcome.ABANDONED)
            case WaitEnded(end=end):
                if self.since is not None:
                    self.waited += max(0.0, (at - self.since).total_seconds())
                    self.since = None
                if end is not WaitEnd.CONNECTED:
                    self.waits = None
                    self._outcome(_AFTER.get(end, Outcome.INFORMED))
            case LineGaveUp():
                self._outcome(Outcome.INFORMED)

    def _hear_of_talk(self, event: Event, at: datetime) -> None:
        match event:
            case TalkBegan(offer=offer, line=line, agent=agent):
                self.talks[offer] = Talk(offer, line, agent, at)
                self.talked_with, self.waits, self.passed = agent, None, None
                self.outcome = (Outcome.TALKED, Reason.CALLER_HUNG_UP)
            case TalkEnded(offer=offer, by=by):
                ended = self.talks.pop(offer, None)
                self.away = None if self.away == offer else self.away
                if ended is not None and not self.talks:
                    self.passed_from = ended.line
                    if by is Party.OTHER_SIDE:
                        self.outcome = (Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)
            case AgentAway(offer=offer):
                self.away = offer
            case AgentBack():
                self.away = None
            case RecordingPaused(offer=offer):
                self.paused = offer
            case RecordingResumed():
                self.paused = None
            case CallerHeld(offer=offer):
                self.held = offer
            case CallerBack():
                self.held = None
            case ConsultationBegan(offer=offer):
                self.asked, self.answered_aside = offer, False
            case ConsultationAnswered():
                self.answered_aside = True
            case ConsultationEnded():
                self.asked, self.answered_aside = None, False
            case PassedOn() if not event.warm:
                self.passed = event
            case PassedBack(to=to, target=target):
                self.passed = PassedOn(0, to, target, warm=False)
            case _:
                return

    def place(self, now: datetime) -> tuple[float, float]:
        """Seconds that count for its place until `now`, and those of them on the line where it waits."""
        if self.waits is None:
            return 0.0, 0.0
        here = 0.0 if self.since is None else max(0.0, (now - self.since).total_seconds())
        return self.waits.waited + here, here


_AFTER = {
    WaitEnd.CALLER_LEFT: Outcome.ABANDONED,
    WaitEnd.KEY_PRESSED: Outcome.LEFT,
    WaitEnd.BOOKED: Outcome.CALLBACK,
    WaitEnd.AGENT_AWAY: Outcome.ABANDONED,
}


def unfinished(entries: Iterable[Entry]) -> Unfinished | None:
    """Where a call was; None for one that ended. Order and repetition of the entries don't matter.

    Raises ValueError without entries, or with two calls' entries.
    """
    ordered = sorted({entry.seq: entry for entry in entries}.values(), key=lambda entry: entry.seq)
    if len({entry.call for entry in ordered}) != 1:
        raise ValueError("one call's entries are needed")
    if any(isinstance(entry.event, CallEnded) for entry in ordered):
        return None
    told = Unfinished(ordered[0].call, tuple(ordered))
    for entry in ordered:
        told.hear(entry)
    return told


def closing(one: Unfinished) -> list[Event]:
    """The facts that end what was open in a call which nobody goes on with, but for recordings and the end itself."""
    facts: list[Event] = [OfferEnded(offer, OfferResult.WITHDRAWN) for offer in sorted(one.ringing)]
    if one.waits is not None and one.since is not None:
        facts.append(WaitEnded(one.waits.line, WaitEnd.ENGINE_STOPPED))
    facts += [TalkEnded(offer, Party.ENGINE) for offer in one.talks]
    return facts


def last_outcome(one: Unfinished) -> Outcome:
    """How a call ends of which nobody knows how it ended: what was done for the caller counts."""
    done = (Outcome.TALKED, Outcome.MESSAGE, Outcome.CALLBACK, Outcome.UNANSWERED)
    return one.outcome[0] if one.outcome[0] in done else Outcome.FAILED
