"""What callers may do, as operators write it: how often, how many at once, whom to trust, whom to keep places for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from routing.days import Written
from routing.written import CallerPatterns, Prompts, Seconds

_Calls = Annotated[int, Field(ge=1, le=10_000)]


class CallerLimit(Written):
    """How many calls are let in before the caller goes to the slow lane; what is not written is not limited."""

    at_once: _Calls | None = None
    """Calls in progress."""
    per_10m: _Calls | None = None
    """Calls let in within ten minutes."""
    per_hour: _Calls | None = None
    """Calls let in within an hour."""

    @property
    def given(self) -> tuple[int | None, int | None, int | None]:
        return self.at_once, self.per_10m, self.per_hour


class PrefixLimit(CallerLimit):
    """Limits that all callers together share whose numbers fit."""

    numbers: CallerPatterns
    """`0229999*`."""


class UnderAttack(Written):
    """What is different while a shift leader has the attack switch on (`hotline attack on`)."""

    share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """All limits are multiplied by this, and are at least 1."""


class Callers(Written):
    """Limits of callers. Who is over one goes to the slow lane and proves to be a person; far over it, all is busy."""

    number: CallerLimit = Field(default_factory=CallerLimit)
    """Of each number."""
    prefixes: tuple[PrefixLimit, ...] = ()
    """Of many numbers together."""
    withheld: CallerLimit = Field(default_factory=CallerLimit)
    """Of all callers together who show no number."""
    wall: Annotated[float, Field(ge=1, le=100)] = 3.0
    """So many times a limit, and callers hear that all is busy."""
    behind: Annotated[Seconds, Field(ge=1)] = 900.0
    """In the slow lane a caller is served as if they had come so much later: after every other caller of that time."""
    trusted: CallerPatterns = ()
    """Numbers without limits: partner institutions, whose many telephones show one number."""
    priority: CallerPatterns = ()
    """Trusted numbers for which places are kept when all others are taken: 120, hospitals' emergency rooms."""
    direct: CallerPatterns = ()
    """Numbers of ours besides the hotline's own whose callers get the kept places too."""
    blocked_direct: bool = True
    """Who is blocked on the nuisance list may still call a `direct` number."""
    prove: Prompts = ()
    """Asks a caller of the slow lane to press 1; the house has words of its own."""
    attack: UnderAttack = Field(default_factory=UnderAttack)
    """What is different under attack."""
