"""The pages of all rules, written into `docs/`: `python -m hotline.rules_pages`."""

from __future__ import annotations

import re
from pathlib import Path

from hotline.hardening.table import table
from hotline.settings import HOUSE
from routing.rules.rule import Language
from routing.rules.table import pages

_CHECKLIST = re.compile(r"(<!-- made by [^\n]* -->\n).*(<!-- end -->)", re.DOTALL)


def rules_pages() -> dict[Path, str]:
    """File within the house → what it should hold."""
    return {
        Path("docs/rules.md"): pages("en"),
        Path("docs/rules.zh-CN.md"): pages("zh"),
        Path("docs/hardening.md"): _with_checklist(Path("docs/hardening.md"), "en"),
        Path("docs/hardening.zh-CN.md"): _with_checklist(Path("docs/hardening.zh-CN.md"), "zh"),
    }


def _with_checklist(path: Path, language: Language) -> str:
    """The page as people wrote it, with the checklist of today in its place."""
    page = (HOUSE / path).read_text(encoding="utf-8")
    return _CHECKLIST.sub(lambda place: f"{place[1]}\n{table(language)}\n{place[2]}", page)


if __name__ == "__main__":
    for path, text in rules_pages().items():
        (HOUSE / path).write_text(text, encoding="utf-8")
