"""A line on the floor: who waits, who is ready, how many talk with its outside number."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from acd.estimate import Turns
from acd.line import Line
from acd.seat import Seat
from acd.waiting import Place, Waiting, Wants

Entry = tuple[int, float, int, int, Waiting]
"""Rank, claim and number of a place, the entry's own number, and the call."""


@dataclass(slots=True)
class Desk:
    """The state of one line; owned and changed by the floor alone.

    Free calls lie in heaps, one for each width of ring, so that an agent looks at one head each; an entry whose number
    is not its call's any more is stale and dropped on sight. Calls that wait for one agent or a language are few and
    lie apart.
    """

    line: Line
    agents: dict[str, Seat] = field(default_factory=dict)
    """Who serves it."""
    calls: dict[str, Waiting] = field(default_factory=dict)
    """All who wait, those for whom a phone rings included."""
    ready: dict[str, Seat] = field(default_factory=dict)
    present: int = 0
    """Agents who are not offline."""
    on_duty: int = 0
    """Agents who are ready, or will be when their call is over."""
    pace: Turns = field(default_factory=Turns)
    """How fast callers come to their turn."""
    picky: dict[str, Waiting] = field(default_factory=dict)
    """Free calls that want somebody special."""
    short: dict[str, Waiting] = field(default_factory=dict)
    """Calls for which fewer phones ring than may."""
    outside_calls: int = 0
    outside_rests_until: float = 0.0
    empty_since: float | None = 0.0
    """Since when no agent is there; None while one is."""
    empties_at: float | None = None
    """When callers whom nobody serves are given up."""
    ready_at: float = 0.0
    """When an agent was ready last."""
    watched_at: float | None = None
    """When the limits of those who wait are looked at next."""
    turn: int = 0
    turns: dict[str, int] = field(default_factory=dict)
    """Agent → how manieth ring of the line was theirs last."""
    opens: tuple[float, ...] = (0.0,)
    """Seconds of waiting at which the rings grow wider."""
    stages: dict[int, int] = field(default_factory=dict)
    """Level → from which width on it is rung; a level not named, at once."""
    heaps: list[list[Entry]] = field(default_factory=lambda: [[]])
    rising: list[tuple[float, int, int, Waiting]] = field(default_factory=list)
    """When a call's rings grow wider, its number, the entry's own number, and the call; stale ones are dropped."""
    widens_at: float | None = None
    """When a ready agent who is not rung yet would be: looked at then."""
    entries: int = 0
    keep_free: int = 0
    """The line's, at hand."""

    def __post_init__(self) -> None:
        self.obey(self.line)

    def obey(self, line: Line) -> None:
        """These are the rules from now on, for those who wait too."""
        self.line, self.keep_free = line, line.keep_free
        self.opens = (0.0, *sorted({after for _, after in line.widen if after > 0}))
        self.stages = {level: self.opens.index(max(0.0, after)) for level, after in line.widen}
        self.heaps, self.rising = [[] for _ in self.opens], []
        self.picky, self.short = {}, {}
        for waiting in self.calls.values():
            waiting.stage = min(waiting.stage, len(self.opens) - 1)
            if waiting.offers:
                self.ring_short(waiting)
            else:
                self.free(waiting)

    # ── callers ─────────────────────────────────────────────────────────────

    def free(self, waiting: Waiting) -> None:
        """No phone rings for this call: it is to be served in its turn."""
        if self.short:
            self.short.pop(waiting.place.call, None)
        if waiting.only is not None:
            return
        if waiting.wants is not Wants.ANYBODY:
            waiting.entry = 0
            self.picky[waiting.place.call] = waiting
            return
        self.entries += 1
        waiting.entry = self.entries
        rank, claim, number, _, _ = waiting.place
        heapq.heappush(self.heaps[waiting.stage], (rank, claim, number, self.entries, waiting))
        if waiting.turns_at is not None:
            heapq.heappush(self.rising, (waiting.turns_at, number, self.entries, waiting))

    def widen(self, waiting: Waiting, now: float) -> None:
        """How wide the rings of a call that wants anybody are by now, and until when."""
        since, opens = waiting.place.since, self.opens
        stage = len(opens) - 1
        while stage and since + opens[stage] > now:
            stage -= 1
        waiting.wants, waiting.stage = Wants.ANYBODY, stage
        waiting.turns_at = since + opens[stage + 1] if stage + 1 < len(opens) else None

    def promote(self, now: float) -> list[Waiting]:
        """Let every call whose time has come be found by more agents; which those were."""
        promoted = []
        while self.rising and self.rising[0][0] <= now:
            at, _, entry, waiting = heapq.heappop(self.rising)
            if waiting.turns_at != at or waiting.wants is not Wants.ANYBODY:
                continue
            if waiting.entry == entry:
                self.widen(waiting, now)
                self.free(waiting)
                promoted.append(waiting)
            elif waiting.place.call in self.short:
                self.widen(waiting, now)
                promoted.append(waiting)
                if waiting.turns_at is not None:
                    heapq.heappush(self.rising, (waiting.turns_at, waiting.place.number, entry, waiting))
        return promoted

    def rises_at(self) -> float | None:
        """When more agents may take some call; None when no call rings wider than it does."""
        while self.rising:
            at, _, entry, waiting = self.rising[0]
            if waiting.turns_at == at and (waiting.entry == entry or waiting.place.call in self.short):
                return at
            heapq.heappop(self.rising)
        return None

    def take(self, waiting: Waiting) -> None:
        """A phone rings for this call now, or it is gone."""
        waiting.entry = 0
        if self.picky:
            self.picky.pop(waiting.place.call, None)

    def ring_short(self, waiting: Waiting) -> None:
        """Keep in mind whether more phones may ring for a call."""
        if 0 < len(waiting.offers) < self.line.at_once and waiting.only is None and waiting.overdue is None:
            self.short[waiting.place.call] = waiting
            if waiting.turns_at is not None and waiting.wants is Wants.ANYBODY:
                self.entries += 1  # of the rise alone: no entry of a heap has this number
                heapq.heappush(self.rising, (waiting.turns_at, waiting.place.number, self.entries, waiting))
        else:
            self.short.pop(waiting.place.call, None)

    def forget(self, waiting: Waiting) -> None:
        """It waits no more."""
        self.take(waiting)
        call = waiting.place.call
        if self.short:
            self.short.pop(call, None)
        del self.calls[call]

    def head(self, stage: int) -> Waiting | None:
        """The first free call whose rings are as wide as this."""
        heap = self.heaps[stage]
        while heap:
            entry = heap[0]
            waiting = entry[4]
            if waiting.entry == entry[3]:
                return waiting
            heapq.heappop(heap)
        return None

    def first(self) -> Waiting | None:
        """The first free call that anybody may take."""
        heads = [head for stage in range(len(self.heaps)) if (head := self.head(stage)) is not None]
        return min(heads, key=lambda waiting: waiting.place, default=None)

    def places(self) -> Sequence[Place]:
        """All who wait, in order of service."""
        return sorted(waiting.place for waiting in self.calls.values())

    def ahead_of(self, place: Place) -> int:
        return sum(waiting.place < place for waiting in self.calls.values())

    def unrung(self) -> Iterator[Waiting]:
        """Those for whom no phone rings, in order of service."""
        free = [waiting for waiting in self.calls.values() if not waiting.offers]
        free.sort(key=lambda waiting: waiting.place)
        return iter(free)

    # ── who could serve them ────────────────────────────────────────────────

    def stage_of(self, level: int) -> int:
        """From which width of ring on agents of this level are rung."""
        return self.stages.get(level, 0)

    @property
    def keeps(self) -> bool:
        """Whether its ready agents are kept from other lines now."""
        return 0 < self.keep_free >= len(self.ready)

    def count_duty(self, change: int, now: float) -> None:
        """So many agents more, or fewer, are on duty."""
        self.on_duty += change
        outside = self.line.outside
        self.pace.staffed(self.on_duty + (0 if outside is None else outside.simultaneous), now)

    def outside_free(self, now: float) -> bool:
        """Whether the outside number takes another call."""
        outside = self.line.outside
        return outside is not None and self.outside_calls < outside.simultaneous and now >= self.outside_rests_until

    @property
    def served(self) -> bool:
        """Whether somebody could take a call of this line, now or soon."""
        return self.present > 0 or self.line.outside is not None

    def just_emptied(self, now: float) -> bool:
        """Whether the last agent left so lately that callers who wait are still kept."""
        return self.empty_since is not None and now < self.empty_since + self.line.empty_for
