"""Fixtures: the hotline on its stage, with browsers in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hotline.phone import Exchange
from tests.browser.stage import Desks, OpenDesks, desks, staffed, staffed_plan
from tests.phones import exchange
from tests.system.conftest import sounds
from tests.system.stage import WORKDAY, stage

__all__ = ["exchange", "sounds"]


@pytest.fixture
def open_desks(tmp_path: Path, sounds: Path, exchange: Exchange) -> OpenDesks:
    """`async with open_desks() as desks:` the shipped hotline with a shift leader, and browsers."""

    @asynccontextmanager
    async def opened(
        at: datetime = WORKDAY, changed: Mapping[str, Mapping[str, Any]] | None = None, **lines: Any
    ) -> AsyncIterator[Desks]:
        config = staffed(tmp_path / "config")
        plan = staffed_plan(config, **lines)
        async with (
            stage(tmp_path / "var", sounds, exchange, at, plan, config=config, changed=changed) as here,
            desks(here) as there,
        ):
            yield there

    return opened
