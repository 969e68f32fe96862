"""Names that one call gives to what it makes on the switch: from each of them one finds the call."""

from __future__ import annotations

from ivr.adoption.names import mark_of

BESIDE_BY = 1000
"""Legs beside the floor that each engine of a call may ring before it would name one like the next one's."""


class CallNames:
    """Of one call. `mark` are letters in them: those of engines before us must not come again."""

    def __init__(self, call: str) -> None:
        self._call = call
        self.mark = ""
        self._playbacks = self._beside = self._within = 0

    def take_over(self, by: int) -> None:
        """The call is gone on with by its `by`-th engine after the first."""
        self.mark, self._beside = mark_of(by), by * BESIDE_BY

    def playback(self) -> str:
        """Of another playback."""
        self._playbacks += 1
        return f"{self._call}-p{self.mark}{self._playbacks}"

    def leg(self, kind: str) -> tuple[int, str]:
        """An offer that the floor does not know (below zero) and its leg: kind `x` is outside, `v` a shift leader."""
        self._beside += 1
        return -self._beside, f"{self._call}-{kind}{self.mark}{self._beside}"

    def within(self) -> str:
        """The id of another call that is made within this one."""
        self._within += 1
        return f"{self._call}~{self.mark}{self._within}"
