"""The runbooks of `docs/runbooks` by their alerts: for a dashboard that is there when nothing else answers, and for
messages that say at once what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from hotline.dashboards.panel import Language
from hotline.settings import HOUSE

FOLDER: Final = HOUSE / "docs" / "runbooks"
PAGES: Final = ("callers", "house")
_DO: Final = re.compile(r"^- \*\*(?:Do|处理)\*\*[:：] *(.+)$", re.MULTILINE)
_LINK: Final = re.compile(r"\[([^\]]+)\]\([^)]*\)")


class Runbook(NamedTuple):
    """What an alert asks for. `text` is all of it, in Markdown without links to other files; `do` the part about what
    to do, in one line."""

    alert: str
    text: str
    do: str


def runbooks(language: Language) -> Mapping[str, Runbook]:
    """By alert, in the order of the pages; empty where the documents are not installed."""
    return {one.alert: one for page in PAGES for one in _of(page, language)}


def _of(page: str, language: Language) -> Iterator[Runbook]:
    path = FOLDER / (f"{page}.md" if language == "en" else f"{page}.zh-CN.md")
    if not path.exists():
        return
    for section in path.read_text("utf-8").split("\n## ")[1:]:
        alert, _, text = section.partition("\n")
        text = _LINK.sub(r"\1", text).strip()
        found = _DO.search(text)
        yield Runbook(alert.strip(), text, found[1] if found else "")
