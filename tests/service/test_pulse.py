"""The pulse tells how late the loop was, and the door's rate falls once for each time that it stood still."""

from __future__ import annotations

from hotline.pulse import BEAT, SHOWN, Pulse
from ivr.door.throttle import FALLS_EVERY, HIGH, STALL, Load, Throttle


class Loop:
    """Time of its own, and a pulse that beats in it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.pulse = Pulse(lambda: self.now)

    def beat(self, late: float = 0.0) -> None:
        self.pulse.begin()
        self.now += BEAT + late
        self.pulse.end()


def test_nothing_is_late_before_the_first_beat() -> None:
    assert Loop().pulse.late() == 0.0


def test_a_late_beat_is_told_for_as_long_as_it_is_asked_for() -> None:
    loop = Loop()
    loop.beat(late=0.3)
    for _ in range(5):
        loop.beat()
    assert round(loop.pulse.late(), 6) == 0.3
    assert loop.pulse.late(STALL) < 1e-6
    for _ in range(round(SHOWN / BEAT)):
        loop.beat()
    assert loop.pulse.late() < 1e-6


def test_a_beat_that_is_due_counts_before_it_ends() -> None:
    loop = Loop()
    loop.pulse.begin()
    loop.now += BEAT + 2.0
    assert round(loop.pulse.late(STALL), 6) == 2.0


def test_one_stall_halves_the_rate_once_and_a_second_one_again() -> None:
    loop, door = Loop(), Throttle(40.0)
    loop.beat()
    for stall in (1, 2):
        loop.beat(late=HIGH.late + 0.1)
        fallen = door.whole / 2**stall
        for _ in range(8):
            door.take(Load(late=loop.pulse.late(STALL)), loop.now)
            loop.beat()
            assert door.rate <= fallen * 1.25
            assert door.rate > fallen * 0.99
        door.rate = fallen
    assert STALL < FALLS_EVERY
