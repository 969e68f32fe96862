"""A group of tasks whose exceptions leave nothing to the garbage collector."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self


class TaskGroup(asyncio.TaskGroup):
    """`asyncio.TaskGroup` for what ends with each call.

    Python's own leaves `__aexit__` with an exception that its frame names, while the exception's traceback has that
    frame: a circle that holds all that the frames below it hold, a whole call. Calls last longer than the collector's
    generations, so they would be found by full collections alone, thousands at once, while every other call waits.
    What is raised out of the group has a traceback from here on; the exceptions within it have theirs.
    """

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        return self

    async def __aexit__(
        self, et: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        leaving = super().__aexit__(et, exc, tb)
        del exc, tb
        try:
            await leaving
        except BaseException as error:
            error.__traceback__ = None
            raise
