"""Fixtures: the telephones, the sounds of the shipped prompts, and the hotline on its stage."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path

import pytest

from hotline.operators import Published, read_config
from hotline.phone import Exchange
from hotline.settings import HOUSE
from hotline.sounds import furnish
from tests.phones import exchange
from tests.system.stage import WORKDAY, Stage, shipped_plan, stage

__all__ = ["exchange"]

OpenStage = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the telephone formats of the shipped prompts, made from their masters."""
    folder = tmp_path_factory.mktemp("sounds")
    plan = read_config(HOUSE / "config").plan
    furnish(plan, folder, recordings=HOUSE / "config" / "recordings")
    return folder


@pytest.fixture
def open_stage(tmp_path: Path, sounds: Path, exchange: Exchange) -> OpenStage:
    """`async with open_stage(at, ring=2.0) as s:` the shipped hotline at an instant, with the times changed."""

    def opened(
        at: datetime = WORKDAY, published: Published | None = None, **lines: float
    ) -> AbstractAsyncContextManager[Stage]:
        return stage(tmp_path / "var", sounds, exchange, at, published or shipped_plan(**lines))

    return opened
