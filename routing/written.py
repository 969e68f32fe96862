"""How single values are written: names, keys, durations, numbers, days."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from routing.calendar import SHANGHAI
from routing.days import DATES, DateSpan, one_or_many
from routing.days import Written as Written
from routing.days import listed as listed


def number(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _or_number(pattern: str) -> WithJsonSchema:
    """The schema of a text that may be written as a number as well."""
    return WithJsonSchema({"anyOf": [{"type": "string", "pattern": pattern}, {"type": "integer", "minimum": 0}]})


Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
"""Name of a node, line, agent or prompt: small letters, digits and hyphens."""

AgentId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
"""Name of an agent, and of the SIP account of their phone."""

_KEY = r"^[0-9*#]$"

Key = Annotated[str, BeforeValidator(number), StringConstraints(pattern=_KEY), _or_number(_KEY)]
"""One key of a telephone."""

_DURATION = re.compile(r"^(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?$")


def _seconds(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and value and (match := _DURATION.match(value)):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return float(hours * 3600 + minutes * 60 + seconds)
    raise ValueError("write a duration like 20s, 5m or 1h30m")


DURATION_SCHEMA = {
    "anyOf": [{"type": "string", "pattern": _DURATION.pattern}, {"type": "number", "minimum": 0, "maximum": 86400}]
}

Seconds = Annotated[float, BeforeValidator(_seconds), Field(ge=0, le=86400), WithJsonSchema(DURATION_SCHEMA)]
"""Written `20s`, `5m`, `1h30m`, or a number of seconds."""

Level = Annotated[int, Field(ge=1, le=9)]
"""How well an agent serves a line: 1 is best."""


_PHONE = r"^\+?[0-9]{3,20}$"

PhoneNumber = Annotated[str, BeforeValidator(number), StringConstraints(pattern=_PHONE), _or_number(_PHONE)]
"""Digits as they are dialled on the trunk."""


_PROMPT = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"

PromptId = Annotated[str, StringConstraints(pattern=_PROMPT, max_length=40)]
"""Name of a prompt, and of its sound file: small letters, digits and single hyphens between them."""


def _spoken(text: str) -> str:
    if not all(sign.isprintable() or sign in "\n\t" for sign in text):
        raise ValueError("a character that cannot be spoken or seen is in these words; type them anew")
    if not any(sign.isalnum() for sign in text):
        raise ValueError("write words that can be spoken")
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600), AfterValidator(_spoken)]
"""Words to be spoken."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
"""As people know something."""

Prompts = Annotated[tuple[PromptId, ...], BeforeValidator(listed), one_or_many(_PROMPT[1:-1])]
"""One prompt id or a list of them, said in order."""

Digits = Annotated[str, BeforeValidator(number), StringConstraints(pattern=r"^[0-9]{1,20}$")]
"""Digits as a caller keys them."""


class Count(NamedTuple):
    """From `least` to `most`."""

    least: int
    most: int


def count(value: Any) -> Any:
    match = re.match(r"^([0-9]{1,2})(?:\s*-\s*([0-9]{1,2}))?$", str(value)) if isinstance(value, int | str) else None
    if match is None:
        return value if isinstance(value, Count) else _refuse("write how many digits, like 8 or 4-12")
    least = int(match[1])
    most = int(match[2] or least)
    return Count(least, most) if 1 <= least <= most <= 32 else _refuse("1 to 32 digits, the smaller number first")


DigitCount = Annotated[
    Count,
    BeforeValidator(lambda value: count(value)),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": "^[0-9]{1,2}(\\s*-\\s*[0-9]{1,2})?$"}, {"type": "integer"}]}
    ),
]


def _refuse(message: str) -> Any:
    raise ValueError(message)


DateSpans = Annotated[tuple[DateSpan, ...], BeforeValidator(listed), one_or_many(DATES)]
"""`2026-10-01`, `2026-10-01..2026-10-07`, or a list of such."""

WITHHELD = "withheld"
"""The caller pattern of a caller who shows no number."""

CallerPattern = Annotated[str, StringConstraints(pattern=r"^(\+?[0-9]{1,20}\*?|withheld)$")]
"""A number, the beginning of one and `*`, or `withheld`."""


CallerPatterns = Annotated[
    tuple[CallerPattern, ...],
    BeforeValidator(lambda value: callers(value)),
    one_or_many(r"\+?[0-9]{1,20}\*?|withheld"),
]


def callers(value: Any) -> Any:
    return tuple(number(one) for one in (value if isinstance(value, list | tuple) else (value,)))


def is_called_by(pattern: str, number: str) -> bool:
    """Whether a number is the one written, begins as written (`022*`), or is `withheld`."""
    if pattern == WITHHELD:
        return not number
    return number.startswith(pattern[:-1]) if pattern.endswith("*") else number == pattern


def in_shanghai(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


STANDARD = "standard"
"""The variant of a caller who chose none: the words under `prompts`."""
