"""Folding: how the facts of one call, in their order, become its record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ivr.callbacks.events import CallbackBooked, CallerRung, CallPlaced
from ivr.events import (
    AgentAway,
    AgentBack,
    CallAnswered,
    CallArrived,
    CallEnded,
    CallerBack,
    CallerHeld,
    ConsultationAnswered,
    ConsultationBegan,
    ConsultationEnded,
    EndReached,
    FallbackEnded,
    MessageLeft,
    Offered,
    OfferEnded,
    RecordingBegan,
    RecordingEnded,
    RecordingPaused,
    RecordingRefused,
    RecordingResumed,
    StatusAsked,
    StepHeard,
    TalkBegan,
    TalkEnded,
    WaitBegan,
    WaitEnded,
)
from ivr.journal import Entry, Event
from ivr.outcomes import Outcome, Party, Reason, WaitEnd
from records.cdr import Cdr, Reached
from records.segments import (
    Away,
    Booking,
    Consultation,
    Hold,
    Inquiry,
    Menu,
    Message,
    Offer,
    Pause,
    Placed,
    Refusal,
    Segment,
    Talk,
    Wait,
)

_DONE = (Outcome.TALKED, Outcome.MESSAGE, Outcome.CALLBACK)
"""What a call is whose caller got what a hotline is for."""


def fold(entries: Sequence[Entry]) -> Cdr:
    """The record of one call from its entries, or from the first of them while it lives.

    Order and repetition don't matter: `seq` does. When the clock was set back during the call, an instant earlier than
    the one before counts as that one, so nothing lasts less than nothing. Of an engine that stopped unawares nothing
    after its last fact is known: what was open then counts to that fact, not to the day it was found.
    Raises ValueError without entries, or with two calls' entries.
    """
    if len({entry.call for entry in entries}) != 1:
        raise ValueError("a record needs the entries of one call")
    ordered = sorted({entry.seq: entry for entry in entries}.values(), key=lambda entry: entry.seq)
    started = ordered[0].at
    telling = Telling(now=started, mark=started)
    for entry in ordered:
        telling.hear(entry.event, max(entry.at, telling.now))
    return telling.record(ordered[0].call, started)


@dataclass(slots=True)
class Telling:
    """A call as far as it was told.

    `silent` is the place in `segments` of a menu just told in which no key was pressed; `wait` and `talks` are those of
    the ones whose reason to end is still owed. They are open until it comes, or until the caller's next stretch
    begins: a wait ends where its talk begins, though we are told why a moment later.
    """

    now: datetime
    mark: datetime
    """Where the caller's last stretch ended: the next menu begins there."""
    arrived: CallArrived | CallPlaced | None = None
    answered: datetime | None = None
    ended: datetime | None = None
    end: CallEnded | None = None
    line: str | None = None
    agent: str | None = None
    reached: Reached | None = None
    keys: list[str] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    silent: int | None = None
    wait: int | None = None
    talks: dict[int, int] = field(default_factory=dict)
    """Offer of each talk whose end is still owed → its place in `segments`."""
    hold: int | None = None
    away: int | None = None
    pause: int | None = None
    consultation: int | None = None
    offers: dict[int, int] = field(default_factory=dict)
    files: dict[str, tuple[datetime, datetime | None]] = field(default_factory=dict)
    talk_file: str | None = None
    recording: str | None = None

    def hear(self, event: Event, at: datetime) -> None:
        """Take in the next fact. `at` is never before `now`."""
        match event:
            case CallArrived():
                self.arrived = event
            case CallPlaced(ticket=ticket, line=line):
                self.arrived, self.line = event, line
                self.segments.append(Placed(ticket, line, at, None, None))
            case CallerRung():
                self.place(rung=at)
            case CallbackBooked(ticket=ticket, line=line, number=number, abandoned=abandoned):
                self.segments.append(Booking(ticket, line, number, at, at, abandoned))
            case CallAnswered():
                self.answered = self.answered or at
                self.mark = self.mark if self.segments and not self.place(until=at) else at
            case StepHeard(node=node, heard=heard):
                self.step(node, heard, at)
            case EndReached(kind=kind, line=line, open=open_now):
                self.reached = self.reached or Reached(kind, line, open_now)
                self.line = line or self.line
            case WaitBegan(line=line, ahead=ahead):
                self.settle(at)
                self.line, self.wait = line, len(self.segments)
                self.segments.append(Wait(line, at, None, None, ahead))
            case WaitEnded(end=end):
                self.end_wait(at, end)
            case Offered(offer=offer, line=line, agent=agent, phone=phone):
                self.offers[offer] = len(self.segments)
                self.segments.append(Offer(line, agent, phone, at, None, None, None))
            case OfferEnded():
                self.end_offer(event, at)
            case TalkBegan(offer=offer, line=line, agent=agent):
                self.begin_talk(offer, line, agent, at)
            case TalkEnded(offer=offer, by=by):
                self.end_talk(offer, at, by)
                self.end_away(at, back=False)
            case AgentAway(offer=offer):
                self.away = len(self.segments)
                self.segments.append(Away(self.agent_of(offer), at, None, False))
            case AgentBack():
                self.end_away(at, back=True)
            case CallerHeld(offer=offer):
                self.hold = len(self.segments)
                self.segments.append(Hold(self.agent_of(offer), at, None))
            case CallerBack():
                self.close(self.hold, at)
                self.hold = None
            case ConsultationBegan(offer=offer, to=to, target=target):
                self.consultation = len(self.segments)
                self.segments.append(Consultation(self.agent_of(offer), to, target, at, None, None, None))
            case ConsultationAnswered():
                self.consult(answered=at)
            case ConsultationEnded(end=end):
                self.consult(until=at, end=end)
                self.consultation = None
            case StatusAsked(node=node, result=result, order=order, standing=standing):
                self.segments.append(Inquiry(node, result, order, standing, at, at))
            case RecordingPaused(by=by):
                self.pause = len(self.segments)
                self.segments.append(Pause(by, at, None))
            case RecordingResumed():
                self.close(self.pause, at)
                self.pause = None
            case RecordingRefused():
                self.segments.append(Refusal(at, at))
            case RecordingBegan(file=file, what=what):
                self.begin_recording(file, what, at)
            case RecordingEnded(file=file):
                began, _ = self.files.get(file, (at, None))
                self.files[file] = (began, at)
            case MessageLeft():
                self.message(event, at)
            case CallEnded():
                self.finish(event, at)
            case FallbackEnded():
                self.go_on(event, at)
        self.now = at

    def open_stretch(self) -> int | None:
        """Where the wait or talk that has the caller's time now is."""
        for index in (self.wait, *self.talks.values()):
            if index is not None and self.segments[index].until is None:
                return index
        return None

    def settle(self, at: datetime) -> None:
        """The caller's open stretch ends here, whatever we are told of it later.

        A menu that asked for no key is told when it begins, so it lasted until now.
        """
        if self.silent is not None:
            self.segments[self.silent] = replace(self.segments[self.silent], until=at)
            self.silent, self.mark = None, at
        while (index := self.open_stretch()) is not None:
            self.segments[index] = replace(self.segments[index], until=at)
            self.mark = at

    def place(self, *, rung: datetime | None = None, until: datetime | None = None) -> bool:
        """Tell more of a call that we made; whether it is one."""
        placed = self.segments[0] if self.segments else None
        if isinstance(placed, Placed) and placed.until is None:
            self.segments[0] = replace(placed, rung=rung or placed.rung, until=until)
        return isinstance(placed, Placed)

    def step(self, node: str, heard: str | None, at: datetime) -> None:
        if heard is not None:
            self.keys.append(heard)
        if self.open_stretch() is not None:
            return  # heard while waiting or talking: that stretch has the time
        last = self.segments[-1] if self.segments else None
        if isinstance(last, Menu) and last.node == node:
            keys = ",".join(filter(None, (last.keys, heard)))
            self.segments[-1] = replace(last, until=at, keys=keys)
        else:
            self.segments.append(Menu(node, self.mark, at, heard or ""))
        self.silent = len(self.segments) - 1 if heard is None else None
        self.mark = at

    def end_wait(self, at: datetime, end: WaitEnd) -> None:
        if self.wait is not None and isinstance(wait := self.segments[self.wait], Wait):
            self.mark = self.mark if wait.until else at
            self.segments[self.wait] = replace(wait, until=wait.until or at, end=end)
        self.wait = None

    def begin_talk(self, offer: int, line: str, agent: str | None, at: datetime) -> None:
        """The wait ends here; who talks already may talk on, with both."""
        self.close(self.talks.pop(offer, None), at)
        if not any(self.segments[index].until is None for index in self.talks.values()):
            self.settle(at)
        self.line, self.agent = line, agent
        self.talks[offer] = len(self.segments)
        self.segments.append(Talk(line, agent, at, None, None, self.talk_file))
        self.talk_file = None

    def end_talk(self, offer: int, at: datetime, by: Party) -> None:
        index = self.talks.pop(offer, None)
        if index is not None and isinstance(talk := self.segments[index], Talk):
            self.mark = self.mark if talk.until else at
            self.segments[index] = replace(talk, until=talk.until or at, by=by)

    def agent_of(self, offer: int) -> str | None:
        """Who has the talk of an offer."""
        index = self.talks.get(offer)
        talk = None if index is None else self.segments[index]
        return talk.agent if isinstance(talk, Talk) else self.agent

    def close(self, index: int | None, at: datetime) -> None:
        """A hold or consultation lasts until now, unless it has ended."""
        if index is not None and self.segments[index].until is None:
            self.segments[index] = replace(self.segments[index], until=at)

    def end_away(self, at: datetime, *, back: bool) -> None:
        """Nobody is waited for any more."""
        if self.away is not None and isinstance(away := self.segments[self.away], Away):
            self.segments[self.away] = replace(away, until=at, back=back)
        self.away = None

    def consult(self, **known: Any) -> None:
        if self.consultation is not None:
            self.segments[self.consultation] = replace(self.segments[self.consultation], **known)

    def end_offer(self, ended: OfferEnded, at: datetime) -> None:
        index = self.offers.pop(ended.offer, None)
        if index is not None and isinstance(offer := self.segments[index], Offer):
            self.segments[index] = replace(offer, until=at, result=ended.result, cause=ended.cause)

    def begin_recording(self, file: str, what: str, at: datetime) -> None:
        self.files[file] = (at, None)
        if what != "talk":
            if self.open_stretch() is None:
                self.settle(at)
                self.mark = at
            return
        self.recording = file
        index = max(self.talks.values(), default=None)
        if index is not None and isinstance(talk := self.segments[index], Talk):
            self.segments[index] = replace(talk, recording=file)
        else:
            self.talk_file = file  # it began a moment before the talk

    def message(self, left: MessageLeft, at: datetime) -> None:
        self.settle(at)
        began, ended = self.files.get(left.file, (self.mark, None))
        since, until = max(self.mark, began), max(self.mark, ended or at)
        self.segments.append(Message(left.line, left.file, left.seconds, since, until))
        self.line, self.recording, self.mark = left.line or self.line, left.file, until

    def finish(self, ended: CallEnded, at: datetime) -> None:
        known = self.now if ended.reason is Reason.ENGINE_STOPPED else at
        self.settle(known)
        self.place(until=known)
        for index in (*self.offers.values(), self.hold, self.away, self.pause, self.consultation):
            self.close(index, known)
        self.offers.clear()
        self.end, self.ended = ended, at
        if self.reached is None and ended.reason is Reason.CALLER_HUNG_UP:
            self.reached = Reached("hangup", None, open=True)  # as the dry walk says of `h`

    def go_on(self, there: FallbackEnded, at: datetime) -> None:
        """The call ended in the fallback. What was done for its caller there counts, unless we had done more."""
        ended = self.end
        if ended is None or (ended.outcome not in _DONE and there.outcome in (*_DONE, Outcome.INFORMED)):
            self.end = CallEnded(there.outcome, there.reason)
        self.line, self.ended = there.line or self.line, at

    def seconds(self, kind: type[Wait] | type[Talk]) -> float:
        """How long the caller waited or talked; with several at once counts once."""
        total, reached = 0.0, None
        for stretch in sorted((s for s in self.segments if isinstance(s, kind)), key=lambda s: s.since):
            since = stretch.since if reached is None else max(stretch.since, reached)
            until = max(since, stretch.until or self.now)
            total, reached = total + (until - since).total_seconds(), until
        return round(total, 3)

    def record(self, call: str, started: datetime) -> Cdr:
        return Cdr(
            id=call,
            started=started,
            answered=self.answered,
            ended=self.ended,
            number=self.arrived.number if self.arrived else "",
            dialled=self.arrived.dialled if self.arrived else "",
            plan=self.arrived.plan if self.arrived else "",
            line=self.line,
            agent=self.agent,
            outcome=self.end.outcome if self.end else None,
            reason=self.end.reason if self.end else None,
            reached=self.reached,
            keys=",".join(self.keys),
            waited=self.seconds(Wait),
            talked=self.seconds(Talk),
            recording=self.recording,
            segments=tuple(self.segments),
            test=isinstance(self.arrived, CallArrived) and self.arrived.test,
        )
