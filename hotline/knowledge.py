"""The articles that the hotline begins with: those of its config folder, or the shipped ones."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.exc import DBAPIError

from hotline.settings import HOUSE, Settings
from knowledge.book import Book
from knowledge.folder import FOLDER
from knowledge.seed import plant
from records.store import NoDatabase, Store

log = structlog.get_logger()


def articles_at(config: Path) -> Path:
    """The folder of articles: the shipped one where this config folder has none."""
    own = config / FOLDER
    return own if own.is_dir() else HOUSE / "config" / FOLDER


async def planted(settings: Settings, store: Store, at: datetime) -> None:
    """Take the first articles in. A public line does not wait for its database: the next start makes up for it."""
    try:
        await plant(Book(store), articles_at(settings.config), who=f"engine:{settings.node}", at=at)
    except (DBAPIError, NoDatabase, OSError) as error:
        log.error("no articles were taken in: the database cannot be used", error=type(error).__name__)
