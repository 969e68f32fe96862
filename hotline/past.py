"""What an earlier run of this hotline left in the database: read at the start, or as soon as it can be.

A public line does not wait for its database. While it cannot be read, callers are served without what it knows: nobody
is remembered, no callback is made, breaks are over; what is missed is made up for once it is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import DBAPIError

from hotline.settings import Settings
from hotline.view import midnight
from ivr.callbacks.ticket import Ticket, tickets
from ivr.clock import Clock
from ivr.guesses import DAY, Mistake
from ivr.journal import Entry
from ivr.memory import CallerMemory
from ivr.outcomes import Outcome
from records.behind import told
from records.callbacks import callback_facts
from records.calls import outcomes, talks_since
from records.database import database_file, open_database
from records.guesses import mistakes_since
from records.journal import SqlJournal
from records.migrations import TooNew, upgrade
from records.outbound import outbound_facts
from records.presences import Presences
from routing.node import Recall
from routing.plan import Plan

log = structlog.get_logger()

STICKY_DAYS = 30
"""So long a caller may have the agent again whom they talked with."""

BREAKS_KEPT = timedelta(hours=8)
"""A break that began so long before a restart is nobody's any more."""

REMEMBERED = timedelta(days=32)
"""Callbacks that were booked longer ago are not looked for: a line's longest expiry counts a day of open hours."""

PATIENCE = 1.0
"""Seconds that a start waits for a database that is locked."""

UNREADABLE = (DBAPIError, OSError, TimeoutError)


async def prepare(settings: Settings) -> None:
    """Bring the database up to date, if it can be used now; its writers go on trying.

    Raises TooNew for one that a newer version of the hotline has written.
    """
    try:
        await upgrade(settings.database_url, patience=PATIENCE, keep=settings.var)
    except UNREADABLE as error:
        log.error("the database cannot be used: calls are served without it, facts are spooled", error=told(error))


class Past:
    """`read()` first. Whether all of it was: `known`."""

    def __init__(self, settings: Settings, clock: Clock, journal: SqlJournal, presences: Presences) -> None:
        self._settings, self._clock = settings, clock
        self._journal, self._presences = journal, presences
        self.known = False
        self.breaks: Mapping[str, str] = {}
        """Agents who were on a break, and for what."""
        self.tickets: Mapping[str, Ticket] = {}
        """Callbacks that were booked."""
        self.outbound: Sequence[Entry] = ()
        """What was dialled outside today before this run."""
        self.mistakes: Sequence[Mistake] = ()
        """What callers keyed who asked for orders, and nothing fitted, in the day before this run."""
        self._began = clock.now()
        self.left: list[list[Entry]] = []
        """The entries of each call that began and did not end: the switch will tell which of them live."""

    async def read(self) -> bool:
        """Read it, and end the presences that nobody ended. False when the database is in trouble."""
        try:
            if await self._journal.caught_up() and await self._presences.caught_up():
                await self._read()
                self.left = await self._journal.left_open()
                self.known = True
        except UNREADABLE as error:
            log.error("what was before cannot be read from the database", error=told(error))
        return self.known

    async def _read(self) -> None:
        now, settings = self._clock.now(), self._settings
        self.breaks = await self._presences.breaks_left(now - BREAKS_KEPT)
        await self._presences.close_lost()
        outbound = await outbound_facts(settings.database_url, midnight(self._clock), node=settings.node)
        self.outbound = [entry for entry in outbound if entry.at < self._began]
        mistakes = await mistakes_since(settings.database_url, self._began - DAY, node=settings.node)
        self.mistakes = [mistake for mistake in mistakes if mistake.at < self._began]
        self.tickets = tickets(await callback_facts(settings.database_url, now - REMEMBERED, node=settings.node))

    async def made_up_for(self) -> None:
        """Wait until the database is back, and read then. Calls that an earlier run left open end: nobody knew them."""
        if database_file(self._settings.database_url) is None:
            await self._brought_up()
        while not self.known:
            await self._journal.flush()
            await self._presences.flush()
            try:
                await self._read()
                lost = await self._journal.close_lost(self._clock.now())
                await self._journal.flush()
                log.warning("what was before is made up for", calls=lost)
                self.known = True
            except UNREADABLE as error:
                log.error("what was before cannot be read from the database", error=told(error))
                await asyncio.sleep(PATIENCE)

    async def _brought_up(self) -> None:
        """Bring a server's former tables up to date when it is back: its writers wait for that, they keep no copy."""
        why = ""
        while True:
            try:
                return await upgrade(self._settings.database_url, patience=PATIENCE, keep=self._settings.var)
            except (*UNREADABLE, TooNew) as error:
                if why != (why := told(error)):
                    log.error("the database cannot be brought up to date", error=why)
                await asyncio.sleep(PATIENCE)

    async def today(self, midnight: datetime) -> Mapping[Outcome, int]:
        """How the calls ended that came in and ended since then; none while that cannot be read."""
        with suppress(*UNREADABLE):
            engine = open_database(self._settings.database_url, read_only=True)
            try:
                return await outcomes(engine, midnight)
            finally:
                await engine.dispose()
        return {}

    async def remember(self, memory: CallerMemory, plan: Plan) -> None:
        """Let the memory hold who talked with the lines that ask about it, or give their callers the same agent."""
        asks = [node for node in plan.nodes.values() if isinstance(node, Recall)]
        sticky = {line for line, rule in plan.lines.items() if rule.sticky > 0}
        days = max([*(node.days for node in asks), *(STICKY_DAYS for _ in sticky)], default=0)
        memory.keep(sticky.union(*(node.recall for node in asks)), days)
        if not asks and not sticky:
            return
        try:
            engine = open_database(self._settings.database_url, read_only=True)
            try:
                since = self._clock.now() - timedelta(days=days)
                for number, line, ended, agent in await talks_since(engine, since):
                    memory.talked(number, line, ended, agent)
            finally:
                await engine.dispose()
        except UNREADABLE as error:
            log.error("earlier callers are not remembered: the database cannot be read", error=told(error))
