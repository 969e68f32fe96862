"""Unit on real databases: `hotline database` shows, checks and copies, and says in one line why it does not."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hotline.cli import app_of
from hotline.settings import HOUSE
from records.audit import Audit, Deed
from tests.databases import execute
from tests.records.tales import NINE


def run(tmp_path: Path, *words: str) -> Result:
    where = ["--config", str(HOUSE / "config"), "--var", str(tmp_path)]
    return CliRunner().invoke(app_of(["database"]), ["database", *words, *where])


@pytest.fixture
def told(url: str, tmp_path: Path) -> str:
    for n in range(3):
        asyncio.run(Audit(url, tmp_path).write(Deed("os:ann", "tried", f"a-{n}"), NINE))
    return url


def test_a_database_is_shown_copied_and_found_whole(told: str, bare: str, tmp_path: Path) -> None:
    shown = json.loads(run(tmp_path, "show", told, "--json").stdout)
    assert (shown["revision"], shown["rows"]["audit"]) == (shown["newest"], 3)
    copied = run(tmp_path, "copy", "--from", told, "--to", bare, "--json")
    assert (copied.exit_code, json.loads(copied.stdout)["good"]) == (0, True), copied.output
    assert run(tmp_path, "check", bare).exit_code == 0
    assert run(tmp_path, "check", bare, "--against", told).exit_code == 0
    execute(bare, "INSERT INTO holds VALUES ('a-1', '2026-10-01 01:00:00.000000', 'os:ann', 'x')")
    differs = run(tmp_path, "check", bare, "--against", told, "--json")
    assert (differs.exit_code, json.loads(differs.stdout)["wrong"]) == (1, ["not the same: holds"])


def test_what_cannot_be_done_is_said_in_one_line(told: str, tmp_path: Path) -> None:
    again = run(tmp_path, "copy", "--from", told, "--to", told)
    assert (again.exit_code, again.stderr.strip()) == (1, "both are the same database")
    assert run(tmp_path, "show", "mysql://x/y").exit_code == 2
    missing = run(tmp_path, "show", f"sqlite:///{tmp_path}/none.db")
    assert missing.exit_code == 1
    assert missing.stderr.startswith("there is no such database: ")
    away = run(tmp_path, "check", "postgresql://ann:secret@127.0.0.1:1/x")
    assert away.exit_code == 1
    assert "secret" not in away.output


def test_tables_are_brought_up_to_date_without_a_start(
    bare: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE", bare)
    done = run(tmp_path, "upgrade")
    assert (done.exit_code, "tables of version" in done.stderr) == (0, True), done.output
    assert run(tmp_path, "check", bare).exit_code == 0
