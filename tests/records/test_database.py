"""Unit on real SQLite: how connections are set."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from records.database import LetsGo


def test_a_transaction_that_was_interrupted_lets_its_lock_go_though_its_cursor_lives_on(tmp_path: Path) -> None:
    file = tmp_path / "hotline.db"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE facts (number INTEGER)")
        database.execute("INSERT INTO facts VALUES (1), (2)")
    interrupted = sqlite3.connect(file, factory=LetsGo, isolation_level=None)
    interrupted.execute("BEGIN IMMEDIATE")
    cursor = interrupted.execute("SELECT number FROM facts")
    assert cursor.fetchone() == (1,)
    interrupted.close()
    with closing(sqlite3.connect(file, timeout=0)) as other, other:
        other.execute("DELETE FROM facts")
    del cursor
