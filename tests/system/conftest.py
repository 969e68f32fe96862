"""Fixtures: the telephones, the sounds of the shipped prompts, and the hotline on its stage."""

from __future__ import annotations

import fcntl
import os
import shutil
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
    """Folder with the telephone formats of the shipped prompts, made from their masters.

    One worker makes them for all; each has its own copy, for a hotline tidies its folder up.
    """
    ours = tmp_path_factory.getbasetemp()
    made = (ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours) / "sounds-of-all"
    made.mkdir(exist_ok=True)
    with (made / ".making").open("w") as making:
        fcntl.flock(making, fcntl.LOCK_EX)
        if not (made / "sounds").exists():
            fresh = made / "fresh"
            shutil.rmtree(fresh, ignore_errors=True)
            furnish(read_config(HOUSE / "config").plan, fresh, recordings=HOUSE / "config" / "recordings")
            fresh.rename(made / "sounds")
    return shutil.copytree(made / "sounds", tmp_path_factory.mktemp("sounds") / "own")


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
