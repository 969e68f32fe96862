"""What a running hotline can be asked through the desk: why, for how long, what is wrong, callbacks, living calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError

from desk.refusal import Refusal
from hotline.callbacks_told import booked, callback_data
from hotline.confidence import secretive
from hotline.desk_hand import NoNumber
from hotline.floor_watch import Alerted
from hotline.presence_times import NoSuchAgent, times_of
from hotline.testimony import NoSuchCall, why_agent, why_call
from hotline.view import midnight
from ivr.call import Call
from ivr.callbacks.attempt import PlacedCall
from ivr.callbacks.board import Callbacks
from ivr.callbacks.ticket import Ticket
from ivr.clock import Clock
from ivr.dispatch import Dispatch
from ivr.door.door import Treatment
from ivr.talk.conversations import Conversations
from records.account_words import Language
from records.calls import record_of
from records.clock import wall_time
from records.privacy import mask
from routing.plan import Plan

LAG = 1.0
"""Seconds that the newest facts may take to be readable, before it is told what can be read."""


class DeskTelling:
    """Is `desk.telling_api.Telling`."""

    def __init__(
        self,
        url: str,
        plan: Callable[[], Plan],
        clock: Clock,
        *,
        call: Callable[[str], Call | None] = lambda name: None,
        conversations: Conversations | None = None,
        dispatch: Dispatch | None = None,
        quiet: Callable[[str], bool] = lambda call: False,
        listed: Callable[[str], Treatment | None] = lambda number: None,
        callbacks: Callable[[], Callbacks | None] = lambda: None,
        alerts: Callable[[], Sequence[Alerted]] = tuple,
        standing: Callable[[], Sequence[str]] = tuple,
        obstacles: Callable[[], Sequence[str]] = tuple,
        flush: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`call` finds one that goes on, `quiet` those that leave no number, `listed` what the nuisance list wants.

        `flush` returns when the facts that were noted can be read.
        """
        self._url, self._plan, self._clock = url, plan, clock
        self._call, self._conversations, self._dispatch = call, conversations, dispatch
        self._quiet, self._listed, self._callbacks = quiet, listed, callbacks
        self._alerts, self._standing, self._obstacles, self._flush = alerts, standing, obstacles, flush

    # ── why ─────────────────────────────────────────────────────────────────

    async def why_call(self, call: str, language: str) -> dict[str, Any]:
        await self._caught_up()
        with _readable():
            found, sentences = await why_call(self._url, self._plan(), call, Language[language.upper()])
        return {"call": found, "sentences": [sentence.to_json() for sentence in sentences]}

    async def why_agent(self, agent: str, at: datetime | None, language: str) -> dict[str, Any]:
        if at is None:
            await self._caught_up()
        if agent not in self._plan().agents:
            raise Refusal(404, "not_found", "there is no such agent in the live plan")
        with _readable():
            told = await why_agent(self._url, self._plan(), agent, at or self._clock.now(), Language[language.upper()])
        return {"agent": agent, "sentences": [sentence.to_json() for sentence in told]}

    async def _caught_up(self) -> None:
        """The newest facts can be read, unless the database is in trouble: then what it has is told."""
        if self._flush is not None:
            try:
                async with asyncio.timeout(LAG):
                    await self._flush()
            except TimeoutError:
                return

    async def times(self, since: datetime | None, until: datetime | None, agent: str | None) -> dict[str, Any]:
        now = self._clock.now()
        since, until = since or midnight(self._clock), min(until or now, now)
        if since >= until:
            raise Refusal(400, "bad_request", "`from` must be past, and before `to`")
        with _readable():
            return await times_of(self._url, since, until, agent, known=self._plan().agents)

    # ── what goes on ────────────────────────────────────────────────────────

    def alarms(self) -> dict[str, Any]:
        obstacles = list(self._obstacles())
        return {
            "ready": not obstacles,
            "obstacles": obstacles,
            "standing": list(self._standing()),
            "alerts": [alerted.to_json() for alerted in self._alerts()],
        }

    def living(self, call: str) -> dict[str, Any] | None:
        found = self._call(call)
        if found is None:
            return None
        now = self._clock.now()
        talk = None if self._conversations is None else self._conversations.of_call(call)
        waits = self._dispatch is not None and self._dispatch.waits(call)
        sides = [] if talk is None else [*talk.sides, *([] if talk.aside is None else [talk.aside])]
        line = sides[0].line if sides else None if self._dispatch is None else self._dispatch.line_of(call)
        listed = None if self._quiet(call) else self._listed(found.number)
        return {
            "call": found.id,
            "number": mask(found.number),
            "dialled": found.dialled,
            "began": wall_time(found.diary.began),
            "seconds": round(max(0.0, (now - found.diary.began).total_seconds()), 1),
            "state": talk.state if talk is not None else "waiting" if waits else "menu",
            "line": line,
            "waited": round(found.diary.waited_now, 1),
            "agents": [side.agent for side in sides if side.agent is not None],
            "flagged": found.raised,
            "lane": found.lane.lane,
            "nuisance": listed,
            "callback": isinstance(found, PlacedCall),
            "recorded": found.recording if talk is None else talk.recording,
        }

    async def number_of(self, call: str) -> str:
        """The number of a call's caller, living or ended. Raises NoNumber, Refusal."""
        living = self._call(call)
        if living is not None:
            if self._quiet(call):
                raise NoNumber("this call came to a line that keeps no numbers", known=True)
            number = living.number
        else:
            with _readable():
                record = await record_of(self._url, call)
            if record is None:
                raise NoNumber("there is no such call", known=False)
            number = record.number
        if not number or not number.lstrip("+").isdigit():
            raise NoNumber("this call shows no number: it was withheld, or is not kept any more", known=True)
        return number

    # ── callbacks ───────────────────────────────────────────────────────────

    async def callbacks(self, *, living: bool, private: bool) -> list[dict[str, Any]]:
        now, kept_secret = self._clock.now(), secretive(self._plan())
        with _readable():
            # a month of facts is decoded: a thread with a loop of its own, so that no call waits for it
            found: list[Ticket] = await asyncio.to_thread(lambda: asyncio.run(booked(self._url, now)))
        return [
            callback_data(one, now, private=private and one.line not in kept_secret)
            for one in found
            if one.end is None or not living
        ]

    def cancel(self, ticket: str) -> dict[str, Any]:
        board = self._callbacks()
        try:
            cancelled = board is not None and board.cancel(ticket)
        except KeyError:
            board = None
            cancelled = False
        if board is None:
            raise Refusal(404, "not_found", "no such callback waits")
        if not cancelled:
            raise Refusal(409, "refused", "the caller's phone rings already")
        return {"ticket": ticket, "end": "cancelled"}


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (NoSuchCall, NoSuchAgent) as error:
        raise Refusal(404, "not_found", str(error).partition(": `")[0]) from None
    except (DBAPIError, FileNotFoundError):
        raise Refusal(503, "busy", "the database cannot be read now", {"Retry-After": "3"}) from None
