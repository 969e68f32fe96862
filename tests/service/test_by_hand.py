"""Unit: lines are opened and closed by hand, and follow their hours again by themselves."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline.by_hand import ByHand, ByHandWatch, keep, kept
from tests.service.whole import app

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
run = CliRunner().invoke


def test_an_engine_sees_what_is_opened_and_closed_while_it_runs(tmp_path: Path) -> None:
    now = [NOW]
    watch = ByHandWatch(tmp_path, lambda: now[-1])
    assert watch() == {}
    keep(tmp_path, {"desk": ByHand(False, NOW + HOUR), "night": ByHand(True, NOW + 2 * HOUR)})
    assert watch() == {"desk": False, "night": True}
    now.append(NOW + HOUR)
    assert watch() == {"night": True}  # one's time is over
    keep(tmp_path, {})
    assert watch() == {}
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '{"desk": {}}', '{"desk": {"open": 1, "until": "2026-11-20T10:00+08:00"}}', "\x00",
             '{"desk": {"open": true, "until": "2026-11-20T10:00"}}']
)  # fmt: skip
def test_a_damaged_file_turns_nothing_and_a_command_mends_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "lines.json").write_text(text)
    assert ByHandWatch(tmp_path, lambda: NOW)() == {}
    shown = run(app, ["line", "show", "--var", str(tmp_path)])
    assert shown.exit_code == 1
    assert "hotline line normal --all" in shown.stderr
    assert run(app, ["line", "normal", "--all", "--var", str(tmp_path)]).exit_code == 0
    assert run(app, ["line", "show", "--var", str(tmp_path)]).exit_code == 0


def test_the_command_closes_a_line_until_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_CLOCK", "2026-11-20T10:00")
    done = run(app, ["line", "close", "immunization", "--until", "14:00", "--var", str(tmp_path)])
    assert done.exit_code == 0
    assert done.stderr.splitlines() == [
        "no hotline runs here: it holds from its next start",
        "immunization is closed until 2026-11-20 14:00",
    ]
    rows = {row["line"]: row for row in json.loads(_show(tmp_path))}
    immunization = rows["immunization"]
    assert (immunization["open"], immunization["why"], immunization["by"]) == (False, "班长关闭", "hand")
    assert rows["booking"]["by"] == "hours"
    monkeypatch.setenv("HOTLINE_CLOCK", "2026-11-20T14:00:01")
    assert {row["line"]: row["open"] for row in json.loads(_show(tmp_path))}["immunization"]


def _show(var: Path) -> str:
    return run(app, ["line", "show", "--json", "--var", str(var)]).stdout


def test_a_line_is_opened_and_follows_its_hours_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_CLOCK", "2026-11-20T20:00")
    assert run(app, ["line", "open", "immunization", "--var", str(tmp_path)]).exit_code == 0
    assert run(app, ["line", "close", "booking", "--var", str(tmp_path)]).exit_code == 0
    assert {line: one.open for line, one in kept(tmp_path).items()} == {"immunization": True, "booking": False}
    assert run(app, ["line", "normal", "immunization", "--var", str(tmp_path)]).exit_code == 0
    assert list(kept(tmp_path)) == ["booking"]


def test_a_line_that_is_none_is_told_with_the_name_that_was_meant(tmp_path: Path) -> None:
    done = run(app, ["line", "close", "imunization", "--var", str(tmp_path)])
    assert done.exit_code == 2
    assert "did you mean 'immunization'?" in " ".join(done.stderr.split())
    assert run(app, ["line", "normal", "--var", str(tmp_path)]).exit_code == 2
