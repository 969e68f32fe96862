"""Papers are kept as the facts that were filed in them: append-only, numbered, none twice.

A paper (an answer record, a work order, a quality sheet …) has a name such as `answer:CALL` or `order:2026-000001`.
What stands in it now is folded from its filings, in the transaction that files a new one, so that neither can be
without the other. Two people who change the same paper at once: the second is refused and looks again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from records.paper_tables import filings, numbers
from routing.calendar import SHANGHAI

# Written once: SQLAlchemy takes longer to put a statement together than SQLite to carry it out.
_FILE = insert(filings)
_FILED = select(filings).where(filings.c.paper == bindparam("of")).order_by(filings.c.seq)
_NEXT = {
    name: dialect.insert(numbers)
    .on_conflict_do_update(index_elements=["series", "year"], set_={"last": numbers.c.last + 1})
    .returning(numbers.c.last)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}


class Changed(RuntimeError):
    """Somebody else filed something in this paper meanwhile: read it again."""


@dataclass(frozen=True, slots=True)
class Filing:
    """One fact of a paper. `who` is as in the audit log: `desk:NAME`, `os:NAME`, `engine:NODE`."""

    paper: str
    seq: int
    at: datetime
    who: str
    kind: str
    data: Mapping[str, Any]


async def file(connection: AsyncConnection, *facts: Filing) -> None:
    """Write new facts. Raises Changed when one of these numbers is taken; then the whole transaction is undone."""
    rows = [
        {"paper": f.paper, "seq": f.seq, "at": f.at, "who": f.who, "kind": f.kind, "data": dict(f.data)} for f in facts
    ]
    try:
        await connection.execute(_FILE, rows)
    except IntegrityError as error:
        raise Changed(facts[0].paper) from error


async def filed(connection: AsyncConnection, paper: str) -> list[Filing]:
    """All that was filed in a paper, in order; nothing when there is no such paper."""
    return [_filing(row) for row in (await connection.execute(_FILED, {"of": paper})).mappings()]


def _filing(row: RowMapping) -> Filing:
    return Filing(row["paper"], row["seq"], row["at"], row["who"], row["kind"], row["data"])


async def next_number(connection: AsyncConnection, series: str, at: datetime) -> str:
    """The next number of a series in the year of `at` in China, without a gap: `2026-000001`.

    It is given with the transaction: one that is undone gives its number back.
    """
    year = at.astimezone(SHANGHAI).year
    given = {"series": series, "year": year, "last": 1}
    return f"{year}-{(await connection.execute(_NEXT[connection.dialect.name], given)).scalar_one():06d}"
