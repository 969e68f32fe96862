"""Unit on a real database: `hotline report`."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner, Result

from hotline.settings import HOUSE
from records.database import open_database
from records.migrations import upgrade
from records.paper_tables import past_rows
from routing.calendar import SHANGHAI
from tests.service.whole import app

CONFIG = str(HOUSE / "config")
OCTOBER = ("--from", "2026-10-01", "--to", "2026-11-01")


async def _counted(url: str) -> None:
    await upgrade(url)
    engine = open_database(url)
    row = {"import": "i", "line": None, "tree": "national", "at": datetime(2026, 10, 9, tzinfo=SHANGHAI)}
    rows = [
        {**row, "row": 1, "kind": "consult", "path": "咨询/寻医问药/就医引导", "place": "=cmd()", "count": 2},
        {**row, "row": 2, "kind": "consult", "path": "咨询/其他", "place": "河西区", "count": 1, "line": "gone"},
    ]
    async with engine.begin() as connection:
        await connection.execute(insert(past_rows), rows)
    await engine.dispose()


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("var")
    asyncio.run(_counted(f"sqlite+aiosqlite:///{folder / 'hotline.db'}"))
    return str(folder)


def hotline(*words: str) -> Result:
    return CliRunner().invoke(app, ["report", *words, "--config", CONFIG])


def test_a_briefing_is_printed_as_json(var: str) -> None:
    told = hotline("briefing", *OCTOBER, "--format", "json", "--var", var)
    assert told.exit_code == 0, told.stderr
    data = json.loads(told.stdout)
    assert data["categories"] == [
        {"path": "咨询/寻医问药", "count": 2, "percent": "66.7"},
        {"path": "咨询/寻医问药/就医引导", "count": 2, "percent": "100.0"},
        {"path": "咨询/其他", "count": 1, "percent": "33.3"},
    ]


def test_decimals_are_as_asked_for(var: str) -> None:
    data = json.loads(hotline("briefing", *OCTOBER, "--decimals", "0", "--var", var).stdout)
    assert [one["percent"] for one in data["categories"]] == ["67", "100", "33"]


def test_no_cell_of_a_csv_is_a_formula(var: str) -> None:
    told = hotline("briefing", *OCTOBER, "--format", "csv", "--table", "places", "--var", var)
    rows = list(csv.reader(io.StringIO(told.stdout)))
    assert rows[0][0] == "地区"
    assert [row[0] for row in rows[1:]] == ["'=cmd()", "河西区", "合计"]
    assert rows[-1][-2:] == ["3", "100.0"]


def test_a_line_that_only_the_records_know_has_its_reports(var: str) -> None:
    told = hotline("monthly", *OCTOBER, "--line", "gone", "--var", var)
    assert told.exit_code == 0, told.stderr
    assert json.loads(told.stdout)["tables"][0]["rows"][0]["values"][-1] == 1


def test_several_tables_go_into_a_folder_or_an_archive(var: str, tmp_path: Path) -> None:
    assert (
        hotline("briefing", *OCTOBER, "--format", "csv", "--out", str(tmp_path / "all.zip"), "--var", var).exit_code
        == 0
    )
    assert hotline("briefing", *OCTOBER, "--format", "csv", "--out", str(tmp_path / "all"), "--var", var).exit_code == 0
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert files == {file.name: file.read_bytes() for file in (tmp_path / "all").iterdir()}
    assert "briefing-kinds.csv" in files
    assert files["briefing-kinds.csv"].startswith("\ufeff业务类别,".encode())
    refused = hotline("briefing", *OCTOBER, "--format", "csv", "--out", str(tmp_path / "all.csv"), "--var", var)
    assert refused.exit_code == 2
    assert "kinds" in refused.stderr


def test_a_hotline_that_never_ran_has_an_empty_report(tmp_path: Path) -> None:
    told = hotline("briefing", *OCTOBER, "--var", str(tmp_path / "never"))
    assert told.exit_code == 0, told.stderr
    assert json.loads(told.stdout)["totals"]["合计"] == 0
    assert not (tmp_path / "never").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("weather", *OCTOBER), "briefing"),
        (("briefing", *OCTOBER, "--format", "docx"), "xlsx"),
        (("briefing", *OCTOBER, "--tree", "world"), "national"),
        (("briefing", *OCTOBER, "--line", "nobody"), "immunization"),
        (("briefing", "--from", "2026-10-01"), "--to"),
        (("briefing", "--from", "2026-10-01", "--to", "2026-10-01"), "exclusive"),
        (("briefing", "--from", "0001-01-01", "--to", "2026-10-01"), "nobody could mean"),
        (("briefing", "--from", "October", "--to", "2026-10-01"), "2026-10-01"),
    ],
)
def test_what_nobody_can_mean_is_refused_with_the_choices(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    told = hotline(*words, "--var", str(tmp_path))
    assert told.exit_code == 2
    assert said in told.stderr
    assert told.stdout == ""


def test_a_report_is_signed_for_good_and_what_differs_later_is_told(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"
    asyncio.run(_counted(url))
    at = (*OCTOBER, "--var", str(tmp_path))
    assert "--by" in hotline("sign", "monthly", *at).stderr
    first = hotline("sign", "monthly", "--by", "班长甲", *at)
    assert first.exit_code == 0, first.stderr
    assert json.loads(first.stdout)["number"] == 1
    assert hotline("sign", "monthly", "--by", "班长甲", *at).exit_code == 1
    assert json.loads(hotline("differences", "monthly", *at).stdout) == {"total": 0, "cells": []}

    async def more() -> None:
        engine = open_database(url)
        row = {"import": "j", "row": 1, "kind": "complaint", "at": datetime(2026, 10, 9, tzinfo=SHANGHAI), "count": 2}
        async with engine.begin() as connection:
            await connection.execute(insert(past_rows), [row])
        await engine.dispose()

    asyncio.run(more())
    differ = hotline("differences", "monthly", *at)
    assert (differ.exit_code, json.loads(differ.stdout)["total"] > 0) == (1, True)
    assert "says why" in hotline("sign", "monthly", "--by", "班长甲", *at).stderr
    second = hotline("sign", "monthly", "--by", "班长甲", "--reason", "补录", *at)
    assert json.loads(second.stdout)["number"] == 2
    totals = [
        json.loads(hotline("monthly", *which, *at).stdout)["tables"][0]["rows"][0]["values"][-1]
        for which in (("--number", "1"), ("--signed",), ())
    ]
    assert totals == [3, 5, 5]
    listed = hotline("signed", "--var", str(tmp_path)).stdout.splitlines()
    assert [json.loads(line)["reason"] for line in listed] == [None, "补录"]
    assert hotline("monthly", "--signed", "--line", "booking", *at).exit_code == 1
