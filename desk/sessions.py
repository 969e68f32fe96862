"""Who is signed in: a random id in a cookie, its hash in the database, a stage, and an end.

A session begins half signed in and gets a new id at every stage, so an id that somebody planted or saw before is worth
nothing after.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select, update

from desk.refusal import not_signed_in
from desk.users import User, user_of
from records.clock import wall_time
from records.store import Store
from records.tables import sessions, users

HALF_IN = timedelta(minutes=10)
"""So long the second factor, or a new password, may take."""
SEEN_EVERY = timedelta(minutes=1)
MOST = 10
"""Sessions of one user; the oldest ends when one more begins."""


class Stage(StrEnum):
    """What is still to be done; `IN` when nothing is."""

    FACTOR = "factor"
    ENROL = "enrol"
    PASSWORD = "password"  # noqa: S105 - the word for it
    IN = "in"


@dataclass(frozen=True, slots=True)
class Session:
    """One browser of one user."""

    hash: str
    user: str
    stage: Stage
    began: datetime
    seen: datetime
    address: str
    browser: str

    def to_json(self) -> dict[str, Any]:
        """What is told of it: enough to know it again, not enough to use it."""
        return {
            "id": self.hash[:12],
            "user": self.user,
            "stage": self.stage,
            "began": wall_time(self.began),
            "seen": wall_time(self.seen),
            "address": self.address,
            "browser": self.browser,
        }


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long a session lasts: without a request or a page that is looked at, and at all."""

    idle: timedelta = timedelta(hours=1)
    longest: timedelta = timedelta(hours=12)


def digest(secret: str) -> str:
    """What is kept of a session's id, or of a token: 256 random bits need no slow hash."""
    return sha256(secret.encode()).hexdigest()


class Sessions:
    """The sessions. Instants are aware."""

    def __init__(self, store: Store, lengths: Lengths = Lengths()) -> None:
        self._store, self._lengths = store, lengths
        self._used: dict[str, datetime] = {}
        """When those that ask for nothing were last written down as used."""

    async def begin(self, user: str, stage: Stage, *, address: str, browser: str, now: datetime) -> str:
        """A new one; its id, for the cookie alone."""
        secret = secrets.token_urlsafe(32)
        row = {
            "hash": digest(secret),
            "user": user,
            "stage": stage,
            "began": now,
            "seen": now,
            "address": address[:64],
            "browser": "".join(sign for sign in browser if sign.isprintable())[:200],
        }
        newest = select(sessions.c.hash).where(sessions.c.user == user).order_by(sessions.c.began.desc()).limit(MOST)
        await self._store.do(
            delete(sessions).where(or_(sessions.c.began < now - self._lengths.longest, self._half_over(now))),
            insert(sessions).values(row),
            delete(sessions).where(sessions.c.user == user, sessions.c.hash.not_in(newest)),
        )
        return secret

    async def go_on(self, session: Session, stage: Stage, now: datetime) -> str:
        """The next stage, under a new id; the old one is worth nothing from now on.

        Raises Refusal when it was ended meanwhile: what was done to the account holds.
        """
        if not await self.end(session.hash):
            raise not_signed_in()
        return await self.begin(session.user, stage, address=session.address, browser=session.browser, now=now)

    async def find(self, secret: str, now: datetime) -> tuple[Session, User] | None:
        """Whose id this is, if it holds and they may still come in."""
        if len(secret) > 128:
            return None
        theirs = [column.label(f"user_{column.name}") for column in users.c]
        query = (
            select(*sessions.c, *theirs)
            .join_from(sessions, users, users.c.name == sessions.c.user)
            .where(sessions.c.hash == digest(secret), users.c.disabled.is_(False))
        )
        row = await self._store.row(query)
        if row is None:
            return None
        session = _session_of(row)
        if not self._holds(session, now):
            await self.end(session.hash)
            return None
        user = user_of({column.name: row[f"user_{column.name}"] for column in users.c})
        if now - session.seen >= SEEN_EVERY:
            await self._store.do(update(sessions).where(sessions.c.hash == session.hash).values(seen=now))
        return session, user

    def _holds(self, session: Session, now: datetime) -> bool:
        if session.stage is not Stage.IN:
            return now - session.began < HALF_IN
        return now - session.began < self._lengths.longest and now - session.seen < self._lengths.idle

    @staticmethod
    def _half_over(now: datetime) -> Any:
        return and_(sessions.c.stage != Stage.IN, sessions.c.began < now - HALF_IN)

    async def holding(self, hashes: Iterable[str], now: datetime) -> set[str]:
        """Which of these still hold."""
        query = (
            select(*sessions.c)
            .join_from(sessions, users, users.c.name == sessions.c.user)
            .where(sessions.c.hash.in_(list(hashes)), users.c.disabled.is_(False))
        )
        found = map(_session_of, await self._store.rows(query))
        return {session.hash for session in found if self._holds(session, now)}

    async def used(self, hashes: Iterable[str], now: datetime) -> None:
        """A page of theirs is looked at, or its telephone is on: as good as a request, within their longest time.

        It may be said as often as one likes: it is written down once a minute.
        """
        self._used = {one: at for one, at in self._used.items() if now - at < SEEN_EVERY}
        due = [one for one in hashes if one not in self._used]
        if due:
            await self._store.do(update(sessions).where(sessions.c.hash.in_(due)).values(seen=now))
            self._used.update(dict.fromkeys(due, now))

    async def of(self, user: str | None, now: datetime) -> Sequence[Session]:
        """Those that hold, of one user or of all, newest first."""
        query = select(sessions).order_by(sessions.c.began.desc())
        if user is not None:
            query = query.where(sessions.c.user == user)
        found = map(_session_of, await self._store.rows(query))
        return [session for session in found if self._holds(session, now)]

    async def end(self, hashed: str) -> bool:
        """Whether there was one."""
        return await self._store.do(delete(sessions).where(sessions.c.hash == hashed)) == 1

    async def end_all(self, user: str) -> int:
        """How many there were."""
        return await self._store.do(delete(sessions).where(sessions.c.user == user))


def _session_of(row: Any) -> Session:
    return Session(
        row["hash"], row["user"], Stage(row["stage"]), row["began"], row["seen"], row["address"], row["browser"]
    )
