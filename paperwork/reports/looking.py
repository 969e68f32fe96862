"""How a clerk of reports looks again and again: a database in trouble, or a bug, keeps nobody else from working."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError

from records.store import NoDatabase

log = structlog.get_logger(__name__)

LOOK_EVERY: Final = 900.0
"""Seconds."""


async def look_for_ever(look: Callable[[], Awaitable[object]], clerk: str) -> None:
    """Every quarter of an hour, until cancelled. `clerk` is what the log calls whoever looks."""
    while True:
        try:
            await look()
        except (DBAPIError, NoDatabase, OSError) as error:
            log.warning(f"{clerk} waits for the database", error=type(error).__name__)
        except Exception:  # an office that ends by it would meet it again at once
            log.exception(f"{clerk} met a bug")
        await asyncio.sleep(LOOK_EVERY)
