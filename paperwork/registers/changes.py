"""What changed in the registers between two instants: the report of changes that the forms ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from paperwork.registers.entries import LABELS, Register, flat
from paperwork.registers.registers import Version
from paperwork.registers.spelling import spelt
from paperwork.reports.report import Column, Period, Report, Row, Shape, Table
from records.clock import wall_time


class ChangeKind(StrEnum):
    """What became of an entry."""

    ADDED = "added"
    CHANGED = "changed"
    RETIRED = "retired"
    RESTORED = "restored"

    @property
    def label(self) -> str:
        return {"added": "新增", "changed": "变更", "retired": "停用", "restored": "恢复"}[self.value]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, before and after; None where it was not known."""

    field: str
    label: str
    before: str | None
    after: str | None

    def to_json(self) -> dict[str, Any]:
        return {"field": self.field, "label": self.label, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one entry in the whole time; `versions` are those that were written in it, in their order."""

    register: Register
    id: str
    name: str
    kind: ChangeKind
    fields: tuple[FieldChange, ...]
    versions: tuple[Version, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "register": self.register.value,
            "label": self.register.label,
            "id": self.id,
            "name": self.name,
            "kind": self.kind.value,
            "kind_label": self.kind.label,
            "fields": [field.to_json() for field in self.fields],
            "versions": [
                {"version": one.version, "at": wall_time(one.at), "who": one.who, "reason": one.reason}
                for one in self.versions
            ],
        }


def changes(versions: Iterable[Version], since: datetime, until: datetime) -> list[Change]:
    """The differences between how the registers stood before `since` and before `until`.

    `versions` are in the order of register, id and version. What was changed and changed back is no change.
    """
    found = []
    for _, group in groupby(versions, key=lambda one: (one.register, one.id)):
        if (change := _of_one(list(group), since, until)) is not None:
            found.append(change)
    return found


def _of_one(versions: Sequence[Version], since: datetime, until: datetime) -> Change | None:
    before = next((one for one in reversed(versions) if one.at < since), None)
    after = next((one for one in reversed(versions) if one.at < until), None)
    if after is None or after is before:
        return None
    kind = _kind(before, after)
    fields = field_changes(None if before is None or before.retired else before, after)
    if kind is None or (kind is ChangeKind.CHANGED and not fields):
        return None
    written = tuple(one for one in versions if since <= one.at < until)
    shown = () if kind is ChangeKind.RETIRED else fields
    return Change(after.register, after.id, str(after.data.get("name", "")), kind, shown, written)


def _kind(before: Version | None, after: Version) -> ChangeKind | None:
    if before is None:
        return None if after.retired else ChangeKind.ADDED
    if before.retired:
        return None if after.retired else ChangeKind.RESTORED
    return ChangeKind.RETIRED if after.retired else ChangeKind.CHANGED


def field_changes(before: Version | None, after: Version) -> tuple[FieldChange, ...]:
    """The fields in which two versions of an entry differ, in the order of the form."""
    old, new = flat(before.data) if before else {}, flat(after.data)
    labels = LABELS[after.register]
    names = [*labels, *sorted((set(old) | set(new)) - set(labels))]
    return tuple(
        FieldChange(name, labels.get(name, name), spelt(old.get(name)), spelt(new.get(name)))
        for name in names
        if old.get(name) != new.get(name)
    )


def change_report(found: Sequence[Change], period: Period, hotline: str, made: datetime) -> Report:
    """The same as a report that can be printed: 登记信息变更报告."""
    columns = (
        *(Column("register", "登记表"), Column("id", "代码"), Column("name", "名称"), Column("kind", "变更")),
        *(Column("field", "项目"), Column("before", "原内容"), Column("after", "现内容")),
        *(Column("at", "时间", Shape.TIME), Column("who", "经办人"), Column("reason", "事由")),
    )
    rows = []
    for change in found:
        last = change.versions[-1]
        head = (change.register.label, change.id, change.name, change.kind.label)
        tail = (last.at, last.who, last.reason)
        fields = change.fields or (FieldChange("", "", None, None),)
        rows += [Row((*head, field.label, field.before, field.after, *tail)) for field in fields]
    table = Table("changes", "登记信息变更", columns, tuple(rows), note="" if rows else "本期没有变更。")
    return Report("register-changes", "登记信息变更报告", hotline, period, made, (table,))
