"""The limits of a line: what it gives calls up for. Looks; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from acd.desk import Desk
from acd.line import Limit, LimitKind, Line
from acd.signals import GivenUp
from acd.waiting import Passed, Waiting

LOOK_EVERY = 1.0
"""Seconds between two looks at the limits of those who wait."""

WATCHED = frozenset({LimitKind.EXPECTED_WAIT, LimitKind.NOBODY_ON_SHIFT, LimitKind.NOBODY_READY})
"""Limits that may come to hold for somebody who waits, at no instant that is known before."""

_WHY = {
    LimitKind.EXPECTED_WAIT: GivenUp.EXPECTED_WAIT,
    LimitKind.WAITED: GivenUp.MAXIMUM_WAIT,
    LimitKind.LENGTH: GivenUp.TOO_MANY,
    LimitKind.NOBODY_ON_SHIFT: GivenUp.NOBODY_ON_SHIFT,
    LimitKind.NOBODY_READY: GivenUp.NOBODY_READY,
}


def at_joining(desk: Desk, past: frozenset[int], now: float) -> Passed | None:
    """The first limit, in order, that keeps a call from joining."""
    for place, limit in enumerate(desk.line.limits):
        if limit.joining and place not in past:
            measured = _measured(desk, limit, desk.pace.waiting, now)
            if measured is not None:
                return Passed(_WHY[limit.kind], place, measured, limit)
    return None if desk.served else Passed(GivenUp.NOBODY_ON_SHIFT)


def of_wait(waiting: Waiting, now: float) -> Passed | None:
    """The limit of its wait that a call has reached."""
    for place, limit in enumerate(waiting.line.limits):
        holds = limit.kind is LimitKind.WAITED and limit.waiting and waiting.joined + limit.over <= now
        if holds and place not in waiting.past:
            return Passed(GivenUp.MAXIMUM_WAIT, place, now - waiting.joined, limit)
    if waiting.joined + waiting.line.maximum_wait <= now:
        return Passed(GivenUp.MAXIMUM_WAIT, None, now - waiting.joined)
    return None


def is_watched(line: Line) -> bool:
    """Whether limits of this line may come to hold at any time."""
    return any(limit.waiting and limit.kind in WATCHED for limit in line.limits)


def of_line(desk: Desk, now: float) -> Iterator[tuple[Waiting, Passed]]:
    """Those who wait, and the first limit that holds for each. What holds while a phone rings may soon hold no more."""
    for ahead, waiting in enumerate(desk.unrung()):
        if waiting.patient or waiting.only is not None:
            continue
        for place, limit in enumerate(waiting.line.limits):
            if limit.waiting and limit.kind in WATCHED and place not in waiting.past:
                measured = _measured(desk, limit, ahead, now)
                if measured is not None:
                    yield waiting, Passed(_WHY[limit.kind], place, measured, limit)
                    break


def _measured(desk: Desk, limit: Limit, ahead: int, now: float) -> float | None:
    """What goes beyond a limit for a call with so many before it; None when nothing does."""
    match limit.kind:
        case LimitKind.EXPECTED_WAIT:
            return _expected(desk, ahead, limit, now)
        case LimitKind.LENGTH:
            return float(len(desk.calls)) if len(desk.calls) >= limit.over else None
        case LimitKind.NOBODY_ON_SHIFT:
            return None if desk.served else _lasts(desk.empty_since, limit, now)
        case LimitKind.NOBODY_READY:
            free = desk.ready or desk.outside_free(now)
            return None if free else _lasts(desk.ready_at, limit, now)
        case LimitKind.WAITED:
            return None


def _lasts(since: float | None, limit: Limit, now: float) -> float | None:
    return now - since if since is not None and since + limit.over <= now else None


def _expected(desk: Desk, ahead: int, limit: Limit, now: float) -> float | None:
    estimate = desk.pace.wait(ahead, now, 0 if desk.pace.waiting else len(desk.ready))
    return estimate.seconds if estimate is not None and estimate.seconds > limit.over else None
