"""What reports count stands in indexes: a month is counted without reading its rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.drop_index("ix_cdr_started", "cdr")
    op.create_index("ix_cdr_started", "cdr", ["started", "direction", "test", "line", "talked"])
    op.drop_index("ix_cdr_asked", "cdr")
    op.create_index("ix_cdr_asked", "cdr", ["asked", "direction", "test", "turned_out", "asked_for"])
    op.drop_index("ix_answers_counted", "answers")
    answers = ["at", "test", "filled", "kind", "category", "place", "line", "agent", "settled", "call"]
    op.create_index("ix_answers_counted", "answers", answers)
    requests, work = sa.text("turned_out IS NOT NULL"), sa.text("agent IS NOT NULL")
    counted = ["since", "turned_out", "line", "asked_for", "counted"]
    op.create_index("ix_legs_requests", "legs", counted, sqlite_where=requests, postgresql_where=requests)
    done = ["since", "agent", "kind", "end", "seconds", "test", "line"]
    op.create_index("ix_legs_work", "legs", done, sqlite_where=work, postgresql_where=work)


def downgrade() -> None:
    raise NotImplementedError("facts are not taken back: restore the copy made before the upgrade")
