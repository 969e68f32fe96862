"""Recordings whose term is over are deleted: held ones never, and none without a line in the audit log."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog

from records.audit import Act, Audit, Deed
from records.database import open_database
from records.recordings import Recording, kept_in, told
from records.retention.holds import Holds
from records.retention.terms import Terms
from records.vault.vault import Vault

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Expired:
    """A recording whose term is over. `marks` are the SHA-256 of its files, as they lay there; `held` ones stay, and
    so did one that could not be erased: `why`."""

    recording: Recording
    days: int
    held: bool
    marks: tuple[str, ...] = ()
    why: str | None = None

    def to_json(self) -> dict[str, Any]:
        one = self.recording
        told: dict[str, Any] = {"recording": one.name, "call": one.call, "line": one.line, "day": one.day.isoformat()}
        told = {**told, "days": self.days, "held": self.held, "sha256": list(self.marks)}
        return told if self.why is None else {**told, "error": self.why}


@dataclass(frozen=True, slots=True)
class Expiry:
    """What deletes, for whom the audit log is told that it did."""

    url: str
    vault: Vault
    holds: Holds
    audit: Audit
    who: str

    async def due(self, terms: Terms, today: date) -> list[Expired]:
        """Every recording whose term is over, held ones too. Raises FileNotFoundError, DBAPIError, OSError."""
        kept = await asyncio.to_thread(kept_in, self.vault)
        held = {hold.call for hold in await self.holds.all()}
        engine = open_database(self.url, read_only=True)
        try:
            recordings = await told(engine, kept)
        finally:
            await engine.dispose()
        return [Expired(one, terms.days(one), one.call in held) for one in recordings if terms.over(one, today)]

    async def delete(self, terms: Terms, today: date, at: datetime) -> list[Expired]:
        """Delete those whose term is over and that nobody holds; all that were found, with what was deleted.

        What cannot be written down is not deleted. One that cannot be erased keeps no other from it. Raises as `due`
        does; what is left is found the next time.
        """
        return [one if one.held else await self._delete(one, at) for one in await self.due(terms, today)]

    async def _delete(self, one: Expired, at: datetime) -> Expired:
        recording = one.recording
        async with self.holds.alone():
            if recording.call in {hold.call for hold in await self.holds.all()}:
                return Expired(recording, one.days, held=True)
            try:
                marks = tuple(await asyncio.to_thread(self.vault.marks, recording.name))
            except OSError as error:
                return _left(one, error)
            details = {
                "call": recording.call,
                "line": recording.line,
                "day": recording.day.isoformat(),
                "sha256": marks,
            }
            reason = f"kept for {one.days} days"
            await self.audit.write(Deed(self.who, Act.RECORDING_EXPIRED, recording.name, reason, details), at)
            try:
                await asyncio.to_thread(self.vault.erase, recording.name)
            except OSError as error:  # the log must not say that it is gone
                why = f"it is there still, or a part of it: {error.strerror}"
                await self.audit.write(Deed(self.who, Act.RECORDING_NOT_ERASED, recording.name, why, details), at)
                return _left(one, error)
        return Expired(recording, one.days, held=False, marks=marks)


def _left(one: Expired, error: OSError) -> Expired:
    log.error("a recording whose term is over cannot be erased", recording=one.recording.name, error=str(error))
    return Expired(one.recording, one.days, held=False, why=error.strerror or str(error))
