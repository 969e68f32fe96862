"""The registers as forms 4 (热线登记表) and 5 (座席员登记表): values with their labels, for whoever prints them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from paperwork.registers.entries import LABELS, PERSON, Register, flat
from paperwork.registers.registers import Registers, Version


@dataclass(frozen=True, slots=True)
class Labelled:
    """One field of a form; `value` is empty when it is not known."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class LineSheet:
    """Form 4 of one line. `liaisons` are 联络人A and 联络人B, each with the six fields of a person."""

    line: str
    title: str
    fields: tuple[Labelled, ...]
    liaisons: tuple[tuple[str, tuple[Labelled, ...]], ...]
    version: int
    changed: datetime
    as_of: datetime
    form: str = "附件4"


@dataclass(frozen=True, slots=True)
class AgentsSheet:
    """Form 5 of one line: 编号 姓名 科室 职务/职称 办公室电话 手机 电子邮箱, a row an agent."""

    line: str
    title: str
    heads: tuple[Labelled, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    as_of: datetime
    form: str = "附件5"


_AGENT_COLUMNS = ("number", "name", "section", "title", "office_phone", "mobile", "email")


def line_sheet(line: Version, as_of: datetime) -> LineSheet:
    """Form 4 of a line's entry."""
    values = flat(line.data)
    labels = LABELS[Register.LINE]
    own = tuple(Labelled(label, _shown(values.get(name))) for name, label in labels.items() if "." not in name)
    liaisons = tuple(
        (
            f"联络人{letter.upper()}",
            tuple(Labelled(label, _shown(values.get(f"liaison_{letter}.{name}"))) for name, label in PERSON.items()),
        )
        for letter in "ab"
    )
    return LineSheet(line.id, f"{line.data['name']}登记表", own, liaisons, line.version, line.at, as_of)


def agents_sheet(line: Version, agents: Sequence[Version], as_of: datetime) -> AgentsSheet:
    """Form 5: those of `agents` who stand on this line's form, by their numbers."""
    theirs = sorted((one for one in agents if line.id in one.data.get("lines", ())), key=lambda one: one.data["number"])
    rows = tuple(tuple(_shown(one.data.get(name)) for name in _AGENT_COLUMNS) for one in theirs)
    heads = (
        Labelled("热线名称", _shown(line.data.get("name"))),
        Labelled("所属单位", _shown(line.data.get("institution"))),
    )
    columns = tuple(LABELS[Register.AGENT][name] for name in _AGENT_COLUMNS)
    return AgentsSheet(line.id, f"{line.data['name']}座席员登记表", heads, columns, rows, as_of)


async def sheets(
    registers: Registers, as_of: datetime, line: str | None = None
) -> tuple[tuple[LineSheet, AgentsSheet], ...]:
    """Forms 4 and 5 of every line that stood then, or of one; none when it is not there."""
    lines = await registers.standing(Register.LINE, as_of)
    agents = await registers.standing(Register.AGENT, as_of)
    return tuple((line_sheet(one, as_of), agents_sheet(one, agents, as_of)) for one in lines if line in (None, one.id))


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
