"""Unit: any plan that is fit to serve, walked with any keys."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from routing.check import read_plan
from routing.dry_walk import MORE_KEYS, NotReached, dry_walk
from routing.plan import Plan
from tests.routing.plans import TYPED, plans, scenes, written_plans


@settings(deadline=None)
@given(written_plans())
def test_any_plan_drawn_for_a_test_is_fit_to_serve(written: dict[str, Any]) -> None:
    assert read_plan({"any.yaml": json.dumps(written, ensure_ascii=False)}) == Plan.model_validate(written)


@settings(deadline=None)
@given(st.data(), plans(), TYPED)
def test_whatever_is_typed_into_any_plan_the_walk_ends(data: st.DataObject, plan: Plan, typed: list[str]) -> None:
    walk = dry_walk(plan, typed, data.draw(scenes(plan)))
    assert walk.end.kind in {"line", "outside", "message", "information", "hangup"}
    assert walk.end.line is None or walk.end.line in plan.lines


@settings(suppress_health_check=[HealthCheck.too_slow])  # of a machine that has other things to do
@given(st.data(), plans(), st.lists(st.sampled_from([*"01239*#.h", *sorted(MORE_KEYS)]), max_size=20))
def test_what_comes_after_arriving_ends_too(data: st.DataObject, plan: Plan, typed: list[str]) -> None:
    try:
        walk = dry_walk(plan, typed, data.draw(scenes(plan)))
    except NotReached:
        assume(False)  # one of the keys meant nothing where it was typed
    assert walk.end.line is None or walk.end.line in plan.lines
