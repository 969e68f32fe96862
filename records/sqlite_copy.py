"""One state of an SQLite database in a file of its own, while others write."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path


def copy_file(source: Path, target: Path) -> None:
    """One state of an SQLite file, as a file without a log beside it, for us alone and on the disk itself.

    Raises sqlite3.Error, OSError; then there is no `target`.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as before,
            closing(sqlite3.connect(target)) as after,
        ):
            before.backup(after)  # in one step: a writer beside us would have it begin anew after each
            after.execute("PRAGMA journal_mode=DELETE")
            _whole(after, source)
        with target.open("rb") as file:
            os.fsync(file.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _whole(database: sqlite3.Connection, source: Path) -> None:
    (said,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise sqlite3.DatabaseError(f"{source}: {said}")
