"""A database of its own for each test, with today's tables; and log lines that take no time to draw."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from records.migrations import upgrade


@pytest.fixture
def url(tmp_path: Path) -> str:
    """An SQLite file with the tables and nothing in them."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"
    asyncio.run(upgrade(url))
    return url


@pytest.fixture(autouse=True)
def _plain_log() -> Iterator[None]:
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, plain])
    yield
    structlog.reset_defaults()
