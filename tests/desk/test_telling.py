"""Unit: whoever puts together what they are told has the floor as it is, whatever they missed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from desk.floor_api import own_part
from desk.telling import PASSING, Telling

AGENTS = ("ann", "bob", "cyd")
WHO = st.sampled_from([*AGENTS, None])
TIMES = st.integers(0, 3)
LISTS = {
    name: st.lists(st.fixed_dictionaries({"agent": WHO, "what": TIMES}), max_size=3) for name in ("offers", "talks")
}
LINE = st.fixed_dictionaries({"waiting_calls": TIMES, "longest_wait": TIMES})
AGENT = st.fixed_dictionaries({"presence": st.sampled_from(["ready", "break"]), "seconds": TIMES})


@st.composite
def floors(draw: st.DrawFn) -> dict[str, Any]:
    waiting = draw(st.lists(st.fixed_dictionaries({"call": TIMES, "waited": TIMES}), max_size=2))
    return {
        "now": draw(st.sampled_from(["a", "b"])),
        "plan": draw(st.sampled_from(["热线", "新热线"])),
        "lines": [{"id": one, "waiting": waiting, **draw(LINE)} for one in draw(st.permutations(["x", "y"]))],
        "agents": [{"id": one, **draw(AGENT)} for one in draw(st.lists(st.sampled_from(AGENTS), unique=True))],
        **{name: draw(some) for name, some in LISTS.items()},
        "callbacks": draw(st.lists(TIMES, max_size=1)),
        "answers": [],
        "alerts": draw(LISTS["talks"]),
    }


class Screen:
    """Puts together what it is told, as a page does."""

    def __init__(self) -> None:
        self.told = 0
        self.floor: dict[str, Any] = {}

    def hear(self, message: bytes | None, version: int) -> None:
        news = {} if message is None else json.loads(message)
        if news.pop("whole", False):
            self.floor = {}
        for name, value in news.items():
            if name in ("lines", "agents") and name in self.floor:
                fresh = {one["id"]: one for one in value}
                self.floor[name] = [fresh.get(one["id"], one) for one in self.floor[name]]
            else:
                self.floor[name] = value
        self.told = version


def lasting(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: lasting(part) for name, part in value.items() if name not in PASSING and name != "now"}
    return [lasting(one) for one in value] if isinstance(value, list) else value


@given(st.lists(st.tuples(floors(), st.booleans(), st.booleans()), min_size=1, max_size=8))
def test_who_hears_now_and_then_has_the_floor_as_it_is(states: list[tuple[dict[str, Any], bool, bool]]) -> None:
    telling, leader, agent = Telling(), Screen(), Screen()
    for floor, leader_hears, agent_hears in states:
        telling.take(floor)
        if leader_hears:
            leader.hear(telling.whole(leader.told), telling.version)
            assert lasting(leader.floor) == lasting(floor)
        if agent_hears:
            agent.hear(telling.own("ann", agent.told), telling.version)
            assert lasting(agent.floor) == lasting(own_part(floor, "ann"))


FLOOR: dict[str, Any] = {
    "now": "a",
    "plan": "热线",
    "lines": [{"id": "x", "waiting_calls": 1, "longest_wait": 3, "waiting": [{"call": "c", "waited": 3}]}],
    "agents": [{"id": "ann", "presence": "ready", "seconds": 3}, {"id": "bob", "presence": "ready", "seconds": 9}],
    **{name: [] for name in ("offers", "talks", "callbacks", "answers", "alerts")},
}


def test_an_agent_is_not_told_who_listens_unheard() -> None:
    leaders = [{"leader": "chief", "how": "listening"}, {"leader": "boss", "how": "joined"}]
    floor = {**FLOOR, "talks": [{"offer": 1, "agent": "ann", "leaders": leaders}]}
    telling, agent, leader = Telling(), Screen(), Screen()
    telling.take(floor)
    agent.hear(telling.own("ann", 0), telling.version)
    leader.hear(telling.whole(0), telling.version)
    assert agent.floor["talks"][0]["leaders"] == own_part(floor, "ann")["talks"][0]["leaders"] == leaders[1:]
    assert leader.floor["talks"][0]["leaders"] == leaders


def test_time_alone_is_not_told_and_one_agents_change_is_nobody_elses() -> None:
    telling = Telling()
    telling.take(FLOOR)
    later = {
        **FLOOR,
        "now": "b",
        "agents": [{**FLOOR["agents"][0], "seconds": 4}, {**FLOOR["agents"][1], "presence": "talking"}],
    }
    telling.take(later)
    assert telling.own("ann", 1) is None
    assert json.loads(telling.own("bob", 1) or b"") == {"now": "b", "agents": [later["agents"][1]]}
    assert json.loads(telling.whole(1) or b"") == {"now": "b", "agents": [later["agents"][1]]}


def test_how_lines_stand_is_kept_back_from_agents_until_it_is_due_and_waits_are_refreshed() -> None:
    telling = Telling()
    telling.take(FLOOR)
    busier = {**FLOOR, "lines": [{**FLOOR["lines"][0], "waiting_calls": 2}]}
    telling.take(busier, lines=False)
    assert telling.own("ann", 1) is None
    assert telling.whole(1) is not None
    telling.take(busier)
    assert json.loads(telling.own("ann", 1) or b"")["lines"] == [{**busier["lines"][0], "waiting": []}]
    telling.take({**busier, "lines": [{**busier["lines"][0], "longest_wait": 8}]}, refresh=True)
    assert json.loads(telling.whole(3) or b"")["lines"][0]["longest_wait"] == 8
