"""Unit: what the desk writes into the audit log is written, or told in the log, also when the engine ends meanwhile."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime

import structlog

from desk.ledger import Ledger
from records.audit import Deed


async def test_a_deed_whose_writing_fails_while_the_engine_ends_is_told() -> None:
    begun, go_on = threading.Event(), threading.Event()

    async def write(deed: Deed, at: datetime) -> None:
        begun.set()
        go_on.wait(20)
        raise OSError("no space left")

    ledger = Ledger(write)
    with structlog.testing.capture_logs() as told:
        running = asyncio.create_task(ledger.run())
        ledger.note("desk:ann", "talk_taken", about="a-1")
        await asyncio.to_thread(begun.wait, 20)
        running.cancel()
        go_on.set()
        await asyncio.wait([running], timeout=20)
    assert running.cancelled()
    assert [(one["event"], one["what"], one["error"]) for one in told] == [
        ("a deed is not in the audit log", "talk_taken", "OSError")
    ]
