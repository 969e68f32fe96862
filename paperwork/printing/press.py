"""Printing from within a hotline that takes calls: asked here, done by the printer, a nice process of its own.

Setting type is seconds of work in Python: a thread would share the interpreter's lock with every call, and the type
setter's memory would stay with the engine. The process begins with the first wish and ends after two idle minutes.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from paperwork.past.bringing import Bringing
from paperwork.printing.form import Form
from paperwork.printing.printer import LENGTH
from paperwork.printing.render import Format, Unprintable
from paperwork.reports.basis import Wish
from paperwork.reports.report import Report
from paperwork.reports.telling import Data, NoTable

PATIENCE: Final = 180.0
"""Seconds that one document may take; then its printer is killed."""
WAITING: Final = 12
"""Wishes that may wait; more are refused at once."""
_PART: Final = 400
"""Rows that are packed at a time: a millisecond, so that no call waits for a long table."""
_HOUSE: Final = Path(__file__).parents[2]

Printed = Report | Form | Wish | Bringing
"""What is made there: a paper, or a file of past calls, which is as much work."""


class PressBusy(RuntimeError):
    """Too much is being printed already."""


class PressBroken(RuntimeError):
    """The printer ended or took too long; its own words are in the log."""


class Press:
    """One printer, begun when it is needed; wishes take turns."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._printer: Process | None = None
        self._turn = asyncio.Lock()
        self._wishes = 0

    async def make(self, printed: Printed, form: Format | Data | str) -> bytes:
        """The document, as `render` or `told` makes it. Raises Unprintable, NoTable, PressBusy, PressBroken."""
        if self._wishes >= WAITING:
            raise PressBusy("a dozen papers wait to be printed: try again in a minute")
        self._wishes += 1
        try:
            async with self._turn:
                return await self._made(printed, form if isinstance(form, Data) else Format(form))
        finally:
            self._wishes -= 1

    async def close(self) -> None:
        """End the printer, whatever it does."""
        printer, self._printer = self._printer, None
        if printer is not None and printer.returncode is None:
            with suppress(ProcessLookupError):
                printer.kill()
            await printer.wait()

    async def _made(self, printed: Printed, form: Format | Data) -> bytes:
        for last in (False, True):
            fresh = self._printer is None or self._printer.returncode is not None
            done = False
            try:
                async with asyncio.timeout(self._patience):
                    answer = await self._asked(printed, form)
                done = True
            except TimeoutError:
                raise PressBroken(f"nothing was printed within {self._patience:.0f} s") from None
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                if fresh or last:  # an idle one may have ended just now; a fresh one may not
                    raise PressBroken("the printer ended before it had printed anything") from error
                await self.close()
                continue
            finally:
                if not done:
                    await self.close()  # what is half said must not be taken for the next one's answer
            kind, said = answer[:1], answer[1:]
            if kind == b"+":
                return said
            if kind == b"-":
                raise Unprintable(said.decode())
            if kind == b"?":
                raise NoTable(said.decode())
            raise PressBroken(said.decode())
        raise AssertionError

    async def _asked(self, printed: Printed, form: Format | Data) -> bytes:
        printer = await self._running()
        assert printer.stdin is not None  # noqa: S101
        assert printer.stdout is not None  # noqa: S101
        for frame in _frames(printed, form):
            printer.stdin.write(LENGTH.pack(len(frame)) + frame)
            await printer.stdin.drain()
            await asyncio.sleep(0)
        length = LENGTH.unpack(await printer.stdout.readexactly(LENGTH.size))[0]
        return await printer.stdout.readexactly(length)

    async def _running(self) -> Process:
        if self._printer is None or self._printer.returncode is not None:
            self._printer = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "paperwork.printing.printer"),
                stdin=PIPE,
                stdout=PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(_HOUSE), os.getenv("PYTHONPATH"))))},
            )
        return self._printer


def _frames(printed: Printed, form: Format | Data) -> Iterator[bytes]:
    """The wish in parts; the last one is empty."""
    if isinstance(printed, Report):
        tables = printed.tables
        bare = tuple(replace(table, rows=()) for table in tables)
        yield pickle.dumps((replace(printed, tables=bare, data=None), form))
        for place, table in enumerate(tables):
            for first in range(0, len(table.rows), _PART):
                yield pickle.dumps((place, table.rows[first : first + _PART]))
    else:
        yield pickle.dumps((printed, form))
    yield b""
