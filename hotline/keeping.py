"""Retention of a running hotline: once a day, in a quiet hour, what is older than its term goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import DBAPIError

from hotline.sealing import vault_of
from hotline.settings import Settings
from records.audit import Audit
from records.behind import told
from records.retention.expiry import Expired, Expiry
from records.retention.holds import Holds
from records.retention.reducing import Reducing
from records.retention.terms import LineTerms, Terms
from routing.calendar import SHANGHAI

log = structlog.get_logger(__name__)

LOOK = 600.0
"""Seconds between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Done:
    """What expired: recordings, held ones among them, and how many calls lost their whole numbers.

    `left` is what is there though its term is over and nobody holds it, in words.
    """

    recordings: list[Expired]
    calls: int
    left: tuple[str, ...] = ()


class Keeping:
    """Deletes and reduces, as `who` in the audit log.

    Time is the machine's own, never that of a hotline whose clock was set to try a holiday: years ahead of it
    everything would be too old.
    """

    def __init__(self, settings: Settings, *, who: str) -> None:
        rules = settings.retention
        lines = {line: LineTerms(rule.talks, rule.messages) for line, rule in rules.lines.items()}
        self._terms, self._hour = Terms(rules.talks, rules.messages, rules.numbers, lines), rules.hour
        holds, audit = Holds(settings.database_url, settings.var), Audit(settings.database_url, settings.var)
        self._audit = audit
        self._expiry = Expiry(settings.database_url, vault_of(settings), holds, audit, who)
        self._reducing = Reducing(settings.database_url, holds, audit, who)
        self.alarm: str | None = None
        """What the last night left that should be gone."""

    async def due(self, now: datetime) -> Done:
        """What would go. Raises FileNotFoundError, DBAPIError, OSError, ValueError."""
        found = await self._expiry.due(self._terms, now.astimezone(SHANGHAI).date())
        return Done(found, await self._reducing.due(self._before(now)))

    async def expire(self, now: datetime) -> Done:
        """Let it go; what cannot keeps nothing else from it. Raises as `due` does, when all was tried."""
        found: list[Expired] = []
        trouble: Exception | None = None
        try:
            found = await self._expiry.delete(self._terms, now.astimezone(SHANGHAI).date(), now)
        except Exception as error:  # numbers are no business of a vault
            trouble = error
        reduced = await self._reducing.reduce(self._before(now), now, days=self._terms.numbers)
        if trouble is not None:
            raise trouble
        left = [f"recording {one.recording.name} ({one.why})" for one in found if one.why is not None]
        return Done(found, reduced.calls, (*left, *reduced.left))

    def _before(self, now: datetime) -> datetime:
        return now - timedelta(days=self._terms.numbers)

    async def run(self, lines: Callable[[], Collection[str]], now: Callable[[], datetime] | None = None) -> None:
        """Work until cancelled: each day in the quiet hour. The audit log's head is told in the log then, too."""
        if unknown := sorted(set(self._terms.lines) - set(lines())):
            log.warning("settings.retention.lines names lines that the plan does not have", lines=unknown)
        clock, last = now or _machine_time, None
        await self._remember()
        while True:
            at = clock()
            here = at.astimezone(SHANGHAI)
            if here.hour == self._hour and here.date() != last:
                last = here.date()
                await self._night(at)
            await asyncio.sleep(LOOK)

    async def _remember(self) -> None:
        """What an earlier run could not erase is an alarm until the next night, too."""
        try:
            left = sorted(await self._expiry.unerased())
        except FileNotFoundError:
            return  # no night was before this one
        except (DBAPIError, OSError) as error:
            log.warning("nobody can say what the last night could not erase", error=str(error))
            return
        if left:
            some = ", ".join(left[:3]) + (" …" if len(left) > 3 else "")
            self.alarm = f"{len(left)} recordings are older than their term and could not be erased ({some})"

    async def _night(self, at: datetime) -> None:
        try:
            done = await self.expire(at)
            head = await asyncio.to_thread(self._audit.head)
        except (DBAPIError, OSError, ValueError) as error:
            log.error("what is older than its term could not be deleted: tried again tomorrow", error=str(error))
            self.alarm = f"what is older than its term could not be deleted: {told(error)}"
            return
        except Exception:  # an engine that ends by it would meet it again at once
            log.exception("what is older than its term could not be deleted: a bug")
            self.alarm = "what is older than its term could not be deleted: the log says why"
            return
        self.alarm = None
        if done.left:
            some = ", ".join(done.left[:3]) + (" …" if len(done.left) > 3 else "")
            self.alarm = f"{len(done.left)} things are older than their term and could not be deleted ({some})"
            log.error("not everything that is older than its term could be deleted", left=done.left)
        held, gone = sum(one.held for one in done.recordings), sum(bool(one.marks) for one in done.recordings)
        log.info("terms were kept", deleted=gone, held=held, reduced=done.calls)
        if head is not None:
            log.info("head of the audit log", entry=head.number, hash=head.hash)


def _machine_time() -> datetime:
    return datetime.now(UTC)
