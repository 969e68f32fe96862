"""附件9 (转办单) as values, in the order of the form: what is printed, not how. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Protocol

from paperwork.answers.words import Heard
from paperwork.kind import Kind
from paperwork.orders.order import Order, Signature
from paperwork.orders.words import Feedback, Means, Word
from paperwork.sheet import Amended, Choice, Correction, Entered, Sheet, minute
from records.privacy import mask, mask_name, mask_prose

TITLE: Final = "转办单"
FORM: Final = "附件9"

LABELS: Final = {
    "department": "部门名称",
    "number": "转办单编号",
    "accepted_by": "受理人",
    "accepted": "受理时间",
    "asked_by": "问询人",
    "gender": "性别",
    "contact": "联系方式",
    "heard": "接报类别",
    "source": "接报方式",
    "content": "主要内容",
    "feedback": "要求反馈方式",
    "opinion": "审定意见",
    "signed_by": "审定人签字",
    "signed": "审定时间",
    "handed_by": "办理人",
    "handed_on": "转办时间",
    "means": "转办方式",
    "unit": "承办部门",
    "liaison": "联络人",
    "confirmation": "督促落实办结情况",
    "confirmed_by": "督促落实人签字",
    "confirmed": "督促落实时间",
    "kind": "业务类型",
    "category": "内容分类",
    "place": "所在地",
    "against": "被反映单位",
    "urgency": "办理时限",
    "hand_on_by": "转办期限",
    "done_by": "办结期限",
    "done": "办结时间",
    "result": "办理结果",
    "result_text": "办理情况",
    "answered": "答复时间",
    "answer_text": "答复内容",
    "satisfaction": "回访满意度",
    "state": "状态",
    "call": "来电编号",
    "line": "热线",
}
"""What each field is called, on the form and on screens."""

_PROSE: Final = frozenset({"content", "opinion", "confirmation", "result_text", "answer_text", "reason"})
"""What people write: numbers in it are masked."""

HEARD: Final = tuple(one.label for one in Heard)
"""接报类别, the boxes of form 6."""
BY: Final = ("电话", "其他")
"""接报方式."""


class Names(Protocol):
    """What ids are called; those that nobody knows by themselves."""

    def person(self, who: str) -> str:
        """Of somebody as in the audit log: `desk:ann`."""
        ...

    def owner(self, line: str | None) -> str:
        """The institution that a line belongs to (部门名称); the hotline's without a line."""
        ...

    def line(self, line: str) -> str: ...

    def category(self, code: str) -> str:
        """A category with its path."""
        ...

    def unit(self, unit: str) -> str:
        """A unit of the register, by its id."""
        ...

    def policy(self, code: str) -> bool:
        """Whether a consultation in this category asks after policy, not after knowledge."""
        ...


class BareNames:
    """Everything is called by its id."""

    def person(self, who: str) -> str:
        return who.partition(":")[2] or who

    def owner(self, line: str | None) -> str:
        return line or ""

    def line(self, line: str) -> str:
        return line

    def category(self, code: str) -> str:
        return code

    def unit(self, unit: str) -> str:
        return unit

    def policy(self, code: str) -> bool:
        return False


def sheet_json(sheet: Sheet) -> dict[str, Any]:
    """As the API shows it."""
    return {
        "form": sheet.form,
        "title": sheet.title,
        "number": sheet.number,
        "fields": [_field_json(one) for one in sheet.fields],
        "more": [_field_json(one) for one in sheet.more],
        "corrections": [
            {
                "at": one.at,
                "by": one.by,
                "reason": one.reason,
                "changes": [{"label": each.label, "before": each.before, "after": each.after} for each in one.changes],
            }
            for one in sheet.corrections
        ],
        "test": sheet.test,
    }


def _field_json(one: Entered) -> dict[str, Any]:
    told: dict[str, Any] = {"id": one.id, "label": one.label, "value": one.value}
    if one.choices:
        told["choices"] = [{"label": choice.label, "marked": choice.marked} for choice in one.choices]
    return told


