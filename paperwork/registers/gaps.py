"""Where the registers and the plan do not say the same, and what the forms want and nobody wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from paperwork.registers.entries import Register
from paperwork.registers.registers import Registers, Version
from routing.plan import Plan


class GapKind(StrEnum):
    """What is not as it should be."""

    NOT_REGISTERED = "not_registered"
    NOT_IN_PLAN = "not_in_plan"
    OTHER_NAME = "other_name"
    OTHER_LINES = "other_lines"
    UNKNOWN_LINE = "unknown_line"
    UNKNOWN_PARENT = "unknown_parent"
    NO_LIAISON = "no_liaison"
    UNREACHABLE = "unreachable"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    GapKind.NOT_REGISTERED: "方案中有，登记表中没有",
    GapKind.NOT_IN_PLAN: "登记表中有，方案中没有",
    GapKind.OTHER_NAME: "名称与方案不一致",
    GapKind.OTHER_LINES: "所属热线与方案不一致",
    GapKind.UNKNOWN_LINE: "热线未登记",
    GapKind.UNKNOWN_PARENT: "上级部门未登记",
    GapKind.NO_LIAISON: "缺少联络人",
    GapKind.UNREACHABLE: "联络人没有任何联系方式",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """One of them. `what` says more, such as the other name."""

    register: Register
    id: str
    kind: GapKind
    name: str
    what: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "register": self.register.value,
            "id": self.id,
            "kind": self.kind.value,
            "kind_label": self.kind.label,
            "name": self.name,
            "what": self.what,
        }


def gaps(plan: Plan, standing: Mapping[Register, Sequence[Version]]) -> list[Gap]:
    """All of them, of entries that stand."""
    lines = {one.id: one for one in standing[Register.LINE]}
    agents = {one.id: one for one in standing[Register.AGENT]}
    units = {one.id: one for one in standing[Register.UNIT]}
    in_plan = {line: rule.name for line, rule in plan.lines.items()}
    people = {agent: rule.name for agent, rule in plan.agents.items()}
    found = [*_apart(Register.LINE, in_plan, lines), *_apart(Register.AGENT, people, agents)]
    for name, agent in agents.items():
        found += _lines_of_agent(name, agent, plan, lines)
    for one in standing[Register.EXPERT]:
        line = one.data.get("line")
        if line is not None and line not in plan.lines and line not in lines:
            found.append(Gap(Register.EXPERT, one.id, GapKind.UNKNOWN_LINE, one.data["name"], line))
    for name, unit in units.items():
        parent = unit.data.get("parent")
        if parent is not None and parent not in units:
            found.append(Gap(Register.UNIT, name, GapKind.UNKNOWN_PARENT, unit.data["name"], parent))
    for register, entries in ((Register.LINE, lines), (Register.UNIT, units)):
        for name, one in entries.items():
            found += _liaisons(register, name, one)
    return found


def _apart(register: Register, in_plan: Mapping[str, str], registered: Mapping[str, Version]) -> list[Gap]:
    found = [Gap(register, it, GapKind.NOT_REGISTERED, name) for it, name in in_plan.items() if it not in registered]
    for it, one in registered.items():
        if it not in in_plan:
            found.append(Gap(register, it, GapKind.NOT_IN_PLAN, one.data["name"]))
        elif register is Register.LINE and one.data["name"] != in_plan[it]:
            found.append(Gap(register, it, GapKind.OTHER_NAME, one.data["name"], in_plan[it]))
    return found


def _lines_of_agent(id: str, agent: Version, plan: Plan, lines: Mapping[str, Version]) -> list[Gap]:
    theirs = set(agent.data.get("lines", ()))
    found = [
        Gap(Register.AGENT, id, GapKind.UNKNOWN_LINE, agent.data["name"], line)
        for line in sorted(theirs)
        if line not in lines and line not in plan.lines
    ]
    if id in plan.agents and theirs and theirs != set(plan.agents[id].lines):
        served = ", ".join(plan.agents[id].lines)
        found.append(Gap(Register.AGENT, id, GapKind.OTHER_LINES, agent.data["name"], served))
    return found


def _liaisons(register: Register, id: str, one: Version) -> list[Gap]:
    found = []
    for letter in "ab":
        person = one.data.get(f"liaison_{letter}")
        if person is None:
            found.append(Gap(register, id, GapKind.NO_LIAISON, one.data["name"], letter.upper()))
        elif not any(person.get(way) for way in ("office_phone", "mobile", "email")):
            found.append(Gap(register, id, GapKind.UNREACHABLE, one.data["name"], f"{letter.upper()} {person['name']}"))
    return found


async def gaps_now(registers: Registers, plan: Plan) -> list[Gap]:
    """Of the registers as they stand."""
    return gaps(plan, {register: await registers.standing(register) for register in Register})
