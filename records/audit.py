"""The audit log: who looked at what they must answer for, when and why, in a chain that cannot be changed unseen.

Each entry carries the hash of the one before it, over canonical JSON. An entry that is changed or taken out of the
middle breaks the chain; one that is cut off at the end is missed by the head, which is kept beside the database (and
told in the log once a day, so that a copy lies where this machine's owner does not reach).

    audit = Audit(settings.database_url, settings.var)
    await audit.write(Deed(who="desk:ann", what=Act.SIGNED_IN, details={"address": "127.0.0.1"}), at)

Who must be audited is served only after `write` has returned: what cannot be written down is not done.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import re
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import RowMapping, event, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from records.database import open_database
from records.tables import audit as table

__all__ = ["FIRST", "Act", "Audit", "Broken", "Deed", "Head", "Written"]

log = structlog.get_logger(__name__)

FIRST = "0" * 64
"""What the first entry has in the place of a hash before it."""
HEAD = "audit-head.json"
BUSY = 30.0
"""Seconds that a writer waits for SQLite's lock."""
ROWS_AT_ONCE = 1_000

Looked = Callable[[int], Awaitable[object]]
Detail = str | int | bool | None | Sequence[str]
"""What every database gives back as it was written: no fractions."""


class Act(StrEnum):
    """What is written down. Others (`Deed.what` takes any word of this form) belong to whoever adds them."""

    NUMBERS_SHOWN = "numbers_shown"
    RECORDING_HEARD = "recording_heard"
    RECORDING_EXPORTED = "recording_exported"
    RECORDING_EXPIRED = "recording_expired"
    RECORDING_NOT_ERASED = "recording_not_erased"
    NUMBERS_REDUCED = "numbers_reduced"
    HOLD_PLACED = "hold_placed"
    HOLD_RELEASED = "hold_released"
    KEY_MADE = "key_made"
    TALK_ATTENDED = "talk_attended"
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    ACCOUNT_CHANGED = "account_changed"
    TOKEN_MADE = "token_made"  # noqa: S105 - a word for it, not one
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    REGISTER_CHANGED = "register_changed"
    SAMPLE_DRAWN = "sample_drawn"
    WEBHOOK_CHANGED = "webhook_changed"
    PLAN_PUBLISHED = "plan_published"
    PLAN_ROLLED_BACK = "plan_rolled_back"
    PLAN_LIVE = "plan_live"
    AUDIT_EXPORTED = "audit_exported"
    ARTICLE_CHANGED = "article_changed"
    BACKUP_MADE = "backup_made"
    BACKUP_RESTORED = "backup_restored"


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does. `who` is `os:NAME`, `desk:AGENT` or `engine:NODE`; `about` the call, file, key or account.

    Numbers of callers don't belong into any of it. Raises ValueError for what cannot be kept as it is.
    """

    who: str
    what: str
    about: str | None = None
    reason: str | None = None
    details: Mapping[str, Detail] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z]+:[^\s\0]{1,100}", self.who):
            raise ValueError(f"who: `os:NAME`, `desk:AGENT` or `engine:NODE`, not {self.who!r}")
        if not re.fullmatch(r"[a-z][a-z_]{2,40}", self.what):
            raise ValueError(f"what: a word like recording_heard, not {self.what!r}")
        for value in (self.about, self.reason):
            if value is not None and (not value.strip() or len(value) > 1_000 or "\0" in value):
                raise ValueError("about and reason: 1 to 1000 characters, no zero byte")
        if any(isinstance(value, float) for value in self.details.values()):
            raise ValueError("details: no fractions; databases write them differently")


@dataclass(frozen=True, slots=True)
class Written:
    """A deed as it stands in the log. `number` counts from 1; `hash` is over all else, `before` included."""

    number: int
    at: datetime
    deed: Deed
    before: str
    hash: str

    def to_json(self) -> dict[str, Any]:
        """What `hotline audit list --json` prints."""
        return {**_content(self.number, self.at, self.deed, self.before), "hash": self.hash}


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry that was written. Kept outside the table: what was cut off at the end is missed by it alone."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain does not hold, and how. `number` is the first entry that is not as it was written."""

    number: int
    why: str


