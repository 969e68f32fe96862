"""Run by alembic: migrate over the connection that `upgrade` holds its lock on, or print SQL for a dialect."""

from __future__ import annotations

from alembic import context

from records.knowledge_tables import articles
from records.paper_tables import filings

metadata = filings.metadata  # one history of all tables
assert articles.metadata is metadata  # noqa: S101 - its tables are among them
connection = context.config.attributes.get("connection")
if connection is None:
    context.configure(dialect_name=context.config.attributes["dialect"], target_metadata=metadata, literal_binds=True)
else:
    context.configure(connection=connection, target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
