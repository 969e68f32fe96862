"""The tables of what was said and done: `journal`, the facts of calls, `cdr`, one row per
ended call, folded from them, and `presences`, what agents did.

Migrations make them (`records.migrations.upgrade`); a test holds the two equal. Types are those that SQLite and
PostgreSQL share.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    false,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"},
)

Json = JSON().with_variant(JSONB(), "postgresql")


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC to the millisecond. Refuses a naive one with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs its offset: {value}")
        value = value.astimezone(UTC)
        value = value.replace(microsecond=value.microsecond // 1000 * 1000)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


journal = Table(
    "journal",
    metadata,
    Column("call", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("node", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", Json, nullable=False),
    PrimaryKeyConstraint("call", "seq"),
    Index(None, "kind", "node", "call"),
    Index(None, "kind", "node", "at"),
    Index(None, "at"),
)
"""Append-only: the database itself refuses to change or remove a row. `node` is the machine that noted it."""

kind_found: Final[ColumnElement[str]] = journal.c.kind + ""
"""The kind of facts that were found otherwise: by their calls, or by a span of time.

It is an expression, so that SQLite does not use the index on kinds instead: without statistics of the tables it takes
that for the shorter way, through the facts of the kind in all years (0.6 s of 75,000 calls, and longer each day).
"""

cdr = Table(
    "cdr",
    metadata,
    Column("id", Text, nullable=False),
    Column("started", Instant, nullable=False),
    Column("answered", Instant),
    Column("ended", Instant, nullable=False),
    Column("number", Text, nullable=False),
    Column("dialled", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("line", Text),
    Column("agent", Text),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reached_kind", Text),
    Column("reached_line", Text),
    Column("reached_open", Boolean),
    Column("keys", Text, nullable=False),
    Column("waited", Float, nullable=False),
    Column("talked", Float, nullable=False),
    Column("recording", Text),
    Column("segments", Json, nullable=False),
    Column("direction", Text, nullable=False, server_default="in"),
    Column("ticket", Text),
    Column("test", Boolean, nullable=False, server_default=false()),
    Column("asked", Instant),
    Column("asked_line", Text),
    Column("asked_for", Float),
    Column("turned_out", Text),
    Column("legs", Integer),
    PrimaryKeyConstraint("id"),
    Index(None, "ended", "id"),
    Index("ix_cdr_started", "started", "direction", "test", "line", "talked"),
    Index("ix_cdr_number", "number", "ended", "id"),
    Index("ix_cdr_asked", "asked", "direction", "test", "turned_out", "asked_for"),
    Index(None, "ticket"),
)
"""`waited` and `talked` are seconds; `recording` is relative to the recordings' folder. `direction` is `in` or `out`,
`ticket` the callback that was booked in the call or that it was made for, `test` a call of our own to see that all
works. `asked` to `turned_out` are what the connect rate counts (`records.legs.Request`). `legs` is how many rows of
`legs` the call has; NULL when nobody looked yet (`records.untold`)."""

Index("ix_cdr_untold", cdr.c.ended, cdr.c.id, sqlite_where=cdr.c.legs.is_(None), postgresql_where=cdr.c.legs.is_(None))

presences = Table(
    "presences",
    metadata,
    Column("agent", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("number", Integer, nullable=False),
    Column("node", Text, nullable=False),
    Column("presence", Text, nullable=False),
    Column("reason", Text),
    Column("line", Text),
    PrimaryKeyConstraint("agent", "at", "number"),
    Index(None, "at"),
)
"""Append-only, as the journal is: from `at` on the agent did this. `number` orders the moves of one instant."""

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, nullable=False, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("about", Text),
    Column("reason", Text),
    Column("details", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("number"),
    Index(None, "at"),
)
"""Append-only and chained: see `records.audit`. `details` is canonical JSON."""

holds = Table(
    "holds",
    metadata,
    Column("call", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("call"),
)
"""Calls of which nothing may be deleted until somebody releases them."""

reducing = Table("reducing", metadata, Column("call", Text, nullable=False), PrimaryKeyConstraint("call"))
"""Calls whose numbers the transaction at hand takes out of the journal; empty outside of one."""

users = Table(
    "users",
    metadata,
    Column("name", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("agent", Text),
    Column("password", Text, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("factor", LargeBinary),
    Column("factor_on", Boolean, nullable=False),
    Column("factor_step", Integer, nullable=False),
    Column("made", Instant, nullable=False),
    Column("seen", Instant),
    PrimaryKeyConstraint("name"),
    Index(None, "agent", unique=True),
)
"""Who may sign in. `password` is an argon2id hash, `factor` a sealed secret, `agent` one of the plan; `factor_step` is
the last time step whose code was used."""

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("user", "hash"),
)
"""Those that were not used yet."""

sessions = Table(
    "sessions",
    metadata,
    Column("hash", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("began", Instant, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("address", Text, nullable=False),
    Column("browser", Text, nullable=False),
    PrimaryKeyConstraint("hash"),
    Index(None, "user"),
)
"""Who is signed in. `hash` is that of the cookie, which is not kept."""

tokens = Table(
    "tokens",
    metadata,
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("made", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("revoked", Instant),
    Column("used", Instant),
    PrimaryKeyConstraint("name"),
    Index(None, "hash", unique=True),
)
"""Keys of machines. `scopes` are permissions with spaces between."""

reduced = Table(
    "reduced",
    metadata,
    Column("call", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("call"),
)
"""Calls whose numbers were masked for good when their term was over."""

legs = Table(
    "legs",
    metadata,
    Column("call", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("line", Text),
    Column("agent", Text),
    Column("phone", Text),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("end", Text),
    Column("asked", Text),
    Column("asked_for", Float),
    Column("turned_out", Text),
    Column("counted", Boolean, nullable=False),
    Column("test", Boolean, nullable=False),
    PrimaryKeyConstraint("call", "number"),
    Index(None, "since"),
    Index(None, "line", "since"),
    Index(None, "agent", "since"),
)
"""The second layer of the record: each wait, offer, talk and consultation of an ended call, in their order. `kind`:
`wait`, `offer`, `talk`, `consultation`; `end` is how it ended, in the words of its segment; `phone` is what rang, or
whom a consultation asked (`asked`: a `line`, an `agent`, a `number`). `turned_out` and `asked_for` stand in the first
leg of the call on a line: what the connect rate of the line counts. `counted`: of a call that came in and was no
test."""

# What reports count of legs stands in these two: a month is counted without reading its rows.
Index(
    "ix_legs_requests",
    *(legs.c[name] for name in ("since", "turned_out", "line", "asked_for", "counted")),
    sqlite_where=legs.c.turned_out.is_not(None),
    postgresql_where=legs.c.turned_out.is_not(None),
)
Index(
    "ix_legs_work",
    *(legs.c[name] for name in ("since", "agent", "kind", "end", "seconds", "test", "line")),
    sqlite_where=legs.c.agent.is_not(None),
    postgresql_where=legs.c.agent.is_not(None),
)
