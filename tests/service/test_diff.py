"""Unit: `hotline diff`, in words and as data."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from typer.testing import CliRunner, Result

from hotline.difference_told import MOST, sentence, told
from hotline.difference_words import NOTHING, RULES
from hotline.operators import read_config
from hotline.settings import HOUSE
from hotline.versions import Versions
from routing.plan import Plan
from routing.rehearsal.difference import (
    _HOTLINE_RULES,
    _LINE_RULES,
    _NODE_RULES,
    _OUTSIDE_RULES,
    GROUPS,
    Change,
    difference,
)
from routing.rules.rule import Language
from tests.routing.plans import ANY_TIME, plans
from tests.service.whole import app

LANGUAGES: tuple[Language, ...] = ("en", "zh")
CONFIG = HOUSE / "config"
EDITS = {
    "plan.yaml": [("4: immunization", "4: animal-injury"), ("tries: 3, then: person", "tries: 2, then: person")],
    "calendar.yaml": [("    always:", '      - {on: sat, open: ["9:00-12:00"]}\n    always:')],
    "lines.yaml": [("maximum_wait: 2m", "maximum_wait: 3m"), ("02200000002", "02200000009")],
    "agents.yaml": [("{hiv-counselling: 1, health-knowledge: 2}", "{hiv-counselling: 1, animal-injury: 2}")],
    "prompts.yaml": [("\n  greeting: 您好，", "\n  greeting: 您好！")],
}


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """The shipped hotline with a handful of changes."""
    folder = tmp_path / "new"
    shutil.copytree(CONFIG, folder)
    for name, edits in EDITS.items():
        text = (folder / name).read_text("utf-8")
        for before, after in edits:
            assert before in text
            text = text.replace(before, after)
        (folder / name).write_text(text, "utf-8")
    return folder


def diff(*words: str | Path, config: Path = CONFIG, lang: str = "en", at: str = "2026-11-20T07:00") -> Result:
    given = [*map(str, words), "--at", at, "--lang", lang, "--config", str(config)]
    return CliRunner().invoke(app, ["diff", *given])


def test_a_new_version_is_told_in_sentences_the_most_important_first(new: Path) -> None:
    result = diff(CONFIG, new)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        "Callers get elsewhere",
        "Hours",
        "Who answers",
        "Rules",
        "Words",
        "looked until 2027-12-24",
    ]
    for told_so in (
        "  1,4: 预防接种 → 动物致伤门诊   such as 2026-11-20 10:00 周五",
        "  突发公共卫生事件报告 dials 02200000009 (was 02200000002)",
        "  艾滋病咨询座席 (vct-1) answers 艾滋病咨询（VCT）, 动物致伤门诊 (2) "
        "(was 艾滋病咨询（VCT）, 健康知识咨询 (2))",
        "  预约挂号: longest wait 3m (was 2m)",
        "  天津12320公共卫生热线: wrong keys borne 2 (was 3)",
    ):
        assert told_so in lines
    assert any("预约挂号: open on Saturdays 09:00-12:00 (was closed)" in line for line in lines)
    assert lines[-4:-1] == [
        "  greeting:",
        "    - 您好，欢迎拨打天津12320公共卫生热线。",
        "    + 您好！欢迎拨打天津12320公共卫生热线。",
    ]


def test_the_same_in_chinese(new: Path) -> None:
    said = diff(CONFIG, new, lang="zh").stdout
    assert "  1,4：预防接种 → 动物致伤门诊　例如 2026-11-20 10:00 周五" in said
    assert "预约挂号：周六 09:00-12:00 开放（原为不开放）" in said
    assert "  预约挂号：最长等候 3m（原为 2m）" in said


def test_equal_plans_change_nothing_and_the_config_folder_is_the_new_one() -> None:
    assert diff(CONFIG).stdout == "nothing changes for callers\nlooked until 2027-12-24\n"
    assert diff(CONFIG, lang="zh").stdout == "对来电者没有任何变化\n查看到 2027-12-24 为止\n"


def test_the_same_as_data(new: Path) -> None:
    data = json.loads(diff(CONFIG, new, "--json").stdout)
    assert data["old"] == read_config(CONFIG).version
    assert data["new"] != data["old"]
    [rule] = [change for change in data["changes"] if change.get("rule") == "maximum_wait"]
    assert rule == {
        "group": "rules",
        "what": "rule",
        "told": "预约挂号: longest wait 3m (was 2m)",
        "of": "line",
        "id": "booking",
        "name": "预约挂号",
        "rule": "maximum_wait",
        "old": 120.0,
        "new": 180.0,
    }
    elsewhere = next(change for change in data["changes"] if change["what"] == "elsewhere")
    assert elsewhere["keys"]
    assert elsewhere["at"][0].startswith("2026-11-")


def test_kept_versions_go_by_their_numbers_and_the_live_one_without(new: Path, tmp_path: Path) -> None:
    versions = Versions(tmp_path / "var" / "plans")
    at = datetime(2026, 11, 20, tzinfo=UTC)
    versions.make_live(versions.keep(read_config(CONFIG), at))
    versions.keep(read_config(new), at)
    var = ("--var", str(tmp_path / "var"))
    said = diff(*var, config=new).stdout
    assert "longest wait 3m" in said
    assert diff("1", "2", *var).stdout == said
    assert diff("2", *var, config=new).stdout.startswith("nothing changes for callers\n")
    assert "no version 7 is kept; there are 1 to 2" in " ".join(diff("7", *var).stderr.split())


def test_without_a_kept_version_it_asks_for_a_folder(tmp_path: Path) -> None:
    result = diff("--var", str(tmp_path))
    assert result.exit_code == 1
    assert "name the folder of the old files" in " ".join(result.stderr.split())


def test_what_is_heard_besides_is_told_with_its_words(new: Path) -> None:
    text = (CONFIG / "plan.yaml").read_text("utf-8")
    before = "greeting:\n    say: greeting\n"
    assert before in text
    (new / "plan.yaml").write_text(text.replace(before, before.replace("say: greeting", "say: [greeting, all-busy]")))
    said = diff(CONFIG, new).stdout
    assert " more: hears all-busy「现在座席全忙，请不要挂机，我们会尽快为您接听。」 as well" in said


@settings(max_examples=25, deadline=None)
@given(plans(), plans(), ANY_TIME)
def test_whatever_two_plans_differ_in_is_told_in_both_languages_in_bounded_length(
    old: Plan, other: Plan, since: datetime
) -> None:
    changes = difference(old, other, since)
    for language in LANGUAGES:
        lines = list(told(changes, language, since.date()))
        assert len(lines) <= (MOST + 2) * len(GROUPS) + 1
        assert lines[0] if changes else lines[:-1] == [NOTHING.in_language(language)]
        assert f"{since.date()}" in lines[-1]


@pytest.mark.parametrize("what", ["rules", "lines", "nodes"])
def test_every_rule_that_may_change_has_words_in_both_languages(what: str) -> None:
    named = {"lines": (*_LINE_RULES, *_OUTSIDE_RULES), "nodes": _NODE_RULES, "rules": _HOTLINE_RULES}[what]
    assert set(named) <= set(RULES)


def test_a_whole_other_hotline_is_told_in_bounded_length(new: Path) -> None:
    text = (new / "prompts.yaml").read_text("utf-8")
    (new / "prompts.yaml").write_text(text.replace("请", "烦请"), "utf-8")
    lines = diff(CONFIG, new).stdout.splitlines()
    assert any(line.startswith("  … and ") for line in lines)
    assert len(lines) < 120
    everything = diff(CONFIG, new, "--all").stdout
    assert len(everything.splitlines()) > len(lines)
    assert "(--all)" not in everything


def test_a_new_line_is_told_with_its_hours(new: Path) -> None:
    outside = "outside: {number: '02200000077'}"
    line = f"  nutrition: {{name: 营养咨询, closed: closed-person, overflow: closed-person, {outside}}}\n"
    lines = (CONFIG / "lines.yaml").read_text("utf-8")
    (new / "lines.yaml").write_text(lines.replace("\nlines:\n", f"\nlines:\n{line}", 1), "utf-8")
    plan = (CONFIG / "plan.yaml").read_text("utf-8")
    (new / "plan.yaml").write_text(
        plan.replace("7: health-knowledge", "7: health-knowledge\n      8: nutrition", 1), "utf-8"
    )
    assert (
        "new line 营养咨询 (nutrition), open on workdays 08:30-16:30, on Saturdays 09:00-12:00"
        in diff(CONFIG, new).stdout
    )
    assert "（nutrition），开放时间：工作日 08:30-16:30、周六 09:00-12:00" in diff(CONFIG, new, lang="zh").stdout


def test_a_rule_that_changes_alike_for_several_lines_is_one_sentence(new: Path) -> None:
    lines = (CONFIG / "lines.yaml").read_text("utf-8")
    more = lines
    for name in ("妇保咨询", "儿保咨询"):
        more = more.replace(f"name: {name}\n", f"name: {name}\n    ring: 7s\n")
    assert more != lines
    (new / "lines.yaml").write_text(more, "utf-8")
    assert "  妇保咨询, 儿保咨询: a phone rings 7s (was 20s)\n" in diff(CONFIG, new).stdout


def test_a_sentence_names_few_keys_the_shortest_first() -> None:
    keys = (("1", "4", "1"), ("1", "4"), *((str(key),) for key in range(7)))
    values = {"keys": keys, "gone": (), "come": ("greeting",), "words": {"greeting": "您好。"}}
    told_so = sentence(Change("heard", "heard", values), "en")
    assert told_so == "0, 1, 2, 3, 4, 5, 3 more: hears greeting「您好。」 as well"


def test_years_without_arranged_holidays_are_not_told_with_every_day(new: Path) -> None:
    said = diff(CONFIG, new, "--all", lang="zh", at="2027-01-04T07:00").stdout
    assert "1,4：预防接种 → 动物致伤门诊　例如 2027-01-04 10:00 周一\n" in said
    assert "节假日安排未知" not in said
