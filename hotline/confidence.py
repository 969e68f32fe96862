"""Confidential lines leave no number behind, and which leader heard whose talk is written into the audit log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import DBAPIError

from hotline.settings import Settings
from ivr.callbacks.events import CallbackBooked
from ivr.events import CallEnded, FallbackEnded, LeaderCame, MessageLeft, TalkBegan, WaitBegan
from ivr.journal import Entry
from records.audit import Act, Audit, Deed
from records.behind import may_pass
from records.retention.holds import Holds
from records.retention.reducing import AT_ONCE, Reducing
from routing.plan import Plan

log = structlog.get_logger(__name__)

AGAIN = 30.0
"""Seconds until what the database refused is tried again."""

AFRESH = 86_400.0
"""Seconds between two looks for ended calls that nobody masked: a hold may have kept them, or a crash."""
LEFT_FOR = timedelta(days=7)
"""So far back such a look sees calls that a line which keeps no numbers served, but not last."""


def secretive(plan: Plan) -> frozenset[str]:
    """The lines that keep no numbers."""
    rules = plan.lines.items()
    return frozenset(line for line, rule in rules if rule.confidential is not None and not rule.confidential.numbers)


class Confidence:
    """Subscribe `hear` to the journal; `flush` waits until everything told to it is written."""

    def __init__(self, settings: Settings, plan: Callable[[], Plan], flush: Callable[[], Awaitable[None]]) -> None:
        self._plan, self._flush = plan, flush
        self._audit = Audit(settings.database_url, settings.var)
        holds = Holds(settings.database_url, settings.var)
        self._reducing = Reducing(settings.database_url, holds, self._audit, f"engine:{settings.node}")
        self._quiet: set[str] = set()
        """Calls that live, and leave no number."""
        self._due: set[str] = set()
        self._whole: set[str] = set()
        """Calls that should have been masked, and cannot be: our bug."""
        self.alarm: str | None = None
        """Why numbers stay that should be gone."""
        self._deeds: list[tuple[Deed, datetime]] = []
        self._stirred = asyncio.Event()

    def is_quiet(self, call: str) -> bool:
        """Whether a call that lives leaves no number: it came to a line that keeps none, wherever it is now."""
        return call in self._quiet

    def remember(self, left: Iterable[Sequence[Entry]]) -> None:
        """The entries of calls that an engine before us began and did not end: they may live on."""
        for entries in left:
            for entry in entries:
                self._mark(entry)

    def _mark(self, entry: Entry) -> None:
        match entry.event:
            case WaitBegan(line=line) | TalkBegan(line=line) | MessageLeft(line=line) | FallbackEnded(line=line):
                if line in secretive(self._plan()):
                    self._quiet.add(entry.call)
            case CallbackBooked():
                self._quiet.discard(entry.call)  # of another line, which needs the number until it is done

    def hear(self, entry: Entry) -> None:
        """A fact of the journal."""
        self._mark(entry)
        match entry.event:
            case CallEnded() | FallbackEnded() if entry.call in self._quiet:
                self._quiet.discard(entry.call)
                self._due.add(entry.call)
                self._stirred.set()
            case LeaderCame(leader=leader, agent=agent, how=how):
                details = {"how": str(how), "agent": agent}
                deed = Deed(f"desk:{leader}", Act.TALK_ATTENDED, entry.call, None, details)
                self._deeds.append((deed, datetime.now(UTC)))
                self._stirred.set()

    async def run(self) -> None:
        """Work until cancelled."""
        looked = False  # for what an engine before us left
        while True:
            try:
                if not looked:
                    self._whole.clear()
                    since = datetime.now(UTC) - LEFT_FOR
                    self._due.update(await self._reducing.of_lines(secretive(self._plan()), since))
                    looked = True
                await self._work()
                self.alarm = self._left()
                try:
                    async with asyncio.timeout(AFRESH):
                        await self._stirred.wait()
                except TimeoutError:
                    looked = False
                self._stirred.clear()
            except (DBAPIError, OSError, ValueError) as error:
                log.error("what is confidential waits for the database", error=str(error), calls=len(self._due))
                self.alarm = f"numbers of {len(self._due)} confidential calls wait for the database to be masked"
                await asyncio.sleep(AGAIN)
            except Exception:  # an engine that ends by it would meet it again at once
                log.exception("what is confidential met a bug", calls=len(self._due))
                self.alarm = "numbers of confidential calls are not masked: the log says why"
                await asyncio.sleep(AGAIN)

    def _left(self) -> str | None:
        if not self._whole:
            return None
        some = ", ".join(sorted(self._whole)[:3]) + (" …" if len(self._whole) > 3 else "")
        return f"numbers of {len(self._whole)} confidential calls cannot be masked ({some}): the log says why"

    async def _work(self) -> None:
        if due := sorted(self._due):
            await self._flush()
            for at in range(0, len(due), AT_ONCE):
                await self._mask(due[at : at + AT_ONCE])
        while self._deeds:
            await self._audit.write(*self._deeds[0])
            del self._deeds[0]

    async def _mask(self, calls: Sequence[str]) -> None:
        """All of them in one transaction; call by call, should one of them meet a bug."""
        try:
            await self._reducing.mask(calls, datetime.now(UTC))
        except Exception as error:
            if may_pass(error):
                raise
            if len(calls) > 1:
                for call in calls:
                    await self._mask([call])
            else:
                log.exception("the number of a confidential call cannot be masked: a bug", call=calls[0])
                self._whole.update(calls)  # tried again with the next look for such
        self._due.difference_update(calls)
