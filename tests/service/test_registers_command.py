"""Shell: the registers from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from pypdf import PdfReader
from typer.testing import CliRunner, Result

from hotline.cli import app_of

APP = app_of(["registers", "audit"])


def typed(var: Path, *words: str) -> Result:
    return CliRunner().invoke(APP, [*words, "--var", str(var)])


def test_an_entry_is_typed_field_by_field_shown_and_exported_and_read_back(tmp_path: Path) -> None:
    made = typed(tmp_path, "registers", "set", "unit", "cdc", "name=疾控", "liaison_a.name=甲", "also=CDC;市疾控")
    assert made.exit_code == 0, made.stderr
    assert typed(tmp_path, "registers", "set", "unit", "cdc", "phone=12345").exit_code == 0
    shown = json.loads(typed(tmp_path, "registers", "show", "unit", "cdc", "--json").stdout)
    assert (shown["version"], shown["entry"]["phone"], shown["entry"]["also"]) == (2, "12345", ["CDC", "市疾控"])
    (file := tmp_path / "r.yaml").write_text(typed(tmp_path, "registers", "export").stdout, encoding="utf-8")
    again = typed(tmp_path, "registers", "import", str(file), "--reason", "同一份", "--json")
    assert json.loads(again.stdout) == {"new": 0, "same": 1}
    assert typed(tmp_path, "registers", "retire", "unit", "cdc").exit_code == 2
    assert typed(tmp_path, "registers", "retire", "unit", "cdc", "--reason", "撤销").exit_code == 0
    assert len(typed(tmp_path, "registers", "history", "unit", "cdc", "--json").stdout.splitlines()) == 3
    assert typed(tmp_path, "registers", "gaps").exit_code == 1


def test_what_cannot_stand_is_refused_in_one_line_and_nothing_is_kept(tmp_path: Path) -> None:
    refused = typed(tmp_path, "registers", "set", "unit", "cdc", "name=疾控", "phone=call")
    assert refused.exit_code == 1
    assert "phone (电话): 'call': a telephone number is written like" in refused.stderr
    assert typed(tmp_path, "registers", "set", "unit", "cdc", "nme=疾控").exit_code == 2
    (file := tmp_path / "r.csv").write_text("代码,姓名,编号\nann,甲,1\nBob,乙,2\n", encoding="utf-8")
    assert typed(tmp_path, "registers", "import", str(file), "--reason", "换人").exit_code == 2
    bad = typed(tmp_path, "registers", "import", str(file), "--register", "agent", "--reason", "换人")
    assert (bad.exit_code, "r.csv:3: 代码: 'Bob' is no id" in bad.stderr.replace("\n", "")) == (1, True)
    assert json.loads(typed(tmp_path, "registers", "list", "agent", "--json").stdout) == []
    assert typed(tmp_path, "audit", "list", "--json").stdout == ""


def test_a_line_is_printed_as_the_form_that_its_leader_signs(tmp_path: Path) -> None:
    typed(
        tmp_path, "registers", "set", "line", "immunization", "name=预防接种", "number=12320", "institution=市疾控中心"
    )
    typed(tmp_path, "registers", "set", "agent", "ann", "name=受理员甲", "number=1001", "lines=immunization")
    out = tmp_path / "made" / "form.pdf"
    done = typed(tmp_path, "registers", "print", "immunization", "--out", str(out))
    assert done.exit_code == 0, done.stderr
    assert "市疾控中心" in PdfReader(out).pages[0].extract_text()
    page = typed(tmp_path, "registers", "print", "immunization", "--agents", "--format", "html")
    assert '<th scope="row" class="text">1001</th>' in page.stdout
    refused = typed(tmp_path, "registers", "print", "immunization", "--format", "xlsx", "--out", str(out))
    assert (refused.exit_code, "html or pdf" in refused.stderr) == (1, True)
    assert typed(tmp_path, "registers", "print", "nobody").exit_code == 1
