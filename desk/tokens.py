"""Keys of machines: shown once, kept as hashes, for some permissions and for a time."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from desk.roles import SCOPES, Permission
from desk.sessions import digest
from desk.users import Unfit
from records.clock import wall_time
from records.store import Store
from records.tables import tokens

PREFIX = "hlt_"
"""So that a scanner of leaked secrets knows one."""
NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
LONGEST = timedelta(days=366)
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Token:
    """One key. What it is itself is not kept."""

    name: str
    scopes: frozenset[Permission]
    made: datetime
    expires: datetime
    revoked: datetime | None
    used: datetime | None

    def holds(self, now: datetime) -> bool:
        return self.revoked is None and now < self.expires

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "scopes": sorted(self.scopes),
            "made": wall_time(self.made),
            "expires": wall_time(self.expires),
            "revoked": self.revoked and wall_time(self.revoked),
            "used": self.used and wall_time(self.used),
        }


class Tokens:
    """The keys of machines."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, name: str, scopes: Iterable[Permission], lasts: timedelta, now: datetime) -> str:
        """A new one: the key itself, to be shown once. Raises Unfit."""
        wanted = frozenset(scopes)
        if not NAME.fullmatch(name):
            raise Unfit(f"{name!r} is no name of a token: 2 to 32 of a-z, 0-9, dot, hyphen, underscore; a letter first")
        if not wanted or not wanted <= SCOPES:
            raise Unfit(f"a token is for one or more of {', '.join(sorted(SCOPES))}")
        if not timedelta(hours=1) <= lasts <= LONGEST:
            raise Unfit(f"a token lasts from an hour to {LONGEST.days} days")
        key = PREFIX + secrets.token_urlsafe(32)
        row = {
            "name": name,
            "hash": digest(key),
            "scopes": " ".join(sorted(wanted)),
            "made": now,
            "expires": now + lasts,
        }
        try:
            await self._store.do(insert(tokens).values(row))
        except IntegrityError as error:
            raise Unfit(f"there was a token {name} already: use another name") from error
        return key

    async def find(self, key: str, now: datetime) -> Token | None:
        """Whose key this is, if it holds."""
        if not key.startswith(PREFIX) or len(key) > 128:
            return None
        row = await self._store.row(select(tokens).where(tokens.c.hash == digest(key)))
        token = None if row is None else _token_of(row)
        if token is None or not token.holds(now):
            return None
        unseen = or_(tokens.c.used.is_(None), tokens.c.used <= now - SEEN_EVERY)
        if token.used is None or token.used <= now - SEEN_EVERY:
            await self._store.do(update(tokens).where(and_(tokens.c.name == token.name, unseen)).values(used=now))
        return token

    async def all(self) -> Sequence[Token]:
        return [_token_of(row) for row in await self._store.rows(select(tokens).order_by(tokens.c.name))]

    async def revoke(self, name: str, now: datetime) -> None:
        """It is worth nothing from now on. Raises Unfit."""
        living = and_(tokens.c.name == name, tokens.c.revoked.is_(None))
        if await self._store.do(update(tokens).where(living).values(revoked=now)) != 1:
            raise Unfit(f"there is no token {name} that could be revoked")


def _token_of(row: Any) -> Token:
    scopes = frozenset(Permission(scope) for scope in row["scopes"].split())
    return Token(row["name"], scopes, row["made"], row["expires"], row["revoked"], row["used"])
