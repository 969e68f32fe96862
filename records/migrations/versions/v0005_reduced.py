"""Which calls have lost their numbers by age."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "reduced",
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("call", name="pk_reduced"),
    )


def downgrade() -> None:
    raise NotImplementedError("facts are not taken back: restore the copy made before the upgrade")
