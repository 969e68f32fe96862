"""附件9 转办单 on its sheet: taken in above, handed on and seen to its end below."""

from __future__ import annotations

from datetime import datetime

from paperwork.printing.form import Form, Writing
from paperwork.printing.forms.parts import beside, boxes, corrections, entry, signed
from paperwork.printing.text import chinese_minute
from paperwork.sheet import Sheet

_BELOW = ("state", "against", "urgency", "hand_on_by", "done_by", "done", "result", "satisfaction")
"""Of what our records know; the words of an answer stand on the screen and in the record."""


def order_form(sheet: Sheet, hotline: str, now: datetime) -> Form:
    """The form. What the sheet masks stays masked."""
    return Form(
        sheet.form,
        sheet.title + ("（测试）" if sheet.test else ""),
        hotline,
        (
            (entry(sheet["department"]), entry(sheet["number"])),
            (entry(sheet["accepted_by"]), entry(sheet["accepted"])),
            (entry(sheet["asked_by"], wide=2), entry(sheet["gender"], wide=1, named=1), entry(sheet["contact"])),
            (boxes(sheet["heard"]),),
            (boxes(sheet["source"]),),
            (Writing(sheet["content"].label, sheet["content"].value, high=50),),
            (boxes(sheet["feedback"]),),
            (signed(sheet["opinion"], sheet["signed_by"], sheet["signed"], high=18),),
            (entry(sheet["handed_by"]), entry(sheet["handed_on"])),
            (boxes(sheet["means"]),),
            (entry(sheet["unit"]), entry(sheet["liaison"])),
            (signed(sheet["confirmation"], sheet["confirmed_by"], sheet["confirmed"], high=24),),
            *corrections(sheet.corrections),
        ),
        note=beside(sheet[name] for name in _BELOW),
        made=f"打印时间 {chinese_minute(now)}",
        marks={"number": sheet.number},
    )
