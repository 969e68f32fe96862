"""附件6 as values, in the order of the form: what is printed, not how. Pure."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

from paperwork.answers.codes import Codes
from paperwork.answers.complete import shown
from paperwork.answers.names import House
from paperwork.answers.record import Body, Record, box_of
from paperwork.answers.words import Heard
from paperwork.kind import Kind
from paperwork.sheet import Amended, Choice, Correction, Entered, Sheet, minute

TITLE: Final = "接听记录单"
FORM: Final = "附件6"

LABELS: Final = {
    "department": "部门名称",
    "number": "接听单编号",
    "agent": "接听人",
    "at": "接听时间",
    "asked_by": "问询人",
    "gender": "性别",
    "contact": "联系方式",
    "consent": "来电人同意留存联系方式",
    "heard": "接听类别",
    "heard_note": "其他类别说明",
    "content": "主要内容",
    "opinion": "管理部门审定意见",
    "signed_by": "审定人签字",
    "signed": "审定时间",
    "kind": "业务类型",
    "category": "内容分类",
    "place": "所在地",
    "note": "备注",
    "settled": "办理方式",
    "work_order": "转办单编号",
    "owner": "现负责人",
    "line": "热线",
    "test": "测试来电",
}
"""What each field is called, on the form and on screens."""


def sheet_of(record: Record, names: House, codes: Codes, *, private: bool = False) -> Sheet:
    """The form of a record; name and contact are masked unless `private`, as numbers within texts are."""
    body = record.original or record.body
    told: Callable[[str, Any], str] = lambda name, value: _told(name, value, codes, private)  # noqa: E731
    box, signature = box_of(body), record.signature

    def entered(name: str, value: str, choices: tuple[Choice, ...] = ()) -> Entered:
        return Entered(name, LABELS[name], value, choices)

    def written(name: str) -> Entered:
        return entered(name, told(name, getattr(body, name)))

    form = (
        entered("department", names.owner(record.line)),
        entered("number", record.number),
        entered("agent", "" if record.agent is None else names.agent(record.agent)),
        entered("at", minute(record.at)),
        written("asked_by"),
        written("gender"),
        written("contact"),
        entered("heard", _box_told(body, box, told), tuple(Choice(one.label, one is box) for one in Heard)),
        written("content"),
        entered("opinion", "" if signature is None else told("opinion", signature.opinion)),
        entered("signed_by", "" if signature is None else signature.name),
        entered("signed", "" if signature is None else minute(signature.at)),
    )
    owner = record.owner
    more = (
        entered("line", names.line(record.line)),
        *(written(name) for name in ("kind", "category", "place", "settled", "work_order", "note")),
        entered("owner", "" if owner is None or owner == record.agent else names.agent(owner)),
    )
    corrections = tuple(
        Correction(
            minute(one.at),
            one.by,
            told("reason", one.reason),
            tuple(Amended(LABELS[name], told(name, old), told(name, new)) for name, (old, new) in one.changes.items()),
        )
        for one in record.corrections
    )
    return Sheet(FORM, TITLE, record.number, form, more, corrections, record.body.test)


def _box_told(body: Body, box: Heard | None, told: Callable[[str, Any], str]) -> str:
    """The ticked box; of 其他 with its note, which is the kind's name where nobody wrote one."""
    if box is not Heard.OTHER:
        return "" if box is None else box.label
    note = told("heard_note", body.heard_note) or (body.kind.label if body.kind not in (None, Kind.OTHER) else "")
    return f"{box.label}（{note}）" if note else box.label


def _told(name: str, value: Any, codes: Codes, private: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, StrEnum):
        return str(getattr(value, "label", value))
    text = str(value)
    if name == "category":
        return codes.path(text) or text
    return shown(name, text, private=private) or ""
