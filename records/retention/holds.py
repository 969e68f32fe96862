"""Legal holds: calls of which nothing is deleted or reduced, whatever their terms, until somebody releases them."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import delete, select

from records.audit import Act, Audit, Deed
from records.clock import wall_time
from records.database import open_database
from records.rows import insert_once
from records.tables import holds as table

LOCK = ".retention.lock"


@dataclass(frozen=True, slots=True)
class Hold:
    """One held call."""

    call: str
    at: datetime
    who: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        return {"call": self.call, "at": wall_time(self.at), "who": self.who, "reason": self.reason}


class Holds:
    """The holds of a hotline. Whoever deletes looks at them and deletes within `alone`; holds are placed within it too.

    So no hold is placed between a look and a deletion.
    """

    def __init__(self, url: str, var: Path) -> None:
        self._url, self._var = url, var
        self._audit = Audit(url, var)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Keep every other process from placing holds and from deleting."""
        self._var.mkdir(parents=True, exist_ok=True)
        with (self._var / LOCK).open("w") as lock:
            await asyncio.to_thread(_lock, lock)
            yield

    async def all(self) -> list[Hold]:
        """Every hold, the oldest first. Raises FileNotFoundError, DBAPIError."""
        engine = open_database(self._url, read_only=True)
        try:
            async with engine.connect() as connection:
                rows = (await connection.execute(select(table).order_by(table.c.at, table.c.call))).mappings()
                return [Hold(row["call"], row["at"], row["who"], row["reason"]) for row in rows]
        finally:
            await engine.dispose()

    async def place(self, hold: Hold) -> None:
        """Hold a call; who holds it already is not changed. Raises DBAPIError."""
        engine = open_database(self._url)
        try:
            async with self.alone():
                async with engine.begin() as connection:  # first: what is held is safe, even if nobody can say why
                    row = {"call": hold.call, "at": hold.at, "who": hold.who, "reason": hold.reason}
                    await connection.execute(insert_once(table, connection.dialect), [row])
                await self._audit.write(Deed(hold.who, Act.HOLD_PLACED, hold.call, hold.reason), hold.at)
        finally:
            await engine.dispose()

    async def release(self, hold: Hold) -> bool:
        """Let a call's terms count again; False when it was not held. `hold` says who releases it and why."""
        if hold.call not in {held.call for held in await self.all()}:
            return False
        engine = open_database(self._url)
        try:
            async with self.alone():
                await self._audit.write(Deed(hold.who, Act.HOLD_RELEASED, hold.call, hold.reason), hold.at)
                async with engine.begin() as connection:
                    await connection.execute(delete(table).where(table.c.call == hold.call))
        finally:
            await engine.dispose()
        return True


def _lock(file: IO[str]) -> None:
    fcntl.flock(file, fcntl.LOCK_EX)
