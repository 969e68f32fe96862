"""Matching: which agent for a call, which call for an agent, and why. Looks; changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappop

from acd.agent import Presence
from acd.decision import SHOWN, Bar, Barred, Decision, Ranked
from acd.desk import Desk
from acd.seat import Seat
from acd.strategy import RANKS, told
from acd.waiting import Waiting, Wants

_BARS: Mapping[Presence, Bar] = {
    Presence.OFFLINE: Bar.OFFLINE,
    Presence.OFFERED: Bar.OFFERED,
    Presence.TALKING: Bar.TALKING,
    Presence.WRAP_UP: Bar.WRAP_UP,
    Presence.BREAK: Bar.BREAK,
}
_AT_WORK = frozenset({Presence.READY, Presence.OFFERED, Presence.TALKING, Presence.WRAP_UP})


def bar(desks: Mapping[str, Desk], desk: Desk, waiting: Waiting, seat: Seat) -> Bar | None:
    """Why an agent of the line may not be rung for a call now; None when they may."""
    if seat.presence is not Presence.READY:
        return _BARS[seat.presence]
    if waiting.only is not None:
        return None if waiting.only == seat.agent.id else Bar.NOT_THE_ONE
    if waiting.wants is Wants.STICKY:
        if waiting.had != seat.agent.id:
            return Bar.STICKY
    elif waiting.wants is Wants.SPEAKER:
        if waiting.language not in seat.agent.languages:
            return Bar.LANGUAGE
    elif desk.stages and desk.stage_of(seat.lines.get(desk.line.id, 1)) > waiting.stage:
        return Bar.LEVEL
    return Bar.KEPT_FREE if kept_from(desks, desk, seat) else None


def kept_from(desks: Mapping[str, Desk], desk: Desk, seat: Seat) -> bool:
    """Whether the agent is kept free for another line; not from a line that keeps its agents too."""
    if desk.keeps:
        return False
    return any(desks[line].keeps for line in seat.lines)


def rank(desk: Desk, waiting: Waiting, seat: Seat) -> tuple[bool, bool, float, float, int]:
    """The least is rung first: no failed phone for this call, speaks its language, the strategy, longest idle."""
    return (
        seat.agent.id in waiting.failed,
        waiting.language is not None and waiting.language not in seat.agent.languages,
        RANKS[desk.line.strategy](desk, seat),
        seat.idle_since,
        seat.position,
    )


def agents_for(desks: Mapping[str, Desk], desk: Desk, waiting: Waiting, most: int) -> list[Seat]:
    """Who is rung for this call: so many at most, the best first."""
    seats = [seat for seat in desk.ready.values() if bar(desks, desk, waiting, seat) is None]
    if most == 1:
        return [min(seats, key=lambda seat: rank(desk, waiting, seat))] if seats else []
    seats.sort(key=lambda seat: rank(desk, waiting, seat))
    return seats[:most]


def call_for(
    desks: Mapping[str, Desk], seat: Seat, served: Sequence[tuple[Desk, int]], reserved: Sequence[Waiting]
) -> Waiting | None:
    """The most deserving call that this ready agent may take: of all lines the first in its place.

    `served` are the desks of the agent's lines, with levels; `reserved` the calls for this agent alone. When there is
    none, a call for which fewer phones ring than may.
    """
    best: Waiting | None = None
    claim: tuple[object, ...] = ()
    """Of the best so far: rank, claim and number decide, and no two calls have the same number."""
    for waiting in reserved:
        if not waiting.offers and (best is None or waiting.place < claim):
            best, claim = waiting, waiting.place
    for desk, _ in served:
        if desk.keep_free:
            served = [one for one in served if one[0].keeps] or served
            break
    for desk, level in served:
        if not desk.calls:
            continue
        heaps = desk.heaps
        if desk.stages:
            heaps = heaps[desk.stages.get(level, 0) :]
        for heap in heaps:
            while heap:
                entry = heap[0]
                if entry[4].entry == entry[3]:
                    if best is None or entry < claim:
                        best, claim = entry[4], entry
                    break
                heappop(heap)
        if desk.picky:
            for waiting in desk.picky.values():
                if (best is None or waiting.place < claim) and bar(desks, desk, waiting, seat) is None:
                    best, claim = waiting, waiting.place
    if best is not None:
        return best
    for desk, _ in served:
        for waiting in desk.short.values():
            if (best is None or waiting.place < claim) and bar(desks, desk, waiting, seat) is None:
                best, claim = waiting, waiting.place
    return best


def is_at_work(seat: Seat) -> bool:
    """Whether an agent is worth waiting for: ready now or soon."""
    return seat.presence in _AT_WORK


# ── why ─────────────────────────────────────────────────────────────────────


def decision(
    desks: Mapping[str, Desk],
    desk: Desk,
    waiting: Waiting,
    now: float,
    *,
    chosen: Sequence[Seat] = (),
    outside: bool = False,
    became_ready: bool = False,
) -> Decision:
    """What this look for an agent saw, as it was before anybody was rung."""
    barred: dict[Bar, list[str]] = {}
    eligible: list[Seat] = []
    for seat in desk.agents.values():
        why = bar(desks, desk, waiting, seat)
        if why is None:
            eligible.append(seat)
        else:
            barred.setdefault(why, []).append(seat.agent.id)
    eligible.sort(key=lambda seat: rank(desk, waiting, seat))
    place = waiting.place
    return Decision(
        strategy=desk.line.strategy,
        waited=round(now - place.since, 3),
        ahead=desk.ahead_of(place),
        priority=waiting.priority + desk.line.priority,
        urgent=place.rank == 0,
        chosen=tuple(seat.agent.id for seat in chosen),
        ranked=tuple(
            Ranked(
                seat.agent.id,
                seat.lines.get(desk.line.id, 0),
                told(desk.line.strategy, RANKS[desk.line.strategy](desk, seat), now),
                seat.agent.id in waiting.failed,
            )
            for seat in eligible[:SHOWN]
        ),
        barred={why: Barred(tuple(names[:SHOWN]), len(names)) for why, names in barred.items()},
        outside=outside,
        over=_lesser(desks, desk, waiting, chosen[0]) if became_ready and chosen else (),
    )


def _lesser(desks: Mapping[str, Desk], desk: Desk, waiting: Waiting, seat: Seat) -> tuple[str, ...]:
    """Other lines of an agent whose first call has a lesser claim."""
    heads = ((line, desks[line].first()) for line in seat.lines if line != desk.line.id)
    return tuple(line for line, head in heads if head is not None and waiting.place < head.place)
