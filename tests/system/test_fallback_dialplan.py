"""System: callers on an Asterisk whose engine is dead, from the first greeting to whatever their keys lead to."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from hotline.fallback import dialplan_of
from hotline.phone import Exchange, answers, never_answers
from hotline.secrets import keep_secrets
from ivr.clock import Clock
from routing import node as nodes
from routing.dialplan_record import FallbackCall
from routing.dry_walk import HANG_UP, SILENCE, Keys, dry_walk
from routing.plan import Plan
from routing.scene import Scene
from routing.steps import Ask, Came, Collect, Listen, Pressed, Said, Say, Silent
from routing.walk import Position, advance, begin, destination
from tests.phones import AGENT_TONE, CALLER, Carrier, agent_phone, hear_each_other, hears
from tests.routing.plans import ANY_TIME, plans
from tests.system.alone import Alone, alone, settings_for
from tests.system.stage import HOLIDAY, NIGHT, WORKDAY, shipped_plan

pytestmark = pytest.mark.system

DEPTH = 3
WAIT = 1.0


def quick(plan: Plan, wait: float = WAIT) -> Plan:
    """The plan with short silences."""
    hotline = plan.hotline.model_copy(update={"wait": wait})
    shortened = {
        name: node.model_copy(update={"wait": None}) if getattr(node, "wait", None) is not None else node
        for name, node in plan.nodes.items()
    }
    return plan.model_copy(update={"hotline": hotline, "nodes": shortened})


def paths(plan: Plan, scene: Scene, depth: int = DEPTH) -> list[list[str]]:
    """Every way of pressing so many keys: those that are offered, `0`, one that is not, and silence."""

    def onward(position: Position | None, typed: list[str]) -> Iterator[list[str]]:
        while position is not None and isinstance(position.step, Say):
            position = advance(plan, position, Said(), scene)
        if position is None or destination(position) is not None or len(typed) == depth:
            yield typed
            return
        assert isinstance(position.step, Ask | Listen)
        node = plan.nodes[position.step.node]
        for key in offered(node):
            came: Came = Silent() if key == SILENCE else Pressed(key)
            if destination(position, came) is not None:
                yield [*typed, key]
            else:
                yield from onward(advance(plan, position, came, scene), [*typed, key])

    return list(onward(begin(plan, scene), []))


def offered(node: object) -> list[str]:
    match node:
        case nodes.Menu(keys=keys):
            known = {*keys, "0"}
        case nodes.Information(repeat=repeat, next=following, back=back):
            known = {key for key in (repeat, following, back, "0") if key is not None}
        case _:
            raise AssertionError(node)
    return [*sorted(known), next(key for key in "9#*8" if key not in known), SILENCE]


def told(record: FallbackCall) -> tuple[str | None, str | None, bool]:
    return record.kind, record.line, record.open


def dry(plan: Plan, keys: Sequence[str], at: datetime, *, ahead: bool) -> tuple[str | None, str | None, bool]:
    """Where the dry walk of these keys ends, typed all at once or one by one when the caller is asked."""
    left = iter(keys)
    typed = Keys(keys) if ahead else Keys((), lambda: next(([key] for key in left), None))
    end = dry_walk(plan, typed, Scene(at, CALLER)).end
    return (None if end.why == "caller hung up" else end.kind), end.line, end.open


async def agree(here: Alone, at: datetime, ways: Sequence[tuple[Sequence[str], bool]]) -> None:
    """Call all these ways, and hold each call against the dry walk of the same keys."""
    async with asyncio.TaskGroup() as tasks:
        calls = [tasks.create_task(here.call(keys, CALLER, ahead=ahead)) for keys, ahead in ways]
    await here.empty()
    records = {record.id: record for record in here.records()}
    met = [(keys, ahead, told(records[call.result()])) for (keys, ahead), call in zip(ways, calls, strict=True)]
    expected = [(keys, ahead, dry(here.plan, keys, at, ahead=ahead)) for keys, ahead in ways]
    assert met == expected


async def test_every_key_path_of_the_shipped_hotline_leads_where_the_dry_walk_says(tmp_path: Path) -> None:
    plan = quick(shipped_plan().plan)
    async with alone(settings_for(tmp_path / "var"), plan, WORKDAY) as here:
        for at in (WORKDAY, NIGHT, HOLIDAY):
            await here.turn_to(at)
            ways = paths(plan, Scene(at, CALLER))
            assert len(ways) > 40
            await agree(
                here,
                at,
                [(way, False) for way in ways] + [(way, True) for way in ways if SILENCE not in way],
            )


@pytest.mark.parametrize(
    "at",
    [
        datetime.combine(WORKDAY, datetime.min.time(), WORKDAY.tzinfo) + timedelta(hours=8, minutes=30, seconds=-30),
        datetime.combine(WORKDAY, datetime.min.time(), WORKDAY.tzinfo) + timedelta(hours=8, minutes=30),
    ],
    ids=["half a minute before", "on the minute"],
)
async def test_a_line_opens_on_the_minute(tmp_path: Path, at: datetime) -> None:
    plan = quick(shipped_plan().plan)
    async with alone(settings_for(tmp_path / "var"), plan, at) as here:
        await here.turn_to(at)
        await agree(here, at, [(["1", "4"], False)])
