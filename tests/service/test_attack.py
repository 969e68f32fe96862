"""Unit: the attack switch is turned by hand or from a leader's desk, ends by itself, and outlives a restart."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hotline.attack import FILE, Attack, AttackWatch, turn_off, turn_on
from hotline.attack_door import AttackDoor
from hotline.cli import app_of
from hotline.control import Refused, ask, open_control
from hotline.settings import Settings
from records.audit import Audit
from records.migrations import upgrade
from routing.check import read_plan
from tests.routing.plans import SMALL

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLAN = read_plan({"small.yaml": SMALL.replace("  ann:", "  chief: {name: 班长, leader: true}\n  ann:")})
APP = app_of(["attack", "front"])


def typed(var: Path, *words: str) -> Result:
    return CliRunner().invoke(APP, [*words, "--var", str(var)])


def test_an_engine_sees_it_while_it_is_on_and_not_after(tmp_path: Path) -> None:
    now = [NOW]
    watch = AttackWatch(tmp_path, lambda: now[-1])
    assert not watch()
    turn_on(tmp_path, Attack("desk:chief", NOW, NOW + HOUR))
    assert watch()
    assert AttackWatch(tmp_path, lambda: NOW)(), "a restart forgets nothing"
    now.append(NOW + HOUR)
    assert not watch()
    now.append(NOW)
    turn_off(tmp_path)
    assert not watch()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"by": 1}', '{"by": "a", "since": "2026-11-20", "until": "x"}'])
def test_a_damaged_file_turns_nothing_and_off_mends_it(tmp_path: Path, text: str) -> None:
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"))
    watch = AttackWatch(tmp_path, lambda: NOW)
    turn_on(tmp_path, Attack("desk:chief", NOW, NOW + HOUR))
    assert watch()
    (tmp_path / FILE).write_text(text)
    assert watch(), "who floods us is not let in by a slip of the disk"
    assert "hotline attack off" in typed(tmp_path, "attack", "show").stderr
    assert typed(tmp_path, "attack", "off").exit_code == 0
    assert not watch()


def test_the_command_turns_it_on_until_a_time_with_a_front_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_CLOCK", "2026-11-20T10:00")
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"))
    done = typed(tmp_path, "attack", "on", "--until", "14:00", "--front", "outbreak", "--reason", "五个号码")
    assert done.exit_code == 0, done.stderr
    shown = json.loads(typed(tmp_path, "attack", "show", "--json").stdout)
    assert shown["on"]
    assert shown["until"].startswith("2026-11-20T14:00")
    assert "on by hand until" in typed(tmp_path, "front", "show").stderr
    monkeypatch.setenv("HOTLINE_CLOCK", "2026-11-20T14:00:01")
    assert json.loads(typed(tmp_path, "attack", "show", "--json").stdout)["on"] is False
    assert "no front message is called" in " ".join(typed(tmp_path, "attack", "on", "--front", "none").stderr.split())


@asynccontextmanager
async def desk(var: Path) -> AsyncIterator[AttackWatch]:
    settings = Settings(var=var)
    await upgrade(settings.database_url)
    watch = AttackWatch(var, lambda: NOW)
    async with open_control(var, AttackDoor(settings, watch, plan=lambda: PLAN, now=lambda: NOW).routes()):
        yield watch


async def test_a_leader_turns_it_at_the_desk_and_it_is_written_down(tmp_path: Path) -> None:
    async with desk(tmp_path) as watch:
        shown = await ask(tmp_path, "POST", "/attack/chief/on", {"until": "2026-11-20T12:00"})
        assert (shown["on"], shown["by"], watch()) == (True, "desk:chief", True)
        assert (await ask(tmp_path, "GET", "/attack"))["on"]
        assert not (await ask(tmp_path, "POST", "/attack/chief/off"))["on"]
        audit = Audit(Settings(var=tmp_path).database_url, tmp_path)
        assert [(e.deed.who, e.deed.what) for e in await audit.entries()] == [
            ("desk:chief", "attack_on"),
            ("desk:chief", "attack_off"),
        ]


@pytest.mark.parametrize(
    ("path", "data", "words"),
    [
        ("/attack/ann/on", {}, "no shift leader"),
        ("/attack/nobody/on", {}, "no shift leader"),
        ("/attack/chief/maybe", {}, "there is on, off"),
        ("/attack/chief/on", {"until": "soon"}, "not a time"),
        ("/attack/chief/on", {"until": "2026-11-20T09:00"}, "is past"),
    ],
)
async def test_what_makes_no_sense_is_refused(tmp_path: Path, path: str, data: dict[str, str], words: str) -> None:
    async with desk(tmp_path) as watch:
        with pytest.raises(Refused, match=words):
            await ask(tmp_path, "POST", path, data)
        assert not watch()
