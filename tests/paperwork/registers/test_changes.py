"""Unit: what changed between two instants, and where registers and plan do not say the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from hotline.operators import read_config
from paperwork.registers.changes import ChangeKind, change_report, changes
from paperwork.registers.entries import AgentEntry, Entry, ExpertEntry, LineEntry, Person, Register, UnitEntry, data_of
from paperwork.registers.gaps import GapKind, gaps
from paperwork.registers.registers import Version
from paperwork.reports.report import Period
from routing.plan import Plan

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def version(number: int, entry: Entry, days: int, *, id: str = "x", retired: bool = False) -> Version:
    register = next(one for one in Register if one.model is type(entry))
    return Version(register, id, number, AT + days * DAY, "desk:ann", "事由", data_of(entry), retired)


OLD, NEW = UnitEntry(name="旧", phone="12345"), UnitEntry(name="新", phone="12345", liaison_a=Person(name="甲"))
HISTORY = [
    version(1, OLD, 0),
    version(2, NEW, 2),
    version(3, OLD, 3),
    version(4, OLD, 5, retired=True),
    version(5, NEW, 7),
]


def between(since: float, until: float) -> list[tuple[ChangeKind, list[tuple[str, str | None, str | None]]]]:
    found = changes(HISTORY, AT + since * DAY, AT + until * DAY)
    return [(one.kind, [(f.label, f.before, f.after) for f in one.fields]) for one in found]


def test_each_change_is_told_with_its_fields_and_what_came_back_is_none() -> None:
    renamed = [("部门名称", "旧", "新"), ("联络人A姓名", None, "甲")]
    assert between(-1, 0) == []
    assert between(-1, 1) == [(ChangeKind.ADDED, [("部门名称", None, "旧"), ("电话", None, "12345")])]
    assert between(1, 2.5) == [(ChangeKind.CHANGED, renamed)]
    assert between(1, 4) == []
    assert between(4, 6) == [(ChangeKind.RETIRED, [])]
    assert between(1, 8) == [(ChangeKind.CHANGED, renamed)]
    assert [kind for kind, _ in between(6, 8)] == [ChangeKind.RESTORED]
    assert between(-1, 6) == []


def test_the_report_of_changes_has_a_row_for_each_field_and_says_when_there_are_none() -> None:
    period = Period(date(2026, 10, 1), date(2026, 11, 1))
    found = changes(HISTORY, AT + DAY, AT + 2.5 * DAY)
    (table,) = change_report(found, period, "热线", AT).tables
    assert [row.values[4:7] for row in table.rows] == [("部门名称", "旧", "新"), ("联络人A姓名", None, "甲")]
    assert all(len(row.values) == len(table.columns) for row in table.rows)
    assert change_report([], period, "热线", AT).tables[0].note == "本期没有变更。"


@cache
def plan() -> Plan:
    return read_config(Path(__file__).parents[3] / "config").plan


def test_every_gap_between_plan_and_registers_is_listed() -> None:
    both = (Person(name="甲", mobile="13900000011"), Person(name="乙"))
    line = LineEntry(name="别的名字", liaison_a=both[0], liaison_b=both[1])
    standing = {
        Register.LINE: [version(1, line, 0, id="immunization"), version(1, line, 0, id="gone")],
        Register.UNIT: [version(1, UnitEntry(name="局", parent="nobody", liaison_a=both[0]), 0, id="bureau")],
        Register.AGENT: [
            version(1, AgentEntry(number="1", name="甲", lines=("nowhere",)), 0, id="vaccine-1"),
            version(1, AgentEntry(number="2", name="乙"), 0, id="old-1"),
        ],
        Register.EXPERT: [version(1, ExpertEntry(name="丙", field="心内科", line="nowhere"), 0, id="heart")],
    }
    found = {(gap.register, gap.id, gap.kind) for gap in gaps(plan(), standing)}
    missing = {(Register.LINE, it, GapKind.NOT_REGISTERED) for it in plan().lines if it != "immunization"}
    missing |= {(Register.AGENT, it, GapKind.NOT_REGISTERED) for it in plan().agents if it != "vaccine-1"}
    assert found == missing | {
        (Register.LINE, "immunization", GapKind.OTHER_NAME),
        (Register.LINE, "gone", GapKind.NOT_IN_PLAN),
        (Register.LINE, "immunization", GapKind.UNREACHABLE),
        (Register.LINE, "gone", GapKind.UNREACHABLE),
        (Register.UNIT, "bureau", GapKind.UNKNOWN_PARENT),
        (Register.UNIT, "bureau", GapKind.NO_LIAISON),
        (Register.AGENT, "vaccine-1", GapKind.UNKNOWN_LINE),
        (Register.AGENT, "vaccine-1", GapKind.OTHER_LINES),
        (Register.AGENT, "old-1", GapKind.NOT_IN_PLAN),
        (Register.EXPERT, "heart", GapKind.UNKNOWN_LINE),
    }


def test_registers_that_say_what_the_plan_says_have_no_gaps() -> None:
    both = {"liaison_a": Person(name="甲", mobile="13900000011"), "liaison_b": Person(name="乙", email="b@example.org")}
    standing = {
        Register.LINE: [version(1, LineEntry(name=rule.name, **both), 0, id=it) for it, rule in plan().lines.items()],
        Register.AGENT: [
            version(1, AgentEntry(number=it, name=rule.name, lines=tuple(rule.lines)), 0, id=it)
            for it, rule in plan().agents.items()
        ],
        Register.UNIT: [],
        Register.EXPERT: [],
    }
    assert gaps(plan(), standing) == []
