"""Answer records, page by page: newest first, none twice and none left out while new ones are written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, and_, case, func, or_, select

from paperwork.answers.rules import AnswerRules
from paperwork.answers.words import State
from records.paper_tables import answer_talks, answers
from records.store import Store
from routing.calendar import SHANGHAI

MOST = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records; None is any. `at` is from `since` until before `until`."""

    since: datetime | None = None
    until: datetime | None = None
    line: str | None = None
    agent: str | None = None
    """Who talked in the call, first or later."""
    owner: str | None = None
    """Who has to fill it."""
    state: str | None = None
    kind: str | None = None
    category: str | None = None
    number: str | None = None
    """Of the record (接听单编号)."""
    work_order: str | None = None
    test: bool | None = None
    missing: bool = False
    """Incomplete though the last talk is over."""
    late: datetime | None = None
    """And over before this."""
    hidden: Collection[str] = ()
    """Lines of which nothing is shown, unless `own` talked."""
    own: str | None = None
    oldest: bool = False
    """The oldest first."""
    limit: int = 50
    after: tuple[datetime, str] | None = None


async def page_of(store: Store, wanted: Wanted) -> tuple[list[RowMapping], str | None]:
    """The rows and where the next page begins; None after the last. Raises what `Store` raises."""
    order = (answers.c.at, answers.c.call) if wanted.oldest else (answers.c.at.desc(), answers.c.call.desc())
    query = _those(select(answers), wanted).order_by(*order).limit(wanted.limit + 1)
    if wanted.after is not None:
        at, call = wanted.after
        if wanted.oldest:
            query = query.where(or_(answers.c.at > at, and_(answers.c.at == at, answers.c.call > call)))
        else:
            query = query.where(or_(answers.c.at < at, and_(answers.c.at == at, answers.c.call < call)))
    found = list(await store.rows(query))
    page = found[: wanted.limit]
    if len(found) <= wanted.limit:
        return page, None
    # a `+` of an offset would come back from an address as a space
    return page, f"{page[-1]['at'].astimezone(SHANGHAI).replace(tzinfo=None).isoformat()}~{page[-1]['call']}"


def _those(query: Select[Any], wanted: Wanted) -> Select[Any]:
    for name in ("line", "owner", "state", "kind", "category", "number", "work_order", "test"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(answers.c[name] == value)
    if wanted.since is not None:
        query = query.where(answers.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(answers.c.at < wanted.until)
    if wanted.agent is not None:
        query = query.where(answers.c.call.in_(_talked(wanted.agent)))
    if wanted.missing or wanted.late is not None:
        query = query.where(answers.c.state == State.OPEN, answers.c.owner.is_not(None), answers.c.over.is_not(None))
    if wanted.late is not None:
        query = query.where(answers.c.over < wanted.late)
    if wanted.hidden:
        closed = answers.c.call.in_(select(answer_talks.c.call).where(answer_talks.c.line.in_(wanted.hidden)))
        query = query.where(~closed if wanted.own is None else or_(~closed, answers.c.call.in_(_talked(wanted.own))))
    return query


def _talked(agent: str) -> Select[Any]:
    return select(answer_talks.c.call).where(answer_talks.c.agent == agent)


async def incomplete(store: Store, rules: AnswerRules, now: datetime, wanted: Wanted) -> list[Mapping[str, Any]]:
    """Of each line and who has to fill: how many records are incomplete, how many too long, and since when the oldest.

    As far as `wanted` says what may be seen.
    """
    late = now - timedelta(seconds=rules.grace)
    columns = (
        answers.c.line,
        answers.c.owner,
        func.count().label("incomplete"),
        func.sum(case((answers.c.over < late, 1), else_=0)).label("late"),
        func.min(answers.c.over).label("oldest"),
    )
    query = _those(select(*columns), wanted).where(answers.c.test.is_(False))
    query = query.group_by(answers.c.line, answers.c.owner).order_by(answers.c.line, answers.c.owner)
    return [dict(row) for row in await store.rows(query)]
