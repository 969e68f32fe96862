"""The audit log; and the one way in which a fact of the journal may lose a caller's number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SQLITE_REFUSALS = (
    """CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    """CREATE TRIGGER audit_keeps_deeds BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    "DROP TRIGGER journal_keeps_facts",
    """CREATE TRIGGER journal_keeps_facts BEFORE UPDATE ON journal
    WHEN NOT (OLD.call IN (SELECT call FROM reducing) AND NEW.call = OLD.call AND NEW.seq = OLD.seq
        AND NEW.at = OLD.at AND NEW.node = OLD.node AND NEW.kind = OLD.kind)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
)

POSTGRESQL_REFUSALS = (
    """CREATE FUNCTION audit_refusal() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$""",
    """CREATE TRIGGER audit_keeps_deeds BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refusal()""",
    "DROP TRIGGER journal_keeps_facts ON journal",
    """CREATE TRIGGER journal_keeps_rows BEFORE DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refusal()""",
    """CREATE FUNCTION journal_reduction() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
    IF NOT (OLD.call IN (SELECT call FROM reducing) AND NEW.call = OLD.call AND NEW.seq = OLD.seq
        AND NEW.at = OLD.at AND NEW.node = OLD.node AND NEW.kind = OLD.kind)
    THEN RAISE EXCEPTION 'the journal is append-only'; END IF;
    RETURN NEW;
    END $$""",
    """CREATE TRIGGER journal_keeps_facts BEFORE UPDATE ON journal
    FOR EACH ROW EXECUTE FUNCTION journal_reduction()""",
)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("about", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_table(
        "reducing",
        sa.Column("call", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("call", name="pk_reducing"),
    )
    op.create_table(
        "holds",
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("call", name="pk_holds"),
    )
    for statement in {"sqlite": SQLITE_REFUSALS, "postgresql": POSTGRESQL_REFUSALS}[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("facts are not taken back: restore the copy made before the upgrade")
