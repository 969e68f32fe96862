"""Articles as they are kept: every change a new version with who, when and why; nothing is written over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import RowMapping, case, func, insert, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.article import ID, Article, State
from records.clock import wall_time
from records.knowledge_tables import articles
from records.store import Store

_AT_ONCE: Final = 200
"""Versions that are read with one query."""


class NoArticle(LookupError):
    """There is no such article, or no such version of it."""


class Changed(RuntimeError):
    """Somebody else wrote a version meanwhile: look again."""


class Illegal(ValueError):
    """This cannot be done with an article as it stands; the text says why."""


class Unfit(ValueError):
    """An article that cannot be kept. `problems` has a line for each thing that is wrong."""

    def __init__(self, problems: Sequence[str], fields: Mapping[str, str] | None = None) -> None:
        super().__init__("; ".join(problems))
        self.problems, self.fields = tuple(problems), dict(fields or {})


MOVES: Final = frozenset(
    {
        (None, State.DRAFT),
        (None, State.PUBLISHED),
        (State.DRAFT, State.DRAFT),
        (State.DRAFT, State.PUBLISHED),
        (State.DRAFT, State.RETIRED),
        (State.PUBLISHED, State.DRAFT),
        (State.PUBLISHED, State.PUBLISHED),
        (State.PUBLISHED, State.RETIRED),
        (State.RETIRED, State.DRAFT),
        (State.RETIRED, State.PUBLISHED),
    }
)
"""What the newest version is, and what the next one may be. A draft beside a published version changes nothing for
agents."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one article. The first is 1; `who` is as in the audit log."""

    id: str
    version: int
    at: datetime
    who: str
    reason: str | None
    state: State
    article: Article

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "version": self.version,
            "at": wall_time(self.at),
            "who": self.who,
            "reason": self.reason,
            "state": self.state.value,
            "state_label": self.state.label,
            "article": data_of(self.article),
        }


@dataclass(frozen=True, slots=True)
class Stand:
    """Which versions of an article count: the newest one, and the one that agents see."""

    newest: int
    live: int | None


class Book:
    """All articles of one database."""

    def __init__(self, store: Store) -> None:
        self.store = store

    # ── looking ─────────────────────────────────────────────────────────────

    async def count(self) -> int:
        """How many versions there are: more after every change, whoever made it."""
        row = await self.store.row(select(func.count().label("rows")).select_from(articles))
        return 0 if row is None else int(row["rows"])

    async def stands(self) -> dict[str, Stand]:
        """Of every article which versions count."""
        last = {
            state: func.max(case((articles.c.state == state.value, articles.c.version))).label(state.value)
            for state in (State.PUBLISHED, State.RETIRED)
        }
        query = select(articles.c.id, func.max(articles.c.version).label("newest"), *last.values())
        rows = await self.store.rows(query.group_by(articles.c.id))
        return {row["id"]: Stand(row["newest"], _live(row["published"], row["retired"])) for row in rows}

    async def some(self, wanted: Iterable[tuple[str, int]]) -> list[Version]:
        """These versions, those that there are, by id and number."""
        left, found = sorted(set(wanted)), list[Version]()
        while left:
            now, left = left[:_AT_ONCE], left[_AT_ONCE:]
            query = select(articles).where(tuple_(articles.c.id, articles.c.version).in_(now))
            rows = await self.store.rows(query.order_by(articles.c.id, articles.c.version))
            found += [version_of(row) for row in rows]
        return found

    async def find(self, id: str, version: int | None = None) -> Version:
        """A version of an article, the newest without a number. Raises NoArticle."""
        query = select(articles).where(articles.c.id == id)
        if version is not None:
            query = query.where(articles.c.version == version)
        row = await self.store.row(query.order_by(articles.c.version.desc()).limit(1))
        if row is None:
            raise NoArticle(f"there is no article {id[:40]}" + ("" if version is None else f", version {version}"))
        return version_of(row)

    async def versions(self, id: str) -> list[Version]:
        """Every version of an article, oldest first. Raises NoArticle."""
        rows = await self.store.rows(select(articles).where(articles.c.id == id).order_by(articles.c.version))
        if not rows:
            raise NoArticle(f"there is no article {id[:40]}")
        return [version_of(row) for row in rows]

    # ── writing ─────────────────────────────────────────────────────────────

    async def write(
        self,
        id: str,
        article: Article | None,
        state: State,
        *,
        who: str,
        at: datetime,
        reason: str | None = None,
        expected: int | None = None,
    ) -> Version:
        """Write the next version: of what the newest one says, when no article is given.

        `expected` is the version that the writer looked at (0: none). Raises NoArticle, Illegal, Changed, Unfit.
        """
        async with self.store.writing() as connection:
            return (await _write(connection, id, article, state, who, at, reason, expected))[0]

    async def take_back(
        self, id: str, version: int, *, who: str, at: datetime, reason: str, expected: int | None = None
    ) -> Version:
        """Let an older version stand again as it was, as a new one; one of a retired article becomes a draft.

        Raises NoArticle, Illegal, Changed.
        """
        async with self.store.writing() as connection:
            query = select(articles).where(articles.c.id == id, articles.c.version == version)
            row = (await connection.execute(query)).mappings().first()
            if row is None:
                raise NoArticle(f"there is no article {id[:40]}, version {version}")
            old = version_of(row)
            newest = await connection.scalar(select(func.max(articles.c.version)).where(articles.c.id == id))
            if newest == version:
                raise Illegal("this version stands already")
            state = State.DRAFT if old.state is State.RETIRED else old.state
            return (await _write(connection, id, old.article, state, who, at, reason, expected))[0]

    async def take(
        self, wishes: Iterable[tuple[str, Article, State]], *, who: str, at: datetime, reason: str | None
    ) -> list[tuple[Version, bool]]:
        """All of them or none: each article's version, and whether it is a new one. Raises Illegal, Changed, Unfit."""
        async with self.store.writing() as connection:
            return [
                await _write(connection, name, article, state, who, at, reason, None) for name, article, state in wishes
            ]


