"""What a plan arranges on the floor: its lines and its agents."""

from __future__ import annotations

from acd.agent import Agent
from acd.floor import Floor
from acd.line import Limit, LimitKind, Line, Outside, Strategy
from acd.signals import Rearranged
from routing.agent_rule import AgentRule
from routing.line_rule import LineRule
from routing.plan import Plan


def arrangement_of(plan: Plan) -> Rearranged:
    """The lines and agents of a plan, for the floor."""
    lines = tuple(_line(plan, name, rule) for name, rule in plan.lines.items())
    return Rearranged(lines, tuple(_agent(plan, name, rule) for name, rule in plan.agents.items()))


def floor_of(plan: Plan) -> Floor:
    """The floor that a plan describes, all agents offline; it explains what it decides."""
    arrangement = arrangement_of(plan)
    return Floor(arrangement.lines, arrangement.agents, explains=True)


def _agent(plan: Plan, name: str, rule: AgentRule) -> Agent:
    return Agent(name, plan.phones_of(name), rule.lines, frozenset(rule.speaks))


def _line(plan: Plan, name: str, rule: LineRule) -> Line:
    own = rule.outside
    return Line(
        name,
        ring_for=rule.ring,
        wrap_up_for=rule.wrap_up,
        maximum_wait=rule.maximum_wait,
        priority=rule.priority,
        outside=None if own is None else Outside(own.number, own.simultaneous, own.ring),
        strategy=Strategy(rule.strategy),
        at_once=rule.at_once,
        widen=tuple(sorted(rule.widen.items())),
        language_for=rule.language_wait,
        sticky_for=rule.sticky,
        keep_free=rule.keep_free,
        urgent=rule.urgent,
        head_start=plan.hotline.head_start,
        most_head_start=plan.hotline.most_head_start,
        limits=tuple(
            Limit(LimitKind(limit.when), limit.over, joining=limit.at != "waiting", waiting=limit.at != "joining")
            for limit in rule.limits
        ),
        talk_warning=rule.talk_warning,
    )
