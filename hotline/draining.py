"""Going down without a lost call: no new callers, no new offers, talks end in peace; or all goes to another engine.

`POST /drain` begins, `DELETE /drain` takes it back, `GET /drain` says how it stands; `POST /restart` lets the
supervisor begin anew with the code and the settings that are on the disk now, and an engine of it go on with all calls.

Who asked for it has it until it is done or taken back: an engine that follows one which died in it drains on.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum

import structlog
from aiohttp import web

from acd.agent import Presence
from hotline.control import bad, told
from hotline.drain_kept import Drain, KeptDrain, To
from hotline.heartbeat import Heartbeat
from hotline.supervisor import program
from ivr.switchboard import Switchboard

log = structlog.get_logger()

TICK = 0.2
"""Seconds between two looks who is left."""
PROMPT = 0.5
"""Seconds that the switch may take to hear that nobody new is wanted: callers wait for what comes then."""
PROBE = 60.0
"""Seconds that the program may take to say that it starts."""


_SOON_READY = frozenset({Presence.OFFERED, Presence.TALKING, Presence.WRAP_UP, Presence.OFFLINE})
"""Who would be offered the next caller the very moment they are ready."""


class End(StrEnum):
    """How a running hotline ends without being told to stop."""

    DRAINED = "drained"
    """What is left is left alone, Asterisk runs on."""
    HANDED_OVER = "handed_over"
    """Another engine goes on with every call."""


class Draining:
    """Run `run()` beside everything else. `ended` is done when the hotline is to end."""

    def __init__(
        self, board: Switchboard, heart: Heartbeat, *, probe: Callable[[], None], kept: KeptDrain | None = None
    ) -> None:
        """`probe` raises ValueError, in words for people, when the settings on the disk would not do.

        `kept` is where the next engine finds what we were asked for, if there is to be one.
        """
        self._board, self._heart, self._probe, self._kept = board, heart, probe, kept
        self._asked: Drain | None = None
        self._begun = asyncio.Event()
        self._held: set[str] = set()
        """Agents who are held back for it."""
        self.ended: asyncio.Future[End] = asyncio.get_running_loop().create_future()
        self.restart: Callable[[], None] | None = None
        """Asks the supervisor to begin anew; None without one."""

    @property
    def draining(self) -> bool:
        return self._asked is not None

    # ── the work ────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """For ever."""
        while True:
            await self._begun.wait()
            while self._asked is not None:
                try:
                    self._look(self._asked)
                except Exception:
                    log.exception("a look at the drain met a bug")
                await asyncio.sleep(TICK)

    def go_on(self) -> None:
        """Drain from the first moment when the engine before us did. Blocks for a file's time: call it at the start."""
        if self._kept is not None and (left := self._kept.left()) is not None:
            self.begin(left)

    def begin(self, drain: Drain) -> None:
        """From now on nobody new comes in. Another wish replaces the one before."""
        if self._asked is None:
            log.warning("the hotline drains: new callers get the fallback, talks end in peace", to=str(drain.to))
        self._asked = drain
        self._heart.withdrawn = True
        self._begun.set()

    def take_back(self) -> None:
        """Serve on."""
        if self._asked is None:
            return
        log.warning("the hotline drains no more")
        self._asked, self._heart.withdrawn = None, False
        self._begun.clear()
        for agent in self._held:
            self._board.dispatch.let_back(agent)
        self._held.clear()

    async def withdraw(self) -> None:
        """The next engine takes over now: who comes meanwhile hears the fallback, and no silence."""
        self._heart.withdrawn = True
        with suppress(TimeoutError):
            async with asyncio.timeout(PROMPT):
                await self._heart.show()

    def end(self, how: End) -> None:
        """End the hotline so. The first word counts."""
        if not self.ended.done():
            self.ended.set_result(how)

    def _look(self, drain: Drain) -> None:
        board = self._board
        for seat in board.dispatch.floor.seats():
            if seat.presence is Presence.READY or (seat.presence in _SOON_READY and seat.id not in self._held):
                self._held.add(seat.id)
                board.dispatch.hold_back(seat.id)
        if drain.to is To.FALLBACK:
            for call in board.living():
                if board.dispatch.waits(call.id):
                    call.give_back()
        late = drain.until is not None and asyncio.get_running_loop().time() >= drain.until
        if not drain.stays and (late or not self._left(drain)):
            log.warning("the hotline is drained", calls=board.calls, talks=len(board.conversations.all()))
            self.end(End.DRAINED if drain.to is To.FALLBACK else End.HANDED_OVER)

    def _left(self, drain: Drain) -> int:
        """How many are waited for: those who are kept are not.

        Of calls of an engine before us the switch may not have told yet who they are.
        """
        board = self._board
        return board.awaited + (board.calls if drain.to is To.FALLBACK else len(board.conversations.all()))

    # ── the door ────────────────────────────────────────────────────────────

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/drain", self._on_look),
            web.post("/drain", self._on_begin),
            web.delete("/drain", self._on_take_back),
            web.post("/restart", self._on_restart),
        ]

    def _status(self) -> web.Response:
        board, asked = self._board, self._asked
        return web.json_response(
            {
                "draining": asked is not None,
                "to": None if asked is None else asked.to,
                "calls": board.calls,
                "talks": len(board.conversations.all()),
                "waiting": sum(board.dispatch.waits(call.id) for call in board.living()),
                "engine": os.getpid(),
            }
        )

    async def _on_look(self, _request: web.Request) -> web.Response:
        return self._status()

    async def _on_begin(self, request: web.Request) -> web.Response:
        given = await told(request)
        try:
            to, within = To(given.get("to", To.FALLBACK)), given.get("within")
            until = None if within is None else asyncio.get_running_loop().time() + float(within)
        except (TypeError, ValueError):
            raise bad("to is fallback or next, within a number of seconds") from None
        drain = Drain(to, until, bool(given.get("stay")))
        if self._kept is not None:
            try:
                await asyncio.to_thread(self._kept.keep, drain)
            except OSError as error:
                log.error("should this engine die, the next one does not drain", error=str(error))
        self.begin(drain)
        await self._heart.show()
        return self._status()

    async def _on_take_back(self, _request: web.Request) -> web.Response:
        if self._kept is not None:
            try:
                await asyncio.to_thread(self._kept.forget)
            except OSError as error:
                raise bad(f"not taken back, an engine after this one would drain again: {error}") from None
        self.take_back()
        await self._heart.show()
        return self._status()

    async def _on_restart(self, _request: web.Request) -> web.Response:
        if self.restart is None:
            raise bad("this engine has no supervisor that could begin anew")
        try:
            self._probe()
        except ValueError as error:
            raise bad(f"not restarted, the settings have errors: {error}") from None
        if (why := await _does_not_start()) is not None:
            raise bad(f"not restarted, the program on the disk does not start: {why}")
        self.restart()
        return self._status()


async def _does_not_start() -> str | None:
    """Why the program, as it is on the disk now, does not even load; None when it does."""
    process = await asyncio.create_subprocess_exec(
        *program(),
        "--help",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = b""
    with suppress(TimeoutError):
        async with asyncio.timeout(PROBE):
            said, _ = await process.communicate()
    if process.returncode is None:
        process.kill()
        await process.wait()
        return f"no answer within {PROBE:.0f} s"
    return None if process.returncode == 0 else said.decode(errors="replace").strip().rpartition("\n")[2]
