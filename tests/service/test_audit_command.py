"""Shell: who asks for whole numbers is written down first, and the log is looked at from the command line."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hotline.cli import app_of
from tests.records.tales import NUMBER, TALKS, told_in

APP = app_of(["calls", "callbacks", "audit"])


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """A hotline's folder in which one call was recorded."""
    asyncio.run(told_in(tmp_path, TALKS))
    return tmp_path


def typed(var: Path, *words: str) -> Result:
    return CliRunner().invoke(APP, [*words, "--var", str(var)])


def test_whole_numbers_are_shown_for_a_reason_and_it_is_written_down(var: Path) -> None:
    shown = typed(var, "calls", "--json", "--private", "--reason", "投诉 17 号")
    assert json.loads(shown.stdout)["number"] == NUMBER
    (entry,) = map(json.loads, typed(var, "audit", "list", "--json").stdout.splitlines())
    assert entry["who"] == f"os:{pwd.getpwuid(os.getuid()).pw_name}"
    assert (entry["what"], entry["about"], entry["reason"]) == ("numbers_shown", "calls", "投诉 17 号")
    assert entry["details"] == {"calls": [json.loads(shown.stdout)["id"]]}
    assert "numbers_shown" in typed(var, "audit", "list").stdout
    assert typed(var, "audit", "verify").stdout == f"1:{entry['hash']}\n"
    assert json.loads(typed(var, "audit", "verify", "--json").stdout)["whole"] is True


@pytest.mark.parametrize("command", ["calls", "callbacks"])
@pytest.mark.parametrize("reason", [(), ("--reason", " ")])
def test_without_a_reason_nothing_is_shown(var: Path, command: str, reason: tuple[str, ...]) -> None:
    refused = typed(var, command, "--private", "--json", *reason)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "say why" in refused.stderr


def test_masked_lists_leave_no_entry(var: Path) -> None:
    assert "*" in typed(var, "calls", "--json").stdout
    assert typed(var, "audit", "list", "--json").stdout == ""


def test_where_nothing_can_be_written_down_nothing_is_shown(var: Path) -> None:
    with closing(sqlite3.connect(var / "hotline.db")) as database, database:
        database.execute("DROP TABLE audit")
    refused = typed(var, "calls", "--json", "--private", "--reason", "a complaint")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "nothing is shown" in refused.stderr


def test_tampering_is_told_and_ends_with_one(var: Path) -> None:
    typed(var, "calls", "--private", "--reason", "a complaint")
    head = typed(var, "audit", "verify").stdout.strip()
    with closing(sqlite3.connect(var / "hotline.db")) as database, database:
        database.execute("DROP TRIGGER audit_keeps_deeds")
        database.execute("UPDATE audit SET reason = 'maintenance'")
    found = typed(var, "audit", "verify", "--head", head)
    assert (found.exit_code, found.stdout) == (1, "")
    assert "entry 1: it was changed" in found.stderr
    assert json.loads(typed(var, "audit", "verify", "--json").stdout)["number"] == 1


def test_a_head_of_another_form_is_told(var: Path) -> None:
    assert "NUMBER:HASH" in typed(var, "audit", "verify", "--head", "12").stderr


def test_a_folder_without_a_hotline_stays_empty(tmp_path: Path) -> None:
    refused = typed(tmp_path / "none", "audit", "verify")
    assert refused.exit_code == 1
    assert "no hotline was ever started" in refused.stderr
    assert not (tmp_path / "none").exists()
