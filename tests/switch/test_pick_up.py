"""System: an agent's telephone in the terminal says in one line why nobody can be answered on it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hotline.secrets import FILE, keep_secrets
from hotline.settings import HOUSE, Settings
from tests.service.whole import app
from tests.switch.test_managed import switch_of

pytestmark = pytest.mark.system

PHONE = "vct-1"


@pytest.fixture(autouse=True)
def where(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_CONFIG", str(HOUSE / "config"))
    monkeypatch.setenv("HOTLINE_SIP__PORT", str(settings.sip.port))


async def picks_up(phone: str, var: Path, *words: str) -> Result:
    """What it says, run beside us: it has a loop of its own."""
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["pick-up", phone, "--var", str(var), *words]))


async def test_a_telephone_that_there_is_not_is_told_with_those_that_there_are(settings: Settings) -> None:
    refused = await picks_up("nobody", settings.var)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "'nobody' is no telephone of the plan" in refused.stderr
    assert PHONE in refused.stderr


async def test_without_a_hotline_it_says_where_it_looked_for_one(settings: Settings) -> None:
    alone = await picks_up(PHONE, settings.var)
    (line,) = alone.stderr.splitlines()
    assert (alone.exit_code, alone.stdout) == (1, "")
    assert line.startswith(f"{PHONE}: ")
    assert line.endswith(f"at 127.0.0.1:{settings.sip.port}: is `hotline up` running with the same settings?")


async def test_secrets_that_cannot_be_read_are_told_in_one_line(settings: Settings) -> None:
    keep_secrets(settings.var, [PHONE])
    (settings.var / FILE).write_text("{half", encoding="utf-8")
    spoiled = await picks_up(PHONE, settings.var)
    (line,) = spoiled.stderr.splitlines()
    assert (spoiled.exit_code, FILE in line) == (1, True)


async def test_who_has_no_call_or_other_secrets_is_told_so(settings: Settings, tmp_path: Path) -> None:
    async with switch_of(settings, PHONE):
        waited = await picks_up(PHONE, settings.var, "--wait", "1", "--json")
        assert (waited.exit_code, json.loads(waited.stdout)) == (1, {"phone": PHONE, "what": "registered"})
        assert waited.stderr.splitlines() == [f"nobody called {PHONE} in 1 seconds"]
        other = await picks_up(PHONE, tmp_path / "another")
        (line,) = other.stderr.splitlines()
        assert other.exit_code == 1
        assert "is `hotline up` running with the same settings?" in line
