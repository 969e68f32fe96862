"""Ids of calls: none comes twice on a node, also when its clock is set back."""

from __future__ import annotations

import time
from collections.abc import Callable

AHEAD = 60_000
"""Ids, or milliseconds, by which the mark that is kept is ahead."""


class CallIds:
    """Ids that never come twice on a node: its name and the machine's clock in base 36, always growing.

    Also when the clock was set back before a restart: `after` is the mark that the engine before us kept by `keep`,
    which is told now and then of one that no id of ours has reached.
    """

    def __init__(self, node: str, *, after: int = 0, keep: Callable[[int], None] = lambda mark: None) -> None:
        self._node, self._last, self._mark, self._keep = node, after, 0, keep

    def __call__(self) -> str:
        self._last = max(self._last + 1, time.time_ns() // 1_000_000)
        if self._last >= self._mark:
            self._mark = self._last + AHEAD
            self._keep(self._mark)
        return f"{self._node}-{_base36(self._last)}"


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"
