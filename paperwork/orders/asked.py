"""What people say with each move of an order, held to its form before anything is done."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from paperwork.kind import Kind
from paperwork.orders.order import BODY
from paperwork.orders.state import Move
from paperwork.orders.words import Acceptance, Feedback, Gender, Means, Result, Satisfaction, Source, Urgency
from routing.days import Written


class Unfit(ValueError):
    """What was said makes no sense; one line for people."""


def _legible(text: str) -> str:
    strange = {sign for sign in text if unicodedata.category(sign) in ("Cc", "Cs", "Cn") and sign not in "\n\t"}
    if strange:
        raise ValueError("text without control characters")
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise ValueError("one line of text")
    return _legible(text)


_Trimmed = StringConstraints(strip_whitespace=True, min_length=1, max_length=200)
Line = Annotated[str, _Trimmed, AfterValidator(_one_line)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(_legible)]


class Wanted(Written):
    """The fields of an order that people write."""

    content: Text
    kind: Kind | None = None
    category: Line | None = None
    place: Line | None = None
    line: Line | None = None
    urgency: Urgency = Urgency.SIMPLE
    asked_by: Line | None = None
    gender: Gender | None = None
    contact: Line | None = None
    feedback: Feedback = Feedback.UNIT
    against: Line | None = None


class Settle(Written):
    """12320 settles it itself, on the spot."""

    result: Result = Result.SETTLED
    text: Text
    means: Means = Means.TELEPHONE


class HandOn(Written):
    unit: Line
    means: Means | None = None
    note: Text | None = None
    complained_of: Line | None = None
    """Which unit `against` means, by its id, or `none`: asked for where that is like a unit's name and none exactly."""


class Open(Wanted):
    """A new order. With `call` the answer record of that call fills in what is not said."""

    content: Text | None = None  # type: ignore[assignment]
    source: Source = Source.CALL
    call: Line | None = None
    outside_number: Line | None = None
    recording: Line | None = None
    acceptance: Acceptance | None = None
    """Set for what somebody has to accept first."""
    test: bool = False
    settle: Settle | None = None
    hand_on: HandOn | None = None
    """Handed on in the same breath."""

    @model_validator(mode="after")
    def _one_way(self) -> Open:
        if self.settle is not None and self.hand_on is not None:
            raise ValueError("it is settled on the spot, or handed on: not both")
        return self


class Accept(Written):
    urgency: Urgency | None = None
    note: Text | None = None


class Sign(Written):
    """审定意见."""

    text: Text
    name: Line | None = None
    """The signature; who is signed in when nothing is said."""


class Reason(Written):
    reason: Text


class Note(Written):
    note: Text | None = None


class Extend(Written):
    workdays: int = Field(ge=1, le=250)
    reason: Text


class Done(Written):
    result: Result = Result.SETTLED
    text: Text


class Answer(Written):
    text: Text
    means: Means = Means.TELEPHONE


class Visit(Written):
    """回访: whether somebody was reached, and what they said."""

    reached: bool = True
    satisfaction: Satisfaction | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _said(self) -> Visit:
        if self.reached is (self.satisfaction is None):
            raise ValueError("say `satisfaction` of who was reached, and of nobody else")
        return self


class Close(Written):
    reason: Text | None = None


class Urge(Written):
    text: Text


class Correct(Written):
    """Other values for fields of the order; what was written before stays in its history."""

    changes: dict[str, str | None] = Field(min_length=1)
    reason: Text
    complained_of: Line | None = None
    """As of `hand_on`, where `against` is corrected."""

    @model_validator(mode="after")
    def _fields(self) -> Correct:
        strange = sorted(set(self.changes) - set(BODY))
        if strange:
            raise ValueError(f"`changes` has {strange[0][:40]!r}; there is {', '.join(BODY)}")
        for name in ("content", "urgency", "feedback"):
            if name in self.changes and not self.changes[name]:
                raise ValueError(f"`{name}` cannot be empty")
        return self


FORMS: Final[Mapping[Move, type[Written]]] = {
    Move.ACCEPT: Accept,
    Move.SIGN: Sign,
    Move.HAND_ON: HandOn,
    Move.RETURN: Reason,
    Move.TAKE: Note,
    Move.EXTEND: Extend,
    Move.DONE: Done,
    Move.SETTLE: Settle,
    Move.ANSWER: Answer,
    Move.VISIT: Visit,
    Move.CLOSE: Close,
    Move.REOPEN: Reason,
    Move.WITHDRAW: Reason,
    Move.URGE: Urge,
    Move.CONFIRM: Sign,
    Move.CORRECT: Correct,
}
"""What is said with each move that people may ask for; a follow-up call that reached nobody is `visit` too."""

Form = TypeVar("Form", bound=Written)


def read(form: type[Form], data: Mapping[str, Any]) -> Form:
    """What was said, as its form. Raises Unfit with one line that names the field."""
    try:
        return form.model_validate(dict(data))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        words = first["msg"].removeprefix("Value error, ")
        raise Unfit(f"`{place}`: {words}" if place else words) from None


def told(form: Written) -> dict[str, Any]:
    """What was said, as JSON keeps it; what was not said is left out."""
    return form.model_dump(mode="json", exclude_none=True)
