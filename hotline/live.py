"""The plan that is live, and the one way to change it while calls come and go.

Check → make the missing sounds → let the switch know the phones → keep the version → swap, in this order, and in one
step at the end: whatever fails before leaves the old plan serving. A call keeps the edition it began with.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

import structlog

from hotline.operators import Published, mark_of, read_config
from hotline.sounds import KeptWords, Stopped
from hotline.versions import Note, Version, Versions
from ivr.call import Call, Flow
from prompts.build import Report, forget_kept
from routing.plan import Plan
from routing.reading.load import Unreadable

log = structlog.get_logger()


class Result(StrEnum):
    """What came of a wish to change the plan."""

    DONE = "done"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class By(StrEnum):
    """Who wished it."""

    COMMAND = "command"
    SIGNAL = "signal"
    FILES = "files"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Change:
    """A result, the version that is live after it, and what is to be said of the files, each a line for people."""

    result: Result
    number: int
    mark: str
    problems: Sequence[str] = ()
    """Why it was refused."""
    warnings: Sequence[str] = ()
    """What would better be mended."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The plan to start with."""

    published: Published
    refused: Sequence[str] = ()
    """Why it is not the one in the config folder: the problems of that."""
    failed: Sequence[str] = ()
    """Its sounds that could not be made."""
    seen: str = ""
    """The mark of the config folder as it was read."""


@dataclass(slots=True, eq=False)
class Edition:
    """A plan as calls are given it: with the sounds of its own words."""

    published: Published
    number: int
    """0 for a plan that was not read from files."""
    since: datetime
    words: KeptWords
    failed: frozenset[str] = frozenset()
    calls: int = 0
    agents: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.agents = frozenset(self.plan.agents)

    @property
    def plan(self) -> Plan:
        return self.published.plan

    @classmethod
    def first(cls, opening: Opening, versions: Versions, sounds: Path) -> Edition:
        """The edition that an engine starts with; sounds that were made elsewhere count as failed already.

        Raises OSError when it cannot be kept.
        """
        published, at = opening.published, datetime.now(UTC)
        number = 0
        if published.files:
            live, version = versions.live, versions.keep(published, at)
            versions.make_live(version, set_aside=versions.set_aside if version == live else None)
            number, published = version.number, versions.at_home(published, version)
        words = KeptWords.of(published.plan, sounds)
        failed = frozenset(opening.failed) | (published.plan.words.keys() - words.kept.keys())
        return cls(published, number, at, words, failed)

    def counted(self, flow: Flow) -> Flow:
        """The flow, counted: while a call runs it, the sounds of this edition stay."""

        async def run(call: Call) -> None:
            self.calls += 1
            try:
                await flow(call)
            finally:
                self.calls -= 1

        return run


@dataclass(frozen=True, slots=True)
class Means:
    """What a change needs from the rest of the hotline."""

    furnish: Callable[[Published], Report]
    """Make the sounds of a plan; run in a thread."""
    equip: Callable[[Plan], Awaitable[None]]
    """Let the switch take the phones of a plan. Raises OSError, ValueError, RuntimeError with words for people."""
    swap: Callable[[Edition], None]
    """Give everybody the new plan, in one step."""
    settle: Callable[[Edition], Awaitable[None]]
    """What follows a swap and may wait. What it raises is logged: the swap is done."""


