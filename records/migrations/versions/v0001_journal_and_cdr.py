"""Journal and CDR."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")

SQLITE_REFUSALS = (
    """CREATE TRIGGER journal_keeps_rows BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    """CREATE TRIGGER journal_keeps_facts BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
)

POSTGRESQL_REFUSALS = (
    """CREATE FUNCTION journal_refusal() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$""",
    """CREATE TRIGGER journal_keeps_facts BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refusal()""",
)


def upgrade() -> None:
    op.create_table(
        "journal",
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("node", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.PrimaryKeyConstraint("call", "seq", name="pk_journal"),
    )
    op.create_index("ix_journal_kind_node_call", "journal", ["kind", "node", "call"])
    op.create_index("ix_journal_at", "journal", ["at"])
    op.create_table(
        "cdr",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("started", INSTANT, nullable=False),
        sa.Column("answered", INSTANT),
        sa.Column("ended", INSTANT, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("dialled", sa.Text, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("line", sa.Text),
        sa.Column("agent", sa.Text),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reached_kind", sa.Text),
        sa.Column("reached_line", sa.Text),
        sa.Column("reached_open", sa.Boolean),
        sa.Column("keys", sa.Text, nullable=False),
        sa.Column("waited", sa.Float, nullable=False),
        sa.Column("talked", sa.Float, nullable=False),
        sa.Column("recording", sa.Text),
        sa.Column("segments", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cdr"),
    )
    op.create_index("ix_cdr_ended_id", "cdr", ["ended", "id"])
    op.create_index("ix_cdr_started", "cdr", ["started"])
    op.create_index("ix_cdr_number", "cdr", ["number"])
    for statement in {"sqlite": SQLITE_REFUSALS, "postgresql": POSTGRESQL_REFUSALS}[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("facts are not taken back: restore the copy made before the upgrade")
