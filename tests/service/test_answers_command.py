"""Unit: answer records from the command line, on a database of their own."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from records.migrations import upgrade
from tests.paperwork.answers.desk import room, tale
from tests.paperwork.answers.made_up import CONTACT
from tests.service.whole import app


@pytest.fixture
def typed(tmp_path: Path) -> Any:
    """Commands on a database in which one call was answered."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"

    async def answer() -> None:
        await upgrade(url)
        async with room(url) as here:
            await here.hear(tale("a-1", ("immunization", "vaccine-1")))

    asyncio.run(answer())

    def command(*words: str) -> Result:
        return CliRunner().invoke(app, [*words, "--config", "config", "--var", str(tmp_path)])

    return command


def test_a_record_is_filled_signed_corrected_and_printed_from_the_command_line(typed: Any, tmp_path: Path) -> None:
    told = typed("answers", "fill", "2026-000001", "kind=咨询", "heard=政策咨询", "content=接种地点", "--json")
    assert told.exit_code == 0, told.output
    assert [one["field"] for one in json.loads(told.stdout)["missing"]] == ["category", "settled"]
    assert typed("answers", "sign", "a-1", "--opinion", "同意", "--name", "班长甲").exit_code == 1
    row = json.loads(typed("answers", "list", "--missing", "--json").stdout)
    assert (row["call"], row["line_name"], row["contact"]) == ("a-1", "预防接种", "139****0042")
    category = "category=咨询/疾病预防控制/预防接种/接种单位"
    filled = typed("answers", "fill", "a-1", category, "settled=当场答复", "asked_by=张三", "--json")
    assert filled.exit_code == 0, filled.output
    told = json.loads(filled.stdout)
    assert (told["state"], told["category"], f"category={told['category_path']}") == ("filled", "Z020102", category)
    signed = typed("answers", "sign", "a-1", "--opinion", "同意", "--name", "班长甲", "--json")
    assert json.loads(signed.stdout)["signature"]["name"] == "班长甲"
    again = typed("answers", "fill", "a-1", "place=和平区")
    assert again.exit_code == 1
    assert "corrected" in again.stderr
    assert typed("answers", "correct", "a-1", "gender=男", "--reason", "听错了").exit_code == 0
    shown = typed("answers", "show", "a-1", "--history")
    assert "更正" in shown.stdout
    assert "张*" in shown.stdout
    assert CONTACT not in shown.stdout
    printed = tmp_path / "sheet.html"
    assert typed("answers", "print", "a-1", "--format", "html", "--out", str(printed)).exit_code == 0
    assert "接听记录单" in printed.read_text("utf-8")


def test_what_cannot_be_so_is_told_by_its_field_and_what_is_mistyped_is_no_wish(typed: Any) -> None:
    wrong = typed("answers", "fill", "a-1", "category=nothing", "kind=咨询")
    assert wrong.exit_code == 1
    assert "内容分类（category）: there is no category" in wrong.stderr
    assert typed("answers", "fill", "a-1", "colour=red").exit_code == 2
    assert typed("answers", "fill", "a-1", "colour").exit_code == 2
    assert typed("answers", "show", "2026-000009").exit_code == 1


def test_whole_names_and_contacts_are_shown_with_a_reason_that_is_kept(typed: Any) -> None:
    assert typed("answers", "show", "a-1", "--private").exit_code == 2
    shown = typed("answers", "show", "a-1", "--private", "--reason", "call back", "--json")
    assert json.loads(shown.stdout)["contact"] == CONTACT
    written = json.loads(typed("audit", "list", "--json").stdout.splitlines()[-1])
    assert (written["what"], written["about"], written["details"]["calls"]) == ("numbers_shown", "answers", ["a-1"])