async def _write(
    connection: AsyncConnection,
    id: str,
    article: Article | None,
    state: State,
    who: str,
    at: datetime,
    reason: str | None,
    expected: int | None,
) -> tuple[Version, bool]:
    """The version that stands then, and whether it is a new one."""
    if not re.match(ID, id):
        raise Unfit(["id: small letters, digits and hyphens, a letter first, at most 40"])
    query = select(articles).where(articles.c.id == id).order_by(articles.c.version.desc()).limit(1)
    row = (await connection.execute(query)).mappings().first()
    stands = None if row is None else version_of(row)
    number = 0 if stands is None else stands.version
    if expected is not None and expected != number:
        raise Changed(id)
    if article is None:
        if stands is None:
            raise NoArticle(f"there is no article {id[:40]}")
        article = stands.article
    if stands is not None and stands.state is state and stands.article == article:
        return stands, False
    before = None if stands is None else stands.state
    if (before, state) not in MOVES:
        raise Illegal(f"this article is {before or 'not there'}: it cannot be {state}")
    if stands is not None:
        at = max(at, stands.at)  # a clock that was set back must not reorder versions
    new = Version(id, number + 1, at, who, reason, state, article)
    values = {"id": id, "version": new.version, "at": at, "who": who, "reason": reason, "state": state.value}
    try:
        await connection.execute(insert(articles).values(**values, data=data_of(article)))
    except IntegrityError as error:
        raise Changed(id) from error
    return new, True


def _live(published: int | None, retired: int | None) -> int | None:
    return published if published is not None and (retired is None or published > retired) else None


def version_of(row: RowMapping) -> Version:
    return Version(
        row["id"],
        row["version"],
        row["at"],
        row["who"],
        row["reason"],
        State(row["state"]),
        Article.model_validate(row["data"]),
    )


def data_of(article: Article) -> dict[str, Any]:
    """As it is kept, and as the API has it."""
    return article.model_dump(mode="json")


def article_of(data: Mapping[str, Any]) -> Article:
    """An article that somebody wrote. Raises Unfit, with the fields that are wrong."""
    try:
        return Article.model_validate(data)
    except ValidationError as error:
        fields: dict[str, str] = {}
        for detail in error.errors(include_url=False):
            field = str(detail["loc"][0]) if detail["loc"] else "text"
            fields.setdefault(field, detail["msg"].removeprefix("Value error, ")[:300])
        raise Unfit([f"{field}: {why}" for field, why in fields.items()], fields) from None
