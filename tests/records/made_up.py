"""Made-up callers who walk a plan as real ones would, told as the rows of the journal that they leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

from records.traffic import Fact
from routing import steps
from routing.destination import Destination, destination
from routing.node import Menu, Node
from routing.plan import Plan
from routing.scene import Scene
from routing.walk import Position, advance, begin


def made_up(plan: Plan, calls: int, chance: Random, times: tuple[datetime, ...]) -> Iterator[Fact]:
    """The facts of so many calls, each at one of the times."""
    for number in range(calls):
        call = f"a-{number}"
        for kind, data in _one(plan, chance, Scene(chance.choice(times), number=f"138{chance.randrange(10**8):08d}")):
            yield Fact(call, kind, data)


def _one(plan: Plan, chance: Random, scene: Scene) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "CallArrived", {"number": scene.number, "dialled": plan.hotline.number, "channel": "x", "plan": "p"}
    position: Position | None = begin(plan, scene)
    outcome, reason = "left", "caller_hung_up"
    while position is not None:
        if (reached := destination(position)) is not None:
            yield "EndReached", _data(reached)
        step = position.step
        if isinstance(step, steps.Enter | steps.TakeMessage | steps.Finish):
            yield "StepHeard", {"node": step.node, "prompts": [], "heard": None, "asked": False}
        elif chance.random() < 0.04:
            break
        came: steps.Came
        match step:
            case steps.Say():
                came = steps.Said()
                yield "StepHeard", {"node": step.node, "prompts": [], "heard": None, "asked": False}
            case steps.Enter():
                luck = chance.random()
                if luck < 0.1:
                    outcome = "abandoned"
                    break
                outcome = "informed" if luck < 0.2 else "talked"
                came = steps.GaveUp() if luck < 0.2 else steps.Talked()
                reason = "other_side_hung_up" if luck > 0.6 else "caller_hung_up"
            case steps.TakeMessage():
                left = chance.random() < 0.6
                outcome = "message" if left else "informed"
                came = steps.Recorded(left)
                if not left:
                    break
            case steps.Finish():
                came, reason = steps.Said(), "completed"
                outcome = "informed" if outcome == "left" else outcome
            case steps.Collect():
                came = steps.Entered("12345678")
                yield "StepHeard", {"node": step.node, "prompts": [], "heard": None, "asked": True}
            case _:
                key = _key(plan.nodes[step.node], chance)
                came = steps.Silent() if key is None else steps.Pressed(key)
                yield "StepHeard", {"node": step.node, "prompts": [], "heard": key, "asked": True}
        position = advance(plan, position, came, scene)
    yield "CallEnded", {"outcome": outcome, "reason": reason}


def _key(node: Node, chance: Random) -> str | None:
    """Mostly one that is offered, the first ones more than the last; seldom silence or a slip."""
    offered = [*node.keys, "0"] if isinstance(node, Menu) else ["1", "2"]
    luck = chance.random()
    if luck < 0.05:
        return None
    if luck < 0.07:
        return "9"
    return chance.choices(offered, [2.0 / (2 + at % 5) for at in range(len(offered))])[0]


def _data(reached: Destination) -> dict[str, Any]:
    return {"kind": reached.kind, "line": reached.line, "open": reached.open, "why": reached.why}
