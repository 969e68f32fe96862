"""Ended calls, page by page: newest first, none twice and none left out while new ones are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from desk.refusal import bad
from records.cdr import Cdr
from records.rows import cdr_from
from records.store import Store
from records.tables import cdr
from routing.calendar import SHANGHAI

MOST = 500


@dataclass(frozen=True, slots=True)
class Span:
    """Which calls: those that began from `since` until before `until`, older than the place `after`."""

    since: datetime | None
    until: datetime | None
    limit: int
    after: tuple[datetime, str] | None

    @classmethod
    def asked(cls, query: Mapping[str, str]) -> Span:
        """From what was asked for. Raises Refusal."""
        limit = query.get("limit", "50")
        if not (limit.isascii() and limit.isdigit() and len(limit) < 6 and 1 <= int(limit) <= MOST):
            raise bad(f"`limit` is a number from 1 to {MOST}")
        after = None
        if (place := query.get("after")) is not None:
            at, found, call = place.partition("~")
            instant = _instant(at, "after")
            if not found or not call or len(call) > 64 or instant is None or "\0" in call:
                raise bad("`after` is `next` of the page before")
            after = (instant, call)
        return cls(_instant(query.get("from"), "from"), _instant(query.get("to"), "to"), int(limit), after)


def _instant(text: str | None, name: str) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
        at.astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        raise bad(f"`{name}` is not a time; write it like 2026-10-01T09:00") from None
    if not 1970 < at.year < 9000:
        raise bad(f"`{name}` is a time of another age")
    return at


async def page_of(store: Store, span: Span, *, agent: str | None = None) -> tuple[list[Cdr], str | None]:
    """The page and where the next one begins; None after the last. `agent`: calls in which they talked last."""
    query = select(cdr).order_by(cdr.c.ended.desc(), cdr.c.id.desc()).limit(span.limit + 1)
    if span.since is not None:
        query = query.where(cdr.c.started >= span.since)
    if span.until is not None:
        query = query.where(cdr.c.started < span.until)
    if agent is not None:
        query = query.where(cdr.c.agent == agent)
    if span.after is not None:
        at, call = span.after
        query = query.where(or_(cdr.c.ended < at, and_(cdr.c.ended == at, cdr.c.id < call)))
    found = [cdr_from(row) for row in await store.rows(query)]
    page = found[: span.limit]
    if len(found) <= span.limit or page[-1].ended is None:
        return page, None
    # a `+` of an offset would come back from an address as a space
    return page, f"{page[-1].ended.astimezone(SHANGHAI).replace(tzinfo=None).isoformat()}~{page[-1].id}"
