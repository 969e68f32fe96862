"""A page of what is behind a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routing.calendar import SHANGHAI


class Unknown(ValueError):
    """There is no such list, or nothing in it that could be asked for so; one line for people."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A page of what is behind a number. `total` counts everything, `next` is where the next page begins."""

    rows: tuple[Mapping[str, Any], ...]
    total: int
    next: str | None


Place = tuple[datetime, str]
"""Where a row stands in its list: its instant and its id."""


def following(page: Sequence[Place], *, more: bool) -> str | None:
    """What to ask for after this page."""
    if not more:
        return None
    at, name = page[-1]
    # no `+` of an offset: in an address it comes back as a space
    return f"{at.astimezone(SHANGHAI).replace(tzinfo=None).isoformat()}~{name}"


def place_of(after: str) -> Place:
    """The place that `following` told. Raises Unknown."""
    at, found, name = after.partition("~")
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        instant = None
    usable = instant is not None and instant.tzinfo is None and 1970 < instant.year < 9000
    if not usable or instant is None or not found or not name or len(name) > 200 or "\0" in name:
        raise Unknown("`after` is `next` of the page before")
    return instant.replace(tzinfo=SHANGHAI), name
