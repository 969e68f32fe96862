"""The adoption: what an engine before us left is gone on with, ended, or taken as it is, once the switch told of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import timedelta
from typing import Any

import structlog

from acd.signals import OffersMade
from ivr.adoption.remains import Remains, remains
from ivr.adoption.strangers import sort
from ivr.adoption.unfinished import Unfinished, closing, last_outcome, unfinished
from ivr.clock import Clock
from ivr.dispatch import Dispatch
from ivr.events import CallEnded, MessageLeft, RecordingEnded
from ivr.journal import Entry, Journal
from ivr.outcomes import Outcome, Reason
from ivr.recordings import SHORTEST_MESSAGE
from ivr.switch import Arrived, Found, Recorded, Switch, SwitchError, TalkFound

log = structlog.get_logger()


class Adoption:
    """Calls that an engine before us began and did not end, until it is known whether they live."""

    def __init__(
        self,
        left: Iterable[Sequence[Entry]],
        *,
        switch: Switch,
        journal: Journal,
        clock: Clock,
        dispatch: Dispatch,
        order: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        """`left` are the entries of those calls, call by call. `order` begins to carry out an order."""
        self._left = [one for entries in left if (one := unfinished(entries)) is not None]
        self._switch, self._journal, self._clock = switch, journal, clock
        self._dispatch, self._order = dispatch, order

    @property
    def awaited(self) -> int:
        """Calls of which the switch has not told yet whether they live."""
        return len(self._left)

    def take_over(
        self,
        found: Found,
        adopt: Callable[[Unfinished, Remains], bool],
        tell: Callable[[TalkFound | Arrived], None],
    ) -> None:
        """Go on with every call that the journal knows and the switch still has; take the rest as they are.

        `adopt` goes on with one, or says that it cannot be; `tell` is told of talks and callers that the journal does
        not know. Everybody is in their place before the first phone is heard of, so nobody who came later is served
        before.
        """
        left, self._left = self._left, []
        began, taken = time.monotonic(), set[str]()
        self._dispatch.signal(OffersMade(max((one.last_offer for one in left), default=0)))
        now = self._clock.now()
        for one in sorted(left, key=lambda one: now - timedelta(seconds=one.place(now)[0])):
            of_it = _remains(one, found)
            if of_it is not None and adopt(one, of_it):
                taken |= of_it.channels
                self._take_away(of_it.let_go, of_it.drop)
            else:
                self._order(self._close(one))
        strangers = sort(found, taken)
        for event in strangers.told:
            tell(event)
        self._take_away(strangers.hang_up, strangers.drop)
        if left:
            adopted = sum(one.channel in taken for one in left)
            took = round(time.monotonic() - began, 3)
            log.info("calls were adopted", adopted=adopted, ended=len(left) - adopted, took=took)

    def _take_away(self, channels: Iterable[str], bridges: Iterable[str]) -> None:
        for name in channels:
            self._order(self._switch.hang_up(name))
        for name in bridges:
            self._order(self._switch.drop_bridge(name))

    async def _close(self, one: Unfinished) -> None:
        """End a call that the switch has no more, or nobody can go on with: what was done for its caller counts.

        When it ended nobody knows: what was open is known until the last fact, as the call detail record counts it.
        """
        last, outcome = one.entries[-1].at, last_outcome(one)
        facts = closing(one)
        for file, what in one.recordings.items():
            recorded = await self._recorded(file)
            seconds = None if recorded is None else recorded.seconds
            facts.append(RecordingEnded(file, seconds))
            if what == "message" and seconds is not None and seconds >= SHORTEST_MESSAGE:
                facts.append(MessageLeft(one.message_for, file, seconds))
                outcome = outcome if outcome is Outcome.TALKED else Outcome.MESSAGE
        for seq, fact in enumerate(facts, one.seq + 1):
            self._journal.note(Entry(one.id, seq, last, fact))
        end = CallEnded(outcome, Reason.ENGINE_STOPPED)
        self._journal.note(Entry(one.id, one.seq + len(facts) + 1, max(last, self._clock.now()), end))

    async def _recorded(self, file: str) -> Recorded | None:
        try:
            return await self._switch.recorded(file)
        except SwitchError as error:
            log.warning("nothing is known of a recording", file=file, error=str(error))
            return None


def _remains(one: Unfinished, found: Found) -> Remains | None:
    """What is left of a call; a bug there ends this call, and hinders the adoption of no other."""
    try:
        return remains(one, found)
    except Exception:
        log.exception("what is left of a call could not be told", call=one.id)
        return None
