"""What is missing in a record, and what cannot stand in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from paperwork.answers.codes import Codes
from paperwork.answers.record import FIELDS, Body, Record, box_of, typed
from paperwork.answers.rules import AnswerRules
from paperwork.answers.words import BOXES, Gender, Heard, Settled
from paperwork.kind import Kind
from records.privacy import mask, mask_name, mask_prose, unveil_prose

LONGEST: Final[Mapping[str, int]] = {
    "asked_by": 60,
    "contact": 100,
    "heard_note": 100,
    "category": 40,
    "place": 100,
    "content": 8000,
    "note": 2000,
    "work_order": 40,
}
"""Characters of each text."""

_WORK_ORDER = re.compile(r"T?20[0-9]{2}-[0-9]{6,}")


class Unfit(ValueError):
    """What was written cannot stand in a record; `fields` says of each field why."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = dict(fields)


def missing(body: Body, rules: AnswerRules, *, ours: bool = True) -> tuple[str, ...]:
    """The fields that a record still needs, in the form's order. `ours`: an agent of ours talked.

    The kind of business always; what the rules require of it; of 其他 what it was; of what was handed on, to which work
    order.
    """
    if not ours:
        return ()
    needed: set[str] = {"kind"}
    if body.kind is not None:
        needed |= set(rules.required_of(body.kind))
    if box_of(body) is Heard.OTHER and body.kind is Kind.OTHER:
        needed.add("heard_note")
    if body.settled is Settled.HANDED_ON:
        needed.add("work_order")

    def has(name: str) -> bool:
        return (box_of(body) if name == "heard" else getattr(body, name)) not in (None, "")

    return tuple(name for name in FIELDS if name in needed and not has(name))


def missing_of(record: Record, rules: AnswerRules) -> tuple[str, ...]:
    """As `missing`, of a record."""
    return missing(record.body, rules, ours=record.owner is not None)


def overdue(record: Record, rules: AnswerRules, now: datetime) -> bool:
    """Whether an incomplete record is so longer after its last talk than the rules allow."""
    over = record.over
    return over is not None and bool(missing_of(record, rules)) and now - over > timedelta(seconds=rules.grace)


def checked(record: Record, asked: Mapping[str, Any], codes: Codes) -> dict[str, Any]:
    """The changes that a wish comes to, as they are filed: only what is otherwise than it was. Raises Unfit.

    Texts lose the spaces around them, and an empty one is none. A box that the new kind cannot stand in is taken back.
    """
    wrong: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, value in asked.items():
        if _is_as_shown(record.body, name, value):
            continue
        try:
            values[name] = _value(name, _with_numbers(record.body, name, value))
        except ValueError as error:
            wrong[name] = str(error)
    if wrong:
        raise Unfit(wrong)
    after = replace(record.body, **values)
    if "kind" in values and "heard" not in values and after.kind and after.heard not in (None, *BOXES[after.kind]):
        values["heard"] = None
        after = replace(after, heard=None)
    if wrong := _contradictions(record, after, values, codes):
        raise Unfit(wrong)
    return {name: value for name, value in values.items() if value != getattr(record.body, name)}


_MASKS: Final[Mapping[str, Callable[[str], str]]] = {
    "contact": mask,
    "asked_by": mask_name,
    "content": mask_prose,
    "note": mask_prose,
    "heard_note": mask_prose,
}
"""How a field is shown to whoever did not ask for the whole."""
_SAID: Final[Mapping[str, Callable[[str], str]]] = {"opinion": mask_prose, "reason": mask_prose}
"""And what leaders write beside the fields."""


def shown(name: str, value: str | None, *, private: bool) -> str | None:
    """A field's text as it is shown, or an `opinion`, or the `reason` of a correction."""
    veil = _MASKS.get(name) or _SAID.get(name)
    return value if value is None or private or veil is None else veil(value)


def _is_as_shown(body: Body, name: str, value: Any) -> bool:
    """A screen that sends back what it was shown, masked, changes nothing."""
    return (
        isinstance(value, str) and name in _MASKS and value.strip() == shown(name, getattr(body, name), private=False)
    )


def _with_numbers(body: Body, name: str, value: Any) -> Any:
    """A text with the numbers in it that its screen was shown masked. Raises ValueError that says why not.

    So who may not see them can write around them, also when they are masked for good.
    """
    if not isinstance(value, str) or _MASKS.get(name) is not mask_prose:
        return value
    return unveil_prose(value, getattr(body, name) or "")


def _value(name: str, value: Any) -> Any:
    """One field, typed. Raises ValueError that says why not."""
    if name not in FIELDS:
        raise ValueError(f"there is no such field; there is {', '.join(FIELDS)}")
    if name in ("consent", "test"):
        if isinstance(value, bool) or (value is None and name == "consent"):
            return value
        raise ValueError("true or false")
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("a text, or null for nothing")  # noqa: TRY004 - what the value is, not its type
    value = value.replace("\r\n", "\n").strip()
    if not value:
        return None
    try:
        value = typed(name, value)
    except ValueError:
        raise ValueError(f"one of {', '.join(_words(name))}") from None
    if name in LONGEST:
        _text(name, value)
    return value


def _words(name: str) -> tuple[str, ...]:
    lists = {"gender": Gender, "heard": Heard, "kind": Kind, "settled": Settled}
    return tuple(lists[name])


def _text(name: str, value: str) -> None:
    if len(value) > LONGEST[name]:
        raise ValueError(f"at most {LONGEST[name]} characters, not {len(value)}")
    lines = name in ("content", "note")
    if not all(sign.isprintable() or (lines and sign in "\n\t") for sign in value):
        raise ValueError("it has a character that cannot be printed")
    if name in ("contact", "asked_by") and "*" in value:
        raise ValueError("a masked number or name is in it: leave the field out to keep it, or write it in whole")
    if name == "work_order" and not _WORK_ORDER.fullmatch(value):
        raise ValueError("the number of a work order, like 2026-000123")


def _contradictions(record: Record, after: Body, changes: Mapping[str, Any], codes: Codes) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if after.kind is not None and after.heard not in (None, *BOXES[after.kind]):
        boxes = " or ".join(f"{box} ({box.label})" for box in BOXES[after.kind])
        wrong["heard"] = f"of {after.kind} ({after.kind.label}) it is {boxes}"
    if after.category is not None and {"category", "kind"} & set(changes):
        why = codes.wrong(after.kind, after.category)
        if why is not None:
            wrong["category"] = why
    if record.quiet and not after.consent:
        for name in ("asked_by", "contact"):
            if getattr(after, name) is not None and name in changes:
                wrong[name] = "this line keeps none unless the caller agrees: write `consent` true with it"
            elif getattr(after, name) is not None and "consent" in changes:
                wrong["consent"] = f"without it `{name}` cannot stay: take it out too"
    if after.work_order is not None and after.settled is not Settled.HANDED_ON:
        wrong["work_order"] = "only of what was handed on: `settled` is handed_on then"
    return wrong
