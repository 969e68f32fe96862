"""A report in a browser: readable by everybody, and nothing in it but its own words."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from paperwork.printing.page import page_of, policy_of
from paperwork.printing.text import printable
from paperwork.reports.report import Column, Row, Table
from tests.paperwork.printing.made_up import HOSTILE, listing, report

HARMLESS = frozenset(
    {"html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer", "p", "h1", "h2", "small"}
    | {"div", "span", "table", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "figure", "figcaption"}
    | {"svg", "rect", "line", "text", "polyline", "circle"}
)


class Reader(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]


def test_a_table_says_what_its_heads_are_of_and_the_page_its_language() -> None:
    page = page_of(report())
    assert '<html lang="zh-CN">' in page
    assert "<title>工作简报 2026年10月1日至2026年10月31日</title>" in page
    assert page.count('<th scope="col">') == 7
    assert page.count('scope="row"') == 7
    assert '<table class="data" id="t1" aria-labelledby="h1">' in page
    assert re.search(r'<svg[^>]* role="img" aria-label="各类来电件数', page)


@pytest.mark.parametrize("words", HOSTILE)
def test_whatever_somebody_wrote_makes_no_tag(words: str) -> None:
    table = Table(words, words, (Column("a", words), Column("b", words)), (Row((words, words)),), note=words)
    page = page_of(report(table, title=words, hotline=words, heads={words: words}, sentences=(words,)))
    read = Reader(page)
    assert read.tags <= HARMLESS
    assert not [one for one in read.attributes if one[1].startswith("on") or one[1] in ("src", "href", "style")]
    assert unescape(page).count(printable(words)) >= 10


def test_a_page_may_do_nothing_but_wear_its_own_style() -> None:
    policy = policy_of(page_of(report()))
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_a_long_list_is_there_to_its_last_row() -> None:
    page = page_of(report(listing(10_000)))
    assert page.count("<tr>") == 10_001
    assert "2026-010000" in page


def test_columns_take_all_of_the_sheet() -> None:
    shares = [float(one) for one in re.findall(r"#t1 col:nth-child\(\d+\)\{width:([\d.]+)%", page_of(report()))]
    assert sum(shares) == pytest.approx(100, abs=0.05)
