"""A sender in a process of its own, for a test that kills it: `killed_sender.py DATABASE`."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from paperwork.webhooks.book import Webhooks
from paperwork.webhooks.sender import Post, Sender
from records.store import Store
from tests.paperwork.webhooks.house import HOSTS, Sealer


async def main(url: str) -> None:
    book = Webhooks(Store(url), Sealer(), HOSTS)
    await Sender(book, Post(HOSTS, "0"), lambda: datetime.now(UTC)).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
