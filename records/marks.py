"""What happened while a talk was recorded, by the second of its sound: holds, pauses, others who came and went. Pure.

Music is not recorded, nor what is said in a pause: the sound goes on behind it in the same file. So a hold is an
instant of the sound, with the seconds that are not in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from ivr.events import NotRecorded, RecordingBegan, RecordingEnded
from ivr.journal import Entry
from records.clock import wall_time
from records.folding import fold
from records.privacy import mask
from records.segments import Away, Consultation, Hold, Pause, Segment, Talk


class MarkKind(StrEnum):
    """What a mark tells of."""

    HOLD = "hold"
    PAUSE = "pause"
    AWAY = "away"
    CONSULTATION = "consultation"
    JOINED = "joined"
    LEFT = "left"
    PASSED_ON = "passed_on"
    NO_ROOM = "no_room"


_BEHIND = frozenset({MarkKind.PASSED_ON, MarkKind.NO_ROOM})
"""What is told when the recording is over already."""


@dataclass(frozen=True, slots=True)
class Mark:
    """`at` seconds of the sound; `since` on the wall. `seconds` are how long it lasted, None for an instant or when it
    did not end. `who` is whose it was, `to` whom it was with: an agent, a line, or a masked number."""

    kind: MarkKind
    at: float
    since: datetime
    seconds: float | None = None
    who: str | None = None
    to: str | None = None

    def to_json(self) -> dict[str, Any]:
        told = {"kind": self.kind.value, "at": round(self.at, 1), "since": wall_time(self.since)}
        seconds = None if self.seconds is None else round(self.seconds, 1)
        return {**told, "seconds": seconds, "who": self.who, "to": self.to}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of time that was recorded; `before` seconds of the sound stand ahead of it."""

    since: datetime
    until: datetime | None
    before: float


def pieces_of(entries: Sequence[Entry], file: str) -> list[Piece]:
    """When a file was recorded into, from a call's facts in their order. One that did not end lasts to the next."""
    found: list[Piece] = []
    for entry in entries:
        last = found[-1] if found else None
        if isinstance(entry.event, RecordingBegan | RecordingEnded) and entry.event.file == file:
            if last is not None and last.until is None:
                found[-1] = last = Piece(last.since, max(entry.at, last.since), last.before)
            if isinstance(entry.event, RecordingBegan):
                before = 0.0 if last is None or last.until is None else last.before + _between(last.since, last.until)
                found.append(Piece(entry.at, None, before))
    return found


def marks_of(entries: Sequence[Entry], file: str, seconds: float) -> list[Mark]:
    """What is marked in a sound of `seconds`, in its order; nothing where the facts do not say when it was recorded."""
    ordered = sorted(entries, key=lambda entry: entry.seq)
    pieces = pieces_of(ordered, file)
    if not pieces:
        return []
    first, last = pieces[0].since, pieces[-1].until
    found = [*_of_segments(fold(ordered).segments, file), *_without_room(ordered)]
    return sorted(
        (
            replace(mark, at=min(_place(pieces, mark.since), seconds))
            for mark in found
            if mark.since >= first and (mark.kind in _BEHIND or last is None or mark.since <= last)
        ),
        key=lambda mark: (mark.at, mark.since),
    )


def _without_room(entries: Sequence[Entry]) -> Iterator[Mark]:
    for entry in entries:
        if isinstance(entry.event, NotRecorded) and entry.event.what == "talk":
            yield Mark(MarkKind.NO_ROOM, 0.0, entry.at)


def _place(pieces: Sequence[Piece], at: datetime) -> float:
    """The second of the sound at which an instant is, or would be."""
    place = 0.0
    for piece in pieces:
        if at < piece.since:
            return piece.before
        until = at if piece.until is None else min(at, piece.until)
        place = piece.before + _between(piece.since, until)
    return place


def _of_segments(segments: Sequence[Segment], file: str) -> Iterator[Mark]:
    for one in segments:
        match one:
            case Hold():
                yield Mark(MarkKind.HOLD, 0.0, one.since, _length(one), one.agent)
            case Pause():
                yield Mark(MarkKind.PAUSE, 0.0, one.since, _length(one), one.agent)
            case Away():
                yield Mark(MarkKind.AWAY, 0.0, one.since, _length(one), one.agent)
            case Consultation():
                target = mask(one.target) if one.asked == "number" else one.target
                yield Mark(MarkKind.CONSULTATION, 0.0, one.since, _length(one), one.agent, target)
    talks = [one for one in segments if isinstance(one, Talk)]
    lead = next((one for one in talks if one.recording == file), None)
    if lead is not None:
        yield from _company(lead, [one for one in talks if one is not lead and one.since >= lead.since])


def _company(lead: Talk, others: Sequence[Talk]) -> Iterator[Mark]:
    """Who came to the talk, who left it, and who had the caller after it."""
    for one in others:
        if lead.until is None or one.since < lead.until:
            yield Mark(MarkKind.JOINED, 0.0, one.since, None, one.agent or one.line)
            if one.until is not None and (lead.until is None or one.until < lead.until):
                yield Mark(MarkKind.LEFT, 0.0, one.until, None, one.agent or one.line)
    if lead.until is not None:
        after = next((one for one in others if one.until is None or one.until > lead.until), None)
        if after is not None:
            yield Mark(MarkKind.PASSED_ON, 0.0, lead.until, None, lead.agent, after.agent or after.line)


def _length(one: Segment) -> float | None:
    return None if one.until is None else _between(one.since, one.until)


def _between(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds())
