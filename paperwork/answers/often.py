"""Which categories a line's records had lately, and an agent's: what is offered first when the next one is chosen."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from records.paper_tables import answers
from records.store import Store

LOOKED_AT = 500
"""The newest records of a line that are counted."""
LATELY = 50
"""The newest records of an agent that are looked at."""
MOST = 12


def often_query(line: str) -> Select[Any]:
    """Category and how often, of a line's newest records, the most frequent first."""
    newest = (
        select(answers.c.category)
        .where(answers.c.line == line, answers.c.category.is_not(None))
        .order_by(answers.c.at.desc())
        .limit(LOOKED_AT)
        .subquery("newest")
    )
    times = func.count()
    query = select(newest.c.category, times.label("times")).group_by(newest.c.category)
    return query.order_by(times.desc(), newest.c.category).limit(MOST)


def lately_query(agent: str) -> Select[Any]:
    """The categories of an agent's newest records, the newest first."""
    return (
        select(answers.c.category)
        .where(answers.c.agent == agent, answers.c.category.is_not(None))
        .order_by(answers.c.at.desc())
        .limit(LATELY)
    )


async def often(store: Store, line: str) -> list[str]:
    """The codes that a line's callers ask about most. Raises what the Store raises."""
    return [row["category"] for row in await store.rows(often_query(line))]


async def lately(store: Store, agent: str) -> list[str]:
    """The codes that an agent chose lately, each once. Raises what the Store raises."""
    rows = await store.rows(lately_query(agent))
    return list(dict.fromkeys(row["category"] for row in rows))[:MOST]
