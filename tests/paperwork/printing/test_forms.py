"""The official forms: every printed field in its order, and whatever was written in them whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from pypdf import PdfReader

from hotline.settings import HOUSE
from paperwork.categories.category import Tree
from paperwork.categories.load import trees_in
from paperwork.printing import examples
from paperwork.printing.examples import HOTLINE
from paperwork.printing.form import Field, Form
from paperwork.printing.forms.answer import answer_form
from paperwork.printing.forms.order import order_form
from paperwork.printing.page import page_of
from paperwork.printing.pictures import pictures
from paperwork.printing.render import Unprintable, render
from paperwork.printing.text import printable
from paperwork.reports.report import Report
from paperwork.sheet import Amended, Correction, Entered
from tests.paperwork.printing.made_up import HOSTILE, MADE, fonts_of, pages_of, squeezed, text_of

ANSWER, ORDER = examples._answer(), examples._order()
FIELDS = {
    "form-4-line": "附件4 热线登记表 热线名称 热线号码 所属单位 单位地址 邮政编码 法定代表人 负责领导 "
    "联络人A 姓名 科室 职务/职称 办公室电话 手机 电子邮箱 联络人B 姓名 填表人（签字） 填表日期",
    "form-5-agents": "附件5 登记表 热线名称 编号 姓名 科室 职务/职称 办公室电话 手机 电子邮箱 填表人（签字）",
    "form-6-answer": "附件6 接听记录单 部门名称 接听单编号 接听人 接听时间 问询人 性别 联系方式 "
    "接听类别 政策咨询 知识咨询 举报投诉 其他 主要内容 管理部门审定 签字 时间",
    "form-7-line-report": "附件7 受理情况统计报表 部门名称 接听单编号 来电日期 来电时间 受理内容 备注 填报人（签字）",
    "form-8-monthly": "附件8 数据统计月报表 填报单位 一、 举报 投诉 咨询 建议 其他 合计 二、 接收数 转办数 办结数 "
    "办结率 三、 接收数 12320处理数 转出数 转出办结数 办结率 四、 填表人（签字）",
    "form-9-order": "附件9 转办单 部门名称 转办单编号 受理人 受理时间 问询人 性别 联系方式 接报类别 政策咨询 知识咨询 "
    "举报投诉 其他 接报方式 电话 其他 主要内容 要求反馈方式 承办部门直接答复 卫生行政部门答复 12320管理中心答复 "
    "审定意见 签字 时间 办理人 转办时间 转办方式 电话 传真 信件 电子邮件 承办部门 联络人 督促落实办结 签字 时间",
    "form-10-assessment": "附件10 考核表 被考核部门 考核项目 满分 得分 合计 考核人（签字） 考核日期",
}


@pytest.fixture(scope="module")
def printed() -> dict[str, bytes]:
    return {name: render(one, "pdf") for name, one in examples.examples().items()}


@pytest.mark.parametrize("name", FIELDS)
def test_a_form_has_its_printed_fields_in_their_order(printed: dict[str, bytes], name: str) -> None:
    said, at = text_of(printed[name]), 0
    for word in FIELDS[name].split():
        found = said.find(word, at)
        assert found >= 0, f"{word} does not come after {said[max(0, at - 20) : at]}"
        at = found + len(word)


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "form-8-monthly"])
def test_a_form_is_one_sheet_of_a4_upright_with_its_fonts_inside(printed: dict[str, bytes], name: str) -> None:
    pages = PdfReader(BytesIO(printed[name])).pages
    assert len(pages) == 1
    assert [round(float(side) / 72 * 25.4) for side in pages[0].mediabox[2:]] == [210, 297]
    fonts = fonts_of(printed[name])
    assert fonts
    assert all(fonts.values())
    assert all("Noto" in font for font in fonts), "all of it in one family of type"


@pytest.mark.parametrize("name", list(FIELDS))
def test_nothing_of_a_form_touches_the_edge_of_its_sheet(printed: dict[str, bytes], name: str) -> None:
    for page in pypdfium2.PdfDocument(printed[name]):
        picture = page.render(scale=1).to_pil().convert("L")
        inner = picture.crop((36, 36, picture.width - 36, picture.height - 16))
        assert sum(inner.histogram()[:128]) > 300, "blank"
        edges = picture.copy()
        edges.paste(255, (36, 36, picture.width - 36, picture.height - 16))
        assert not any(edges.histogram()[:200])


def answer(**changed: str) -> Form:
    return answer_form(replace(ANSWER, fields=filled(ANSWER.fields, changed)), HOTLINE, MADE)


def filled(fields: Sequence[Entered], changed: dict[str, str]) -> tuple[Entered, ...]:
    return tuple(replace(one, value=changed.get(one.id, one.value)) for one in fields)


def test_two_thousand_signs_flow_over_pages_and_none_is_lost() -> None:
    words = "".join(chr(0x4E00 + at * 7) for at in range(2000))
    pdf = render(answer(content=words), "pdf")
    pages = pages_of(pdf)
    assert len(pages) >= 2
    assert words in text_of(pdf)
    assert "签字" in pages[-1]


@pytest.mark.parametrize("form", ["6", "9"])
def test_whatever_somebody_wrote_stands_in_the_form_as_words(form: str) -> None:
    words = "\n".join(one for one in HOSTILE if "\u202e" not in one)
    changed = {"content": words, "asked_by": "<b>张三</b>", "unit": "=cmd|' /C calc'!A0", "contact": "9" * 60}
    made = answer(**changed)
    if form == "9":
        made = order_form(replace(ORDER, fields=filled(ORDER.fields, changed)), HOTLINE, MADE)
    said = text_of(render(made, "pdf"))
    assert squeezed(printable(words)) in said
    assert "<b>张三</b>" in said
    assert "<script>" not in page_of(made)


def test_what_was_not_signed_is_left_blank_to_be_signed() -> None:
    said = text_of(render(answer(signed_by="", signed="", opinion=""), "pdf"))
    assert "签字：时间：年月日" in said


def test_what_was_corrected_stands_below_what_was_signed() -> None:
    correction = Correction("2026年10月10日 08:30", "审定人乙", "登记有误", (Amended("性别", "女", ""),))
    said = text_of(render(answer_form(replace(ANSWER, corrections=(correction,)), HOTLINE, MADE), "pdf"))
    assert "2026年10月10日08:30审定人乙：性别由“女”更正为“空白”。原因：登记有误" in said
    assert said.index("签字") < said.index("更正记录")


def test_a_call_that_was_a_test_says_so_in_its_title() -> None:
    assert "接听记录单（测试来电）" in page_of(answer_form(replace(ANSWER, test=True), HOTLINE, MADE))


def test_the_ticked_box_is_the_one_that_was_chosen() -> None:
    pdf = text_of(render(answer(), "pdf"))
    assert pdf.count("√") == 1
    assert "√政策咨询" in pdf


def test_a_form_is_no_spreadsheet_and_a_line_has_twelve_columns() -> None:
    with pytest.raises(Unprintable, match="html or pdf"):
        render(answer(), "xlsx")
    with pytest.raises(ValueError, match="6 columns of 12"):
        Form("附件0", "表", HOTLINE, ((Field("名", "值"),),))


def test_a_form_says_on_the_screen_what_each_name_is_of() -> None:
    page = page_of(answer())
    assert '<html lang="zh-CN">' in page
    assert page.count('scope="row"') >= 9
    assert " style=" not in page


def test_the_pictures_of_the_docs_can_be_drawn_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone.png").write_bytes(b"")
    monkeypatch.setattr(
        "paperwork.printing.pictures.examples", lambda: {"form-6-answer": examples.examples()["form-6-answer"]}
    )
    assert [path.name for path in pictures(tmp_path, scale=0.3)] == ["form-6-answer.png"]
    assert not (tmp_path / "gone.png").exists()


def test_the_example_of_form_8_has_the_categories_of_the_form() -> None:
    trees = trees_in(HOUSE / "config")
    report = examples.examples()["form-8-monthly"]
    assert isinstance(report, Report)
    tables = {table.id: [str(row.values[0] or row.values[1]) for row in table.rows] for table in report.tables}
    assert tables["complaints"] == [*trees.below(Tree.TIANJIN, ("投诉",)), "合计"]
    consults = [
        name
        for category in trees.below(Tree.TIANJIN, ("咨询",))
        for name in (category, *trees.below(Tree.TIANJIN, ("咨询", category)))
    ]
    assert tables["consults"] == [*consults, "合计"]
