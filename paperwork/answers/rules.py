"""What the operators decide about answer records: section `answers:` of `config/paperwork/rules.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from paperwork.kind import Kind
from routing.days import Written
from routing.written import CallerPatterns, Id, Seconds, is_called_by, listed

Required = Literal["asked_by", "gender", "contact", "heard", "category", "place", "content", "note", "settled"]
"""Fields that may be required. `kind` always is."""

RequiredFields = Annotated[tuple[Required, ...], BeforeValidator(listed)]

SHIPPED: Mapping[Kind, tuple[Required, ...]] = {
    Kind.CONSULT: ("heard", "category", "content", "settled"),
    Kind.COMPLAINT: ("category", "place", "content", "settled"),
    Kind.REPORT: ("category", "place", "content", "settled"),
    Kind.SUGGESTION: ("content", "settled"),
    Kind.PRAISE: ("content",),
    Kind.BOOKING: (),
    Kind.OTHER: ("content",),
}


def _kinds(value: object) -> object:
    """Kinds as the forms call them (`投诉`), or as the database does (`complaint`)."""
    if not isinstance(value, Mapping):
        return value
    return {Kind.labelled(key) if key in {kind.label for kind in Kind} else key: each for key, each in value.items()}


class LineAnswers(Written):
    """What holds for the records of one line."""

    kind: Annotated[Kind, BeforeValidator(lambda value: _kind(value))] | None = None
    """Its records begin with this kind: an agent may change it."""


def _kind(value: object) -> object:
    return Kind.labelled(value) if isinstance(value, str) and value in {kind.label for kind in Kind} else value


class AnswerRules(Written):
    """When a record is complete, and how long it may take."""

    required: Annotated[dict[Kind, RequiredFields], BeforeValidator(_kinds)] = Field(default_factory=dict)
    """Fields without which a record of a kind is incomplete; kinds that are not named keep the shipped ones."""
    grace: Seconds = 1800.0
    """So long after its last talk a record may be incomplete; then there is an alert."""
    outside: bool = True
    """Calls that only an outside number answered have a record too; nobody of ours has to fill it."""
    test_numbers: CallerPatterns = ("000*",)
    """Calls of these numbers are tests, never counted: `hotline call` calls from numbers that begin with 000."""
    lines: dict[Id, LineAnswers] = Field(default_factory=dict)

    def required_of(self, kind: Kind) -> tuple[Required, ...]:
        return self.required.get(kind, SHIPPED[kind])

    def is_test(self, number: str) -> bool:
        """Whether calls of this number are tests."""
        return any(is_called_by(pattern, number) for pattern in self.test_numbers)

    def kind_of(self, line: str) -> Kind | None:
        """The kind with which records of a line begin."""
        rule = self.lines.get(line)
        return None if rule is None else rule.kind
