"""What a test call heard, as its process tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sounded:
    """One sound of a leg: whether it was heard, and for how many seconds something else was in that leg."""

    name: str
    heard: bool
    else_heard: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What the caller noticed of one call. `legs` are those that were begun."""

    answered: bool
    reason: str
    """The switch's words when it did not answer."""
    arrived: float
    """Seconds of sound that came in packets."""
    seconds: float
    """From the answer to the end."""
    cut_off: bool
    """The hotline hung up before the last leg was over."""
    legs: tuple[tuple[Sounded, ...], ...]
