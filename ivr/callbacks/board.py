"""Callbacks: a place in a line that is kept for somebody who hung up, and their being called when its turn comes.

Each is a running function. It waits on the floor under its ticket's id, like a caller with that place. When its turn
comes a try begins, a call of its own that we make: with the agent first, the agent hears a notice while the caller is
rung, and both are joined; with the caller first, the agent is kept free until the caller answered, and rung then.

One live entry a number. Who calls in again on the same line while their callback waits takes the place back, and it is
closed; while it is being made they are callers like all others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

import structlog

from acd.signals import CallJoined
from ivr.call import Call, run_call
from ivr.callbacks.attempt import CallbackService, PlacedCall, Try, Unheard
from ivr.callbacks.events import CallbackBooked, CallbackClosed, CallbackTried, CallPlaced
from ivr.callbacks.ticket import Ticket, runs_out, ticket_of, tried
from ivr.clock import LOOKS_EVERY, Clock, until
from ivr.dispatch import Dispatch, Seated
from ivr.events import CallEnded, Offered
from ivr.journal import Entry, Event, Journal
from ivr.offer_legs import Connected
from ivr.outcomes import CallbackEnd, Outcome, Reason
from ivr.switch import Switch
from ivr.talk.conversations import Conversations
from routing.calendar import closing, next_opening, opening
from routing.line_rule import CallbackRule
from routing.plan import Plan
from routing.steps import Enter

log = structlog.get_logger()

RESTS_FOR = 30.0
"""Seconds until a callback that its line gave up joins again; it keeps its place."""

LET_DOWN = 3
"""So often an agent may hang up before the caller answers; then it counts as a try."""


class Board(Protocol):
    """The switchboard, as callbacks need it."""

    @property
    def conversations(self) -> Conversations: ...

    def begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run it among the calls."""
        ...

    def knows(self, call: Call, *, channel: bool = True) -> AbstractContextManager[None]:
        """Tell this call what the switch tells of its playbacks and, with `channel`, of its channel."""
        ...


