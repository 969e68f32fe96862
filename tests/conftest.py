"""What all tests share."""

from __future__ import annotations

import asyncio

import pytest

from tests.depth import set_depth

pytest_plugins = ["tests.databases"]

PARTS = ("system", "browser", "load")
"""The marks by which `scripts/test` parts the tests."""


def pytest_configure(config: pytest.Config) -> None:
    """Have no event loop lying about: pytest-asyncio would ask for the current one, and leave it open."""
    del config
    asyncio.set_event_loop(None)
    set_depth()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`scripts/test` finds the files of a part by their text: a mark that comes from elsewhere would lose its tests."""
    marked = {(item.path, mark) for item in items for mark in PARTS if item.get_closest_marker(mark) is not None}
    lost = [
        f"{path}: write pytest.mark.{mark} in it" for path, mark in marked if f"mark.{mark}" not in path.read_text()
    ]
    if lost:
        raise pytest.UsageError("\n".join(lost))
