"""The synthetic caller within the engine: calls every few minutes, judges each call, and raises the alarm."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import structlog
from aiohttp import web
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from hotline.control import bad, told
from hotline.metrics import families as f
from hotline.operators import RECORDINGS, Published
from hotline.secrets import SecretsError
from hotline.settings import Settings
from hotline.testcalls.account import NUMBER, secret_of
from hotline.testcalls.errand import Errand, NoErrand, errand_of, goes, paths
from hotline.testcalls.heard import Heard
from hotline.testcalls.process import TAKES, CallFailed, apart
from hotline.testcalls.verdict import Result, Verdict, judge, not_made
from ivr.events import CallArrived, CallEnded
from ivr.journal import Entry, Event
from routing.plan import Plan
from routing.scene import Scene

log = structlog.get_logger(__name__)

FIRST: Final = 20.0
"""Seconds after the start until the first call, at most."""
SETTLES: Final = 5.0
"""Seconds in which the engine tells of the end of a call that our telephone hung up."""


class SyntheticCaller(Collector):
    """`run()` for ever; subscribe `hear` to the journal. One call at a time."""

    def __init__(
        self,
        settings: Settings,
        live: Callable[[], Published],
        scene: Callable[[str], Scene],
        *,
        drains: Callable[[], bool],
        call: Callable[..., Any] = apart,
    ) -> None:
        """`scene` is what a call of this number may look at now, `call` makes one (`process.apart`)."""
        self._settings, self._live, self._scene, self._drains = settings, live, scene, drains
        self._make = call
        self._turn = asyncio.Lock()
        self._call: str | None = None
        self._facts: list[Event] = []
        self._ended = asyncio.Event()
        self._failing: dict[tuple[str, ...], Verdict] = {}
        self._walked: list[tuple[str, ...]] = []
        """Paths by when they were walked last, oldest first."""
        self._again = False
        self._last = 0.0
        self.results: Counter[Result] = Counter()

    @property
    def alarm(self) -> str | None:
        """What the failed test calls said, in words for an operator, until the same paths pass again."""
        if not self._failing:
            return None
        return "; ".join(f"test call {verdict.path}: {verdict.why}" for verdict in self._failing.values())

    def hear(self, entry: Entry) -> None:
        """A fact of the journal."""
        match entry.event:
            case CallArrived(tester=True):
                self._call, self._facts = entry.call, [entry.event]
            case event if entry.call == self._call:
                self._facts.append(event)
                if isinstance(event, CallEnded):
                    self._ended.set()

    async def run(self) -> None:
        """Call every `test_calls.every` seconds; never, when that is 0."""
        every = self._settings.test_calls.every
        pause = min(FIRST, every)
        while every:
            await asyncio.sleep(pause)
            pause = every
            if self._drains():
                continue
            try:
                await self.call()
            except Exception as error:  # an engine that ends by it would meet it again
                log.exception("a test call met a bug")
                self._count((), not_made("no keys", repr(error)))

    # ── one call ────────────────────────────────────────────────────────────

    async def call(self, keys: tuple[str, ...] | None = None) -> Verdict:
        """Walk a path, the one whose turn it is unless `keys` name it, and count what came of it. Raises NoErrand."""
        async with self._turn:
            try:
                errand, published = await self._errand(keys)
            except NoErrand as error:
                if keys is not None:
                    raise
                verdict = not_made("no keys", str(error))
                self._count((), verdict)
                return verdict
            verdict = await self._of(errand, published)
            if self._live().version != errand.version:  # the plan was changed under the call: what it says is void
                errand, published = await self._errand(keys)
                verdict = await self._of(errand, published)
            self._count(errand.keys, verdict)
            return verdict

    async def _of(self, errand: Errand, published: Published) -> Verdict:
        self._call, self._facts = None, []
        self._ended.clear()
        recordings = None if published.folder is None else (published.folder / RECORDINGS).resolve()
        try:
            secret = await asyncio.to_thread(secret_of, self._settings)
            within = TAKES + 0.5 * sum(map(len, errand.words.values())) + 10 * len(errand.legs)
            heard: Heard = await self._make(self._settings, errand, secret, recordings, within=within)
        except (CallFailed, SecretsError, OSError) as error:
            return not_made(errand.path, str(error))
        if self._call is not None:
            try:
                async with asyncio.timeout(SETTLES):
                    await self._ended.wait()
            except TimeoutError:
                log.warning("a test call has not ended", call=self._call)
        return judge(errand, heard, self._facts or None)

    async def _errand(self, keys: tuple[str, ...] | None) -> tuple[Errand, Published]:
        published = self._live()
        scene = _held(published.plan, self._scene(NUMBER))
        if keys is None:
            known = await asyncio.to_thread(self._paths, published.plan, scene)
            keys = self._next(known)
        return await asyncio.to_thread(errand_of, published.plan, published.version, keys, scene), published

    def _paths(self, plan: Plan, scene: Scene) -> list[tuple[str, ...]]:
        """Those of the settings that the plan has at this hour, or every path of the plan."""
        asked = [tuple(path.split(",")) for path in self._settings.test_calls.paths]
        found = [path for path in asked if goes(plan, path, scene)] or (paths(plan, scene) if not asked else [])
        if not found:
            raise NoErrand(
                "no path of test_calls.paths can be walked now" if asked else "the plan has no path to walk now"
            )
        return found

    def _next(self, known: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
        """The path that was not walked for longest; every other call, one that failed."""
        for path in [path for path in self._failing if path not in known]:
            del self._failing[path]  # the plan leads there no more, or not at this hour
        self._again = not self._again
        if self._again and self._failing:
            return next(iter(self._failing))
        new = [path for path in known if path not in self._walked]
        return new[0] if new else min(known, key=self._walked.index)

    def _count(self, path: tuple[str, ...], verdict: Verdict) -> None:
        self.results[verdict.result] += 1
        self._last = time.time()
        if path in self._walked:
            self._walked.remove(path)
        self._walked.append(path)
        if verdict.passed:
            self._failing.pop(path, None)
            log.info("a test call passed", path=verdict.path, seconds=verdict.seconds)
        else:
            self._failing.pop(path, None)
            self._failing[path] = verdict
            log.error("a test call failed", path=verdict.path, result=verdict.result.value, why=verdict.why)

    # ── doors ───────────────────────────────────────────────────────────────

    def collect(self) -> Iterator[Metric]:
        """The families, for a `CollectorRegistry` to which this was registered."""
        results = f.SYNTHETIC_CALLS.measured()
        for result in Result:
            results.add_metric([result], float(self.results[result]))
        yield results
        yield f.SYNTHETIC_LAST.measured(self._last)
        yield f.SYNTHETIC_EVERY.measured(self._settings.test_calls.every)

    def routes(self) -> list[web.AbstractRouteDef]:
        """`POST /test-call {"keys": ["1", "4"]}`: a test call now, and its verdict; without keys the next path."""
        return [web.post("/test-call", self._on_call)]

    async def _on_call(self, request: web.Request) -> web.Response:
        keys = (await told(request)).get("keys")
        if keys is not None and not (isinstance(keys, list) and all(isinstance(key, str) for key in keys)):
            raise bad("`keys`: a list of keys")
        try:
            verdict = await self.call(None if keys is None else tuple(keys))
        except NoErrand as error:
            raise bad(str(error)) from None
        return web.json_response(verdict.to_json())


def _held(plan: Plan, scene: Scene) -> Scene:
    """The scene as it is in this instant, for a thread beside the floor."""
    staffed = {line: scene.staffed(line) for line in plan.lines}
    waits = {line: scene.expected_wait(line) for line in plan.lines}
    return Scene(
        scene.at,
        scene.number,
        scene.front,
        lambda line: staffed.get(line, True),
        waits.get,
        scene.last,
        dict(scene.by_hand),
    )
