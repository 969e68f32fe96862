"""Ended calls with recorded talks, as the records have them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from ivr.outcomes import Party
from records.segments import Talk, segment_data
from records.store import Store
from records.tables import cdr


def call_row(
    call: str,
    at: datetime,
    agent: str = "ann",
    line: str = "immunization",
    *,
    seconds: float = 60,
    recorded: bool = True,
) -> dict[str, Any]:
    recording = f"talks/2026/10/01/{call}-1" if recorded else None
    talk = Talk(line, agent, at, at + timedelta(seconds=seconds), Party.CALLER, recording)
    return {
        "id": call,
        "started": at,
        "ended": at + timedelta(seconds=seconds),
        "number": "13900000011",
        "dialled": "12320",
        "plan": "3f2a",
        "line": line,
        "agent": agent,
        "outcome": "talked",
        "reason": "caller_hung_up",
        "keys": "1",
        "waited": 1.0,
        "talked": seconds,
        "recording": recording,
        "segments": [segment_data(talk)],
    }


async def calls_in(store: Store, *rows: dict[str, Any]) -> None:
    await store.do(insert(cdr).values(list(rows)))
