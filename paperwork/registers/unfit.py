"""What is wrong with an entry that somebody wrote, a line for each field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from paperwork.registers.entries import LABELS, Entry, Register

_SHOWN = 40


class Unfit(ValueError):
    """It cannot stand in the register. `problems` has a line for each field."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def entry_of(register: Register, data: Mapping[str, Any]) -> Entry:
    """The entry that is written in `data`. Raises Unfit."""
    try:
        return register.model.model_validate(data)
    except ValidationError as error:
        raise Unfit(tuple(_told(register, problem) for problem in error.errors(include_url=False))) from None


def _told(register: Register, problem: Any) -> str:
    field = ".".join(str(part) for part in problem["loc"])
    label = LABELS[register].get(field)
    place = f"{field} ({label})" if label else field or "entry"
    match problem["type"]:
        case "missing":
            return f"{place}: is missing"
        case "extra_forbidden":
            return f"{place}: there is no such field; there is {', '.join(register.model.model_fields)}"
        case "string_too_short":
            return f"{place}: is empty"
        case "string_pattern_mismatch":
            return f"{place}: {_shown(problem['input'])} is no id: small letters, digits and hyphens, a letter first"
        case _:
            words = problem["msg"].removeprefix("Value error, ")
            return f"{place}: {_shown(problem['input'])}: {words[:1].lower()}{words[1:]}"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
