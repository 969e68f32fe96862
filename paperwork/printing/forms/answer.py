"""附件6 接听记录单 on its sheet: what was signed stands in the box, what was corrected since below it."""

from __future__ import annotations

from datetime import datetime

from paperwork.printing.form import Form, Writing
from paperwork.printing.forms.parts import beside, boxes, corrections, entry, signed
from paperwork.printing.text import chinese_minute
from paperwork.sheet import Sheet


def answer_form(sheet: Sheet, hotline: str, now: datetime) -> Form:
    """The form. What the sheet masks stays masked."""
    return Form(
        sheet.form,
        sheet.title + ("（测试来电）" if sheet.test else ""),
        hotline,
        (
            (entry(sheet["department"]), entry(sheet["number"])),
            (entry(sheet["agent"]), entry(sheet["at"])),
            (entry(sheet["asked_by"], wide=2), entry(sheet["gender"], wide=1, named=1), entry(sheet["contact"])),
            (boxes(sheet["heard"]),),
            (Writing(sheet["content"].label, sheet["content"].value, high=95),),
            (signed(sheet["opinion"], sheet["signed_by"], sheet["signed"], high=42),),
            *corrections(sheet.corrections),
        ),
        note=beside(sheet.more),
        made=f"打印时间 {chinese_minute(now)}",
        marks={"number": sheet.number},
    )
