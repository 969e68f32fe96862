"""A report or a form as bytes: what a browser shows, what a printer prints, what a spreadsheet opens.

`render` is plain, slow work on one core (a form takes a third of a second): inside a running hotline it is asked of the
`press`, which has a process of its own.
"""

from __future__ import annotations

from enum import StrEnum

from paperwork.printing.form import Form
from paperwork.reports.report import Report


class Format(StrEnum):
    """What can be made of a report; of a form HTML and PDF."""

    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        return _MEDIA[self]


_MEDIA = {
    Format.HTML: "text/html; charset=utf-8",
    Format.PDF: "application/pdf",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Unprintable(ValueError):
    """It cannot be printed so; says what can be done instead."""


def render(printed: Report | Form, form: Format | str) -> bytes:
    """The whole document. The same value gives the same bytes.

    Raises Unprintable: too long for paper, no spreadsheet of a form, no Chinese type on this machine.
    """
    wanted = Format(form)
    if wanted is Format.XLSX:
        from paperwork.printing.workbook import workbook_of

        if isinstance(printed, Form):
            raise Unprintable("a form is printed as html or pdf: it is no table for a spreadsheet")
        return workbook_of(printed)
    from paperwork.printing.page import page_of

    if wanted is Format.HTML:
        return page_of(printed).encode()
    from paperwork.printing.paper import paper_of  # loads the type setter

    return paper_of(printed)
