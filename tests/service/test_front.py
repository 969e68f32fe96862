"""Unit: the emergency message is turned on and off, and goes off by itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline.front import Front, FrontWatch, turn_off, turn_on, turned_on
from tests.service.whole import app

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
run = CliRunner().invoke


def test_an_engine_sees_what_is_turned_on_and_off_while_it_runs(tmp_path: Path) -> None:
    now = [NOW]
    watch = FrontWatch(tmp_path, lambda: now[-1])
    assert watch() is None
    turn_on(tmp_path, Front("outbreak", NOW + timedelta(hours=1)))
    assert watch() == "outbreak"
    turn_on(tmp_path, Front("flood", NOW + timedelta(hours=2)))
    assert watch() == "flood"
    now.append(NOW + timedelta(hours=2))
    assert watch() is None  # its time is over
    now.append(NOW)
    turn_off(tmp_path)
    assert watch() is None


def test_it_survives_a_restart(tmp_path: Path) -> None:
    turn_on(tmp_path, Front("outbreak", NOW + timedelta(hours=1)))
    assert FrontWatch(tmp_path, lambda: NOW)() == "outbreak"
    assert turned_on(tmp_path) == Front("outbreak", NOW + timedelta(hours=1))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"name": "x", "until": "2026-11-20T10:00"}', "\x00"])
def test_a_damaged_file_turns_nothing_on_and_off_mends_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "front.json").write_text(text)
    assert FrontWatch(tmp_path, lambda: NOW)() is None
    shown = run(app, ["front", "show", "--var", str(tmp_path)])
    assert shown.exit_code == 1
    assert run(app, ["front", "off", "--var", str(tmp_path)]).exit_code == 0
    assert run(app, ["front", "show", "--var", str(tmp_path)]).exit_code == 0


def test_the_command_turns_it_on_until_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_CLOCK", "2026-11-20T10:00")
    done = run(app, ["front", "on", "outbreak", "--until", "18:00", "--var", str(tmp_path)])
    assert done.exit_code == 0
    assert done.stderr.splitlines() == [
        "no hotline runs here: callers are told from its next start",
        "outbreak is on until 2026-11-20 18:00",
    ]
    (row,) = json.loads(run(app, ["front", "show", "--json", "--var", str(tmp_path)]).stdout)
    assert (row["name"], row["on"], row["by"], row["until"]) == ("outbreak", True, "hand", "2026-11-20T18:00:00+08:00")
    monkeypatch.setenv("HOTLINE_CLOCK", "2026-11-20T18:00:01")
    assert "outbreak: off" in run(app, ["front", "show", "--var", str(tmp_path)]).stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["outbrake"], "no front message is called 'outbrake'"),
        (["outbreak", "--until", "soon"], "'soon' is not a time"),
        (["outbreak", "--until", "09:59"], "2026-11-20 09:59 is past"),
    ],
)
def test_what_cannot_be_turned_on_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    monkeypatch.setenv("HOTLINE_CLOCK", "2026-11-20T10:00")
    refused = run(app, ["front", "on", *arguments, "--var", str(tmp_path)])
    assert refused.exit_code == 2
    assert told in refused.stderr
    assert turned_on(tmp_path) is None
