"""System: the whole hotline on a real PostgreSQL, which loses its power under a talk and comes back."""

from __future__ import annotations

import pytest

from hotline.phone import answers
from ivr.events import TalkBegan
from ivr.outcomes import Outcome
from tests.databases import execute
from tests.phones import AGENT_TONE, hears
from tests.postgres import postgres
from tests.system.conftest import OpenStage

pytestmark = [pytest.mark.system, pytest.mark.postgresql]


async def test_a_talk_goes_on_while_the_database_is_away_and_everything_is_written_once(
    url: str, open_stage: OpenStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE", url)
    async with open_stage() as s:
        await s.agent("vct-1", answers(speaking=AGENT_TONE))
        caller = await s.caller()
        postgres().stop()
        try:
            await caller.press("15")
            await hears(caller, AGENT_TONE, within=45.0)
            await s.noted(TalkBegan)
            await s.until(lambda: s.hotline.journal.alarm is not None)
        finally:
            postgres().start()
        await caller.hang_up()
        record = await s.record()
        assert (record.outcome, record.agent) == (Outcome.TALKED, "vct-1")
        assert (s.hotline.journal.lost, s.hotline.journal.refused, s.hotline.journal.spilled) == (0, 0, 0)
        kept = execute(url, "SELECT call, seq, kind FROM journal ORDER BY call, seq")
        assert kept == sorted((e.call, e.seq, type(e.event).__name__) for e in s.entries)
        assert [kind for (kind,) in execute(url, "SELECT kind FROM legs ORDER BY number")] == ["wait", "offer", "talk"]
