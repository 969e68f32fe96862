"""Recordings whose term is over are deleted: held ones never, nor those of an order that is open or held, and none
without a line in the audit log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog
from sqlalchemy import select

from records.audit import Act, Audit, Deed
from records.database import open_database
from records.recordings import Recording, kept_in, told, whose
from records.retention.holds import Holds
from records.retention.spared import Spared, spared
from records.retention.terms import Terms
from records.tables import audit as deeds
from records.vault.vault import Vault

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Expired:
    """A recording whose term is over. `marks` are the SHA-256 of its files, as they lay there; `held` ones stay, be it
    for the sake of `order`, and so did one that could not be erased: `why`."""

    recording: Recording
    days: int
    held: bool
    marks: tuple[str, ...] = ()
    why: str | None = None
    order: str | None = None

    def to_json(self) -> dict[str, Any]:
        one = self.recording
        told: dict[str, Any] = {"recording": one.name, "call": one.call, "line": one.line, "day": one.day.isoformat()}
        told = {**told, "days": self.days, "held": self.held, "order": self.order, "sha256": list(self.marks)}
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
        engine = open_database(self.url, read_only=True)
        try:
            recordings, stay = await told(engine, kept), await spared(engine)
        finally:
            await engine.dispose()
        return [
            Expired(one, terms.days(one), one in stay, order=stay.order_of(one))
            for one in recordings
            if terms.over(one, today)
        ]

    async def delete(self, terms: Terms, today: date, at: datetime) -> list[Expired]:
        """Delete those whose term is over and that nobody holds; all that were found, with what was deleted.

        What cannot be written down is not deleted. One that cannot be erased keeps no other from it. Raises as `due`
        does; what is left is found the next time.
        """
        left = await self.unerased()
        found = [
            one if one.held else await self._delete(one, at, left.get(one.recording.name))
            for one in await self.due(terms, today)
        ]
        await self._tell_gone(left, at)
        return found

    async def unerased(self) -> dict[str, tuple[str, ...]]:
        """Recordings of which the audit log says last that they could not be erased → the marks of their files then.

        Raises FileNotFoundError, DBAPIError.
        """
        query = select(deeds).where(deeds.c.what.in_((Act.RECORDING_EXPIRED, Act.RECORDING_NOT_ERASED)))
        last: dict[str, tuple[str, ...] | None] = {}
        engine = open_database(self.url, read_only=True)
        try:
            async with engine.connect() as connection:
                for row in (await connection.execute(query.order_by(deeds.c.number))).mappings():
                    marks = json.loads(row["details"]).get("sha256", ())
                    last[row["about"]] = tuple(marks) if row["what"] == Act.RECORDING_NOT_ERASED else None
        finally:
            await engine.dispose()
        return {name: marks for name, marks in last.items() if marks is not None}

    async def _delete(self, one: Expired, at: datetime, left: tuple[str, ...] | None) -> Expired:
        """`left` are the marks with which the log says that it is there still: that is not said every night again."""
        recording = one.recording
        async with self.holds.alone():
            stay = await self._spared()
            if recording in stay:
                return Expired(recording, one.days, held=True, order=stay.order_of(recording))
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
            known = left == marks
            if not known:
                await self.audit.write(Deed(self.who, Act.RECORDING_EXPIRED, recording.name, reason, details), at)
            try:
                await asyncio.to_thread(self.vault.erase, recording.name)
            except OSError as error:  # the log must not say that it is gone
                why = f"it is there still, or a part of it: {error.strerror}"
                if not known:
                    await self.audit.write(Deed(self.who, Act.RECORDING_NOT_ERASED, recording.name, why, details), at)
                return _left(one, error)
        return Expired(recording, one.days, held=False, marks=marks)

    async def _spared(self) -> Spared:
        engine = open_database(self.url, read_only=True)
        try:
            return await spared(engine)
        finally:
            await engine.dispose()

    async def _tell_gone(self, left: Mapping[str, tuple[str, ...]], at: datetime) -> None:
        """Take back what the log says of those that are gone now, be it since a night that ended in the midst."""
        there = set(await asyncio.to_thread(lambda: list(self.vault.names())))
        said = await self.unerased()
        for name in sorted(set(left) - there):
            if name in said:  # nothing else was said of it meanwhile
                details = {"call": whose(name), "sha256": said[name]}
                reason = "it could not be erased before; it is gone now"
                await self.audit.write(Deed(self.who, Act.RECORDING_EXPIRED, name, reason, details), at)


def _left(one: Expired, error: OSError) -> Expired:
    log.error("a recording whose term is over cannot be erased", recording=one.recording.name, error=str(error))
    return Expired(one.recording, one.days, held=False, why=error.strerror or str(error))
