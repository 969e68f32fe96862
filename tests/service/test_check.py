"""Unit: `hotline check` on the command line, for people and for programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hotline.settings import HOUSE
from tests.routing.plans import SMALL
from tests.service.whole import app


def check(*words: str, locale: str = "C.UTF-8") -> Result:
    return CliRunner().invoke(app, ["check", *words], env={"LC_ALL": locale, "COLUMNS": "200"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plan.yaml").write_text(SMALL.replace("say: welcome", "say: welcom"), encoding="utf-8")
    return tmp_path


def test_errors_go_to_stdout_and_warnings_to_stderr(folder: Path) -> None:
    done = check(str(folder), "--today", "2026-06-01")
    assert done.exit_code == 1
    assert done.stdout == (
        f"{folder}/plan.yaml:11:16: no prompt is called `welcom`; did you mean `welcome`? [unknown-name]\n"
    )
    assert f"{folder}/plan.yaml:13:11: warning: the words never tell of the key 1, 2, 3, 4 [key-untold]" in done.stderr


def test_warnings_alone_keep_nothing_from_going_live(folder: Path) -> None:
    (folder / "plan.yaml").write_text(SMALL, encoding="utf-8")
    done = check(str(folder), "--today", "2026-06-01", "--var", str(folder / "var"))
    assert (done.exit_code, done.stdout) == (0, "")
    assert "[key-untold]" in done.stderr
    assert "can't be played: no recording, no master, no voice here [no-sound]" in done.stderr


def test_the_shipped_hotline_is_left_in_peace_in_summer_and_warned_of_the_calendar_in_november() -> None:
    summer = check(str(HOUSE / "config"), "--today", "2026-06-01")
    assert (summer.exit_code, summer.output) == (0, "")
    november = check(str(HOUSE / "config"), "--today", "2026-11-21")
    assert (november.exit_code, november.stdout) == (0, "")
    assert all("[calendar-ends]" in line for line in november.stderr.splitlines())


@pytest.mark.parametrize(
    ("words", "locale", "said"),
    [
        ((), "zh_CN.UTF-8", "没有叫 `welcom` 的提示；是不是想写 `welcome`？"),
        (("--lang", "zh"), "C.UTF-8", "没有叫 `welcom` 的提示"),
        (("--lang", "en"), "zh_CN.UTF-8", "no prompt is called `welcom`"),
        ((), "de_DE.UTF-8", "no prompt is called `welcom`"),
    ],
)
def test_it_speaks_the_language_of_the_terminal_or_the_one_that_is_asked_for(
    folder: Path, words: tuple[str, ...], locale: str, said: str
) -> None:
    done = check(str(folder), *words, locale=locale)
    assert done.exit_code == 1
    assert said in done.stdout


def test_a_rule_is_explained() -> None:
    told = check("--explain", "key-nowhere")
    assert told.exit_code == 0
    assert "### key-nowhere" in told.stdout
    assert "Callers do what they are told" in told.stdout
    assert "来电者照提示按了键" in check("--explain", "key-nowhere", "--lang", "zh").stdout
    unknown = check("--explain", "key-nowere")
    assert unknown.exit_code == 2
    assert "did you mean 'key-nowhere'?" in unknown.output
    assert check("--lang", "fr").exit_code == 2


def test_the_files_of_the_paperwork_are_looked_at_too(folder: Path) -> None:
    (folder / "plan.yaml").write_text(SMALL, encoding="utf-8")
    papers = folder / "paperwork"
    papers.mkdir()
    (papers / "categories.yaml").write_text("version: 1\ncategories: [{code: Z, name: 咨询, kinds: [咨寻]}]\n", "utf-8")
    (papers / "rules.yaml").write_text("colour: red\n", "utf-8")
    (papers / "category.yaml").write_text("{}\n", "utf-8")
    done = check(str(folder), "--today", "2026-06-01", "--var", str(folder / "var"))
    assert done.exit_code == 1
    first, second, third = done.stdout.splitlines()
    assert first.startswith(f"{papers}/categories.yaml:2:42: categories.0.kinds.0: must be one of")
    assert first.endswith("[not-one-of]")
    assert second.startswith(f"{papers}/category.yaml:1:1: cannot be read: no such file belongs here")
    assert third == f"{papers}/rules.yaml:1:1: file: unknown key `colour` [unknown-key]"
