"""Which articles agents answered from in a call, so that one sees later what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from records.knowledge_tables import article_uses as table
from records.rows import insert_once
from records.store import Store


@dataclass(frozen=True, slots=True)
class Use:
    """One article in one call. `who` is as in the audit log."""

    call: str
    article: str
    version: int
    at: datetime
    who: str


class Uses:
    """All of one database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, call: str) -> list[Use]:
        """What was used in a call, in that order."""
        rows = await self._store.rows(select(table).where(table.c.call == call).order_by(table.c.at, table.c.article))
        return [Use(**row) for row in rows]

    async def add(self, use: Use) -> None:
        """Note a use; the first one of an article in a call stands."""
        async with self._store.writing() as connection:
            row = {"call": use.call, "article": use.article, "version": use.version, "at": use.at, "who": use.who}
            await connection.execute(insert_once(table, connection.dialect), [row])

    async def remove(self, call: str, article: str) -> bool:
        """Take a use back that was a slip; False when there was none."""
        gone = delete(table).where(table.c.call == call, table.c.article == article)
        return bool(await self._store.do(gone))
