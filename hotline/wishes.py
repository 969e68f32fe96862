"""Where wishes to change the plan come from: a command, SIGHUP, or a file that somebody saved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
import watchfiles
from aiohttp import web

from hotline.control import bad, told
from hotline.live import By, Change, Live
from hotline.operators import SETTINGS_FILE, mark_of
from hotline.versions import NoSuchVersion

log = structlog.get_logger()

SETTLED = 300
"""Milliseconds without another change after which a saved file is read: editors write more than once."""
LOOKS_EVERY = 2000
"""Milliseconds between two looks whether the folder is still the same."""
AGAIN = 10.0
"""Seconds until a folder that could not be watched is tried again."""


class Wishes:
    """Carries wishes to the live plan, one at a time."""

    def __init__(self, live: Live, seen: str, turned: Callable[[], None] = lambda: None) -> None:
        """`seen` is the mark of the config folder as it was read at the start; `turned` is called when lines were
        opened or closed by hand."""
        self._live, self._seen, self._turned = live, seen, turned
        self._signalled = asyncio.Event()

    def signal(self) -> None:
        """SIGHUP came."""
        self._signalled.set()

    async def heed_signals(self) -> None:
        """Reload at each signal, for ever."""
        while True:
            await self._signalled.wait()
            self._signalled.clear()
            await self._reload(By.SIGNAL)

    async def heed_files(self) -> None:
        """Reload when a file of the config folder that matters was saved, for ever."""
        folder = self._live.config
        if await asyncio.to_thread(mark_of, folder) != self._seen:
            await self._reload(By.FILES)
        while True:
            try:
                here = folder.stat().st_ino
                watch = watchfiles.awatch(
                    folder,
                    watch_filter=_matters,
                    debounce=SETTLED,
                    step=SETTLED // 3,
                    rust_timeout=LOOKS_EVERY,
                    yield_on_timeout=True,
                )
                async for changes in watch:
                    if changes:
                        await self._reload(By.FILES)
                    if folder.stat().st_ino != here:  # another folder stands there now, or a link leads elsewhere
                        log.info("the config folder is another one now", folder=str(folder))
                        await self._reload(By.FILES)
                        break
                else:
                    await asyncio.sleep(AGAIN)
                continue
            except (OSError, RuntimeError) as error:
                log.warning("the config folder is not watched: use `hotline reload`", error=str(error))
            await asyncio.sleep(AGAIN)

    async def _reload(self, by: By) -> None:
        try:
            await self._live.reload(by)
        except Exception:
            log.exception("a reload met a bug; the live plan goes on", by=by)

    def routes(self) -> list[web.AbstractRouteDef]:
        """What the door for commands answers about the plan."""
        return [
            web.get("/plan", self._plan),
            web.post("/reload", self._on_reload),
            web.post("/rollback", self._on_rollback),
            web.post("/front", self._on_front),
            web.post("/lines", self._on_lines),
        ]

    async def _plan(self, _request: web.Request) -> web.Response:
        live = self._live
        return web.json_response(
            {
                "number": live.now.number,
                "version": live.now.published.version,
                "since": live.now.since.isoformat(),
                "set_aside": live.set_aside,
                "config": str(live.config.absolute()),
                "problems": list(live.refused),
            }
        )

    async def _on_reload(self, _request: web.Request) -> web.Response:
        return web.json_response(_data(await self._live.reload(By.COMMAND)))

    async def front_changed(self) -> str | None:
        """The front message changed: calls see it by themselves, the dialplan for when we are gone must be told.

        Why that could not be, in words for people.
        """
        return await self._equip()

    async def lines_changed(self) -> str | None:
        """Lines were opened or closed by hand: new calls see it by themselves, those who wait must be told."""
        self._turned()
        return await self._equip()

    async def _equip(self) -> str | None:
        try:
            await self._live.equip()
        except (OSError, ValueError, RuntimeError) as error:
            return f"Asterisk does not know of it, should the engine end: {error}"
        return None

    async def _on_front(self, _request: web.Request) -> web.Response:
        return _unless(await self.front_changed())

    async def _on_lines(self, _request: web.Request) -> web.Response:
        return _unless(await self.lines_changed())

    async def _on_rollback(self, request: web.Request) -> web.Response:
        number = (await told(request)).get("number")
        if number is not None and not isinstance(number, int):
            raise bad("`number` is a version's number")
        try:
            return web.json_response(_data(await self._live.rollback(number)))
        except NoSuchVersion as error:
            raise bad(str(error)) from None


def _unless(failed: str | None) -> web.Response:
    if failed is not None:
        raise bad(failed)
    return web.json_response({})


def _data(change: Change) -> dict[str, Any]:
    return {
        "result": change.result,
        "number": change.number,
        "version": change.mark,
        "problems": list(change.problems),
        "warnings": list(change.warnings),
    }


def _matters(_change: watchfiles.Change, path: str) -> bool:
    """Whether a plan, or a prompt, may come of this file."""
    file = Path(path)
    return file.suffix in (".yaml", ".yml", ".wav") and file.name != SETTINGS_FILE and not file.name.startswith(".")
