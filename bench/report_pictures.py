"""The first page of each report that is no official form, as a picture for docs/forms.md.

`python -m bench.report_pictures` makes a month as `bench/reports.py` does, of 6,000 made-up records, and each report of
it as the hotline does; then it is printed as PDF and its first page drawn.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from bench.reports import OCTOBER, fill
from hotline.office import trees_of
from hotline.operators import read_config
from hotline.settings import HOUSE
from paperwork.printing.render import Format, render
from paperwork.reports.book import BOOK
from paperwork.reports.reading import open_reading
from paperwork.reports.report import Report
from paperwork.reports.sources import Asked, Sources
from paperwork.rules import rules_in

FOLDER: Final = HOUSE / "docs" / "pictures" / "reports"
RECORDS: Final = 6_000
FORMS: Final = frozenset({"briefing", "line", "monthly", "assessment"})
"""Those that `paperwork.printing.pictures` shows."""
LARGEST: Final = 150_000
"""Bytes of a picture."""
SCALE: Final = 1.2
"""Dots for a point of type."""


async def reports(url: str) -> dict[str, Report]:
    """Each of them, of October, as it was on 2 November."""
    await fill(url, RECORDS)
    config = HOUSE / "config"
    plan, made = read_config(config).plan, {}
    async with open_reading(url) as reading:
        sources = Sources(reading, trees_of(config), rules_in(config), plan, datetime(2026, 11, 2, tzinfo=UTC))
        for name in sorted(BOOK.keys() - FORMS):
            made[name] = await BOOK[name].make(sources, Asked(OCTOBER, None))
    return made


def draw(report: Report, path: Path) -> None:
    """The first page of its PDF. Raises ValueError for a picture that is too large."""
    from pypdfium2 import PdfDocument

    page = PdfDocument(render(report, Format.PDF))[0]
    packed = BytesIO()
    page.render(scale=SCALE).to_pil().convert("RGB").quantize(16).save(packed, "PNG", optimize=True)
    if len(packed.getvalue()) > LARGEST:
        raise ValueError(f"{path.name} is {len(packed.getvalue())} bytes of {LARGEST}")
    path.write_bytes(packed.getvalue())


def main() -> None:
    """The command."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        made = asyncio.run(reports(f"sqlite+aiosqlite:///{Path(temporary) / 'hotline.db'}"))
    for name, report in made.items():
        draw(report, folder / f"{name}.png")


if __name__ == "__main__":
    main()
