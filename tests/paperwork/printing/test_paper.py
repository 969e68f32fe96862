"""What comes out of the printer: pages with every word on them and their fonts inside."""

from __future__ import annotations

import re
from io import BytesIO
from urllib.request import OpenerDirector

import pypdfium2
import pytest
from pypdf import PdfReader

from paperwork.printing import paper
from paperwork.printing.render import Unprintable, render
from paperwork.printing.text import printable
from paperwork.reports.report import Column, Row, Table
from tests.paperwork.printing.made_up import HOSTILE, fonts_of, listing, pages_of, report, squeezed, text_of


def test_a_report_says_all_it_has_in_chinese_type_that_is_inside() -> None:
    pdf = render(report(), "pdf")
    said = text_of(pdf)
    for words in ("工作简报", "2026年10月1日至2026年10月31日", "来电分类统计", "95.9%", "2026-10-0809:05", "12.3"):
        assert words in said
    fonts = fonts_of(pdf)
    assert fonts
    assert all(fonts.values())
    assert any("Noto-Serif-CJK" in name for name in fonts), fonts
    assert all("+" in name for name in fonts), "only the signs that are used"


def test_a_page_is_not_blank() -> None:
    page = pypdfium2.PdfDocument(render(report(), "pdf"))[0].render(scale=0.5).to_pil().convert("L")
    dark = sum(count for level, count in enumerate(page.histogram()) if level < 128)
    assert 0.002 < dark / (page.width * page.height) < 0.4


def test_the_head_of_a_long_table_stands_on_each_page_and_every_row_on_one() -> None:
    table = listing(120)
    pages = pages_of(render(report(table), "pdf"))
    assert len(pages) > 2
    rows = [squeezed(page) for page in pages]
    assert all("受理内容" in page for page in rows)
    for row in table.rows:
        number, content = str(row.values[0]), str(row.values[1])
        assert sum(f"{number}{content}{row.values[2]}" in page for page in rows) == 1
    assert re.search(rf"第 ?{len(pages)} ?页 ?/ ?共 ?{len(pages)} ?页", pages[-1])


def test_what_is_too_long_for_paper_is_refused_and_not_cut() -> None:
    with pytest.raises(Unprintable, match=r"10001 rows .* xlsx"):
        render(report(listing(10_001)), "pdf")


def test_whatever_somebody_wrote_stands_there_as_words() -> None:
    rows = tuple(Row((words, f"尾{at}")) for at, words in enumerate(HOSTILE))
    table = Table("t", "表", (Column("a", "内容"), Column("b", "备注")), rows)
    pdf = render(report(table, title=HOSTILE[0], heads={"=1+1": HOSTILE[5]}), "pdf")
    said = text_of(pdf)
    for at, words in enumerate(HOSTILE):
        if not re.search(r"[\u0590-\u06ff]", words):  # from right to left they are read backwards
            assert squeezed(printable(words)) in said
        assert f"尾{at}" in said
    assert "/OpenAction" not in PdfReader(BytesIO(pdf)).trailer["/Root"].get_object()  # type: ignore[operator]
    assert all(fonts_of(pdf).values())


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: object, **__: object) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr(OpenerDirector, "open", opened)
    table = Table("t", "表", (Column("a", "内容"),), (Row(("<img src='http://example.invalid/a.png'>",)),))
    assert "example.invalid" in text_of(render(report(table), "pdf"))
    with pytest.raises(ValueError, match="fetch nothing"):
        paper._Nothing().fetch("file:///etc/passwd")


def test_the_same_report_is_the_same_bytes() -> None:
    assert render(report(), "pdf") == render(report(), "pdf")


def test_without_chinese_type_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "missing", lambda: ("a font with Chinese type",))
    with pytest.raises(Unprintable, match=r"Chinese type is missing.*fonts-noto-cjk"):
        render(report(), "pdf")


def test_a_wide_table_lies_across_and_nothing_of_it_is_outside_the_sheet() -> None:
    columns = tuple(Column(f"c{at}", f"预约挂号{at}") for at in range(26))
    table = Table("t", "各地来电", columns, (Row(tuple(f"{at}甲乙丙丁{at}" for at in range(26))),))
    pdf = render(report(table), "pdf")
    page = PdfReader(BytesIO(pdf)).pages[0]
    assert page.mediabox.width > page.mediabox.height
    assert squeezed("".join(f"{at}甲乙丙丁{at}" for at in (24, 25)))[-4:] in text_of(pdf)
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=1).to_pil().convert("L")
    right = picture.crop((picture.width - 30, 0, picture.width, picture.height))
    assert not any(right.histogram()[:200]), "nothing in the right margin"
