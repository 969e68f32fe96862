"""The articles of the folder, taken in when a hotline has none yet."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import structlog

from knowledge.article import State
from knowledge.book import Book, Changed
from knowledge.folder import read_folder

log = structlog.get_logger(__name__)

REASON = "shipped articles"


async def plant(book: Book, folder: Path, *, who: str, at: datetime) -> int:
    """Take the folder's articles in, unless there ever was one; how many there were.

    A file that cannot be read is left out, and told in the log: `hotline check` tells of it in full.
    """
    if await book.count():
        return 0
    filed, problems = read_folder(folder)
    for problem in problems:
        log.error("an article of the folder cannot be taken in", problem=str(problem)[:300])
    try:
        taken = await book.take(
            [(one.id, one.article, State(one.state)) for one in filed], who=who, at=at, reason=REASON
        )
    except Changed:  # another engine was first
        return 0
    if taken:
        log.info("articles were taken in from the folder", folder=str(folder), articles=len(taken))
    return len(taken)
