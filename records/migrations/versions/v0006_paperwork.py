"""The paperwork: what is filed and what stands in each paper; and the legs of calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

Json = sa.JSON().with_variant(JSONB(), "postgresql")

SQLITE_REFUSALS = (
    """CREATE TRIGGER filings_keep_rows BEFORE DELETE ON filings
    BEGIN SELECT RAISE(ABORT, 'what was filed stays filed: append-only'); END""",
    """CREATE TRIGGER filings_keep_facts BEFORE UPDATE ON filings
    WHEN NOT (OLD.paper IN (SELECT call FROM reducing) AND NEW.paper = OLD.paper AND NEW.seq = OLD.seq
        AND NEW.at = OLD.at AND NEW.who = OLD.who AND NEW.kind = OLD.kind)
    BEGIN SELECT RAISE(ABORT, 'what was filed stays filed: append-only'); END""",
    """CREATE TRIGGER registers_keep_rows BEFORE DELETE ON registers
    BEGIN SELECT RAISE(ABORT, 'a register goes on in versions: append-only'); END""",
    """CREATE TRIGGER registers_keep_versions BEFORE UPDATE ON registers
    BEGIN SELECT RAISE(ABORT, 'a register goes on in versions: append-only'); END""",
)

POSTGRESQL_REFUSALS = (
    """CREATE FUNCTION filings_refusal() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'what was filed stays filed: append-only'; END $$""",
    """CREATE TRIGGER filings_keep_rows BEFORE DELETE OR TRUNCATE ON filings
    FOR EACH STATEMENT EXECUTE FUNCTION filings_refusal()""",
    """CREATE FUNCTION filings_reduction() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
    IF NOT (OLD.paper IN (SELECT call FROM reducing) AND NEW.paper = OLD.paper AND NEW.seq = OLD.seq
        AND NEW.at = OLD.at AND NEW.who = OLD.who AND NEW.kind = OLD.kind)
    THEN RAISE EXCEPTION 'what was filed stays filed: append-only'; END IF;
    RETURN NEW;
    END $$""",
    """CREATE TRIGGER filings_keep_facts BEFORE UPDATE ON filings
    FOR EACH ROW EXECUTE FUNCTION filings_reduction()""",
    """CREATE FUNCTION registers_refusal() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'a register goes on in versions: append-only'; END $$""",
    """CREATE TRIGGER registers_keep_versions BEFORE UPDATE OR DELETE OR TRUNCATE ON registers
    FOR EACH STATEMENT EXECUTE FUNCTION registers_refusal()""",
)


def upgrade() -> None:
    _widen_the_records()
    op.create_table(
        "legs",
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("line", sa.Text),
        sa.Column("agent", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("end", sa.Text),
        sa.Column("asked", sa.Text),
        sa.Column("asked_for", sa.Float),
        sa.Column("turned_out", sa.Text),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("call", "number", name="pk_legs"),
    )
    op.create_index("ix_legs_agent_since", "legs", ["agent", "since"])
    op.create_index("ix_legs_line_since", "legs", ["line", "since"])
    op.create_index("ix_legs_since", "legs", ["since"])
    op.create_table(
        "filings",
        sa.Column("paper", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.PrimaryKeyConstraint("paper", "seq", name="pk_filings"),
    )
    op.create_index("ix_filings_at", "filings", ["at"])
    op.create_index("ix_filings_kind_paper", "filings", ["kind", "paper"])
    op.create_table(
        "numbers",
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("series", "year", name="pk_numbers"),
    )
    op.create_table(
        "answers",
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("agent", sa.Text),
        sa.Column("owner", sa.Text),
        sa.Column("asked_by", sa.Text),
        sa.Column("gender", sa.Text),
        sa.Column("contact", sa.Text),
        sa.Column("heard", sa.Text),
        sa.Column("heard_note", sa.Text),
        sa.Column("kind", sa.Text),
        sa.Column("category", sa.Text),
        sa.Column("place", sa.Text),
        sa.Column("content", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("settled", sa.Text),
        sa.Column("work_order", sa.Text),
        sa.Column("over", sa.DateTime(timezone=True)),
        sa.Column("filled", sa.DateTime(timezone=True)),
        sa.Column("signed", sa.DateTime(timezone=True)),
        sa.Column("signed_by", sa.Text),
        sa.Column("reduced", sa.DateTime(timezone=True)),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("call", name="pk_answers"),
    )
    op.create_index("ix_answers_agent_at", "answers", ["agent", "at"])
    op.create_index("ix_answers_at", "answers", ["at"])
    counted = ["at", "test", "filled", "kind", "category", "place", "line"]
    op.create_index("ix_answers_counted", "answers", counted)  # a month is counted without reading its rows
    op.create_index("ix_answers_contact", "answers", ["contact"])
    op.create_index("ix_answers_line_at", "answers", ["line", "at"])
    op.create_index("ix_answers_number", "answers", ["number"], unique=True)
    op.create_index("ix_answers_over", "answers", ["over"])
    op.create_index("ix_answers_state_at", "answers", ["state", "at"])
    op.create_table(
        "answer_talks",
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("fact", sa.Integer, nullable=False),
        sa.Column("began", sa.Boolean, nullable=False),
        sa.Column("line", sa.Text),
        sa.Column("agent", sa.Text),
        sa.PrimaryKeyConstraint("call", "fact", name="pk_answer_talks"),
    )
    op.create_index("ix_answer_talks_agent_call", "answer_talks", ["agent", "call"])
    op.create_index("ix_answer_talks_line_call", "answer_talks", ["line", "call"])
    op.create_table(
        "marks",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_marks"),
    )
    op.create_table(
        "orders",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("call", sa.Text),
        sa.Column("line", sa.Text),
        sa.Column("kind", sa.Text),
        sa.Column("category", sa.Text),
        sa.Column("place", sa.Text),
        sa.Column("urgency", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text),
        sa.Column("gender", sa.Text),
        sa.Column("contact", sa.Text),
        sa.Column("caller", sa.Text),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("feedback", sa.Text, nullable=False),
        sa.Column("unit", sa.Text),
        sa.Column("against", sa.Text),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Text, nullable=False),
        sa.Column("accepted", sa.DateTime(timezone=True)),
        sa.Column("signed", sa.DateTime(timezone=True)),
        sa.Column("signed_by", sa.Text),
        sa.Column("hand_on_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_on", sa.DateTime(timezone=True)),
        sa.Column("done_by", sa.DateTime(timezone=True)),
        sa.Column("done", sa.DateTime(timezone=True)),
        sa.Column("answered", sa.DateTime(timezone=True)),
        sa.Column("closed", sa.DateTime(timezone=True)),
        sa.Column("result", sa.Text),
        sa.Column("satisfaction", sa.Text),
        sa.Column("reopened", sa.Integer, nullable=False),
        sa.Column("urged", sa.Integer, nullable=False),
        sa.Column("clock", sa.Text),
        sa.Column("due", sa.DateTime(timezone=True)),
        sa.Column("wake_at", sa.DateTime(timezone=True)),
        sa.Column("recording", sa.Text),
        sa.Column("outside_number", sa.Text),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.Column("reduced", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("number", name="pk_orders"),
    )
    op.create_index("ix_orders_call", "orders", ["call"])
    op.create_index("ix_orders_caller", "orders", ["caller"])
    op.create_index("ix_orders_closed", "orders", ["closed"])
    op.create_index("ix_orders_contact", "orders", ["contact"])
    op.create_index("ix_orders_due", "orders", ["due"])
    op.create_index("ix_orders_opened", "orders", ["opened"])
    op.create_index("ix_orders_opened_by_opened", "orders", ["opened_by", "opened"])
    op.create_index("ix_orders_outside_number", "orders", ["outside_number"])
    op.create_index("ix_orders_state", "orders", ["state"])
    op.create_index("ix_orders_unit_opened", "orders", ["unit", "opened"])
    op.create_index("ix_orders_wake_at", "orders", ["wake_at"])
    op.create_table(
        "registers",
        sa.Column("register", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("data", Json, nullable=False),
        sa.Column("retired", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("register", "id", "version", name="pk_registers"),
    )
    op.create_index("ix_registers_register_at", "registers", ["register", "at"])
    op.create_table(
        "imports",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("calls", sa.BigInteger, nullable=False),
        sa.Column("retracted", sa.DateTime(timezone=True)),
        sa.Column("retracted_by", sa.Text),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    standing = sa.text("retracted IS NULL")
    op.create_index(
        "ix_imports_sha256", "imports", ["sha256"], unique=True, sqlite_where=standing, postgresql_where=standing
    )
    op.create_table(
        "past_rows",
        sa.Column("import", sa.Text, nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("line", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("tree", sa.Text),
        sa.Column("path", sa.Text),
        sa.Column("place", sa.Text),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("span", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("import", "row", name="pk_past_rows"),
    )
    op.create_index("ix_past_rows_at", "past_rows", ["at"])
    op.create_table(
        "scores",
        sa.Column("paper", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("recording", sa.Text),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("line", sa.Text),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("sheet", sa.Text, nullable=False),
        sa.Column("marks", Json, nullable=False),
        sa.Column("total", sa.Float, nullable=False),
        sa.Column("most", sa.Float, nullable=False),
        sa.Column("fatal", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("paper", name="pk_scores"),
    )
    op.create_index("ix_scores_at_paper", "scores", ["at", "paper"])
    op.create_index("ix_scores_agent_at", "scores", ["agent", "at"])
    op.create_index("ix_scores_call", "scores", ["call"])
    op.create_index("ix_scores_recording", "scores", ["recording"])
    op.create_table(
        "samples",
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("recording", sa.Text, nullable=False),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("line", sa.Text),
        sa.Column("agent", sa.Text),
        sa.Column("drawn", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("plan", "period", "recording", name="pk_samples"),
    )
    op.create_table(
        "webhooks",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failing", sa.DateTime(timezone=True)),
        sa.Column("paused", sa.DateTime(timezone=True)),
        sa.Column("why", sa.Text),
        sa.PrimaryKeyConstraint("name", name="pk_webhooks"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("webhook", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True)),
        sa.Column("delivered", sa.DateTime(timezone=True)),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_made", "deliveries", ["made"])
    op.create_index("ix_deliveries_webhook_next_try", "deliveries", ["webhook", "next_try"])
    for statement in {"sqlite": SQLITE_REFUSALS, "postgresql": POSTGRESQL_REFUSALS}[op.get_bind().dialect.name]:
        op.execute(statement)


def _widen_the_records() -> None:
    """Columns for what counts. The calls of before are told anew in portions by the running hotline: `legs` is NULL."""
    for column in (
        sa.Column("direction", sa.Text, nullable=False, server_default="in"),
        sa.Column("ticket", sa.Text),
        sa.Column("test", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("asked", sa.DateTime(timezone=True)),
        sa.Column("asked_line", sa.Text),
        sa.Column("asked_for", sa.Float),
        sa.Column("turned_out", sa.Text),
        sa.Column("legs", sa.Integer),
    ):
        op.add_column("cdr", column)
    op.create_index("ix_cdr_asked", "cdr", ["asked"])
    op.create_index("ix_cdr_ticket", "cdr", ["ticket"])
    nobody_looked = sa.text("legs IS NULL")
    op.create_index("ix_journal_kind_node_at", "journal", ["kind", "node", "at"])  # talks of the last days
    op.create_index("ix_cdr_untold", "cdr", ["ended", "id"], sqlite_where=nobody_looked, postgresql_where=nobody_looked)


def downgrade() -> None:
    raise NotImplementedError("facts are not taken back: restore the copy made before the upgrade")
