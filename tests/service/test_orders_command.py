"""Unit: work orders from the command line, on a database of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.service.whole import app

NUMBER = "13900000042"


@pytest.fixture
def typed(tmp_path: Path) -> Any:
    def command(*words: str) -> Result:
        return CliRunner().invoke(app, [*words, "--config", "config", "--var", str(tmp_path)])

    return command


def test_an_order_goes_its_way_from_the_command_line(typed: Any, tmp_path: Path) -> None:
    assert typed("registers", "set", "unit", "cdc", "name=市疾控中心").exit_code == 0
    opened = typed("orders", "open", "content=食堂卫生", "kind=投诉", f"contact={NUMBER}", "--json")
    assert opened.exit_code == 0, opened.output
    number = json.loads(opened.stdout)["order"]["number"]
    for words, state in (
        (("sign", number, "text=同意转办"), "approved"),
        (("hand-on", number, "unit=cdc", "means=fax"), "handed_on"),
        (("return", number, "reason=不属本部门"), "returned"),
        (("hand-on", number, "unit=cdc"), "handed_on"),
        (("extend", number, "workdays=3", "reason=取证"), "extended"),
        (("urge", number, "text=请尽快"), "extended"),
        (("done", number, "text=已整改"), "done"),
        (("answer", number, "text=已告知"), "answered"),
        (("visit", number, "reached=no"), "answered"),
        (("visit", number, "satisfaction=satisfied"), "visited"),
        (("correct", number, "content=食堂无证", "reason=听录音"), "visited"),
        (("close", number), "closed"),
        (("reopen", number, "reason=来电人再次反映"), "reopened"),
    ):
        done = typed("orders", *words, "--json")
        assert done.exit_code == 0, (words, done.output)
        assert json.loads(done.stdout)["order"]["state"] == state
    (row,) = [json.loads(line) for line in typed("orders", "list", "--json").stdout.splitlines()]
    assert (row["number"], row["contact"], row["content"]) == (number, "139****0042", "食堂无证")
    shown = typed("orders", "show", number)
    assert "重新办理" in shown.stdout
    assert NUMBER not in shown.stdout
    assert json.loads(typed("orders", "board", "--json").stdout)["states"]
    printed = tmp_path / "sheet.html"
    assert typed("orders", "print", number, "--format", "html", "--out", str(printed)).exit_code == 0
    assert "转办单" in printed.read_text("utf-8")


def test_whole_numbers_are_shown_with_a_reason_that_is_kept(typed: Any) -> None:
    typed("orders", "open", "content=x", f"contact={NUMBER}")
    assert typed("orders", "list", "--private").exit_code == 2
    assert NUMBER in typed("orders", "list", "--private", "--reason", "回访", "--json").stdout
    assert "numbers_shown" in typed("audit", "list", "--json").stdout


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("open",), 1, "content"),
        (("open", "contents=x"), 2, "FIELD=VALUE"),
        (("open", "content=x", "kind=song"), 1, "kind"),
        (("open", "content=x", "category=nothing"), 1, "no category"),
        (("open", "--call", "c1"), 1, "nothing is known"),
        (("done", "2026-000009", "text=x"), 1, "no order"),
        (("list", "--state", "asleep"), 2, "asleep"),
    ],
)
def test_what_makes_no_sense_is_told_in_one_line(typed: Any, words: tuple[str, ...], code: int, why: str) -> None:
    refused = typed("orders", *words)
    assert refused.exit_code == code, refused.output
    assert why in refused.stderr
    assert "Traceback" not in refused.output


def test_files_of_the_mayors_hotline_come_in_whole_and_answers_go_out(typed: Any, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text("number,content\nTJ-1,食堂\nTJ-2,\n", "utf-8")
    refused = typed("orders", "exchange", "import", str(file))
    assert (refused.exit_code, "row 2" in refused.stdout) == (1, True)
    file.write_text("number,content\nTJ-1,食堂\n", "utf-8")
    assert typed("orders", "exchange", "import", str(file)).stdout.split() == ["TJ-1", refused_number(typed), "new"]
    assert typed("orders", "exchange", "import", str(file)).stdout.split()[2] == "known"
    told = json.loads(typed("orders", "exchange", "export").stdout)
    assert [one["number"] for one in told["orders"]] == ["TJ-1"]
    assert typed("orders", "exchange", "export", "--csv").stdout.startswith("number,")


def refused_number(typed: Any) -> str:
    """Of the only order that there is."""
    return str(json.loads(typed("orders", "list", "--json").stdout)["number"])
