"""What is written: the journal, the presences, the vault of sounds, and what an earlier engine left in them."""

from __future__ import annotations

from hotline.composition.parts import Parts
from hotline.past import Past, prepare
from hotline.sealing import first_key, vault_of
from records.journal import SqlJournal
from records.presences import Presences


async def open_books(parts: Parts) -> None:
    """Open the database and the spools, and read what is left of before."""
    settings, stack = parts.settings, parts.stack
    await prepare(settings)
    parts.vault = vault_of(settings)
    await first_key(settings, parts.vault)
    parts.journal = await stack.enter_async_context(
        SqlJournal(settings.database_url, node=settings.node, folder=settings.spool)
    )
    parts.presences = await stack.enter_async_context(
        Presences(settings.database_url, node=settings.node, folder=settings.spool)
    )
    parts.past = Past(settings, parts.clock, parts.journal, parts.presences)
    await parts.past.read()
    stack.callback(lambda: parts.presences.leave(parts.clock.now()))
