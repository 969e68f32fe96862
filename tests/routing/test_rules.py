"""Unit: every rule has words in both languages, and the pages in `docs/` are those of the table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from hotline.rules_pages import rules_pages
from routing.lint.told import keys_told, seconds
from routing.reading.problem import Place, found
from routing.rules.in_chinese import in_chinese
from routing.rules.rule import Rule
from routing.rules.table import RULES

HOUSE = Path(__file__).parents[2]
ROOM = HOUSE / "routing"
HAN = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("path", rules_pages(), ids=str)
def test_the_pages_are_those_of_the_table(path: Path) -> None:
    made = "run `python -m hotline.rules_pages`"
    assert (HOUSE / path).read_text("utf-8") == rules_pages()[path], made


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_is_said_in_both_languages_with_the_same_names(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
    for both in (rule.message, rule.meaning, rule.mending):
        assert both.en
        assert HAN.search(both.zh)
        assert not HAN.search(re.sub("人工服务请按0", "", both.en))
    english, chinese = (
        {name.removesuffix("_zh") for _, name, _, _ in Formatter().parse(text) if name} for text in rule.message
    )
    assert english == chinese


def test_every_rule_is_held_somewhere() -> None:
    text = "".join(
        path.read_text("utf-8")
        for path in (*ROOM.rglob("*.py"), HOUSE / "hotline" / "folder.py")
        if path.parent.name != "rules"
    )
    assert [rule for rule in RULES if f'"{rule}"' not in text] == []


def hints() -> Iterator[str]:
    """What the types of the plan say when they refuse a value; an open place in it is a word."""
    for name in ("written", "node", "hours", "days", "plan", "line_rule", "agent_rule"):
        for node in ast.walk(ast.parse((ROOM / f"{name}.py").read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("ValueError", "_refuse")
            ):
                match node.args:
                    case [ast.Constant(value=str(text))]:
                        yield text
                    case [ast.JoinedStr(values=parts)]:
                        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in parts)


@pytest.mark.parametrize("hint", sorted(set(hints())))
def test_what_a_type_says_is_said_in_chinese_too(hint: str) -> None:
    assert HAN.search(in_chinese(hint)), f"routing/rules/in_chinese.py lacks {hint!r}"


def test_a_message_stays_on_one_line_whatever_was_written() -> None:
    problem = found(Place("a.yaml", 1, 1), "unknown-name", what="line", name="x\n\x1b[2J\u202e", hint="")
    assert str(problem).isprintable()
    assert problem.said("zh").startswith("没有叫")


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("咨询请按1，举报请按2，人工服务请按0。", "012"),
        ("请按1或2，也可以按3、4", "1234"),
        ("满意请按1到5打分", "12345"),
        ("请按一，请按 二 键，按数字键3", "123"),
        ("返回请按星号键，结束请按井号键", "*#"),
        ("请按＃，请按＊，请按１", "#*1"),
        ("For English press two, or dial 3 or star.", "23*"),
        ("报告请拨打12320，急救请拨120", ""),
        ("请按照顺序，按12345号，按时服药，按一下规定", ""),
        ("工作日8点半到16点半", ""),
    ],
)
def test_which_keys_words_tell_of(words: str, keys: str) -> None:
    assert keys_told(words) == frozenset(keys)


def test_how_long_words_take() -> None:
    assert seconds("您好，欢迎拨打天津12320公共卫生热线。") == pytest.approx(19 / 4.2)
    assert seconds("Hello there") == pytest.approx(4 / 4.2)
