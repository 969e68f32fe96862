"""Who may hear a recording, and that it is written down before they do: of the sound, and of its shape alike."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Callable
from datetime import datetime, timedelta

from desk.asker import Asker
from desk.ledger import Ledger
from desk.refusal import Refusal, forbidden
from records.audit import Act
from records.recordings import Recording, told_by
from records.store import Store
from records.vault.ciphers import Tampered
from records.vault.keys import KeysError
from records.vault.vault import NoRecording, Piece, Vault
from routing.plan import Plan

AGAIN = timedelta(minutes=10)
"""A player asks for a recording in pieces: within this time the same person, reason and recording are one listening."""


class Hearing:
    """Opens recordings. A confidential line names who may listen to it; nobody else may, whatever their role."""

    def __init__(
        self,
        store: Store,
        ledger: Ledger,
        vault: Vault,
        plan: Callable[[], Plan] | None,
        now: Callable[[], datetime],
    ) -> None:
        self.vault = vault
        self._store, self._ledger, self._plan, self._now = store, ledger, plan, now
        self._heard: dict[tuple[str, str, str], datetime] = {}
        """Who hears what and why → when that was written down."""

    def may_hear(self, asker: Asker, line: str | None) -> bool:
        """Whether they may hear a line's talks; one that the plan does not have any more is as any other."""
        return line is None or line not in self.closed_to(asker)

    def closed_to(self, asker: Asker) -> frozenset[str]:
        """The confidential lines that do not name them."""
        rules = {} if self._plan is None else self._plan().lines
        return frozenset(
            line
            for line, rule in rules.items()
            if rule.confidential is not None and asker.agent not in rule.confidential.listeners
        )

    async def admit(self, asker: Asker, name: str, why: str, deed: Act = Act.RECORDING_HEARD) -> Recording:
        """The recording, once it is written down who opens it and why. Raises Refusal."""
        one = await self._one(name)
        if not self.may_hear(asker, one.line):
            raise forbidden()
        await self._write_down(asker, one, why, deed)
        return one

    async def sound(self, name: str) -> bytes:
        """Its sound, of somebody who was admitted. Raises Refusal."""
        return (await self.piece(name, slice(None))).sound

    async def piece(self, name: str, wanted: slice) -> Piece:
        """Some of its sound; as `sound`. Raises Refusal."""
        try:
            return await asyncio.to_thread(self.vault.piece, name, wanted)
        except NoRecording:
            raise none() from None
        except (Tampered, KeysError, OSError, wave.Error, EOFError) as error:
            raise no_sound(error) from None

    async def _one(self, name: str) -> Recording:
        try:
            kept = await asyncio.to_thread(self.vault.about, name)
        except (NoRecording, ValueError):
            raise none() from None
        except (Tampered, OSError) as error:
            raise no_sound(error) from None
        async with self._store.reading() as connection:
            return (await told_by(connection, [kept]))[0]

    async def _write_down(self, asker: Asker, one: Recording, why: str, deed: Act) -> None:
        """First: what cannot be written down is not heard."""
        key, now = (asker.who, one.name, f"{deed}:{why}"), self._now()
        self._heard = {each: at for each, at in self._heard.items() if now - at < AGAIN}
        if key not in self._heard:
            line = {} if one.line is None else {"line": one.line}
            await self._ledger.write(asker.who, deed, about=one.name, reason=why, call=one.call, **line)
            self._heard[key] = now


def none() -> Refusal:
    return Refusal(404, "not_found", "there is no such recording")


def no_sound(error: Exception) -> Refusal:
    return Refusal(503, "no_sound", f"the recording cannot be read: {error}")
