"""Shell: a hotline brings its past along from the command line, and looks at the trees that it is counted in."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hotline.cli import app_of
from hotline.settings import HOUSE

APP = app_of(["records", "categories", "audit", "plan", "report"])
CONFIG = str(HOUSE / "config")
GOOD = """\
时间,热线,类别,分类,地区,件次
2014-11,预防接种,咨询,咨询/寻医问药/就医引导,南京,768182
2014-12-03 09:00,,举报,,,
"""


def typed(var: Path, *words: str) -> Result:
    return CliRunner().invoke(APP, [*words, "--var", str(var), "--config", CONFIG], env={"COLUMNS": "200"})


def shown(*words: str) -> list[Any]:
    done = CliRunner().invoke(APP, [*words, "--config", CONFIG, "--json"])
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "past.csv").write_text(GOOD, "utf-8-sig")
    return tmp_path / "past.csv"


def told(done: Result) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def test_a_file_is_imported_listed_taken_back_and_all_of_it_is_written_down(tmp_path: Path, file: Path) -> None:
    var = tmp_path / "var"
    done = typed(var, "records", "import", str(file), "--by", "王老师", "--json")
    assert done.exit_code == 0, done.output
    assert {name: told(done)[name] for name in ("imported", "id", "name", "who", "rows", "calls", "first")} == {
        "imported": True,
        "id": told(done)["id"],
        "name": "past.csv",
        "who": "王老师",
        "rows": 2,
        "calls": 768_183,
        "first": "2014-11-01T00:00:00.000+08:00",
    }
    again = typed(var, "records", "import", str(file))
    assert (again.exit_code, again.stdout) == (1, "")
    assert "this file was imported before" in again.stderr
    assert again.stderr.count("\n") == 1

    assert typed(var, "records", "export").stdout == (
        "time,line,kind,category,place,count\n"
        "2014-11,immunization,咨询,咨询/寻医问药/就医引导,南京,768182\n"
        "2014-12-03T09:00:00,,举报,,,1\n"
    )
    name = told(done)["id"]
    assert typed(var, "records", "retract", name).exit_code == 2
    assert typed(var, "records", "retract", name, "--reason", "年份错了").exit_code == 0
    (listed,) = map(json.loads, typed(var, "records", "imports", "--json").stdout.splitlines())
    assert (listed["id"], listed["reason"]) == (name, "年份错了")
    assert typed(var, "records", "export").stdout.count("\n") == 1
    assert typed(var, "records", "retract", name, "--reason", "again").exit_code == 1
    assert typed(var, "records", "import", str(file)).exit_code == 0

    entries = [json.loads(line) for line in typed(var, "audit", "list", "--json").stdout.splitlines()]
    assert [entry["what"] for entry in entries] == ["records_imported", "records_retracted", "records_imported"]
    assert entries[0]["about"] == "past.csv"
    assert (entries[0]["details"]["calls"], entries[0]["details"]["by"]) == (768_183, "王老师")
    assert (entries[1]["about"], entries[1]["reason"]) == (name, "年份错了")


def test_a_bad_file_leaves_no_trace_and_each_bad_row_is_named(tmp_path: Path, file: Path) -> None:
    file.write_text(GOOD + "soon,,咨询,,,\n2014-11,,咨询,咨询/没有,,\n", "utf-8")
    done = typed(tmp_path / "var", "records", "import", str(file), "--json")
    assert done.exit_code == 1
    assert told(done)["imported"] is False
    assert [bad["line"] for bad in told(done)["bad"]] == [4, 5]
    assert f"{file}:5: category '咨询/没有' is in no tree" in done.stderr
    assert not (tmp_path / "var" / "hotline.db").exists()


def test_a_dry_run_says_what_is_there_and_takes_nothing_in(tmp_path: Path, file: Path) -> None:
    done = typed(tmp_path / "var", "records", "import", str(file), "--dry-run", "--json")
    assert (done.exit_code, told(done)["imported"], told(done)["calls"]) == (0, False, 768_183)
    assert not (tmp_path / "var" / "hotline.db").exists()


def test_a_dry_run_of_a_file_that_is_there_already_says_so(tmp_path: Path, file: Path) -> None:
    taken = told(typed(tmp_path / "var", "records", "import", str(file), "--json"))
    done = typed(tmp_path / "var", "records", "import", str(file), "--dry-run", "--json")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "this file was imported before" in done.stderr
    assert taken["id"] in done.stderr


def test_lines_are_numbers_whatever_else_a_terminal_reads_into_them(tmp_path: Path, file: Path) -> None:
    file.write_text("time,kind\n" + "2014-11,咨询\n" * 98 + "soon,:100:[red]\n", "utf-8")
    done = typed(tmp_path / "var", "records", "import", str(file))
    assert f"{file}:100: time 'soon'" in done.stderr
    assert "':100:[red]'" in done.stderr


def test_rows_of_the_future_are_taken_in_with_a_word(tmp_path: Path, file: Path) -> None:
    file.write_text("time,kind\n2014-11,咨询\n2125-11,咨询\n", "utf-8")
    done = typed(tmp_path / "var", "records", "import", str(file), "--json")
    assert (done.exit_code, told(done)["rows"]) == (0, 2)
    assert "lies in the future (2125-11-01)" in done.stderr


def test_a_name_that_is_no_utf8_is_shown_escaped(tmp_path: Path, file: Path) -> None:
    named = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb9\xfd[1].csv"))
    file.rename(named)
    done = typed(tmp_path / "var", "records", "import", str(named), "--json")
    assert (done.exit_code, told(done)["name"]) == (0, r"\xb9\xfd[1].csv"), done.output
    assert r"\xb9\xfd[1].csv" in typed(tmp_path / "var", "records", "imports").stdout
    assert (
        r"\xb9\xfd[1].csv: this file was imported before"
        in typed(tmp_path / "var", "records", "import", str(named)).stderr
    )


def test_what_is_no_file_is_said_in_one_line(tmp_path: Path) -> None:
    done = typed(tmp_path / "var", "records", "import", str(tmp_path / "none.csv"))
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"{tmp_path}/none.csv: no such file\n")


def test_an_export_of_days_is_written_whole_into_a_file(tmp_path: Path, file: Path) -> None:
    var, out = tmp_path / "var", tmp_path / "out.csv"
    typed(var, "records", "import", str(file))
    days = ("--from", "2014-12-01", "--to", "2015-01-01")
    assert typed(var, "records", "export", *days, "--out", str(out), "--bom").exit_code == 0
    assert out.read_text("utf-8-sig").splitlines()[1:] == ["2014-12-03T09:00:00,,举报,,,1"]
    assert typed(var, "records", "export", "--from", "2015-01-01", "--to", "2015-01-01").exit_code == 2
    assert typed(var, "records", "export", "--format", "xlsx").exit_code == 2
    assert typed(var, "records", "export", "--out", str(tmp_path / "none" / "out.csv")).exit_code == 1


def test_before_anything_was_imported_there_is_one_line(tmp_path: Path) -> None:
    for words in (("records", "imports"), ("records", "export"), ("records", "retract", "x", "--reason", "y")):
        done = typed(tmp_path / "var", *words)
        assert (done.exit_code, done.stderr.count("\n")) == (1, 1), done.stderr


def test_trees_are_listed_shown_and_searched() -> None:
    assert shown("categories", "list")[0]["code"] == "Z"
    assert [one["name"] for one in shown("categories", "list", "--tree", "provincial")][:2] == ["预约挂号", "寻医问药"]
    (one,) = shown("categories", "show", "咨询/艾滋病/同性", "--tree", "tianjin")
    assert (one["code"], one["provincial"], one["version"]) == ("Z0202010101", "传染病", 1)
    assert shown("categories", "show", "Z0202010101") == [one]
    assert shown("categories", "search", "yygh", "--kind", "预约挂号")[0]["code"] == "Y"
    assert CliRunner().invoke(APP, ["categories", "search", "没有这样的", "--config", CONFIG]).exit_code == 1
    assert CliRunner().invoke(APP, ["categories", "show", "Z99", "--config", CONFIG]).exit_code == 1
    assert CliRunner().invoke(APP, ["categories", "check", "--config", CONFIG]).output == ""


def test_what_is_unmapped_is_listed_with_the_records_behind_it(tmp_path: Path, file: Path) -> None:
    file.write_text("time,kind,category,count\n2014-11,咨询,咨询/政策法规,7\n", "utf-8")
    typed(tmp_path / "var", "records", "import", str(file))
    found = told(typed(tmp_path / "var", "categories", "unmapped", "--json"))
    assert found["codes"]["national"] == found["unreached"]["national"] == []
    assert "Z07" in found["codes"]["tianjin"]
    assert [(one["path"], one["calls"], one["missing"]) for one in found["records"]] == [
        ("咨询/政策法规", 7, ["tianjin"])
    ]
    assert "tianjin\tZ07\t咨询/政策法规\n" in typed(tmp_path / "var", "categories", "unmapped").stdout


def test_a_place_in_another_tree_is_written_into_the_file_and_counts_at_once(tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(HOUSE / "config", config)
    asked = ["--config", str(config), "--var", str(tmp_path / "var")]
    done = CliRunner().invoke(APP, ["categories", "map", "Z07", "tianjin", "咨询/健康知识", *asked, "--json"])
    assert (told(done)["tianjin"], told(done)["version"]) == ("咨询/健康知识", 2)
    left = CliRunner().invoke(APP, ["categories", "unmapped", "--tree", "tianjin", *asked])
    assert "\tZ07\t" not in left.stdout
    wrong = CliRunner().invoke(APP, ["categories", "map", "Z07", "tianjin", "咨询/天气", *asked])
    assert (wrong.exit_code, "no such path" in wrong.stderr) == (1, True)
    back = CliRunner().invoke(APP, ["categories", "map", "Z07", "tianjin", *asked, "--json"])
    assert (told(back)["tianjin"], told(back)["version"]) == (None, 3)
    alone = CliRunner().invoke(APP, ["categories", "map", "Z07", "own", *asked])
    assert alone.exit_code == 2


def test_what_was_exported_gives_an_empty_hotline_the_same_briefing(tmp_path: Path, file: Path) -> None:
    file.write_text(
        "time,kind,category,place,count\n2014-11,咨询,咨询/寻医问药/就医引导/专家查询,南京,31\n2014-11,咨询,妇幼卫生,苏州,17\n"
        "2014-11-09,举报,举报/公共卫生,南京,2\n2014-11,预约挂号,预约挂号/预约/内科,,90\n2014-11,咨询,咨询/艾滋病/同性,,5\n",
        "utf-8",
    )
    first, second = tmp_path / "first", tmp_path / "second"
    assert typed(first, "records", "import", str(file)).exit_code == 0
    assert typed(first, "records", "export", "--out", str(tmp_path / "out.csv")).exit_code == 0
    assert typed(second, "records", "import", str(tmp_path / "out.csv")).exit_code == 0
    for tree in ("national", "provincial", "tianjin", "own"):
        words = ("report", "briefing", "--from", "2014-11-01", "--to", "2014-12-01", "--tree", tree)
        told_first, told_second = (json.loads(typed(var, *words).stdout) for var in (first, second))
        assert told_first == told_second
        assert sum(kind["count"] for kind in told_first["kinds"]) == 145
