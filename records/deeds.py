"""Which entries of the audit log are meant: the filters of its page and of its export as statements, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, or_, select

from records.audit import Written
from records.tables import audit

COLUMNS: Final = ("number", "at", "who", "what", "about", "reason", "details", "before", "hash")
"""Of a sheet."""


@dataclass(frozen=True, slots=True)
class WhichDeeds:
    """Entries by what they say; None is any. Written from `since` until before `until`.

    `who` is a part of it (`ann` finds `desk:ann`), `what` one word. `about`: whose data it was, a call, an account, a
    number of an order, wherever an entry names it; `words` is a part of the reason.
    """

    since: datetime | None = None
    until: datetime | None = None
    who: str | None = None
    what: str | None = None
    about: str | None = None
    words: str | None = None


def deeds_query(which: WhichDeeds, before: int | None = None) -> Select[Any]:
    """Their rows; those that are older than the entry `before`."""
    query = select(audit).order_by(audit.c.number.desc())
    if which.since is not None:
        query = query.where(audit.c.at >= which.since)
    if which.until is not None:
        query = query.where(audit.c.at < which.until)
    if which.who is not None:
        query = query.where(audit.c.who.icontains(which.who, autoescape=True))
    if which.what is not None:
        query = query.where(audit.c.what == which.what)
    if which.about is not None:
        named = (column.icontains(which.about, autoescape=True) for column in (audit.c.about, audit.c.details))
        query = query.where(or_(*named))
    if which.words is not None:
        query = query.where(audit.c.reason.icontains(which.words, autoescape=True))
    return query if before is None else query.where(audit.c.number < before)


def sheet_line(entry: Written) -> dict[str, Any]:
    """An entry as a line of a sheet: its details as `name=value` with semicolons between."""
    told = entry.to_json()
    details = told["details"].items()
    return {**told, "details": "; ".join(f"{name}={_spelt(value)}" for name, value in details)}


def _spelt(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