@dataclass(slots=True)
class Live:
    """The owner of the live plan."""

    config: Path
    sounds: Path
    versions: Versions
    now: Edition
    means: Means
    refused: Sequence[str] = ()
    """The problems of the config folder, while it is refused."""
    today: Callable[[], date | None] = lambda: None
    """For what depends on the day, such as a calendar that ends."""
    furnished: Callable[[Published], Published] = lambda published: published
    """What the settings add to what operators wrote, such as a phone in each agent's browser."""
    results: Counter[Result] = field(default_factory=Counter)
    _former: list[Edition] = field(default_factory=list)
    """Editions that calls may still play from."""
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def number(self) -> int:
        return self.now.number

    @property
    def mark(self) -> str:
        return self.now.published.version

    @property
    def loaded(self) -> datetime:
        return self.now.since

    @property
    def set_aside(self) -> bool:
        """Whether a rollback set the config folder aside, and nobody has touched it since."""
        return self.versions.set_aside is not None

    async def reload(self, by: By) -> Change:
        """Make the config folder live, if it is good. What was set aside stays so until it changes or someone asks."""
        async with self._lock:
            if by is By.FILES and await asyncio.to_thread(self._is_set_aside):
                self.refused = ()
                return self._told(by, Change(Result.UNCHANGED, self.number, self.mark))
            try:
                published = await asyncio.to_thread(read_config, self.config, self.today())
            except Unreadable as error:
                change = self._refuse(map(str, error.problems))
            else:
                change = await self._take(published, None)
            self.refused = change.problems
            return self._told(by, change)

    async def publish(self, put: Callable[[], None], take_out: Callable[[], None], note: Note) -> Change:
        """Let somebody put files into the config folder, and make it live in the same breath.

        What is refused they take out again. Both run in a thread; nobody reads the folder between. Raises OSError.
        """
        async with self._lock:
            await asyncio.to_thread(put)
            try:
                published = await asyncio.to_thread(read_config, self.config, self.today())
            except Unreadable as error:
                change = self._refuse(map(str, error.problems))
            else:
                change = await self._take(published, None, note=note)
            if change.result is Result.REFUSED:
                await asyncio.to_thread(take_out)
            else:
                self.refused = ()
            return self._told(By.DESK, change)

    async def rollback(self, number: int | None) -> Change:
        """Make a kept version live: the one before, or that of a number. Raises NoSuchVersion.

        The config folder is left alone, and set aside until it changes.
        """
        async with self._lock:
            version, seen = await asyncio.to_thread(self.versions.find, number), await asyncio.to_thread(self._mark)
            try:
                published = await asyncio.to_thread(self.versions.read, version)
            except Unreadable as error:
                return self._told(By.COMMAND, self._refuse(map(str, error.problems)))
            change = await self._take(published, version, seen)
            if change.result is not Result.REFUSED:
                self.refused = ()
            return self._told(By.COMMAND, change)

    async def equip(self) -> None:
        """Give the switch what it needs of the live plan once more: something beside the plan has changed."""
        async with self._lock:
            await self.means.equip(self.now.plan)

    def _is_set_aside(self) -> bool:
        mark = self.versions.set_aside
        return mark is not None and mark == mark_of(self.config)

    def _refuse(self, problems: Sequence[str] | map[str]) -> Change:
        return Change(Result.REFUSED, self.number, self.mark, tuple(problems))

    async def _take(
        self, published: Published, back_to: Version | None, seen: str | None = None, note: Note | None = None
    ) -> Change:
        """`seen`: the mark of the config folder when a rollback was wished; what changes later is taken in."""
        published = self.furnished(published)
        try:
            report = await asyncio.to_thread(self.means.furnish, published)
            if missing := self._newly_missing(published.plan, report):
                await asyncio.to_thread(self.means.furnish, self.now.published)  # plain names are the live plan's
                return self._refuse(missing)
            same = published.version == self.now.published.version
            version = await self._equip_and_keep(published, back_to, seen, note, same=same)
        except Stopped as error:
            return self._refuse([str(error)])
        except (OSError, ValueError, RuntimeError) as error:
            log.exception("a plan could not be made live")
            await self._furnish_again()
            return self._refuse([str(error)])
        published = self.versions.at_home(published, version) if published.files else published
        warnings = (*map(str, published.warnings), *report.problems)
        if same and not report.built and version.number == self.number:
            return Change(Result.UNCHANGED, version.number, version.mark, (), warnings)
        words = await asyncio.to_thread(KeptWords.of, published.plan, self.sounds)
        await self._swap(Edition(published, version.number, datetime.now(UTC), words, frozenset(report.failed)))
        return Change(Result.DONE, version.number, version.mark, (), warnings)

    async def _furnish_again(self) -> None:
        """Plain names are the live plan's."""
        try:
            await asyncio.to_thread(self.means.furnish, self.now.published)
        except (OSError, ValueError, RuntimeError) as error:
            log.error("plain names may not be the live plan's", error=str(error))

    async def _equip_and_keep(
        self, published: Published, back_to: Version | None, seen: str | None, note: Note | None, *, same: bool
    ) -> Version:
        if same:
            return await asyncio.to_thread(self._keep, published, back_to, seen, note)
        await self.means.equip(published.plan)
        try:
            return await asyncio.to_thread(self._keep, published, back_to, seen, note)
        except OSError:
            await self.means.equip(self.now.plan)
            raise

    def _newly_missing(self, plan: Plan, report: Report) -> list[str]:
        """What callers of the new plan would hear wrongly or not at all, and those of the live one do not."""
        old, new = self.now.plan.words, plan.words
        failed = (name for name in report.failed if name in new)
        worse = [name for name in failed if name not in self.now.failed or old.get(name) != new[name]]
        return [line for line in report.problems if any(line.startswith(f"prompt {name!r}:") for name in worse)]

    def _keep(self, published: Published, back_to: Version | None, seen: str | None, note: Note | None) -> Version:
        version = back_to or self.versions.keep(published, datetime.now(UTC), note)
        self.versions.make_live(version, set_aside=seen)
        return version

    def _mark(self) -> str:
        return mark_of(self.config)

    async def _swap(self, edition: Edition) -> None:
        before, self.now = self.now, edition
        began = time.perf_counter()
        self.means.swap(edition)
        ms = round((time.perf_counter() - began) * 1e3, 1)
        log.info("another plan is live", version=edition.number, plan=edition.published.version, ms=ms)
        try:
            await self.means.settle(edition)
        except Exception:
            log.exception("something is left to do after a swap, and could not be done")
        self._former = [former for former in self._former if former.calls] + [before]
        wanted = [name for one in (*self._former, edition) for name in one.words.kept.values()]
        await asyncio.to_thread(forget_kept, self.sounds, wanted)

    def _told(self, by: By, change: Change) -> Change:
        self.results[change.result] += 1
        for problem in change.problems:
            log.error("the plan was refused; the live one goes on", by=by, live=self.now.number, problem=problem)
        return change


