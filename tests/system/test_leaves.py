"""System: every leaf of the shipped menu, called for real, is where the dry walk says it is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime

import pytest

from hotline.trial import try_call
from routing.node import Menu
from routing.plan import Plan
from tests.system.conftest import OpenStage
from tests.system.stage import NIGHT, WORKDAY

pytestmark = pytest.mark.system


def leaves(plan: Plan, node: str = "main", keys: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The keys to each thing that is no menu, and to a person from each menu."""
    menu = plan.nodes[node]
    assert isinstance(menu, Menu)
    for key, target in {**menu.keys, "0": "person"}.items():
        if isinstance(plan.nodes.get(target), Menu):
            yield from leaves(plan, target, (*keys, key))
        else:
            yield (*keys, key)


@pytest.mark.parametrize("at", [WORKDAY, NIGHT], ids=["workday", "night"])
async def test_the_telephone_and_the_dry_walk_agree_on_every_leaf(open_stage: OpenStage, at: datetime) -> None:
    async with open_stage(at) as s:
        ways = [*leaves(s.plan), (".", "3"), ("8", "8", "8"), ("h",)]
        assert len(ways) == 17
        async with asyncio.TaskGroup() as tasks:
            trials = [tasks.create_task(try_call(s.settings, s.plan, way, at=at, exchange=s.exchange)) for way in ways]
        told = [f"{','.join(way)}: {trial.result().told()}" for way, trial in zip(ways, trials, strict=True)]
        assert all(trial.result().agrees for trial in trials), "\n".join(told)
