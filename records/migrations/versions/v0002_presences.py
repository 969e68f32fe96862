"""What agents did when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SQLITE_REFUSALS = (
    """CREATE TRIGGER presences_keeps_rows BEFORE DELETE ON presences
    BEGIN SELECT RAISE(ABORT, 'presences are append-only'); END""",
    """CREATE TRIGGER presences_keeps_facts BEFORE UPDATE ON presences
    BEGIN SELECT RAISE(ABORT, 'presences are append-only'); END""",
)

POSTGRESQL_REFUSALS = (
    """CREATE FUNCTION presences_refusal() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'presences are append-only'; END $$""",
    """CREATE TRIGGER presences_keeps_facts BEFORE UPDATE OR DELETE OR TRUNCATE ON presences
    FOR EACH STATEMENT EXECUTE FUNCTION presences_refusal()""",
)


def upgrade() -> None:
    op.create_table(
        "presences",
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("node", sa.Text, nullable=False),
        sa.Column("presence", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("line", sa.Text),
        sa.PrimaryKeyConstraint("agent", "at", "number", name="pk_presences"),
    )
    op.create_index("ix_presences_at", "presences", ["at"])
    for statement in {"sqlite": SQLITE_REFUSALS, "postgresql": POSTGRESQL_REFUSALS}[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("facts are not taken back: restore the copy made before the upgrade")
