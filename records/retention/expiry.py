"""Recordings whose term is over are deleted: held ones never, and none without a line in the audit log."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from records.audit import Act, Audit, Deed
from records.database import open_database
from records.recordings import Recording, kept_in, told
from records.retention.holds import Holds
from records.retention.terms import Terms
from records.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class Expired:
    """A recording whose term is over. `marks` are the SHA-256 of its files, as they lay there; `held` ones stay."""

    recording: Recording
    days: int
    held: bool
    marks: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        one = self.recording
        told = {"recording": one.name, "call": one.call, "line": one.line, "day": one.day.isoformat()}
        return {**told, "days": self.days, "held": self.held, "sha256": list(self.marks)}


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

        What cannot be written down is not deleted. Raises as `due` does; what is left is found the next time.
        """
        return [one if one.held else await self._delete(one, at) for one in await self.due(terms, today)]

    async def _delete(self, one: Expired, at: datetime) -> Expired:
        recording = one.recording
        async with self.holds.alone():
            if recording.call in {hold.call for hold in await self.holds.all()}:
                return Expired(recording, one.days, held=True)
            marks = tuple(await asyncio.to_thread(self.vault.marks, recording.name))
            details = {
                "call": recording.call,
                "line": recording.line,
                "day": recording.day.isoformat(),
                "sha256": marks,
            }
            reason = f"kept for {one.days} days"
            await self.audit.write(Deed(self.who, Act.RECORDING_EXPIRED, recording.name, reason, details), at)
            await asyncio.to_thread(self.vault.erase, recording.name)
        return Expired(recording, one.days, held=False, marks=marks)
