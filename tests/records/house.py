"""What is kept for a while, and what deletes and reduces it: recordings, a database, real ones."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ivr.events import CallEnded
from ivr.journal import Entry, Event
from ivr.outcomes import Outcome, Reason
from records.audit import Audit
from records.journal import SqlJournal
from records.retention.expiry import Expired, Expiry
from records.retention.holds import Hold, Holds
from records.retention.reducing import Reducing
from records.retention.terms import LineTerms, Terms
from records.vault.ciphers import CIPHERS
from records.vault.keys import KeyFile
from records.vault.vault import Vault
from tests.records.test_vault import put, sound

NOW = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
TERMS = Terms(30, 10, 60, {"psychological-aid": LineTerms(talks=1095), "hiv": LineTerms(talks=3, messages=2)})
NUMBER = "13900000042"


class House:
    """Recordings, a database, and what deletes."""

    def __init__(self, var: Path, url: str) -> None:
        self.url = url
        keys = KeyFile(var / "keys.json")
        keys.rotate(CIPHERS["AES-256-GCM"], NOW)
        self.vault = Vault(var / "recordings", keys)
        self.holds, self.audit = Holds(self.url, var), Audit(self.url, var)
        self.expiry = Expiry(self.url, self.vault, self.holds, self.audit, "engine:a")
        self.reducing = Reducing(self.url, self.holds, self.audit, "engine:a")

    def made(self, call: str, age: int, kind: str = "talks", *, seal: bool = True) -> str:
        day = TODAY - timedelta(days=age)
        name = f"{kind}/{day:%Y/%m/%d}/{call}-1" if kind != "fallback" else f"fallback/{call}"
        path = put(self.vault, sound(0.1), name)
        then = (NOW - timedelta(days=age)).timestamp()
        os.utime(path, (then, then))
        if seal:
            self.vault.seal(name)
        return name

    def hold(self, call: str) -> None:
        asyncio.run(self.holds.place(Hold(call, NOW, "os:ann", "the prosecutor asks")))

    def delete(self) -> dict[str, Expired]:
        return {one.recording.name: one for one in asyncio.run(self.expiry.delete(TERMS, TODAY, NOW))}

    def note(self, call: str, ended: datetime, *events: Event) -> None:
        async def write() -> None:
            async with SqlJournal(self.url) as journal:
                for seq, event in enumerate((*events, CallEnded(Outcome.TALKED, Reason.COMPLETED)), 1):
                    journal.note(Entry(call, seq, ended, event))

        asyncio.run(write())
