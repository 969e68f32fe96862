"""Unit on real databases: `hotline calls` as a sheet, and whom nobody answered."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hotline.cli import app_of
from hotline.settings import HOUSE
from records.journal import SqlJournal
from tests.records.tales import GIVES_UP_WAITING, TALKS, entries


@pytest.fixture
def told(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    async def tell() -> None:
        async with SqlJournal(url) as journal:
            for n, tale in enumerate((TALKS, GIVES_UP_WAITING)):
                for entry in entries(tale, f"a-{n}"):
                    journal.note(entry)

    asyncio.run(tell())
    monkeypatch.setenv("HOTLINE_DATABASE", url)
    return url


def run(var: Path, *words: str) -> Result:
    where = ["--config", str(HOUSE / "config"), "--var", str(var)]
    return CliRunner().invoke(app_of(["calls"]), ["calls", *words, *where])


def test_calls_come_as_a_sheet_with_masked_numbers(told: str, tmp_path: Path) -> None:
    result = run(tmp_path, "--format", "csv")
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(io.StringIO(result.stdout.removeprefix("\ufeff"))))
    assert {row["id"]: (row["number"], row["turned_out"]) for row in rows} == {
        "a-0": ("138****8000", "answered"),
        "a-1": ("138****8000", "abandoned"),
    }


def test_whom_nobody_answered_is_told_with_what_became_of_them(told: str, tmp_path: Path) -> None:
    (line,) = run(tmp_path, "--abandoned", "--json").stdout.splitlines()
    one = json.loads(line)
    assert (one["call"], one["state"], one["waited"], one["number"]) == ("a-1", "open", 10.5, "138****8000")
    assert "未回拨" in run(tmp_path, "--abandoned").stdout
    assert run(tmp_path, "--abandoned", "--to", "2026-10-01", "--json").stdout == ""
