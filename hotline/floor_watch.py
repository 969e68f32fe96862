"""Hears what the floor orders: writes down what agents do, keeps the last alerts, and counts them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import structlog

from acd.agent import Presence
from acd.floor import Floor
from acd.signals import Alert, AlertKind, Order, PresenceChanged
from records.clock import wall_time

log = structlog.get_logger()

KEPT_FOR = timedelta(hours=1)
MOST = 1000
"""Alerts kept of that hour; the log has all."""

_HELD = frozenset({Presence.OFFERED, Presence.TALKING, Presence.WRAP_UP})
"""What an agent does for a line."""


class PresenceLog(Protocol):
    """Where the moves of agents are written: `records.presences.Presences`."""

    def note(
        self, agent: str, at: datetime, presence: Presence, reason: str | None = None, line: str | None = None
    ) -> None: ...


class LineAlert(StrEnum):
    """What somebody should know of a line, beside what the floor alerts of."""

    SOON_EMPTY = "line_soon_empty"  # nobody will be on shift for it
    EMPTY = "line_empty"


@dataclass(frozen=True, slots=True)
class Alerted:
    """What somebody should know, and its instant: `agent`, `line`, `call` are whom it concerns."""

    at: datetime
    kind: StrEnum
    """An `AlertKind`, a `LineAlert`, or a `hotline.alarms.AlarmKind`."""
    agent: str | None = None
    line: str | None = None
    call: str | None = None
    what: str = ""
    stands: bool = False
    """Whether it is so now, as far as anybody knows; else it was."""

    def to_json(self) -> dict[str, Any]:
        return {
            "at": wall_time(self.at),
            "kind": self.kind,
            "agent": self.agent,
            "line": self.line,
            "call": self.call,
            "what": self.what,
            "stands": self.stands,
        }


class FloorWatch:
    """Subscribe `hear` to the dispatch (`Dispatch.watch`)."""

    def __init__(self, floor: Floor, presences: PresenceLog, now: Callable[[], datetime]) -> None:
        self._floor, self._presences, self._now = floor, presences, now
        self._alerts: deque[Alerted] = deque(maxlen=MOST)
        self._lines: dict[str, str] = {}
        """Of each agent the line whose caller they have, or had last."""
        self._counts: Counter[AlertKind] = Counter()
        self.warned_of: Callable[[], Mapping[str, bool]] = dict
        """Lines that are empty, or soon are: whether they are (`hotline.shifts.Shifts.warned_of`)."""

    def hear(self, order: Order) -> None:
        """Take in one order."""
        match order:
            case PresenceChanged(agent, presence, reason):
                self._presences.note(agent, self._now(), presence, reason, self._line_of(agent, presence))
            case Alert():
                self._counts[order.kind] += 1
                self._alerts.append(Alerted(self._now(), order.kind, order.agent, order.line, order.call, order.what))
                log.warning(
                    "the floor alerts",
                    kind=order.kind,
                    agent=order.agent,
                    line=order.line,
                    call=order.call,
                    what=order.what,
                )

    def warn(self, line: str, minutes: int) -> None:
        """Nobody will be on shift for an open line in so many minutes; 0 is now. `Shifts` tells it once."""
        kind = LineAlert.SOON_EMPTY if minutes else LineAlert.EMPTY
        self._alerts.append(Alerted(self._now(), kind, line=line, what=f"{minutes} min" if minutes else ""))

    def _line_of(self, agent: str, presence: Presence) -> str | None:
        if presence not in _HELD:
            return None
        holds = self._floor.seat(agent).holds
        talk = None if holds is None else self._floor.talk(holds)
        if talk is None and holds is not None:
            talk = next((offer for offer in self._floor.offers() if offer.id == holds), None)
        if talk is not None:
            self._lines[agent] = talk.line.id
        return self._lines.get(agent)

    def alerts(self) -> list[Alerted]:
        """Those of the last hour and those that stand, the newest last."""
        since, warned = self._now() - KEPT_FOR, self.warned_of()
        standing: dict[str | None, Alerted] = {}
        for alerted in self._alerts:
            empty = warned.get(alerted.line or "")
            if empty is not None and alerted.kind is (LineAlert.EMPTY if empty else LineAlert.SOON_EMPTY):
                standing[alerted.line] = alerted
        return [
            replace(alerted, stands=True) if stands else alerted
            for alerted in self._alerts
            if (stands := standing.get(alerted.line) is alerted) or alerted.at >= since
        ]

    def counts(self) -> Mapping[AlertKind, int]:
        """How many there were of each kind since the start."""
        return self._counts
