"""What all tests share."""

from __future__ import annotations

import asyncio

import pytest

pytest_plugins = ["tests.databases"]


def pytest_configure(config: pytest.Config) -> None:
    """Have no event loop lying about: pytest-asyncio would ask for the current one, and leave it open."""
    del config
    asyncio.set_event_loop(None)
