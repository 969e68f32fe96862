"""What callers did in a span of time, counted: the numbers that a drawing of the plan can carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Step = tuple[str, str | None]
"""A node or line, and the key that was pressed there: None for silence, or where no key was wanted."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Ended calls, counted. Each call is in `ends` once, and in `outcomes` once."""

    calls: int = 0
    steps: Mapping[Step, int] = field(default_factory=dict)
    """How often a step was told with that key: a menu asked twice counts twice."""
    visits: Mapping[str, int] = field(default_factory=dict)
    """Calls that were told of at a node or line, however often each."""
    left: Mapping[Step | None, int] = field(default_factory=dict)
    """Calls hung up on the way, by their last step; None: before the first. No talk and no message came of them."""
    ends: Mapping[tuple[str, str | None], int] = field(default_factory=dict)
    """Where the keys led first: (kind, line), as `EndReached` has them; `hangup` when they led nowhere."""
    outcomes: Mapping[tuple[str | None, str], int] = field(default_factory=dict)
    """What came of the calls: (the line last reached, outcome)."""

    def pressed(self, node: str, *keys: str | None) -> int:
        """How often one of these keys was pressed at a node."""
        return sum(self.steps.get((node, key), 0) for key in keys)

    def share(self, number: int) -> str:
        """A number of calls as a part of all of them: `33%`, and `<1%` for what is more than none."""
        if not self.calls:
            return "–"
        percent = 100 * number / self.calls
        return "<1%" if 0 < percent < 1 else f"{percent:.0f}%"
