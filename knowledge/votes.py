"""Whether articles helped: each person says so once for each version, with a word if they like; the last one counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, tuple_

from records.clock import wall_time
from records.knowledge_tables import article_votes as table
from records.store import Store

LONGEST: Final = 300
_AT_ONCE: Final = 200


@dataclass(slots=True)
class Tally:
    """How often a version helped, and how often it did not."""

    useful: int = 0
    unhelpful: int = 0

    def to_json(self) -> dict[str, int]:
        return {"useful": self.useful, "unhelpful": self.unhelpful}


@dataclass(frozen=True, slots=True)
class Vote:
    """What somebody said of a version."""

    article: str
    version: int
    who: str
    at: datetime
    useful: bool
    words: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "article": self.article,
            "version": self.version,
            "who": self.who,
            "at": wall_time(self.at),
            "useful": self.useful,
            "words": self.words,
        }


@dataclass(slots=True)
class Unhelpful:
    """A version that did not help somebody, with what they said, newest first."""

    article: str
    version: int
    tally: Tally
    votes: list[Vote] = field(default_factory=list)


class Votes:
    """All votes of one database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def cast(self, vote: Vote) -> Tally:
        """Count a vote, in the place of this person's last one for this version."""
        mine = (table.c.article == vote.article, table.c.version == vote.version, table.c.who == vote.who)
        row = {"article": vote.article, "version": vote.version, "who": vote.who, "at": vote.at}
        new = insert(table).values(**row, useful=vote.useful, words=vote.words)
        await self._store.do(delete(table).where(*mine), new)
        return (await self.tallies([(vote.article, vote.version)]))[vote.article, vote.version]

    async def of(self, article: str, version: int, who: str) -> Vote | None:
        """What this person said."""
        query = select(table).where(table.c.article == article, table.c.version == version, table.c.who == who)
        row = await self._store.row(query)
        return None if row is None else Vote(**row)

    async def tallies(self, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Tally]:
        """Of each of these versions."""
        left = sorted(set(wanted))
        found = {one: Tally() for one in left}
        while left:
            now, left = left[:_AT_ONCE], left[_AT_ONCE:]
            query = select(table.c.article, table.c.version, table.c.useful, func.count().label("votes"))
            query = query.where(tuple_(table.c.article, table.c.version).in_(now))
            for row in await self._store.rows(query.group_by(table.c.article, table.c.version, table.c.useful)):
                tally = found[row["article"], row["version"]]
                if row["useful"]:
                    tally.useful = row["votes"]
                else:
                    tally.unhelpful = row["votes"]
        return found

    async def unhelpful(self, wanted: Iterable[tuple[str, int]]) -> list[Unhelpful]:
        """Those of these versions that did not help somebody: the worst first."""
        tallies = await self.tallies(wanted)
        found = {one: Unhelpful(*one, tally) for one, tally in tallies.items() if tally.unhelpful}
        left = sorted(found)
        while left:
            now, left = left[:_AT_ONCE], left[_AT_ONCE:]
            query = select(table).where(~table.c.useful, tuple_(table.c.article, table.c.version).in_(now))
            for row in await self._store.rows(query.order_by(table.c.at.desc(), table.c.who)):
                found[row["article"], row["version"]].votes.append(Vote(**row))
        return sorted(found.values(), key=lambda one: (one.tally.useful - one.tally.unhelpful, one.article))
