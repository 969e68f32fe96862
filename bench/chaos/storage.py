"""Faults of what is written on: the database is locked or gone, the disk is full."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from bench.chaos.phases import Scene, Size
from bench.chaos.promise import Promise, at_most, none_of
from bench.chaos.small_disk import fill, small_disk
from bench.chaos.strike import Fault, struck
from bench.stand import wait_until


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another process holds it."""
    with closing(sqlite3.connect(database, isolation_level=None)) as held:
        held.execute("BEGIN EXCLUSIVE")
        yield
        held.execute("ROLLBACK")


@contextmanager
def gone(database: Path) -> Iterator[None]:
    """Its files are elsewhere."""
    away = {file: file.with_name(f"away-{file.name}") for file in database.parent.glob(f"{database.name}*")}
    for file, elsewhere in away.items():
        file.rename(elsewhere)
    yield
    for file, elsewhere in away.items():
        elsewhere.rename(file)


def database_in_trouble(what: str, trouble: Callable[[Path], AbstractContextManager[None]]) -> Fault:
    """The database cannot be written for a minute (six seconds in short)."""

    def fault(folder: Path, size: Size) -> list[Promise]:
        seconds = 6.0 if size.short else 60.0
        name = f"database {what} for {seconds:g} s"

        def strike(scene: Scene) -> list[Promise]:
            here = scene.here
            with trouble(here.database):
                since = time.monotonic()
                alarmed = wait_until(lambda: bool(here.metric("hotline_alarm", kind="journal_not_written")), 9)
                after = time.monotonic() - since
                time.sleep(seconds)
                settled = scene.settled()
            since = time.monotonic()
            caught_up = wait_until(lambda: here.metric("hotline_journal_lag_entries") == 0, 30)
            return [
                at_most(name, "alarm", after if alarmed else None, 5.0),
                none_of(name, "calls that were not served on meanwhile", [] if settled else ["some"]),
                at_most(name, "all written afterwards", time.monotonic() - since if caught_up else None, 10.0),
            ]

        return struck(name, folder, size, strike, takes=seconds + 5.0)

    return fault


def disk_full(folder: Path, size: Size) -> list[Promise]:
    """The disk of database, spool and recordings is full to its last byte for ten seconds.

    A message that is being left then cannot be recorded on: its caller is told so.
    """
    name = "disk full for 10 s"
    reserve = [("HOTLINE_DISK__RESERVE", "60000000"), ("HOTLINE_DISK__MESSAGES_RESERVE", "30000000")]

    def strike(scene: Scene) -> list[Promise]:
        here = scene.here
        filler = here.settings.var / "filler"
        since = time.monotonic()
        fill(filler)
        alarmed = wait_until(lambda: bool(here.metric("hotline_alarm", kind="talks_not_recorded")), 9)
        after = time.monotonic() - since
        time.sleep(10.0)
        settled = scene.on_the_floor()
        filler.unlink()
        since = time.monotonic()
        caught_up = wait_until(lambda: here.metric("hotline_journal_lag_entries") == 0, 30)
        return [
            at_most(name, "alarm", after if alarmed else None, 5.0),
            none_of(name, "calls that were not served on meanwhile", [] if settled else ["some"]),
            at_most(name, "all written afterwards", time.monotonic() - since if caught_up else None, 10.0),
        ]

    with small_disk(folder / "var"):
        return struck(name, folder, size, strike, takes=15.0, settings=reserve, let_go={"message"})
