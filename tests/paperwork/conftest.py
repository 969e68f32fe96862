"""A database with today's tables, for each test anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from records.migrations import upgrade


@pytest.fixture
async def url(tmp_path: Path) -> str:
    url = f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"
    await upgrade(url)
    return url
