"""Unit: `hotline test`, and the test calls that the shipped hotline comes with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hotline.settings import HOUSE
from tests.service.whole import app

CONFIG = str(HOUSE / "config")
WRONG = """\
instants: {工作日: 2026-11-20T10:00, 晚上: 2026-11-20T22:00}
tests:
  - {at: [工作日, 晚上], keys: "1,1", expect: line immunization, why: 打疫苗}
  - {at: 工作日, keys: "3", expect: outside booking}
"""


def hotline(*words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--config", CONFIG])


def test_every_shipped_test_call_leads_where_it_must_and_together_they_come_by_everything() -> None:
    told = hotline("test", "--coverage", "--json")
    assert told.exit_code == 0, told.stdout
    data = json.loads(told.stdout)
    assert data["failures"] == []
    assert data["tests"] > 300
    assert {what: share["missed"] for what, share in data["coverage"].items()} == {
        "nodes": [],
        "lines": [],
        "keys": [],
        "waits": [],
    }


def test_when_all_is_well_one_line_says_so() -> None:
    told = hotline("test")
    assert told.exit_code == 0
    assert told.stdout == ""
    assert "all lead where they must" in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_a_call_that_leads_elsewhere_is_told_with_place_keys_and_what_was_heard(tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(WRONG, "utf-8")
    told = hotline("test", str(tmp_path))
    assert told.exit_code == 1
    lines = told.stdout.splitlines()
    assert lines[0] == f"{tmp_path}/wrong.yaml:3:5: keys 1,1 at 2026-11-20 10:00 (工作日)  打疫苗"
    assert [line.split() for line in lines[1:3]] == [
        ["end", "expected", "line", "immunization"],
        ["got", "line", "psychological-aid"],
    ]
    assert "按 1" in told.stdout
    assert lines[-1].strip() == "so too at 2026-11-20 22:00 (晚上)"
    assert "3 test calls in 1 file: 2 did not lead where they must" in told.stderr


def test_failures_and_coverage_come_as_data(tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(WRONG, "utf-8")
    told = hotline("test", str(tmp_path / "wrong.yaml"), "--json", "--coverage")
    data = json.loads(told.stdout)
    assert (data["tests"], data["passed"], data["failed"]) == (3, 1, 2)
    first = data["failures"][0]
    assert (first["line"], first["column"], first["keys"], first["why"]) == (3, 5, "1,1", "打疫苗")
    assert first["faults"] == [{"what": "end", "expected": "line immunization", "got": "line psychological-aid"}]
    assert first["end"] == {"kind": "line", "line": "psychological-aid", "open": True}
    assert [step["heard"] for step in first["steps"]] == [None, "1", "1", None]
    assert "consult: 4" in data["coverage"]["keys"]["missed"]


@pytest.mark.parametrize(
    ("text", "told"),
    [("tests: [{at: now}]", "wrong.yaml:1:9: "), ("\ttests: []", "wrong.yaml:1:1: a tab stands here")],
)
def test_a_table_that_cannot_be_read_is_told_by_its_place(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "wrong.yaml").write_text(text, "utf-8")
    result = hotline("test", str(tmp_path))
    assert result.exit_code == 1
    assert told in result.stderr


@pytest.mark.parametrize("text", ["", "tests: []\n", "instants: {}\ntests: []\n"])
def test_a_table_without_calls_proves_nothing_and_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "none.yaml").write_text(text, "utf-8")
    told = hotline("test", str(tmp_path))
    assert told.exit_code == 1
    assert f"no test calls in {tmp_path}/none.yaml" in told.stderr


def test_a_folder_without_tables_says_what_to_do(tmp_path: Path) -> None:
    assert "write a table of test calls" in hotline("test", str(tmp_path)).stderr
    assert "no such file or folder" in hotline("test", str(tmp_path / "nowhere")).stderr
