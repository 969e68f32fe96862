"""The answer records as the API describes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desk.schemas import COUNT, FLAG, MAYBE_TEXT, MAYBE_TIME, TEXT, TIME, either, listing, things
from paperwork.answers.complete import LONGEST
from paperwork.answers.words import Gender, Heard, Settled, State
from paperwork.kind import Kind

ANY: dict[str, Any] = {"type": "object"}
SEQ = {"type": "integer", "minimum": 1, "description": "`seq` of the record as it was seen."}


def _text(name: str) -> dict[str, Any]:
    return {"type": ["string", "null"], "maxLength": LONGEST[name]}


def _word(words: type[State] | type[Gender] | type[Heard] | type[Settled] | type[Kind]) -> dict[str, Any]:
    return {"enum": [*(word.value for word in words), None]}


BODY: dict[str, Any] = {
    "asked_by": _text("asked_by"),
    "gender": _word(Gender),
    "contact": _text("contact"),
    "consent": {"type": ["boolean", "null"], "description": "The caller left the contact to be kept."},
    "heard": _word(Heard),
    "heard_note": _text("heard_note"),
    "kind": _word(Kind),
    "category": _text("category"),
    "place": _text("place"),
    "content": _text("content"),
    "note": _text("note"),
    "settled": _word(Settled),
    "work_order": _text("work_order"),
    "test": {"type": "boolean", "description": "A test call, never counted: for who may sign."},
}
_MISSING = listing(things(field=TEXT, label=TEXT))
ROW: dict[str, Any] = things(
    call=TEXT,
    number=TEXT,
    seq=COUNT,
    state={"enum": [state.value for state in State]},
    state_label=TEXT,
    at=TIME,
    line=TEXT,
    line_name=TEXT,
    department=TEXT,
    agent=MAYBE_TEXT,
    agent_name=MAYBE_TEXT,
    owner=MAYBE_TEXT,
    owner_name=MAYBE_TEXT,
    talking=FLAG,
    over=MAYBE_TIME,
    asked_by=MAYBE_TEXT,
    gender=MAYBE_TEXT,
    gender_label=MAYBE_TEXT,
    contact=MAYBE_TEXT,
    heard=MAYBE_TEXT,
    heard_label=MAYBE_TEXT,
    heard_note=MAYBE_TEXT,
    kind=MAYBE_TEXT,
    kind_label=MAYBE_TEXT,
    category=MAYBE_TEXT,
    category_path=MAYBE_TEXT,
    place=MAYBE_TEXT,
    content=MAYBE_TEXT,
    note=MAYBE_TEXT,
    settled=MAYBE_TEXT,
    settled_label=MAYBE_TEXT,
    work_order=MAYBE_TEXT,
    test=FLAG,
    missing=_MISSING,
    filled=MAYBE_TIME,
    signed=MAYBE_TIME,
    signed_by=MAYBE_TEXT,
)
_TALK = things(agent=MAYBE_TEXT, agent_name=MAYBE_TEXT, line=TEXT, line_name=TEXT, at=TIME)
RECORD: dict[str, Any] = things(
    **ROW["properties"],
    consent={"type": ["boolean", "null"]},
    confidential=FLAG,
    talks=listing(_TALK),
    signature=either(things(at=TIME, by=TEXT, name=TEXT, opinion=TEXT)),
    corrections=listing(things(at=TIME, by=TEXT, reason=TEXT, changes=listing(ANY))),
)
PRIVATE: Mapping[str, str | Mapping[str, Any]] = {
    "private": {"enum": ["0", "1"], "description": "1 for whole names and contacts: needs a `reason`, and is audited."},
    "reason": "Why.",
}
YES: Mapping[str, Any] = {"enum": ["0", "1"]}
