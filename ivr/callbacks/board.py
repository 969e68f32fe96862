"""Callbacks: a place in a line that is kept for somebody who hung up, and their being called when its turn comes.

One live entry a number. Who calls in again on the same line while their callback waits takes the place back, and it is
closed; while it is being made they are callers like all others. Each is a running function (`ivr.callbacks.callback`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ivr.call import Call
from ivr.callbacks.attempt import CallbackService, PlacedCall
from ivr.callbacks.callback import Board, Callback, Means
from ivr.callbacks.events import CallbackBooked
from ivr.callbacks.ticket import Ticket, ticket_of
from ivr.clock import Clock
from ivr.dispatch import Dispatch
from ivr.journal import Journal
from ivr.outcomes import CallbackEnd
from ivr.switch import Switch
from routing.steps import Enter


class Callbacks:
    """Every callback that lives, one a number."""

    def __init__(
        self,
        dispatch: Dispatch,
        switch: Switch,
        journal: Journal,
        clock: Clock,
        ids: Callable[[], str],
        board: Board,
        service: Callable[[], CallbackService],
    ) -> None:
        self._means = Means(dispatch, switch, journal, clock, ids, board, service)
        self._live: dict[str, Callback] = {}
        """By number."""

    # ── for calls ───────────────────────────────────────────────────────────

    def has(self, number: str) -> bool:
        """Whether this number is called back already."""
        return number in self._live

    @property
    def tickets(self) -> list[Ticket]:
        """Those that live."""
        return [live.ticket for live in self._live.values()]

    def book(
        self,
        call: Call,
        line: str,
        number: str,
        *,
        waited: float,
        priority: int = 0,
        language: str | None = None,
        replaces: bool = False,
        abandoned: bool = False,
    ) -> None:
        """Call this number back. `replaces` gives it the place that the call has on the line now.

        Raises ValueError when the number is called back already.
        """
        if number in self._live:
            raise ValueError("this number is called back already")
        booked = CallbackBooked(self._means.ids(), line, number, round(waited, 3), priority, language, abandoned)
        call.note(booked)
        live = self._opened(ticket_of(booked, call.id, self._means.clock.now()))
        if abandoned:
            live.rung_off.set()
        live.heed_who_is_first()
        live.begin(placed=replaces and self._means.dispatch.replace(call.id, live))

    def abandoned(self, call: Call, enter: Enter, waited: float) -> None:
        """A caller hung up while waiting: call them back, if the line does and may."""
        plan, rule = self._means.service().plan, self._means.rule(enter.line)
        if rule is None or rule.abandoned is None or waited < rule.abandoned or isinstance(call, PlacedCall):
            return
        if not self.has(call.number) and plan.may_call_back(enter.line, call.number):
            self.book(
                call,
                enter.line,
                call.number,
                waited=waited,
                priority=enter.priority,
                language=enter.language,
                abandoned=True,
            )

    def take_back(self, number: str, line: str) -> float:
        """Who calls in on the line where their callback waits has its place again: the seconds that count for it."""
        live = self._live.get(number)
        if live is None or live.ticket.line != line or live.dialled:
            return 0.0
        waited = live.waited
        live.end(CallbackEnd.CALLED_IN)
        return waited

    def cancel(self, ticket: str) -> bool:
        """Don't call back for this ticket; False when the caller's phone rings already.

        Raises KeyError when no callback of this id lives.
        """
        live = {live.id: live for live in self._live.values()}[ticket]
        if live.dialled:
            return False
        live.end(CallbackEnd.CANCELLED)
        return True

    def rang_off(self, call: str) -> None:
        """A call is over: a callback that was booked in it may be made."""
        for live in self._live.values():
            if live.ticket.call == call:
                live.rung_off.set()

    def ticket(self, id: str) -> Ticket | None:
        """The callback of this id, if it lives."""
        return next((live.ticket for live in self._live.values() if live.id == id), None)

    def reached(self, ticket: str, call: str) -> None:
        """A try that an engine before us made reached the caller: nobody calls them twice. Idempotent."""
        for live in tuple(self._live.values()):
            if live.id == ticket:
                live.end(CallbackEnd.REACHED, call)

    def still_on(self, call: str) -> None:
        """The call in which a callback was booked under an engine before us goes on."""
        for live in self._live.values():
            if live.ticket.call == call:
                live.rung_off.clear()

    def restore(self, tickets: Iterable[Ticket]) -> None:
        """Go on with callbacks of an engine before this one, the earliest first."""
        for ticket in sorted(tickets, key=lambda ticket: ticket.since):
            if ticket.end is None and ticket.number not in self._live:
                live = self._opened(ticket)
                live.rung_off.set()
                live.begin()

    def _opened(self, ticket: Ticket) -> Callback:
        live = self._live[ticket.number] = Callback(ticket, self._means, self._closed)
        return live

    def _closed(self, live: Callback) -> None:
        if self._live.get(live.number) is live:
            del self._live[live.number]
