"""The pages of all rules, written into `docs/`: `python -m hotline.rules_pages`."""

from __future__ import annotations

from pathlib import Path

from hotline.settings import HOUSE
from routing.rules.table import pages


def rules_pages() -> dict[Path, str]:
    """File within the house → what it should hold."""
    return {Path("docs/rules.md"): pages("en"), Path("docs/rules.zh-CN.md"): pages("zh")}


if __name__ == "__main__":
    for path, text in rules_pages().items():
        (HOUSE / path).write_text(text, encoding="utf-8")
