"""Plans are checked and walked beside a hotline that takes calls: asked here, done by the worker, a nice process.

A check is a tenth of a second of Python, a comparison some seconds: a thread would share the interpreter's lock with
every call. The process begins with the first wish and ends after idle minutes.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

import orjson

from hotline.drafting.worker import LENGTH
from hotline.settings import Settings

PATIENCE: Final = 60.0
"""Seconds that one job may take; then its worker is killed."""
WAITING: Final = 16
"""Jobs that may wait; more are refused at once."""
_HOUSE: Final = Path(__file__).parents[2]


class Busy(RuntimeError):
    """Too much waits already."""


class Broken(RuntimeError):
    """The worker ended or took too long; its own words are in the log."""


class Errors(RuntimeError):
    """The texts hold errors: check them first."""


class Senseless(ValueError):
    """What was asked makes no sense of these texts; the text says why."""


class Bench(Protocol):
    """Does jobs (`hotline.drafting.jobs`)."""

    async def do(self, job: str, **asked: Any) -> bytes:
        """The answer: JSON, or a drawing. Raises Errors, Senseless, Busy, Broken."""
        ...

    async def close(self) -> None: ...


class Workbench:
    """One worker, begun when it is needed; jobs take turns."""

    def __init__(self, settings: Settings, *, patience: float = PATIENCE) -> None:
        self._settings, self._patience = settings, patience
        self._worker: Process | None = None
        self._turn = asyncio.Lock()
        self._wishes = 0

    async def do(self, job: str, **asked: Any) -> bytes:
        """The answer: JSON, or a drawing. Raises Errors, Senseless, Busy, Broken."""
        if self._wishes >= WAITING:
            raise Busy("too many wait for a check: try again in a moment")
        self._wishes += 1
        try:
            async with self._turn:
                return await self._done(orjson.dumps({"job": job, **asked}))
        finally:
            self._wishes -= 1

    async def close(self) -> None:
        """End the worker, whatever it does."""
        worker, self._worker = self._worker, None
        if worker is not None and worker.returncode is None:
            with suppress(ProcessLookupError):
                worker.kill()
            await worker.wait()

    async def _done(self, job: bytes) -> bytes:
        for last in (False, True):
            fresh = self._worker is None or self._worker.returncode is not None
            done = False
            try:
                async with asyncio.timeout(self._patience):
                    answer = await self._asked(job)
                done = True
            except TimeoutError:
                raise Broken(f"this was not done within {self._patience:.0f} s") from None
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                if fresh or last:  # an idle one may have ended just now; a fresh one may not
                    raise Broken("the worker ended before it had answered") from error
                continue
            finally:
                if not done:
                    await self.close()  # what is half said must not be taken for the next one's answer
            match answer[:1]:
                case b"+":
                    return answer[1:]
                case b"0":
                    raise Errors("the files hold errors: mend them first")
                case b"-":
                    raise Senseless(answer[1:].decode())
            raise Broken("this went wrong; the log of the hotline says why")
        raise AssertionError

    async def _asked(self, job: bytes) -> bytes:
        worker = await self._running()
        assert worker.stdin is not None  # noqa: S101
        assert worker.stdout is not None  # noqa: S101
        worker.stdin.write(LENGTH.pack(len(job)) + job)
        await worker.stdin.drain()
        length = LENGTH.unpack(await worker.stdout.readexactly(LENGTH.size))[0]
        return await worker.stdout.readexactly(length)

    async def _running(self) -> Process:
        if self._worker is None or self._worker.returncode is not None:
            self._worker = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "hotline.drafting.worker"),
                stdin=PIPE,
                stdout=PIPE,
                limit=1 << 20,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(_HOUSE), os.getenv("PYTHONPATH"))))},
            )
            assert self._worker.stdin is not None  # noqa: S101
            settings = pickle.dumps(self._settings.model_copy(update=_resolved(self._settings)))
            self._worker.stdin.write(LENGTH.pack(len(settings)) + settings)
        return self._worker


def _resolved(settings: Settings) -> dict[str, Path]:
    """The worker goes from folder to folder."""
    return {"config": settings.config.resolve(), "var": settings.var.resolve()}
