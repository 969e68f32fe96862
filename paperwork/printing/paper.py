"""HTML pages as PDF, with their fonts inside. This file loads the type setter: nothing that serves calls imports it."""

from __future__ import annotations

import logging
from typing import Any, Never

import weasyprint
from weasyprint.urls import URLFetcher

from paperwork.printing.fonts import MEND, missing
from paperwork.printing.form import Form
from paperwork.printing.page import page_of
from paperwork.printing.render import Unprintable
from paperwork.reports.report import Report

MOST_CELLS = 20_000
"""Cells of a report that are set as paper: 4,000 rows of five columns: half a minute of work and 600 MB.

A longer one is refused, never cut: nobody reads it on paper, and HTML and XLSX take it.
"""
logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it warns of what browsers know and it does not


class _Nothing(URLFetcher):  # type: ignore[misc] # it has no types
    """Fetches nothing at all: what a page needs stands in it."""

    def fetch(self, url: str, headers: Any = None) -> Never:
        raise ValueError(f"pages of this hotline fetch nothing: {url[:100]}")


def paper_of(printed: Report | Form) -> bytes:
    """The PDF. Raises Unprintable."""
    if lacking := missing():
        raise Unprintable(f"nothing can be printed here, {' and '.join(lacking)} is missing: {MEND}")
    if isinstance(printed, Report) and (cells := cells_of(printed)) > MOST_CELLS:
        rows = sum(len(table.rows) for table in printed.tables)
        raise Unprintable(
            f"{rows} rows ({cells} cells) are too long for paper, which takes {MOST_CELLS} cells: "
            "take a shorter time, or the format xlsx or html, which take all"
        )
    page = weasyprint.HTML(string=page_of(printed), url_fetcher=_Nothing(), base_url=None)
    made: bytes = page.write_pdf(pdf_identifier=b"", pdf_tags=isinstance(printed, Form))
    return made


def cells_of(report: Report) -> int:
    """How many cells its tables have."""
    return sum(len(table.rows) * len(table.columns) for table in report.tables)