@dataclass(slots=True)
class _Live:
    """A callback that waits or is being made: whom the floor and the dispatch see as a caller."""

    ticket: Ticket
    begin_try: Callable[[_Live], PlacedCall]
    channel: str = ""
    mark: str = ""
    rung_off: asyncio.Event = field(default_factory=asyncio.Event)
    """The call that it was booked in is over: the caller's phone is free."""
    reserves: bool = False
    """Its turn keeps an agent free instead of ringing them."""
    placed: PlacedCall | None = None
    """The try that is on its way."""
    trying: Try | None = None
    """A try in which an agent is there."""
    task: asyncio.Task[None] | None = None

    @property
    def id(self) -> str:
        return self.ticket.id

    @property
    def number(self) -> str:
        return self.ticket.number

    def note(self, event: Event) -> None:
        """A fact of its turn. The first ring begins a try; why nobody was rung before is nobody's record."""
        if self.placed is None and isinstance(event, Offered):
            self.placed = self.begin_try(self)
        if self.placed is not None:
            self.placed.note(event)


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
        self._dispatch, self._switch, self._journal, self._clock = dispatch, switch, journal, clock
        self._ids, self._board, self._service = ids, board, service
        self._live: dict[str, _Live] = {}
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
        booked = CallbackBooked(self._ids(), line, number, round(waited, 3), priority, language, abandoned)
        call.note(booked)
        live = self._opened(ticket_of(booked, call.id, self._clock.now()))
        if abandoned:
            live.rung_off.set()
        self._heed_who_is_first(live)
        placed = replaces and self._dispatch.replace(call.id, live)
        live.task = self._board.begin(self._run(live, placed=placed))

    def abandoned(self, call: Call, enter: Enter, waited: float) -> None:
        """A caller hung up while waiting: call them back, if the line does and may."""
        plan = self._service().plan
        rule = _rule(plan, enter.line)
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
        if live is None or live.ticket.line != line or (live.trying is not None and live.trying.dialled):
            return 0.0
        waited = live.ticket.waited(self._clock.now())
        self._end(live, CallbackEnd.CALLED_IN)
        return waited

    def cancel(self, ticket: str) -> bool:
        """Don't call back for this ticket; False when the caller's phone rings already.

        Raises KeyError when no callback of this id lives.
        """
        live = {live.id: live for live in self._live.values()}[ticket]
        if live.trying is not None and live.trying.dialled:
            return False
        self._end(live, CallbackEnd.CANCELLED)
        return True

    def _end(self, live: _Live, end: CallbackEnd) -> None:
        """Give up its place, or the try in which an agent is told of it."""
        self._close(live, end)
        if live.task is not None:
            live.task.cancel()

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
                self._close(live, CallbackEnd.REACHED, call)
                if live.task is not None:
                    live.task.cancel()

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
                live.task = self._board.begin(self._run(live, placed=False))

    def _heed_who_is_first(self, live: _Live) -> None:
        rule = _rule(self._service().plan, live.ticket.line)
        live.reserves = rule is not None and rule.first == "caller"
        self._dispatch.keep_for(live.id, keep=live.reserves)

    def _opened(self, ticket: Ticket) -> _Live:
        live = self._live[ticket.number] = _Live(ticket, self._begin_try)
        return live

    # ── one callback ────────────────────────────────────────────────────────

    async def _run(self, live: _Live, *, placed: bool) -> None:
        """From booking to its end: wait for the turn, call, and once more as often as the line tries."""
        try:
            with structlog.contextvars.bound_contextvars(callback=live.id):
                end = await self._made(live, placed=placed)
                self._close(live, end)
        finally:
            self._drop_try(live)
            self._dispatch.keep_for(live.id, keep=False)
            if self._live.get(live.number) is live and live.ticket.end is not None:
                del self._live[live.number]

    async def _made(self, live: _Live, *, placed: bool) -> CallbackEnd:
        let_down = 0
        while True:
            rule = _rule(self._service().plan, live.ticket.line)
            if rule is None:
                return CallbackEnd.LINE_GONE
            limit = await self._limit(live, rule, placed=placed)
            if limit is None:
                return CallbackEnd.EXPIRED
            if not placed:
                self._heed_who_is_first(live)
            seated = await self._turn(live, limit, placed=placed)
            placed = False
            if seated is None:
                continue  # the hours are over, or its time: see above
            if not isinstance(seated, Connected):
                self._drop_try(live)
                await asyncio.sleep(RESTS_FOR)
                continue
            reason = await self._try(live, rule, seated)
            if live.ticket.end is not None:
                return live.ticket.end
            let_down += reason is Reason.OTHER_SIDE_HUNG_UP
            if reason is Reason.OTHER_SIDE_HUNG_UP and let_down < LET_DOWN:
                continue
            let_down = 0
            if live.ticket.tries >= rule.tries:
                return CallbackEnd.NOT_REACHED
            await asyncio.sleep(rule.retry)

    async def _limit(self, live: _Live, rule: CallbackRule, *, placed: bool) -> datetime | None:
        """Wait for the line's hours; when they end or it expires, None when it has expired."""
        while True:
            plan, now = self._service().plan, self._clock.now()
            if live.ticket.line not in plan.lines:
                return None
            hours = plan.hours_of(live.ticket.line)
            expires = runs_out(plan.calendar, hours, live.ticket.booked, rule.expires)
            if now >= expires:
                return None
            if placed or opening(plan.calendar, hours, now).open:
                ends = closing(plan.calendar, hours, now)
                return min(expires, ends or expires)
            begins = next_opening(plan.calendar, hours, now)
            await asyncio.sleep(min((min(expires, begins or expires) - now).total_seconds(), LOOKS_EVERY))

    async def _turn(self, live: _Live, limit: datetime, *, placed: bool) -> Seated | None:
        """Wait for its turn on the floor; None when it is `limit` before it came."""
        ticket = live.ticket
        joined = CallJoined(
            ticket.id,
            ticket.line,
            ticket.priority,
            waited=ticket.waited(self._clock.now()),
            language=ticket.language,
            patient=True,
        )
        try:
            async with until(self._clock, limit):
                return await (self._dispatch.seated(live) if placed else self._dispatch.seat(live, joined))
        except TimeoutError:
            self._drop_try(live)
            return None

    # ── one try ─────────────────────────────────────────────────────────────

    def _begin_try(self, live: _Live) -> PlacedCall:
        name, service = self._ids(), self._service()
        dialled, parts = service.plan.hotline.number, self._parts(self._journal)
        call = PlacedCall(name, f"{name}-x0", live.number, dialled, **parts)
        call.note(CallPlaced(live.id, live.ticket.line, live.number, dialled, service.version))
        return call

    def _parts(self, journal: Journal) -> dict[str, Any]:
        """What every call is made of."""
        return {
            "switch": self._switch,
            "journal": journal,
            "clock": self._clock,
            "conversations": self._board.conversations,
        }

    @staticmethod
    def _drop_try(live: _Live) -> None:
        """A try that came to nothing before the caller was rung."""
        call, live.placed = live.placed, None
        if call is not None:
            call.note(CallEnded(Outcome.UNANSWERED, Reason.WITHDRAWN))

    async def _try(self, live: _Live, rule: CallbackRule, seated: Connected) -> Reason:
        """Call the caller now that an agent is there for them; how it ended."""
        call, live.placed = live.placed or self._begin_try(live), None
        ear = Call(self._ids(), seated.leg, "", "", **self._parts(Unheard()))
        service = self._service()
        one = live.trying = Try(
            live.ticket,
            rule,
            service,
            self._switch,
            call,
            seated,
            ear,
            live.rung_off,
            reached=lambda: self._close(live, CallbackEnd.REACHED, call.id),
            waited=lambda: live.ticket.waited(self._clock.now()),
        )

        async def make(_: Call) -> None:
            await (one.caller_first() if live.reserves else one.agent_first())

        try:
            with self._board.knows(call), self._board.knows(ear, channel=False):
                await run_call(call, service.counted(make), service.apology)
                if not one.handed_over and not live.reserves:
                    await one.say_not_reached()
        finally:
            live.trying = None
            if not one.handed_over:
                self._dispatch.legs.abandon(seated)
        if not call.answered.is_set():
            self._note(live, CallbackTried(call.id, call.outcome[1]))
            live.ticket = tried(live.ticket, call.outcome[1], live.ticket.noted)
        return call.outcome[1]

    # ── facts ───────────────────────────────────────────────────────────────

    def _note(self, live: _Live, event: Event) -> None:
        """A fact under the ticket's own id."""
        ticket = live.ticket
        live.ticket = replace(ticket, noted=ticket.noted + 1)
        self._journal.note(Entry(ticket.id, ticket.noted + 1, self._clock.now(), event))

    def _close(self, live: _Live, end: CallbackEnd, call: str | None = None) -> None:
        """It is done with. Idempotent."""
        if live.ticket.end is not None:
            return
        self._note(live, CallbackClosed(end, call))
        live.ticket = replace(live.ticket, end=end, closed=self._clock.now())
        if self._live.get(live.number) is live:
            del self._live[live.number]


def _rule(plan: Plan, line: str) -> CallbackRule | None:
    return plan.lines[line].callback if line in plan.lines else None
