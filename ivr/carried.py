"""What a call that was passed on brings along to where it waits next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Carried:
    """For its next wait."""

    waited: float = 0.0
    """Seconds that it waited on lines before."""
    only: str | None = None
    """This agent and nobody else."""
    back_to: str | None = None
    """The agent to ask when that one does not take it."""
    urgent: bool = False
    """Before everybody else: it was promised somebody, and they did not come."""
    interrupted: bool = False
    """The phone that it talked with vanished: the caller is told so."""
