"""Unit: articles as files, as HTML and as differences."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.settings import HOUSE
from knowledge.article import Article, Kind
from knowledge.difference import difference
from knowledge.file import from_text, to_text
from knowledge.folder import FOLDER, read_folder
from knowledge.rendered import linked, plain_text, rendered, shown
from routing.reading.problem import Unreadable

GOOD = "---\ntitle: 失眠\n---\n睡不着\n"


def said(text: str) -> list[str]:
    with pytest.raises(Unreadable) as told:
        from_text("x.md", "x", text)
    return [f"{one.place} {one.rule}: {one.said('zh')}" for one in told.value.problems]


def test_a_file_says_what_is_wrong_with_file_line_and_column() -> None:
    assert from_text("x.md", "x", GOOD).article == Article(title="失眠", text="睡不着")
    assert said("没有抬头\n")[0].startswith("x.md:1:1 wrong-value: file：文件开头要有一行 ---")
    assert said("---\ntitle: 甲\nlins: [a]\n---\n正文")[0].startswith("x.md:3:1 unknown-key")
    assert said("---\ntitle: 甲\nlines: [a, B]\n---\n正文")[0].startswith("x.md:3:12 wrong-name")
    assert said("---\ntitle: 甲\nkeywords: [a, a]\n---\n正文")[0].startswith(
        "x.md:3:11 wrong-value: keywords：有重复的内容"
    )
    assert said("---\ntitle: 甲\n---\n\n")[0].startswith("x.md:4:1 wrong-value: text：正文是空的")
    assert said("---\ntitle: [\n---\n正文")[0].startswith("x.md:3:1 syntax")
    assert said("---\ntitle: 甲\ntext: 乙\n---\n正文")[0].startswith("x.md:3:1 unknown-key")
    assert "话术要分步骤" in said("---\ntitle: 甲\nkind: script\n---\n没有步骤")[0]
    with pytest.raises(Unreadable, match="wrong-name"):
        from_text("X Y.md", "X Y", GOOD)


def test_the_folder_names_lines_and_categories_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: 甲\nlines: [desc]\ncategories: [Z1, Z9]\n---\n正文", encoding="utf-8")
    (tmp_path / "b.md").write_bytes("---\ntitle: 甲\n---\n正文".encode("gb18030"))
    (tmp_path / "README.md").write_text("no article", encoding="utf-8")
    filed, problems = read_folder(tmp_path, ["desk"], ["Z1"])
    assert [one.id for one in filed] == ["a"]
    told = [f"{Path(one.place.file).name}:{one.place.line}:{one.place.column} {one.message}" for one in problems]
    assert told[0] == "a.md:3:9 lines.0: no line has this name (here: 'desc'); did you mean `desk`?"
    assert told[1].startswith("a.md:4:18 categories.1: no category in use has this code")
    assert told[2].startswith("b.md:")
    assert read_folder(tmp_path / "nowhere") == ([], [])


def test_what_is_shipped_is_good_and_leads_to_what_there_is() -> None:
    filed, problems = read_folder(HOUSE / "config" / FOLDER)
    ids = {one.id for one in filed}
    assert problems == []
    for one in filed:
        assert set(linked(one.article.text)) <= ids, one.id
        assert one.article.review is not None
        assert len(one.article.keywords) >= 5, one.id
        assert one.article.kind is Kind.SCRIPT or one.article.sources, one.id
        assert "http" not in one.article.text
        assert from_text("x.md", one.id, to_text(one.article, one.state)).article == one.article


TEXT = st.text(alphabet="abc 甲乙:#-[]{}\"'|>*_`1，\n", min_size=1, max_size=40)
LINE = st.text(alphabet="abc 甲乙:#-[]{}\"'|>*&!%@`1，", min_size=1, max_size=20).filter(str.strip)


@settings(max_examples=80, deadline=None)
@given(
    LINE,
    st.lists(LINE.map(str.strip), unique=True, max_size=3),
    TEXT.filter(str.strip),
    st.sampled_from(["draft", "published"]),
)
def test_every_article_is_read_as_it_was_written(title: str, words: list[str], text: str, state: str) -> None:
    one = Article(title=title, keywords=tuple(words), sources=tuple(words), text=text)
    back = from_text("x.md", "x", to_text(one, state))
    assert (back.article.model_copy(update={"text": ""}), back.state) == (one.model_copy(update={"text": ""}), state)
    assert back.article.text.strip() == one.text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,a)",
        "[x](//evil.example)",
        "[x](http://evil.example)",
        '[x](https://e.example"onclick="a)',
        "![x](https://e.example/a.png)",
        "<https://e.example>",
        "[x]: javascript:alert(1)\n\n[x]",
        "| a |\n|:-:|\n| <b onclick=a>b</b> |",
        "&lt;script&gt;",
        "```<script>\nalert(1)\n```",
        "[x](knowledge:../../sign-out)",
    ],
)
def test_nothing_that_is_written_becomes_more_than_text(text: str) -> None:
    safe = _Safe()
    safe.feed(rendered(text).html)
    assert safe.strange == []


class _Safe(HTMLParser):
    """What of a page's HTML is neither plain words nor a link that may be followed."""

    PLAIN = frozenset(
        re.findall(r"\w+", "p em strong s code pre blockquote ul ol li hr br h3 h4 h5 h6 table thead tbody tr th td")
    )
    LEADS = re.compile(r"/knowledge/[a-z][a-z0-9-]*|#[\w-]+|https://[^\s\"'<>]+")

    def __init__(self) -> None:
        super().__init__()
        self.strange: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        allowed = {"id", "class"} if tag in self.PLAIN else {"href", "target", "rel", "data-article"}
        leads = self.LEADS.fullmatch(dict(attrs).get("href") or "") is not None
        if {name for name, _ in attrs} - allowed or (tag not in self.PLAIN and not (tag == "a" and leads)):
            self.strange.append((tag, attrs))


def test_headings_have_anchors_and_articles_are_led_to() -> None:
    one = rendered("# 甲\n\n## 乙\n\n[看](knowledge:sleep) [下](#h-2)")
    assert [(h.level, h.text, h.anchor) for h in one.headings] == [(3, "甲", "h-1"), (4, "乙", "h-2")]
    assert '<a href="/knowledge/sleep" data-article="sleep">看</a>' in one.html
    assert '<a href="#h-2">下</a>' in one.html


def test_a_script_is_shown_in_steps() -> None:
    told = shown(Article(title="甲", kind=Kind.SCRIPT, text="先说\n\n## 问候\n您好\n\n## 听 ##\n嗯"))
    assert told["html"] == "<p>先说</p>\n"
    assert [(one["step"], one["title"], one["text"]) for one in told["steps"]] == [(1, "问候", "您好"), (2, "听", "嗯")]
    assert plain_text("## 甲\n\n- **乙**\n- [丙](knowledge:a)\n") == "甲\n乙\n丙"


def test_a_difference_tells_fields_lines_and_words() -> None:
    old = Article(title="甲", text="第一行\n等两周再查\n最后")
    new = Article(title="乙", text="第一行\n等三周再查\n新的一行\n最后", keywords=("查",))
    found = difference(old, new)
    assert [one["field"] for one in found["fields"]] == ["title", "keywords"]
    assert [one["kind"] for one in found["lines"]] == ["same", "changed", "added", "same"]
    assert found["lines"][1]["pieces"] == [
        {"kind": "same", "text": "等"},
        {"kind": "removed", "text": "两"},
        {"kind": "added", "text": "三"},
        {"kind": "same", "text": "周再查"},
    ]
