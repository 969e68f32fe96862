"""An offer: one waiting call at one agent, the only place where a call and a phone touch."""

from __future__ import annotations

from dataclasses import dataclass

from acd.line import Line


@dataclass(slots=True)
class Offer:
    """Lives from the ring until it is answered (then it is a talk), refused, withdrawn or expired."""

    id: int
    call: str
    line: Line
    agent: str | None
    """None for the line's outside number."""
    phones: tuple[str, ...]
    deadline: float
    """A reservation is a lease: at this instant it ends by itself."""
    rang: float
    """When it began to ring."""
    answered: float | None = None
    """When it became a talk."""
