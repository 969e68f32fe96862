"""A line (联动热线): what callers wait for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outside:
    """The institution's own number, reached over the trunk by at most `simultaneous` calls at once."""

    phone: str
    simultaneous: int = 1
    ring_for: float = 30.0
    """Seconds until it counts as unanswered."""
    rest_for: float = 5.0
    """Seconds it is left alone after it failed to answer, so that a busy number is not hammered."""
    attempts: int = 2
    """Failed attempts after which a call gives it up, when the line has no agent on shift."""


@dataclass(frozen=True, slots=True)
class Line:
    """The rules of one line. Times in seconds."""

    id: str
    ring_for: float = 20.0
    wrap_up_for: float = 15.0
    maximum_wait: float = 300.0
    priority: int = 0
    """Added to each call's own priority; higher is served first by an agent of several lines."""
    empty_for: float = 20.0
    """A line whose last agent has left keeps its callers this long before it gives them up."""
    outside: Outside | None = None