def _content(number: int, at: datetime, deed: Deed, before: str) -> dict[str, Any]:
    return {
        "number": number,
        "at": at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "who": deed.who,
        "what": deed.what,
        "about": deed.about,
        "reason": deed.reason,
        "details": dict(deed.details),
        "before": before,
    }


def canonical(data: Any) -> str:
    """One spelling of JSON data: names sorted, nothing between, everything as it is in UTF-8."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _hash(number: int, at: datetime, deed: Deed, before: str) -> str:
    return sha256(canonical(_content(number, at, deed, before)).encode()).hexdigest()


def written_from(row: RowMapping) -> Written:
    """An entry as a row has it. Raises ValueError for one that nobody wrote so."""
    deed = Deed(row["who"], row["what"], row["about"], row["reason"], json.loads(row["details"]))
    return Written(row["number"], row["at"], deed, row["before"], row["hash"])


class Audit:
    """The log in the database at `url`, its head in the folder `var`. Writers of all processes make one chain."""

    def __init__(self, url: str, var: Path, *, busy: float = BUSY) -> None:
        self._url, self._head, self._busy = url, var / HEAD, busy

    async def write(self, deed: Deed, at: datetime) -> Written:
        """Append the deed. It is on the disk when this returns. Raises SQLAlchemy's DBAPIError, OSError."""
        async with self._connected(read_only=False) as connection, connection.begin():
            written, whole = await self.append(connection, deed, at)
        await self.appended(written, whole=whole)
        return written

    async def append(self, connection: AsyncConnection, deed: Deed, at: datetime) -> tuple[Written, bool]:
        """Append the deed in somebody's transaction, as its last statement: neither is without the other.

        Its connection waits for the disk (`to_the_disk`). Once it is committed, hand the answer to `appended`.
        """
        if connection.dialect.name == "postgresql":  # SQLite's transactions take the whole file's lock
            await connection.execute(text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))
        last = select(table.c.number, table.c.hash).order_by(table.c.number.desc()).limit(1)
        found = (await connection.execute(last)).first()
        number, before = (1, FIRST) if found is None else (found.number + 1, found.hash)
        at = at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)
        written = Written(number, at, deed, before, _hash(number, at, deed, before))
        head = self.head()
        whole = head is None or await _stands(connection, head)
        await connection.execute(insert(table), [_row(written)])
        return written, whole

    async def appended(self, written: Written, *, whole: bool) -> None:
        """Keep the head outside the table, too. Raises OSError."""
        if whole:
            await asyncio.to_thread(self._move_head, Head(written.number, written.hash))  # it waits for the disk
        else:  # a head that moved on would hide what was cut off before it
            log.error("the audit log was cut off or changed: `hotline audit verify` says where", entry=written.number)

    async def entries(
        self, since: datetime | None = None, until: datetime | None = None, last: int | None = None
    ) -> list[Written]:
        """What was written from `since` until before `until`, in order. Raises FileNotFoundError, DBAPIError."""
        query = select(table).order_by(table.c.number.desc()).limit(last)
        if since is not None:
            query = query.where(table.c.at >= since)
        if until is not None:
            query = query.where(table.c.at < until)
        async with self._connected(read_only=True) as connection:
            return [written_from(row) for row in reversed((await connection.execute(query)).mappings().all())]

    async def verify(
        self, known: Head | None = None, *, looked: Looked | None = None, portion: int = ROWS_AT_ONCE
    ) -> Head | Broken:
        """The chain's head when every entry is as it was written, else where it breaks.

        `known` is a head that was written down elsewhere; the one beside the database is always looked at. `looked` is
        told after each `portion` of entries how far the look has come, and may take its time: no lock is held.
        Raises FileNotFoundError, DBAPIError, and ValueError when the head's file is damaged.
        """
        heads = [head for head in (self.head(), known) if head is not None]
        due = {head.number: head.hash for head in heads}
        if len(due) < len({(head.number, head.hash) for head in heads}):
            return Broken(heads[0].number, "the head kept beside the database is not the one that you gave")
        at = Head(0, FIRST)
        async with self._connected(read_only=True) as connection:
            rows = await _portion(connection, None, portion)
            while rows:
                for row in rows:
                    broken = _break(row, at)
                    if broken is None and due.get(row["number"], row["hash"]) != row["hash"]:
                        why = "it is not the entry that the kept head names: all was rewritten"
                        broken = Broken(row["number"], why)
                    if broken is not None:
                        return broken
                    at = Head(row["number"], row["hash"])
                if looked is not None:
                    await looked(at.number)
                rows = await _portion(connection, at.number, portion)
        if at.number < max(due, default=0):
            return Broken(at.number + 1, f"cut off: the kept head says that there were {max(due)} entries")
        return at

    def head(self) -> Head | None:
        """The head as it is kept beside the database. Raises ValueError when that file is damaged."""
        try:
            data = json.loads(self._head.read_text(encoding="ascii"))
            return Head(int(data["number"]), str(data["hash"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{self._head}: damaged; keep it for the inquiry, then put it aside") from error

    def _move_head(self, head: Head) -> None:
        """Keep the newer head. Of two writers the later entry stays, whoever comes here first."""
        self._head.parent.mkdir(parents=True, exist_ok=True)
        with (self._head.parent / f".{HEAD}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = self.head()
            if kept is not None and kept.number >= head.number:
                return
            handle, name = tempfile.mkstemp(prefix=f".{HEAD}.", dir=self._head.parent)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                json.dump({"number": head.number, "hash": head.hash}, file)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._head)

    @asynccontextmanager
    async def _connected(self, *, read_only: bool) -> AsyncIterator[AsyncConnection]:
        engine = open_database(self._url, read_only=read_only, busy=self._busy)
        if not read_only and engine.dialect.name == "sqlite":
            event.listen(engine.sync_engine, "connect", to_the_disk)
        try:
            async with engine.connect() as connection:
                yield connection
        finally:
            await engine.dispose()


async def _stands(connection: AsyncConnection, head: Head) -> bool:
    """Whether the entry that a kept head names is there as it was."""
    query = select(table.c.hash).where(table.c.number == head.number)
    return await connection.scalar(query) == head.hash


def to_the_disk(connection: Any, _record: Any) -> None:
    """A commit waits for the disk, as the journal's does not: who looked is known after a power cut too."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


async def _portion(connection: AsyncConnection, after: int | None, limit: int) -> Sequence[RowMapping]:
    """The next entries. Each is a transaction of its own: a look at a year must not hold up what is written."""
    query = select(table).order_by(table.c.number).limit(limit)
    rows = (await connection.execute(query if after is None else query.where(table.c.number > after))).mappings().all()
    await connection.rollback()
    return rows


def _row(written: Written) -> dict[str, Any]:
    deed = written.deed
    return {
        "number": written.number,
        "at": written.at,
        "who": deed.who,
        "what": deed.what,
        "about": deed.about,
        "reason": deed.reason,
        "details": canonical(dict(deed.details)),
        "before": written.before,
        "hash": written.hash,
    }


def _break(row: RowMapping, last: Head) -> Broken | None:
    """What is wrong with the entry that should follow `last`."""
    if row["number"] != last.number + 1:
        return Broken(last.number + 1, f"missing: after entry {last.number} comes {row['number']}")
    if row["before"] != last.hash:
        return Broken(row["number"], "the hash before it is not that of the entry before")
    try:
        written = written_from(row)
    except (ValueError, TypeError) as error:
        return Broken(row["number"], f"it cannot be read: {error}")
    if _hash(written.number, written.at, written.deed, written.before) != written.hash:
        return Broken(row["number"], "it was changed: its hash does not fit")
    return None
