"""Fields that are more than one text, in one cell: lists, and sessions of experts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_BETWEEN = re.compile(r"[;；]")
_SESSION = re.compile(r"(.+?)\s+([0-9]{1,2}:[0-9]{2})\s*[-–~至]\s*([0-9]{1,2}:[0-9]{2})")


def spelt(value: Any) -> str | None:
    """One field as one text: `a; b`, `thu 14:00-16:00`."""
    if value is None:
        return None
    if isinstance(value, list | tuple):
        return "; ".join(_one(each) for each in value)
    return str(value)


def _one(value: Any) -> str:
    if isinstance(value, Mapping):
        days = value["days"]
        told = days if isinstance(days, str) else ", ".join(map(str, days))
        return f"{told} {value['since']}-{value['until']}"
    return str(value)


def listed(text: str) -> list[str]:
    """The parts of a list that somebody typed, between semicolons."""
    return [part.strip() for part in _BETWEEN.split(text) if part.strip()]


def sessions(text: str) -> list[dict[str, Any]]:
    """Sessions as somebody typed them: `thu 14:00-16:00; 1st mon 9:00-11:30`. Raises ValueError."""
    found = []
    for part in listed(text):
        match = _SESSION.fullmatch(part)
        if match is None:
            raise ValueError(f"{part[:40]!r} is no session; write it like thu 14:00-16:00, several with ; between")
        days = [day.strip() for day in match[1].split(",")]
        found.append({"days": days, "since": _clock(match[2]), "until": _clock(match[3])})
    return found


def _clock(text: str) -> str:
    return text.rjust(5, "0")
