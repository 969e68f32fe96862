"""Writers of one process wait for one another in the order in which they came."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from records.database import open_database
from records.store import Store
from records.turn import turn


async def test_one_who_writes_over_and_over_lets_another_in(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'turns.db'}"
    greedy, patient = Store(url), Store(url)
    order: list[str] = []
    begun, stop = asyncio.Event(), asyncio.Event()

    async def over_and_over() -> None:
        while not stop.is_set():
            async with greedy.writing() as connection:
                order.append("greedy")
                begun.set()
                await connection.execute(text("SELECT 1"))
                await asyncio.sleep(0)

    task = asyncio.create_task(over_and_over())
    await begun.wait()
    for _ in range(20):
        at = len(order)
        async with patient.writing():
            order.append("patient")
        assert order[at:].count("greedy") <= 1
    stop.set()
    await task
    await greedy.close()
    await patient.close()


async def test_whoever_waits_too_long_hears_it_from_sqlite(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'long.db'}"
    engine, other = open_database(url, busy=0.05), open_database(url, busy=0.05)
    async with turn(url, 1.0), engine.begin():
        with pytest.raises(OperationalError, match="locked"):
            async with turn(url, 0.05), other.begin():
                pass
    async with turn(url, 1.0), engine.begin() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1
    await engine.dispose()
    await other.dispose()


async def test_a_turn_nobody_waits_for_any_more_is_passed_on(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'passed.db'}"

    async def wait() -> None:
        async with turn(url, 60):
            pass

    async with turn(url, 60):
        gone, next_one = asyncio.create_task(wait()), asyncio.create_task(wait())
        await asyncio.sleep(0)
        gone.cancel()
    await asyncio.wait_for(next_one, 10)
    assert gone.cancelled()
