"""A database of its own for each test, with today's tables."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from records.migrations import upgrade


@pytest.fixture
def url(tmp_path: Path) -> str:
    """An SQLite file with the tables and nothing in them."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"
    asyncio.run(upgrade(url))
    return url
