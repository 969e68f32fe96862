"""Lists, page by page: newest first, none twice and none left out while new ones are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from desk.asked import instant
from desk.refusal import bad
from routing.calendar import SHANGHAI

MOST = 500


def limit_of(query: Mapping[str, str]) -> int:
    """How many a page has. Raises Refusal."""
    return whole_number(query, "limit", "50", MOST)


def whole_number(query: Mapping[str, str], name: str, usual: str, most: int) -> int:
    """A parameter that is a number from 1 on. Raises Refusal."""
    value = query.get(name, usual)
    if not (value.isascii() and value.isdigit() and len(value) < 10 and 1 <= int(value) <= most):
        raise bad(f"`{name}` is a number from 1 to {most}")
    return int(value)


def place_of(query: Mapping[str, str], *, numbered: bool = False) -> tuple[datetime, str] | None:
    """The place after which the page begins: an instant and what orders those of one instant. Raises Refusal."""
    if (text := query.get("after")) is None:
        return None
    at, found, name = text.partition("~")
    if numbered and not (name.rpartition("~")[2].isdecimal() and len(name.rpartition("~")[2]) < 9):
        found = ""
    if not found or not name or len(name) > 200 or "\0" in name:
        raise bad("`after` is `next` of the page before")
    since = instant({"after": at}, "after")
    return None if since is None else (since, name)


def place(at: datetime | None, name: str) -> str | None:
    """The place of the last of a page. A `+` of an offset would come back from an address as a space."""
    return None if at is None else f"{at.astimezone(SHANGHAI).replace(tzinfo=None).isoformat()}~{name}"
