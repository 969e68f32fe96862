"""Unit: 附件6 has the form's fields in the form's order, and hides what is private."""

from __future__ import annotations

from paperwork.answers.record import Fact, fold
from paperwork.answers.rules import AnswerRules
from paperwork.answers.sheet import sheet_of
from paperwork.answers.telling import Teller
from paperwork.sheet import Amended
from tests.paperwork.answers.made_up import CONTACT, FULL, MadeUpCodes, MadeUpNames, filing, opened

ON_THE_FORM = [
    "部门名称",
    "接听单编号",
    "接听人",
    "接听时间",
    "问询人",
    "性别",
    "联系方式",
    "接听类别",
    "主要内容",
    "管理部门审定意见",
    "审定人签字",
    "审定时间",
]
FILLED = (opened(), filing(2, Fact.FILLED, changes=FULL, complete=True))
SIGNED = (*FILLED, filing(3, Fact.SIGNED, "desk:chief", 60, name="班长甲", opinion="同意"))


def test_the_form_has_its_fields_in_order_with_what_stands_in_them() -> None:
    sheet = sheet_of(fold(SIGNED), MadeUpNames(), MadeUpCodes(), private=True)
    assert [one.label for one in sheet.fields] == ON_THE_FORM
    assert [one.value for one in sheet.fields] == [
        "市疾病预防控制中心",
        "2026-000123",
        "受理员甲",
        "2026年11月20日 10:05",
        "张三",
        "女",
        CONTACT,
        "政策咨询",
        "新生儿第一针疫苗在哪里接种",
        "同意",
        "班长甲",
        "2026年11月20日 11:05",
    ]
    assert [(one.label, one.marked) for one in sheet["heard"].choices] == [
        ("政策咨询", True),
        ("知识咨询", False),
        ("举报投诉", False),
        ("其他", False),
    ]
    assert sheet["category"].value == "咨询/预防接种/接种地点"
    assert sheet["settled"].value == "当场答复"


def test_names_and_numbers_are_masked_unless_they_are_asked_for() -> None:
    changes = {**FULL, "content": f"请回电{CONTACT}。", "note": f"家里电话 {CONTACT}"}
    sheet = sheet_of(
        fold((opened(), filing(2, Fact.FILLED, changes=changes, complete=True))), MadeUpNames(), MadeUpCodes()
    )
    assert sheet["asked_by"].value == "张*"
    assert sheet["contact"].value == "139****0042"
    assert CONTACT not in repr(sheet)


def test_what_leaders_write_is_masked_on_the_form_and_in_the_record_too() -> None:
    said = f"已回电{CONTACT}"
    facts = [
        *FILLED,
        filing(3, Fact.SIGNED, "desk:chief", 60, name="班长甲", opinion=said),
        filing(4, Fact.CORRECTED, "desk:chief", 90, reason=said, changes={"gender": "male"}),
    ]
    record, teller = fold(facts), Teller(MadeUpNames(), MadeUpCodes(), AnswerRules())
    for private, times in ((False, 0), (True, 2)):
        sheet = sheet_of(record, MadeUpNames(), MadeUpCodes(), private=private)
        told = (sheet, teller.record(record, private=private), teller.history(facts, private=private))
        assert [repr(one).count(said) for one in told] == [times] * 3


def test_what_was_signed_stays_on_the_form_and_the_correction_stands_beside_it() -> None:
    correction = filing(
        4, Fact.CORRECTED, "desk:chief", 90, reason="听错了", changes={"category": "102", "gender": "male"}
    )
    sheet = sheet_of(fold((*SIGNED, correction)), MadeUpNames(), MadeUpCodes())
    assert sheet["gender"].value == "女"
    (one,) = sheet.corrections
    assert (one.at, one.by, one.reason) == ("2026年11月20日 11:35", "desk:chief", "听错了")
    assert one.changes == (
        Amended("内容分类", "咨询/预防接种/接种地点", "咨询/预防接种/接种程序"),
        Amended("性别", "女", "男"),
    )


def test_the_box_follows_from_the_kind_where_there_is_but_one_and_other_says_what_it_was() -> None:
    for kind, note, told in (
        ("report", None, "举报投诉"),
        ("complaint", None, "举报投诉"),
        ("praise", None, "其他（表扬）"),
        ("other", "打错了", "其他（打错了）"),
        ("consult", None, ""),
        (None, None, ""),
    ):
        changes = {"kind": kind, "heard_note": note}
        record = fold((opened(), filing(2, Fact.FILLED, changes=changes, complete=False)))
        assert sheet_of(record, MadeUpNames(), MadeUpCodes())["heard"].value == told
