"""What a simulation, or a day that was, comes to: one table of figures for a line, or for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from acd.simulation.caller import Abandoned, Answered, Told, TurnedAway


@dataclass(slots=True)
class Tally:
    """Counts the calls that begin from `since` until before `until`, and the agents' time between the two."""

    within: float = 15.0
    """Seconds in which a call should be answered."""
    since: float = 0.0
    until: float = inf
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    """Hung up while waiting."""
    turned_away: int = 0
    """Given up by the line: its overflow took over."""
    prompt: int = 0
    """Answered in time."""
    busy: float = 0.0
    """Agents' seconds of talk and wrap-up."""
    on_duty: float = 0.0
    """Agents' seconds at work."""
    waits: list[float] = field(default_factory=list)
    """Of the answered."""

    def hear(self, told: Told, wrap_up: float = 0.0) -> None:
        """Count what became of a call; `wrap_up` seconds of its line follow the talk."""
        if isinstance(told, Answered):
            if told.agent is not None:
                self.work(told.at, told.at + told.caller.talk + wrap_up)
            if self._counts(told.caller.at):
                self.answer(told.at - told.caller.at + told.caller.waited)
        elif isinstance(told, Abandoned):
            if self._counts(told.caller.at):
                self.offered += 1
                self.abandoned += 1
        elif isinstance(told, TurnedAway) and self._counts(told.caller.at):
            self.offered += 1
            self.turned_away += 1

    def answer(self, waited: float) -> None:
        """A call was answered after so many seconds."""
        self.offered += 1
        self.answered += 1
        self.waits.append(waited)
        if waited <= self.within:
            self.prompt += 1

    def work(self, begin: float, end: float) -> None:
        """An agent was busy so long."""
        self.busy += max(0.0, min(end, self.until) - max(begin, self.since))

    def duty(self, begin: float, end: float) -> None:
        """An agent was there so long."""
        self.on_duty += max(0.0, min(end, self.until) - max(begin, self.since))

    def _counts(self, at: float) -> bool:
        return self.since <= at < self.until

    # ── what it comes to ────────────────────────────────────────────────────

    @property
    def asa(self) -> float | None:
        """Mean wait of the answered; None when nobody was."""
        return sum(self.waits) / len(self.waits) if self.waits else None

    @property
    def service_level(self) -> float | None:
        """Share of all offered calls that were answered in time; None when none was offered."""
        return self.prompt / self.offered if self.offered else None

    @property
    def occupancy(self) -> float | None:
        """Share of the agents' time that went into talks and wrap-up; None when nobody was there."""
        return self.busy / self.on_duty if self.on_duty else None

    def wait(self, share: float) -> float | None:
        """The wait that this share of the answered did not go beyond."""
        if not self.waits:
            return None
        waits = sorted(self.waits)
        return waits[min(len(waits) - 1, int(share * len(waits)))]

    def figures(self) -> Mapping[str, float | int | None]:
        """What `hotline simulate --json` prints of it."""
        return {
            "offered": self.offered,
            "answered": self.answered,
            "abandoned": self.abandoned,
            "asa": self.asa,
            "service_level": self.service_level,
            "occupancy": self.occupancy,
        }
