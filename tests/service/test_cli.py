"""Unit: the commands that need no telephone, as the outside contract has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner, Result

from hotline.cli import ROOMS, app_of
from hotline.settings import HOUSE
from tests.service.whole import app

CONFIG = str(HOUSE / "config")


def hotline(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def test_check_is_quiet_about_the_shipped_hotline_and_loud_about_a_broken_one(tmp_path: Path) -> None:
    good = hotline("check", CONFIG)
    assert (good.exit_code, good.stdout) == (0, "")
    for path in (HOUSE / "config").glob("*.yaml"):
        (tmp_path / path.name).write_text(path.read_text("utf-8").replace("say: closed-booking", "say: closed-boking"))
    (tmp_path / "settings.yaml").write_text("sip: {prt: 5060}\n")
    bad = hotline("check", str(tmp_path))
    assert bad.exit_code == 1
    plan, settings = bad.stdout.splitlines()
    assert plan.startswith(f"{tmp_path}/plan.yaml:")
    assert "did you mean `closed-booking`?" in plan
    assert settings.startswith(f"{tmp_path}/settings.yaml:1")


def test_dial_tells_the_steps_and_the_end_as_data() -> None:
    told = hotline("dial", "1,4", "--at", "2026-10-01T09:00", "--config", CONFIG, "--json")
    assert told.exit_code == 0
    walk = json.loads(told.stdout)
    assert walk["at"] == "2026-10-01T09:00:00+08:00"
    assert walk["end"] == {"kind": "message", "line": "immunization", "open": False}
    assert [(step["step"], step["heard"]) for step in walk["steps"]] == [
        ("greeting", None),
        ("main", "1"),
        ("consult", "4"),
        ("closed-immunization", None),
        ("leave-message", None),
    ]
    assert walk["steps"][0]["say"] == ["您好，欢迎拨打天津12320公共卫生热线。"]


def test_dial_reads_aloud_for_people() -> None:
    told = hotline("dial", "3", "--at", "2026-11-20T10:00", "--config", CONFIG)
    assert told.exit_code == 0
    assert "按 3" in told.stdout
    assert "→ outside 预约挂号（开放，周五）" in told.stdout


def test_calendar_tells_each_day_and_why() -> None:
    told = hotline("calendar", "2026-10-08", "2026-10-10", "--config", CONFIG, "--json")
    assert json.loads(told.stdout) == [
        {"date": "2026-10-08", "open": True, "hours": [["08:30", "16:30"]], "why": "周四"},
        {"date": "2026-10-09", "open": True, "hours": [["08:30", "16:30"]], "why": "周五"},
        {"date": "2026-10-10", "open": True, "hours": [["08:30", "16:30"]], "why": "国庆节调休上班（周六）"},
    ]
    always = hotline("calendar", "2026-10-01", "--line", "emergency", "--config", CONFIG, "--json")
    assert json.loads(always.stdout)[0]["hours"] == [["00:00", "24:00"]]


def test_phones_keep_their_secrets(tmp_path: Path) -> None:
    first, second = (hotline("phones", "--var", str(tmp_path), "--config", CONFIG, "--json") for _ in range(2))
    assert first.exit_code == 0
    assert first.stdout == second.stdout
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_prompts_are_listed_with_their_words() -> None:
    told = hotline("prompts", "list", "--config", CONFIG, "--json")
    assert json.loads(told.stdout)["main-menu"].startswith("咨询请按1")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["dial", "1,x"], 2, "'x' is no key"),
        (["dial", "1", "--at", "tomorrow"], 2, "is not a time"),
        (["calendar", "2026-13-01"], 2, "is not a date"),
        (["calendar", "2026-10-02", "2026-10-01"], 2, "comes before"),
        (["calendar", "2026-10-01", "--line", "nowhere"], 2, "no line is called"),
        (["dial", "1", "--config", "nowhere"], 1, "no such folder"),
        (["calls", "--var", "nowhere"], 1, "no calls yet"),
        (["nonsense"], 2, "No such command"),
    ],
)
def test_bad_words_get_one_clear_line(words: list[str], code: int, told: str) -> None:
    result = hotline(*words, *([] if "--config" in words or words == ["nonsense"] else ["--config", CONFIG]))
    assert result.exit_code == code
    assert told in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_every_command_is_found_in_the_room_that_gives_it() -> None:
    for room, commands in ROOMS.items():
        given = get_command(app_of([room]))
        assert isinstance(given, TyperGroup)
        assert tuple(given.commands) == commands


def test_a_reason_with_brackets_is_told_as_it_was_written(tmp_path: Path) -> None:
    for path in (HOUSE / "config").glob("*.yaml"):
        text = path.read_text("utf-8")
        odd = 'own_days: {2026-12-08: {day: day off, why: "[/x]停电"}}'
        (tmp_path / path.name).write_text(text.replace("own_days: {}", odd), encoding="utf-8")
    told = hotline("calendar", "2026-12-08", "--config", str(tmp_path))
    assert (told.exit_code, "[/x]停电" in told.stdout) == (0, True)


def test_ten_thousand_years_are_too_many_to_look_at() -> None:
    assert hotline("calendar", "0001-01-01", "9999-12-31", "--config", CONFIG).exit_code == 2


def test_a_file_is_no_folder() -> None:
    told = hotline("check", str(HOUSE / "README.md"))
    assert told.stdout.count("\n") == 1
    assert "no such folder" in told.stdout
