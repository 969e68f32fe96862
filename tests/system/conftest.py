"""Fixtures: the telephones, the sounds of the shipped prompts, and the hotline on its stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

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
        at: datetime = WORKDAY,
        published: Published | None = None,
        changed: Mapping[str, Mapping[str, Any]] | None = None,
        **lines: float,
    ) -> AbstractAsyncContextManager[Stage]:
        plan = published or shipped_plan(**lines)
        return stage(tmp_path / "var", sounds, exchange, at, plan, changed=changed)

    return opened