def sheet_of(order: Order, names: Names = BareNames(), *, private: bool = False) -> Sheet:  # noqa: B008 - no state
    """The form of an order; name and contact are masked unless `private`, as numbers within texts are."""
    body, handing = order.signed_body or order.body, order.handing
    tell: Callable[[str, Any], str] = lambda name, value: told(name, value, names, private=private)  # noqa: E731

    def entered(name: str, value: Any, choices: tuple[Choice, ...] = ()) -> Entered:
        return Entered(name, LABELS[name], tell(name, value), choices)

    heard = _box(body.kind, body.category, names)
    by = BY[0] if order.source.by_telephone else BY[1]
    form = (
        Entered("department", LABELS["department"], names.owner(body.line)),
        entered("number", order.number),
        entered("accepted_by", None if order.accepted_by is None else names.person(order.accepted_by)),
        entered("accepted", order.accepted),
        entered("asked_by", body.asked_by),
        entered("gender", body.gender),
        entered("contact", body.contact or order.caller),
        entered("heard", _noted(heard, body.kind), _choices(HEARD, heard)),
        entered("source", by if by == BY[0] else f"{by}（{order.source.label}）", _choices(BY, by)),
        entered("content", body.content),
        entered("feedback", body.feedback, _choices(Feedback.choices().values(), body.feedback.label)),
        *_signed(order.signature, ("opinion", "signed_by", "signed"), tell),
        entered("handed_by", handing and names.person(handing.by)),
        entered("handed_on", handing and handing.at),
        entered(
            "means",
            handing and handing.means,
            _choices(Means.choices().values(), handing.means.label if handing else None),
        ),
        entered("unit", handing and handing.unit_name),
        entered("liaison", handing and handing.liaison),
        *_signed(order.confirmation, ("confirmation", "confirmed_by", "confirmed"), tell),
    )
    more = (
        entered("state", order.state),
        entered("line", body.line),
        entered("kind", body.kind),
        entered("category", body.category),
        entered("place", body.place),
        entered("against", body.against),
        entered("urgency", body.urgency),
        entered("hand_on_by", order.hand_on_by),
        *(entered(name, getattr(order, name)) for name in ("done_by", "done", "result", "result_text")),
        *(entered(name, getattr(order, name)) for name in ("answered", "answer_text", "satisfaction", "call")),
    )
    corrections = tuple(
        Correction(
            minute(one.at),
            names.person(one.by),
            tell("reason", one.reason),
            tuple(Amended(LABELS[name], tell(name, old), tell(name, new)) for name, (old, new) in one.changes.items()),
        )
        for one in order.corrections
        if one.signed and order.signature is not None and one.at >= order.signature.at
    )
    return Sheet(FORM, TITLE, order.number, form, more, corrections, order.test)


def _signed(signature: Signature | None, ids: tuple[str, str, str], tell: Callable[[str, Any], str]) -> list[Entered]:
    values = (None, None, None) if signature is None else (signature.text, signature.name, signature.at)
    return [Entered(name, LABELS[name], tell(name, value)) for name, value in zip(ids, values, strict=True)]


def _choices(labels: Any, marked: str | None) -> tuple[Choice, ...]:
    return tuple(Choice(label, label == marked) for label in labels)


def _box(kind: Kind | None, category: str | None, names: Names) -> str | None:
    """接报类别: the kind is finer; of consultations the category says which box."""
    if kind is None:
        return None
    if kind is Kind.CONSULT:
        return HEARD[0] if category is not None and names.policy(category) else HEARD[1]
    return HEARD[2] if kind in (Kind.COMPLAINT, Kind.REPORT) else HEARD[3]


def _noted(box: str | None, kind: Kind | None) -> str | None:
    return f"{box}（{kind.label}）" if box == HEARD[3] and kind not in (None, Kind.OTHER) else box


def told(name: str, value: Any, names: Names, *, private: bool) -> str:
    """A field as people read it: words by their labels, instants to the minute, persons masked unless `private`."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return minute(value)
    if isinstance(value, Word | Kind):
        return value.label
    text = str(value)
    if name == "category":
        return names.category(text)
    if name == "line":
        return names.line(text)
    if name == "against":
        return names.unit(text)
    if private:
        return text
    if name == "contact":
        return mask(text)
    if name == "asked_by":
        return mask_name(text)
    return mask_prose(text) if name in _PROSE else text
