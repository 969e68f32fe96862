"""Unit: what is kept of the floor's orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from acd.agent import Agent, Presence
from acd.floor import Floor
from acd.line import Line
from acd.signals import Alert, AlertKind, BreakBegan, CallJoined, PhoneAnswered, PhoneUp, Ring, Signal, TalkEnded
from hotline.floor_watch import FloorWatch
from tests.records.tales import NINE


@dataclass
class Watched:
    """A floor of one line and one agent, its watch, and what was written of the agent."""

    floor: Floor = field(
        default_factory=lambda: Floor([Line("desk")], [Agent("ann", ("ann",), {"desk": 1})], explains=True)
    )
    now: datetime = NINE
    moves: list[tuple[str, Presence, str | None, str | None]] = field(default_factory=list)
    watch: FloorWatch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = FloorWatch(self.floor, self, lambda: self.now)

    def note(
        self, agent: str, at: datetime, presence: Presence, reason: str | None = None, line: str | None = None
    ) -> None:
        assert at == self.now
        self.moves.append((agent, presence, reason, line))

    def tell(self, signal: Signal, at: float) -> list[Ring]:
        orders = self.floor.handle(signal, at)
        for order in orders:
            self.watch.hear(order)
        return [order for order in orders if isinstance(order, Ring)]


def test_each_move_of_an_agent_is_written_with_the_line_that_it_is_for() -> None:
    watched = Watched()
    watched.tell(PhoneUp("ann"), 0.0)
    (ring,) = watched.tell(CallJoined("c1", "desk"), 1.0)
    watched.tell(PhoneAnswered(ring.offer), 3.0)
    watched.tell(TalkEnded(ring.offer), 60.0)
    watched.tell(BreakBegan("ann", "lunch"), 61.0)
    assert watched.moves == [
        ("ann", Presence.READY, None, None),
        ("ann", Presence.OFFERED, None, "desk"),
        ("ann", Presence.TALKING, None, "desk"),
        ("ann", Presence.WRAP_UP, None, "desk"),
        ("ann", Presence.BREAK, "lunch", None),
    ]


def test_alerts_are_kept_for_an_hour_and_counted_for_ever() -> None:
    watched = Watched()
    watched.watch.hear(Alert(AlertKind.LONG_TALK, "ann", "desk", "c1"))
    watched.now += timedelta(minutes=59)
    watched.watch.warn("desk", 7)
    watched.watch.warn("desk", 0)
    told = [alerted.to_json() for alerted in watched.watch.alerts()]
    assert [(alert["kind"], alert["agent"], alert["line"], alert["what"]) for alert in told] == [
        ("long_talk", "ann", "desk", ""),
        ("line_soon_empty", None, "desk", "7 min"),
        ("line_empty", None, "desk", ""),
    ]
    watched.now += timedelta(minutes=2)
    assert [alerted.kind for alerted in watched.watch.alerts()] == ["line_soon_empty", "line_empty"]
    assert watched.watch.counts() == {AlertKind.LONG_TALK: 1}
