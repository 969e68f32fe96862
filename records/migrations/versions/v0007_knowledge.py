"""The knowledge that agents look up: articles in versions, votes, and the calls they were used in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"

Json = sa.JSON().with_variant(JSONB(), "postgresql")

SQLITE_REFUSALS = (
    """CREATE TRIGGER articles_keep_rows BEFORE DELETE ON articles
    BEGIN SELECT RAISE(ABORT, 'an article goes on in versions: append-only'); END""",
    """CREATE TRIGGER articles_keep_versions BEFORE UPDATE ON articles
    BEGIN SELECT RAISE(ABORT, 'an article goes on in versions: append-only'); END""",
)

POSTGRESQL_REFUSALS = (
    """CREATE FUNCTION articles_refusal() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'an article goes on in versions: append-only'; END $$""",
    """CREATE TRIGGER articles_keep_versions BEFORE UPDATE OR DELETE OR TRUNCATE ON articles
    FOR EACH STATEMENT EXECUTE FUNCTION articles_refusal()""",
)


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name="pk_articles"),
    )
    op.create_index("ix_articles_stand", "articles", ["id", "state", "version"])
    op.create_table(
        "article_votes",
        sa.Column("article", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("useful", sa.Boolean, nullable=False),
        sa.Column("words", sa.Text),
        sa.PrimaryKeyConstraint("article", "version", "who", name="pk_article_votes"),
    )
    op.create_index("ix_article_votes_useful_at", "article_votes", ["useful", "at"])
    op.create_table(
        "article_uses",
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("article", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("call", "article", name="pk_article_uses"),
    )
    op.create_index("ix_article_uses_article_at", "article_uses", ["article", "at"])
    for statement in {"sqlite": SQLITE_REFUSALS, "postgresql": POSTGRESQL_REFUSALS}[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("facts are not taken back: restore the copy made before the upgrade")
