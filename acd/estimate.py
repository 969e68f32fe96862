"""How fast a line is served: what can honestly be said of the wait that a new caller would have."""

from __future__ import annotations

from collections import deque

LOOKS_BACK = 900.0
"""Seconds: what was longer ago says nothing of now."""
ENOUGH = 3
"""Fewer answers in that time tell nothing."""
MOST = 50


class Pace:
    """The answers of one line, by monotonic seconds."""

    def __init__(self) -> None:
        self._answers: deque[float] = deque(maxlen=MOST)

    def answered(self, now: float) -> None:
        """A caller of the line was put through."""
        self._answers.append(now)

    def wait(self, ahead: int, now: float) -> float | None:
        """Seconds until a caller with so many before them is answered; None when it cannot be told.

        So many turns at the pace of the last quarter of an hour, the present gap included when it is longer than usual.
        """
        recent = [at for at in self._answers if now - at <= LOOKS_BACK]
        if len(recent) < ENOUGH:
            return None
        turns = len(recent) - 1
        return (ahead + 1) * max((recent[-1] - recent[0]) / turns, (now - recent[0]) / (turns + 1))
