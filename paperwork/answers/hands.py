"""The records in somebody's hands, for who shows them but does not open them: what a watch elsewhere told.

What is written here is known here at once. A look from elsewhere that began before that is older in this one record,
and so is whatever was filed there with a lesser number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from paperwork.answers.record import Record
from paperwork.answers.rules import AnswerRules
from paperwork.answers.watch import Handed, InHand, Late, Standing, keep


class Shown(Protocol):
    """What is shown of the records: `paperwork.answers.watch.Watch` and `Hands` have it."""

    incomplete: Mapping[str, int]
    late: Mapping[str, int]
    latest: tuple[Late, ...]

    def in_hand(self) -> list[InHand]: ...


@dataclass(frozen=True, slots=True)
class _Written:
    """A record that was written here, and when."""

    at: float
    handed: Handed


class Hands:
    """`changed` for every record that was written here, `take` for what was told from elsewhere; is `Shown`."""

    def __init__(self, rules: Callable[[], AnswerRules], monotonic: Callable[[], float] = monotonic) -> None:
        self._rules, self._monotonic = rules, monotonic
        self._hand: dict[str, InHand] = {}
        self._written: dict[str, _Written] = {}
        """Since the look that was told last began."""
        self.incomplete: Mapping[str, int] = {}
        self.late: Mapping[str, int] = {}
        self.latest: tuple[Late, ...] = ()

    def in_hand(self) -> list[InHand]:
        """The records that somebody has to do with now, the oldest first."""
        return sorted(self._hand.values(), key=lambda one: (one.at, one.call))

    def changed(self, record: Record) -> None:
        """A record was written here."""
        handed = Handed.of(record, self._rules())
        self._written[record.call] = _Written(self._monotonic(), handed)
        self._put(handed)

    def take(self, seen: Handed | Standing) -> None:
        """A record was written elsewhere, or all were looked at there."""
        if isinstance(seen, Handed):
            ours = self._written.get(seen.call)
            if ours is None or ours.handed.seq < seen.seq:
                self._put(seen)
            return
        self.incomplete, self.late, self.latest = seen.incomplete, seen.late, seen.latest
        self._hand = {one.call: one for one in seen.hand}
        self._written = {call: one for call, one in self._written.items() if one.at >= seen.began}
        for one in self._written.values():
            known = self._hand.get(one.handed.call)
            if known is None or known.seq < one.handed.seq:
                self._put(one.handed)

    def _put(self, handed: Handed) -> None:
        self._hand.pop(handed.call, None)
        if handed.hand is not None:
            keep(self._hand, handed.hand)
