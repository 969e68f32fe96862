"""The tables of the knowledge that agents look up: articles in versions, what agents thought of them, and in which call
they were used."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from records.tables import Instant, Json, metadata

articles = Table(
    "articles",
    metadata,
    Column("id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text),
    Column("state", Text, nullable=False),
    Column("data", Json, nullable=False),
    PrimaryKeyConstraint("id", "version"),
    Index("ix_articles_stand", "id", "state", "version"),
)
"""Append-only. `state`: `draft`, `published`, `retired`; agents see the highest published version of an article that no
retired one follows. `who` is as in the audit log."""

article_votes = Table(
    "article_votes",
    metadata,
    Column("article", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("useful", Boolean, nullable=False),
    Column("words", Text),
    PrimaryKeyConstraint("article", "version", "who"),
    Index(None, "useful", "at"),
)
"""Whether a version helped: each person once, their last word."""

article_uses = Table(
    "article_uses",
    metadata,
    Column("call", Text, nullable=False),
    Column("article", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    PrimaryKeyConstraint("call", "article"),
    Index(None, "article", "at"),
)
"""Which version of an article an agent answered from in a call."""
