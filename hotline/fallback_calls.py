"""Calls that the dialplan served while no engine did: read into the journal when one is back, each exactly once.

The switch writes a line about each into `fallback.log` (`routing.dialplan.record`) and keeps the messages that callers
left in `recordings/fallback/`. A caller whom an engine had first, and gave back, has a call already
(`hotline.given_back`): what came of it goes on there, so there is one record a call. The others become facts of calls
that are named by the switch's own id; from then on such a call is one like others: in the records, and its message a
work order. (call, seq) is written once, so nothing is doubled by a second look. A message of which no line tells (a
hotline without a dialplan has one recording for all) counts as a call of a number withheld.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from hotline.given_back import Earlier, Told, earlier
from ivr.events import CallAnswered, CallArrived, CallEnded, EndReached, FallbackEnded, MessageLeft
from ivr.journal import Entry, Event
from ivr.outcomes import Outcome as Came
from ivr.outcomes import Reason as Why
from records.journal import SqlJournal
from records.privacy import mask
from records.recordings import FALLBACK
from records.store import NoDatabase, Store
from records.tables import journal
from records.vault.ciphers import Tampered
from records.vault.vault import NoRecording, Vault
from routing.dialplan.record import SHORTEST_MESSAGE, FallbackCall, read

log = structlog.get_logger(__name__)

PLAN: Final = "fallback"
"""Stands where other calls have the version of their plan."""
EVERY: Final = 60.0
"""Seconds between two looks: while we drain, and when our beat is late, callers get the fallback too."""
SOON: Final = 5.0
"""Seconds until the next look when something was left to it."""
SETTLED: Final = timedelta(seconds=3)
"""A call that ended so short a time ago may be one of ours whose own end is not written yet."""
BACK: Final = timedelta(days=30)
"""What is older is no news."""
UNTOLD: Final = timedelta(minutes=10)
"""A recording is waited for so long to be told of by a line: that is written when the call ends."""
BYTES_A_SECOND: Final = 16_000
AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A recording of which no line tells. `seconds` are its length."""

    id: str
    made: datetime
    seconds: float


def facts_of(call: FallbackCall, dialled: str, *, quiet: bool) -> list[Entry]:
    """What is told of a call that the dialplan served. `quiet`: its line keeps no numbers."""
    events: list[tuple[datetime, Event]] = [
        (call.started, CallArrived(mask(call.number) if quiet else call.number, dialled, call.id, PLAN)),
        (call.started, CallAnswered()),
        *_got_to(call),
        (call.ended, _end(call)),
    ]
    return _entries(call.id, 0, events)


def facts_after(call: FallbackCall, before: Earlier) -> list[Entry]:
    """The same of one that an engine had first, and gave back."""
    end = _end(call)
    over = FallbackEnded(end.outcome, end.reason, call.line)
    return _entries(before.call, before.seq, [*_got_to(call), (call.ended, over)])


def _got_to(call: FallbackCall) -> Iterator[tuple[datetime, Event]]:
    if call.kind is not None:
        yield call.started, EndReached(call.kind, call.line, call.open, PLAN)
    if call.left_a_message:
        yield call.ended, MessageLeft(call.line, f"{FALLBACK}/{call.id}", float(call.spoken or 0))


def _entries(call: str, last: int, events: Iterable[tuple[datetime, Event]]) -> list[Entry]:
    return [Entry(call, seq, at, event) for seq, (at, event) in enumerate(events, last + 1)]


def _end(call: FallbackCall) -> CallEnded:
    if call.left_a_message:
        return CallEnded(Came.MESSAGE, Why.CALLER_HUNG_UP)
    if call.talked:
        return CallEnded(Came.TALKED, Why.COMPLETED)
    if call.kind in ("information", "hangup"):
        return CallEnded(Came.INFORMED, Why.COMPLETED)
    if call.kind == "outside":
        return CallEnded(Came.FAILED, Why.NO_ANSWER)
    return CallEnded(Came.LEFT, Why.NO_MESSAGE if call.kind == "message" else Why.CALLER_HUNG_UP)


def facts_of_recording(found: Found, dialled: str) -> list[Entry]:
    """A message of which nothing else is known."""
    name = f"{FALLBACK}/{found.id}"
    began = found.made - timedelta(seconds=found.seconds)
    events: list[tuple[datetime, Event]] = [
        (began, CallArrived("", dialled, found.id, PLAN)),
        (found.made, MessageLeft(None, name, found.seconds)),
        (found.made, CallEnded(Came.MESSAGE, Why.CALLER_HUNG_UP)),
    ]
    return _entries(found.id, 0, events)


def recording_after(found: Found, before: Earlier) -> list[Entry]:
    """The same, left by somebody whom an engine had first, and gave back."""
    left = MessageLeft(None, f"{FALLBACK}/{found.id}", found.seconds)
    over = FallbackEnded(Came.MESSAGE, Why.CALLER_HUNG_UP)
    return _entries(before.call, before.seq, [(found.made, left), (found.made, over)])


