"""A call as spans: a pure fold over its facts, told when it has ended.

The call is the root; steps of the plan, waits, offers and talks are below it, an offer below its wait. Ids come from
the call's own id, so that the same facts make the same trace, and a call's trace is found by the call. No number of a
caller, no phone and nothing that was keyed but a menu's key is in a span.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

from ivr.callbacks.events import CallPlaced
from ivr.events import (
    CallAnswered,
    CallArrived,
    CallEnded,
    EndReached,
    Offered,
    OfferEnded,
    StepHeard,
    TalkBegan,
    TalkEnded,
    WaitBegan,
    WaitEnded,
)
from ivr.journal import Entry
from ivr.outcomes import OfferResult, Outcome

MOST: Final = 500
"""Spans of one call; a caller who goes round and round makes no more."""

Value = str | bool | int | float


@dataclass(frozen=True, slots=True)
class Span:
    """One of a trace. `trace` has 16 bytes, `id` and `parent` 8; the root has no parent."""

    name: str
    trace: bytes
    id: bytes
    parent: bytes | None
    begin: datetime
    end: datetime
    attributes: Mapping[str, Value]
    failed: bool = False


@dataclass(slots=True)
class _Open:
    name: str
    begin: datetime
    attributes: dict[str, Value]
    parent: _Open | None = None
    number: int = 0
    end: datetime | None = None
    failed: bool = False


@dataclass(slots=True)
class _Call:
    root: _Open
    spans: list[_Open] = field(default_factory=list)
    since: datetime | None = None
    """When what is heard now began."""
    wait: _Open | None = None
    offers: dict[int, _Open] = field(default_factory=dict)
    talks: dict[int, _Open] = field(default_factory=dict)

    def open(self, name: str, begin: datetime, parent: _Open | None = None, **attributes: Value | None) -> _Open:
        known = {f"hotline.{key}": value for key, value in attributes.items() if value is not None}
        made = _Open(name, begin, known, parent or self.root, len(self.spans) + 1)
        if len(self.spans) < MOST:
            self.spans.append(made)
        return made


class Spans:
    """Hears every fact; `hear` returns the spans of a call with its last one."""

    def __init__(self) -> None:
        self._living: dict[str, _Call] = {}

    def remember(self, entries: Iterable[Entry]) -> None:
        """Facts of before this process, of a call that may go on in it."""
        for entry in entries:
            self.hear(entry)

    def hear(self, entry: Entry) -> list[Span]:
        """Take in one fact."""
        event, at = entry.event, entry.at
        match event:
            case CallArrived(plan=plan, test=test):
                self._living[entry.call] = _Call(_root(at, "in", plan, test=test))
                return []
            case CallPlaced(plan=plan):
                self._living[entry.call] = _Call(_root(at, "out", plan, test=False))
                return []
        call = self._living.get(entry.call)
        if call is None:
            return []
        if isinstance(event, CallEnded):
            del self._living[entry.call]
            return _ended(entry.call, call, event, at)
        _go_on(call, entry)
        return []


def trace_of(call: str) -> bytes:
    """The id of a call's trace."""
    return sha256(f"hotline call {call}".encode()).digest()[:16]


def _root(at: datetime, direction: str, plan: str, *, test: bool) -> _Open:
    return _Open("call", at, {"hotline.direction": direction, "hotline.plan": plan, "hotline.test": test})


def _go_on(call: _Call, entry: Entry) -> None:
    event, at = entry.event, entry.at
    match event:
        case CallAnswered():
            call.since = at
        case StepHeard(node=node, heard=heard, asked=asked):
            step = call.open("menu" if asked or heard else "step", call.since or call.root.begin, node=node, key=heard)
            step.end = call.since = at
        case EndReached(kind=kind, line=line, open=is_open):
            call.root.attributes.setdefault("hotline.reached", kind if line is None else f"{kind} {line}")
            call.root.attributes.setdefault("hotline.open", is_open)
        case WaitBegan(line=line, ahead=ahead):
            call.wait = call.open("wait", at, line=line, ahead=ahead)
        case WaitEnded(end=end):
            if call.wait is not None:
                call.wait.end, call.wait.attributes["hotline.end"] = at, end.value
            call.wait, call.since = None, at
        case Offered(offer=offer, line=line, agent=agent):
            call.offers[offer] = call.open("offer", at, call.wait, line=line, agent=agent, offer=offer)
        case OfferEnded(offer=offer, result=result) if (rung := call.offers.pop(offer, None)) is not None:
            rung.end, rung.attributes["hotline.result"] = at, result.value
            rung.failed = result is OfferResult.UNREACHABLE
        case TalkBegan(offer=offer, line=line, agent=agent):
            call.talks[offer] = call.open("talk", at, line=line, agent=agent, offer=offer)
        case TalkEnded(offer=offer, by=by):
            if (talk := call.talks.pop(offer, None)) is not None:
                talk.end, talk.attributes["hotline.by"] = at, by.value
            call.since = at


def _ended(name: str, call: _Call, event: CallEnded, at: datetime) -> list[Span]:
    root, trace = call.root, trace_of(name)
    root.attributes |= {"hotline.outcome": event.outcome.value, "hotline.reason": event.reason.value}
    root.failed = event.outcome is Outcome.FAILED
    return [_told(one, name, trace, at) for one in (root, *call.spans)]


def _told(one: _Open, call: str, trace: bytes, until: datetime) -> Span:
    end = max(one.begin, one.end or until)
    parent = None if one.parent is None else _id(call, one.parent.number)
    attributes = {"hotline.call": call, **one.attributes}
    return Span(one.name, trace, _id(call, one.number), parent, one.begin, end, attributes, one.failed)


def _id(call: str, number: int) -> bytes:
    return sha256(f"hotline span {call} {number}".encode()).digest()[:8]
