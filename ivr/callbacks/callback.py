"""One callback: it waits on the floor under its ticket's id, like a caller with that place, until it is made.

When its turn comes a try begins, a call of its own that we make: with the agent first, the agent hears a notice while
the caller is rung, and both are joined; with the caller first, the agent is kept free until the caller answered, and
rung then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import structlog

from acd.signals import CallJoined
from ivr.call import Call, run_call
from ivr.callbacks.attempt import CallbackService, PlacedCall, Try, Unheard
from ivr.callbacks.events import CallbackClosed, CallbackTried, CallPlaced
from ivr.callbacks.ticket import Ticket, runs_out, tried
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


@dataclass(frozen=True, slots=True)
class Means:
    """What callbacks are made with."""

    dispatch: Dispatch
    switch: Switch
    journal: Journal
    clock: Clock
    ids: Callable[[], str]
    board: Board
    service: Callable[[], CallbackService]

    def rule(self, line: str) -> CallbackRule | None:
        """How a line calls back; None when it does not, or is no more."""
        plan = self.service().plan
        return plan.lines[line].callback if line in plan.lines else None

    def parts(self, journal: Journal) -> dict[str, Any]:
        """What every call is made of."""
        return {
            "switch": self.switch,
            "journal": journal,
            "clock": self.clock,
            "conversations": self.board.conversations,
        }


class Callback:
    """One that lives: whom the floor and the dispatch see as a caller. A running function, from `begin` to its end."""

    def __init__(self, ticket: Ticket, means: Means, closed: Callable[[Callback], None]) -> None:
        """`closed` is told once it is done with."""
        self.ticket = ticket
        self.channel = self.mark = ""
        self.rung_off = asyncio.Event()
        """The call that it was booked in is over: the caller's phone is free."""
        self._means, self._closed = means, closed
        self._reserves = False
        """Its turn keeps an agent free instead of ringing them."""
        self._placed: PlacedCall | None = None
        """The try that is on its way."""
        self._trying: Try | None = None
        """A try in which an agent is there."""
        self._task: asyncio.Task[None] | None = None

    @property
    def id(self) -> str:
        return self.ticket.id

    @property
    def number(self) -> str:
        return self.ticket.number

    @property
    def waited(self) -> float:
        """Seconds that count for its place."""
        return self.ticket.waited(self._means.clock.now())

    @property
    def dialled(self) -> bool:
        """The caller's phone rings, or rang, in the try that goes on."""
        return self._trying is not None and self._trying.dialled

    def note(self, event: Event) -> None:
        """A fact of its turn. The first ring begins a try; why nobody was rung before is nobody's record."""
        if self._placed is None and isinstance(event, Offered):
            self._placed = self._begin_try()
        if self._placed is not None:
            self._placed.note(event)

    def heed_who_is_first(self) -> None:
        """Whether its turn rings an agent or keeps one free, as its line says now."""
        rule = self._means.rule(self.ticket.line)
        self._reserves = rule is not None and rule.first == "caller"
        self._means.dispatch.keep_for(self.id, keep=self._reserves)

    def begin(self, *, placed: bool = False) -> None:
        """Wait for its turn from now on; `placed`: it has a place already."""
        self._task = self._means.board.begin(self._run(placed=placed))

    def end(self, end: CallbackEnd, call: str | None = None) -> None:
        """Give up its place, or the try in which an agent is told of it. `call` ended it, if one did."""
        self._close(end, call)
        if self._task is not None:
            self._task.cancel()

    # ── from booking to its end ─────────────────────────────────────────────

    async def _run(self, *, placed: bool) -> None:
        """Wait for the turn, call, and once more as often as the line tries."""
        try:
            with structlog.contextvars.bound_contextvars(callback=self.id):
                self._close(await self._made(placed=placed))
        finally:
            self._drop_try()
            self._means.dispatch.keep_for(self.id, keep=False)

    async def _made(self, *, placed: bool) -> CallbackEnd:
        let_down = 0
        while True:
            rule = self._means.rule(self.ticket.line)
            if rule is None:
                return CallbackEnd.LINE_GONE
            limit = await self._limit(rule, placed=placed)
            if limit is None:
                return CallbackEnd.EXPIRED
            if not placed:
                self.heed_who_is_first()
            seated = await self._turn(limit, placed=placed)
            placed = False
            if seated is None:
                continue  # the hours are over, or its time: see above
            if not isinstance(seated, Connected):
                self._drop_try()
                await asyncio.sleep(RESTS_FOR)
                continue
            reason = await self._try(rule, seated)
            if self.ticket.end is not None:
                return self.ticket.end
            let_down += reason is Reason.OTHER_SIDE_HUNG_UP
            if reason is Reason.OTHER_SIDE_HUNG_UP and let_down < LET_DOWN:
                continue
            let_down = 0
            if self.ticket.tries >= rule.tries:
                return CallbackEnd.NOT_REACHED
            await asyncio.sleep(rule.retry)

    async def _limit(self, rule: CallbackRule, *, placed: bool) -> datetime | None:
        """Wait for the line's hours; when they end or it expires, None when it has expired."""
        while True:
            plan, now = self._means.service().plan, self._means.clock.now()
            if self.ticket.line not in plan.lines:
                return None
            hours = plan.hours_of(self.ticket.line)
            expires = runs_out(plan.calendar, hours, self.ticket.booked, rule.expires)
            if now >= expires:
                return None
            if placed or opening(plan.calendar, hours, now).open:
                ends = closing(plan.calendar, hours, now)
                return min(expires, ends or expires)
            begins = next_opening(plan.calendar, hours, now)
            await asyncio.sleep(min((min(expires, begins or expires) - now).total_seconds(), LOOKS_EVERY))

    async def _turn(self, limit: datetime, *, placed: bool) -> Seated | None:
        """Wait for its turn on the floor; None when it is `limit` before it came."""
        ticket, dispatch = self.ticket, self._means.dispatch
        joined = CallJoined(
            ticket.id,
            ticket.line,
            ticket.priority,
            waited=self.waited,
            language=ticket.language,
            patient=True,
        )
        try:
            async with until(self._means.clock, limit):
                return await (dispatch.seated(self) if placed else dispatch.seat(self, joined))
        except TimeoutError:
            self._drop_try()
            return None

    # ── one try ─────────────────────────────────────────────────────────────

    def _begin_try(self) -> PlacedCall:
        means, service, ticket = self._means, self._means.service(), self.ticket
        name, dialled = means.ids(), service.plan.hotline.number
        call = PlacedCall(name, f"{name}-x0", self.number, dialled, **means.parts(means.journal))
        call.note(CallPlaced(self.id, ticket.line, self.number, dialled, service.version))
        return call

    def _drop_try(self) -> None:
        """A try that came to nothing before the caller was rung."""
        call, self._placed = self._placed, None
        if call is not None:
            call.note(CallEnded(Outcome.UNANSWERED, Reason.WITHDRAWN))

    async def _try(self, rule: CallbackRule, seated: Connected) -> Reason:
        """Call the caller now that an agent is there for them; how it ended."""
        means = self._means
        call, self._placed = self._placed or self._begin_try(), None
        ear = Call(means.ids(), seated.leg, "", "", **means.parts(Unheard()))
        service = means.service()
        one = self._trying = Try(
            self.ticket,
            rule,
            service,
            means.switch,
            call,
            seated,
            ear,
            self.rung_off,
            reached=lambda: self._close(CallbackEnd.REACHED, call.id),
            waited=lambda: self.waited,
        )

        async def make(_: Call) -> None:
            await (one.caller_first() if self._reserves else one.agent_first())

        try:
            with means.board.knows(call), means.board.knows(ear, channel=False):
                await run_call(call, service.counted(make), service.apology)
                if not one.handed_over and not self._reserves:
                    await one.say_not_reached()
        finally:
            self._trying = None
            if not one.handed_over:
                means.dispatch.legs.abandon(seated)
        if not call.answered.is_set():
            self._note(CallbackTried(call.id, call.outcome[1]))
            self.ticket = tried(self.ticket, call.outcome[1], self.ticket.noted)
        return call.outcome[1]

    # ── facts ───────────────────────────────────────────────────────────────

    def _note(self, event: Event) -> None:
        """A fact under the ticket's own id."""
        ticket = self.ticket
        self.ticket = replace(ticket, noted=ticket.noted + 1)
        self._means.journal.note(Entry(ticket.id, ticket.noted + 1, self._means.clock.now(), event))

    def _close(self, end: CallbackEnd, call: str | None = None) -> None:
        """It is done with. Idempotent."""
        if self.ticket.end is not None:
            return
        self._note(CallbackClosed(end, call))
        self.ticket = replace(self.ticket, end=end, closed=self._means.clock.now())
        self._closed(self)