class FallbackCalls:
    """Runs in the engine, whose journal it tells. `folder` is where the switch's log lies, None when it is not ours."""

    def __init__(
        self,
        store: Store,
        notes: SqlJournal,
        vault: Vault,
        folder: Path | None,
        *,
        node: str,
        dialled: Callable[[], str],
        quiet: Callable[[], Collection[str]],
        now: Callable[[], datetime],
        shift: timedelta = timedelta(0),
    ) -> None:
        """`shift`: how far the hotline's clock is from the machine's, by which the switch writes."""
        self._store, self._notes, self._vault, self._folder = store, notes, vault, folder
        self._node, self._dialled, self._quiet, self._now = node, dialled, quiet, now
        self._shift = shift
        self._spoiled: set[str] = set()
        self._looked: list[tuple[str, int, int]] = []
        """Name, size and time of the logs that were read: what did not change tells nothing new."""
        self._joined: set[str] = set()
        """Channels whose calls were ours before, and are told to their end."""
        self.left = 0
        """Calls that the last look left to the next one."""

    async def run(self) -> None:
        """Look every minute, until cancelled."""
        while True:
            try:
                if count := await self.look():
                    log.info("calls that were served without an engine are in the records", calls=count)
            except (DBAPIError, NoDatabase, OSError, Tampered) as error:
                log.warning("calls of the fallback wait to be read", error=type(error).__name__)
            except Exception:  # an office that ends by it would meet it again at once
                log.exception("calls of the fallback cannot be read: a bug")
            await asyncio.sleep(SOON if self.left else EVERY)

    async def look(self) -> int:
        """Note every call that is not in the journal; how many. Raises DBAPIError, NoDatabase, OSError, Tampered.

        While the journal is behind, nothing is noted: a call that seems new may be one of ours.
        """
        calls, found = await asyncio.to_thread(self._lying)
        lying: dict[str, FallbackCall | Found] = {**found, **calls}
        known = await self._known([name for name in lying if name not in self._joined]) | self._joined
        new = {name: one for name, one in lying.items() if name not in known}
        ours = await earlier(self._store, self._node, {name: _instant(one) for name, one in new.items()})
        quiet, dialled, count, self.left = self._quiet(), self._dialled(), 0, 0
        for name, one in new.items():
            before = ours.get(name)
            if before is not None and before.told is Told.WHOLE:
                self._joined.add(name)
            elif not self._abreast(one) or (before is not None and before.told is Told.OPEN):
                self.left += 1
            else:
                self._tell(_told(one, before, dialled, quiet))
                self._joined |= set() if before is None else {name}
                count += 1
        if self.left:
            self._looked = []  # read them again
        return count

    def _abreast(self, one: FallbackCall | Found) -> bool:
        """Whether what we noted of this caller is written, if they were ours."""
        return self._notes.abreast and abs(self._now() - _over(one)) >= SETTLED  # the clock may have been set back

    def _tell(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._notes.note(entry)

    async def _known(self, names: list[str]) -> set[str]:
        known: set[str] = set()
        for first in range(0, len(names), AT_ONCE):
            query = select(journal.c.call).where(journal.c.call.in_(names[first : first + AT_ONCE])).distinct()
            known.update(row["call"] for row in await self._store.rows(query))
        return known

    def _lying(self) -> tuple[dict[str, FallbackCall], dict[str, Found]]:
        since = self._now() - BACK
        by = self._shift
        told = (replace(call, started=call.started + by, ended=call.ended + by) for call in self._told())
        calls = {call.id: call for call in told if call.ended >= since}
        found = (replace(one, made=one.made + by) for one in self._recorded() if one.id not in calls)
        return calls, {one.id: one for one in found if one.made >= since}

    def _told(self) -> Iterator[FallbackCall]:
        """The calls of all the logs that are kept, the oldest file first. Blocks."""
        files = [] if self._folder is None else sorted(self._folder.glob("fallback.log*"), reverse=True)
        there = [(file.name, about.st_size, about.st_mtime_ns) for file in files if (about := _stat(file)) is not None]
        if there == self._looked:
            return
        self._looked = there
        for file in files:
            try:
                lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
            except FileNotFoundError:
                continue  # put aside this moment
            for line in lines:
                try:
                    call = read(line)
                except ValueError as error:
                    if line not in self._spoiled:
                        self._spoiled.add(line)
                        log.error("a line about a call without an engine is spoiled", why=str(error))
                    continue
                if call is not None:
                    yield call

    def _recorded(self) -> Iterator[Found]:
        """The messages that lie there, done with for a while. Blocks."""
        if not (self._vault.folder / FALLBACK).exists():
            return
        for name in self._vault.names(FALLBACK):
            try:
                kept = self._vault.about(name)
            except NoRecording:
                continue  # deleted this moment
            made = datetime.fromtimestamp(kept.modified, UTC)
            seconds = round(max(0, kept.size - 44) / BYTES_A_SECOND, 1)
            if seconds >= SHORTEST_MESSAGE and datetime.now(UTC) - made >= UNTOLD:
                yield Found(name.partition("/")[2], made, seconds)


def _told(one: FallbackCall | Found, before: Earlier | None, dialled: str, quiet: Collection[str]) -> list[Entry]:
    """The facts of it, in a call of its own or in the one that it goes on."""
    if isinstance(one, Found):
        return facts_of_recording(one, dialled) if before is None else recording_after(one, before)
    return facts_of(one, dialled, quiet=one.line in quiet) if before is None else facts_after(one, before)


def _instant(one: FallbackCall | Found) -> datetime:
    return one.made if isinstance(one, Found) else one.started


def _over(one: FallbackCall | Found) -> datetime:
    return one.made if isinstance(one, Found) else one.ended


def _stat(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except FileNotFoundError:
        return None  # put aside this moment
