"""A program that takes a file of past calls in and stops in the midst, for a test that kills it there.

`python -m tests.paperwork.killed_import URL FILE PORTIONS` prints `here` when so many portions of rows are written in
its transaction, or `kept` when all is written, and then only waits.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from paperwork.categories.load import trees_in
from paperwork.past import scratch
from paperwork.past.imports import look, take_in
from paperwork.past.meaning import Meaning
from paperwork.past.sheet import sheet_of
from records.store import Store
from tests.paperwork.test_past_imports import CONFIG

PORTION = 10
"""Rows."""


def stop(word: str) -> None:
    os.write(1, f"{word}\n".encode())
    while True:
        signal.pause()


async def main(url: str, file: Path, portions: int) -> None:
    scratch.AT_ONCE = PORTION
    left = portions

    @event.listens_for(Engine, "after_cursor_execute")
    def _(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal left
        if statement.upper().startswith("INSERT INTO PAST_ROWS"):
            left -= 1
            if not left:
                stop("here")

    store = Store(url)
    with scratch.Scratch(url) as rows:
        sheet = sheet_of(file)
        found = look(sheet, Meaning(trees_in(CONFIG)), scratch=rows)
        await take_in(store, sheet, found, rows, who="os:ann", at=datetime.now(UTC))
    stop("kept")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
