"""The webhooks of a hotline, made of its settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.metadata import version

from desk.factor import Sealer
from hotline.settings import Settings
from hotline.web_gate import key_of
from paperwork.webhooks.book import Webhooks
from paperwork.webhooks.hosts import Hosts
from paperwork.webhooks.sender import Post, Sender
from records.store import Store


def hosts_of(settings: Settings) -> Hosts:
    return Hosts.of(settings.webhooks.hosts)


def book_of(settings: Settings, store: Store) -> Webhooks:
    """The book of receivers, for a command. Raises SettingsError."""
    return Webhooks(store, Sealer(key_of(settings.var)), hosts_of(settings))


def post_of(settings: Settings) -> Post:
    return Post(hosts_of(settings), version("hotline"))


@asynccontextmanager
async def sender_of(settings: Settings, key: bytes, now: Callable[[], datetime]) -> AsyncIterator[Sender]:
    """The clerk that sends, with connections of its own."""
    store = Store(settings.database_url)
    try:
        yield Sender(Webhooks(store, Sealer(key), hosts_of(settings)), post_of(settings), now)
    finally:
        await store.close()
