"""The facts of calls that live, at once: the database has each of them some tenths of a second later, or not at all.

And which call each agent talked in last: while they wrap up, the floor does not know it any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ivr.callbacks.events import CallPlaced
from ivr.events import CallArrived, CallEnded, ConsultationAnswered, TalkBegan
from ivr.journal import Entry


class LivingFacts:
    """Subscribe `hear` to the journal."""

    def __init__(self) -> None:
        self._entries: dict[str, list[Entry]] = {}
        self._last: dict[str, tuple[str, str | None]] = {}

    def hear(self, entry: Entry) -> None:
        """Take in a fact."""
        match entry.event:
            case CallEnded():
                self._entries.pop(entry.call, None)
                return
            case TalkBegan(agent=agent, line=line) if agent is not None:
                self._last[agent] = (entry.call, line)
            case ConsultationAnswered(agent=agent) if agent is not None:
                self._last[agent] = (entry.call, None)
            case CallArrived() | CallPlaced():
                self._entries[entry.call] = []
        if (told := self._entries.get(entry.call)) is not None:  # a callback has facts too, and is no call
            told.append(entry)

    def remember(self, left: Iterable[Sequence[Entry]]) -> None:
        """The facts of calls that an engine before us began and did not end: they may live on."""
        for entries in left:
            for entry in entries:
                self.hear(entry)

    def of(self, call: str) -> Sequence[Entry]:
        """Those of a call that lives; none of another."""
        return tuple(self._entries.get(call, ()))

    def last(self, agent: str) -> tuple[str, str | None] | None:
        """The call in which an agent talked last, and the line that it was for (None: they were asked by another)."""
        return self._last.get(agent)
