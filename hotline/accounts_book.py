"""The accounts and tokens as the commands reach them: the database itself, whether an engine runs or not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from desk.users import Unfit
from hotline.settings import Settings
from hotline.terminal import fail
from records.migrations import NotKept, TooNew, upgrade
from records.store import Store

T = TypeVar("T")


def with_accounts(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    """What `work` gives, on today's tables; ends with one line when it cannot be done."""

    async def do() -> T:
        await upgrade(settings.database_url, keep=settings.var)
        store = Store(settings.database_url)
        try:
            return await work(store)
        finally:
            await store.close()

    try:
        return asyncio.run(do())
    except (Unfit, TooNew, NotKept) as error:
        fail(error)
    except TimeoutError:
        fail(f"another process holds the database: try again: {settings.database_shown}")
    except DBAPIError as error:
        fail(f"the database cannot be used ({error.orig}): {settings.database_shown}")