def opening_of(config: Path, versions: Versions) -> Opening:
    """The plan to start with: the config folder's; what a rollback chose; or the last live one, should it be bad.

    Raises Unreadable when there is nothing to serve.
    """
    live, seen = versions.live, mark_of(config)
    try:
        if versions.pointer_is_lost:
            log.error("the version that was live is not kept whole: the config folder serves, a rollback may be undone")
        elif live is not None and versions.set_aside == seen:
            log.warning("the config folder is set aside by a rollback until it changes", version=live.number)
            return Opening(versions.read(live), seen=seen)
    except (Unreadable, OSError) as error:
        log.error("the version of the rollback cannot be served", error=str(error))
    try:
        return Opening(read_config(config), seen=seen)
    except Unreadable as error:
        if live is None:
            raise
        problems = tuple(map(str, error.problems))
        try:
            kept = versions.read(live)
        except Unreadable:
            raise error from None
        for problem in problems:
            log.error("the config folder is refused; the last live plan serves", version=live.number, problem=problem)
        return Opening(kept, problems, seen=seen)


def roll_back_at_rest(config: Path, versions: Versions, number: int | None) -> Version:
    """The same choice while no engine runs, for the next start. Raises NoSuchVersion, Unreadable."""
    version = versions.find(number)
    versions.read(version)
    versions.make_live(version, set_aside=mark_of(config))
    return version
