"""A work order remembers that it was handed on late, and that a unit sent it back: a new clock forgot both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from records.tables import Instant

revision = "0010"
down_revision = "0009"

AT_ONCE = 500
"""Orders that are read together."""

orders = sa.table(
    "orders", sa.column("number", sa.Text), sa.column("handed_late", Instant), sa.column("sent_back", Instant)
)
filings = sa.table(
    "filings",
    sa.column("paper", sa.Text),
    sa.column("seq", sa.Integer),
    sa.column("at", Instant),
    sa.column("kind", sa.Text),
    sa.column("data", sa.JSON),
)


def upgrade() -> None:
    op.add_column("orders", sa.Column("handed_late", sa.DateTime(timezone=True)))
    op.add_column("orders", sa.Column("sent_back", sa.DateTime(timezone=True)))
    if not context.is_offline_mode():  # printed as SQL there is nothing to read
        _tell_old_ones(op.get_bind())


def _tell_old_ones(connection: sa.Connection) -> None:
    last = ""
    while numbers := _after(connection, last):
        last = numbers[-1]
        papers = [f"order:{number}" for number in numbers]
        query = sa.select(filings).where(filings.c.paper.in_(papers)).order_by(filings.c.paper, filings.c.seq)
        told: dict[str, list[Any]] = {}
        for fact in connection.execute(query):
            told.setdefault(fact.paper, []).append(fact)
        for paper, facts in told.items():
            late, back = _of(facts)
            if late is not None or back is not None:
                mine = orders.c.number == paper.removeprefix("order:")
                connection.execute(sa.update(orders).where(mine).values(handed_late=late, sent_back=back))


def _after(connection: sa.Connection, number: str) -> list[str]:
    query = sa.select(orders.c.number).where(orders.c.number > number).order_by(orders.c.number).limit(AT_ONCE)
    return list(connection.execute(query).scalars())


def _of(facts: Iterable[Any]) -> tuple[datetime | None, datetime | None]:
    """When an order was first handed on late, and when it was sent back last, unless it was handed on since."""
    late = back = until = None
    for fact in facts:
        if fact.kind in ("hand_on", "settle") and late is None and until is not None and fact.at > until:
            late = fact.at
        if fact.kind == "return":
            back = fact.at
        elif fact.kind == "hand_on":
            back = None
        if "hand_on_by" in fact.data:
            until = datetime.fromisoformat(fact.data["hand_on_by"])
        runs = fact.data.get("runs")
        if runs is not None and runs["clock"] == "hand_on":
            until = datetime.fromisoformat(runs["until"])
    return late, back


def downgrade() -> None:
    raise NotImplementedError("facts are not taken back: restore the copy made before the upgrade")
