"""The articles that agents see now, in memory and searchable; what another process wrote is seen within seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from time import monotonic as steady
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError

from knowledge.article import Article
from knowledge.book import Book, Stand, Version
from knowledge.index import Index
from paperwork.pinyin import Spelled, Speller
from records.store import NoDatabase, Store

log = structlog.get_logger(__name__)

EVERY: Final = 2.0
"""Seconds after which the database is asked again whether anything changed."""


class Shelf:
    """Ask `fresh` first; then everything here is as it stood no longer than `EVERY` ago.

    A change costs the articles that changed: their versions are read, and put into the index one at a time, between
    which calls go on.
    """

    def __init__(
        self,
        store: Store,
        speller: Speller | None = None,
        *,
        monotonic: Callable[[], float] = steady,
        every: float = EVERY,
    ) -> None:
        self.book, self.index, self._speller = Book(store), Index(), speller
        self._monotonic, self._every = monotonic, every
        self._stands: dict[str, Stand] = {}
        self._newest: dict[str, Version] = {}
        self._live: dict[str, Version] = {}
        self._count = -1
        self._looked: float | None = None
        self._alone = asyncio.Lock()
        self._spelled: dict[str, Spelled] = {}
        self._spelling: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """End what is still under way."""
        if self._spelling is not None:
            self._spelling.cancel()
            await asyncio.wait([self._spelling])

    async def spelled(self) -> Shelf:
        """Return when everything is found by its pinyin too: nobody waits for that who searches."""
        while self._spelling is not None and not self._spelling.done():
            await asyncio.wait([self._spelling])
        return self

    @property
    def newest(self) -> Mapping[str, Version]:
        """Of every article the newest version, drafts and retired ones too."""
        return self._newest

    @property
    def live(self) -> Mapping[str, Version]:
        """Of every article that agents see the version that they see."""
        return self._live

    def stir(self) -> None:
        """Something was written here: the next who asks looks at once."""
        self._looked = None

    async def fresh(self) -> Shelf:
        """Look whether anything changed, if nobody did a moment ago.

        While the database does not answer, what was there before stays. Raises DBAPIError or NoDatabase when there was
        nothing yet.
        """
        if not self._stale():
            return self
        async with self._alone:
            if self._stale():
                now = self._monotonic()
                try:
                    await self._look()
                except (DBAPIError, NoDatabase) as error:
                    if self._count < 0:
                        raise
                    log.error("the articles cannot be read; those from before stay", error=type(error).__name__)
                self._looked = now
        return self

    def _stale(self) -> bool:
        return self._looked is None or self._monotonic() - self._looked >= self._every

    async def _look(self) -> None:
        count = await self.book.count()
        if count == self._count:
            return
        stands = await self.book.stands()
        changed = {name: stand for name, stand in stands.items() if self._stands.get(name) != stand}
        wanted = {(name, stand.newest) for name, stand in changed.items()}
        wanted |= {(name, stand.live) for name, stand in changed.items() if stand.live is not None}
        found = {(one.id, one.version): one for one in await self.book.some(wanted)}
        for name, stand in changed.items():
            self._take(name, stand, found)
            await asyncio.sleep(0)
        self._count = count
        if self._speller is not None and (self._spelling is None or self._spelling.done()):
            self._spelling = asyncio.create_task(self._spell(self._speller))  # `close` ends it

    async def _spell(self, speller: Speller) -> None:
        """Learn the pinyin of titles and keywords, until all of it is known; common initials are known before."""
        while fresh := {name for one in self._live.values() for name in _names(one.article)} - self._spelled.keys():
            self._spelled.update(await speller.spell(fresh))
            for one in list(self._live.values()):
                if fresh.intersection(_names(one.article)) and self._live.get(one.id) is one:
                    self.index.put(one.id, one.article, self._spelled)
                    await asyncio.sleep(0)

    def _take(self, id: str, stand: Stand, found: Mapping[tuple[str, int], Version]) -> None:
        self._newest[id] = found[id, stand.newest]
        live = None if stand.live is None else found[id, stand.live]
        if live is None:
            self._live.pop(id, None)
            self.index.drop(id)
        else:
            self._live[id] = live
            self.index.put(id, live.article, self._spelled)
        self._stands[id] = stand


def _names(article: Article) -> tuple[str, ...]:
    return article.title, *article.keywords
