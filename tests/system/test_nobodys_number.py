"""System: whatever a caller does, their number stands whole in the database alone: in no log, metric, page or name."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
import structlog

from hotline.control import ask
from hotline.logs import set_up_logs
from hotline.sealing import vault_of
from ivr.events import CallEnded, RecordingBegan, TalkBegan, WaitBegan
from tests.phones import AGENT_TONE
from tests.system.conftest import OpenStage

pytestmark = pytest.mark.system

MARKED = "13900000042"
DATABASE = ("hotline.db", "journal-", "presences-")
"""The database and the spool of what is on its way there: the only places where a whole number may stand."""


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """All that the program says of itself, at its most talkative."""
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    set_up_logs(level="debug", stream=stream)
    yield stream
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    structlog.reset_defaults()


async def test_a_callers_number_is_whole_in_the_database_alone(
    open_stage: OpenStage, told: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    async with open_stage() as s:
        agent = await s.agent("vaccine-1")
        phone = await s.exchange.phone(MARKED, switch=s.switch)
        rejected = await phone.dial("no-such-number")
        await rejected.ended()
        caller = await (await phone.dial("12320")).answered()
        await caller.press("1")
        await caller.press("4")
        ring = await agent.ringing()
        await s.noted(WaitBegan)
        pages = [json.dumps(await ask(s.settings.var, "GET", "/floor"))]
        talk = await ring.answer()
        await s.noted(TalkBegan)
        await s.noted(RecordingBegan)
        talk.speak(AGENT_TONE)
        pages.append(json.dumps(await ask(s.settings.var, "GET", "/floor")))
        async with aiohttp.ClientSession() as http:
            for path in ("/", "/status", "/metrics", "/healthz", "/readyz"):
                async with http.get(f"http://127.0.0.1:{s.hotline.web_port}{path}") as reply:
                    pages.append(await reply.text())
        await talk.hang_up()
        await caller.ended()
        await s.noted(CallEnded)
        record = await s.record(MARKED)
        await s.until(lambda: not vault_of(s.settings).about(record.recording or "").plain)
        var = s.settings.var
    assert record.number == MARKED
    assert "139****0042" in "".join(pages)  # it was there to be seen
    assert [page for page in pages if MARKED in page] == []
    assert MARKED not in told.getvalue()
    assert "a call ended" in told.getvalue()
    assert MARKED not in "".join(capfd.readouterr())
    holding = await asyncio.to_thread(holders, var)
    assert [path for path in holding if not path.startswith(DATABASE)] == []
    assert "hotline.db" in "".join(holding)


def holders(var: Path) -> list[str]:
    """Every file below a folder in whose name or content the number stands; prompts and other people's files aside."""
    return sorted(
        str(path.relative_to(var))
        for path in var.rglob("*")
        if path.is_file() and (MARKED in path.name or MARKED.encode() in path.read_bytes())
    )
