"""Pages that are written to be read in the repository, made into pages of a site: a hook of `mkdocs.yml`.

They are copied to where mkdocs reads them, with the names and links that it knows.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from hotline.settings import HOUSE

DOCS = HOUSE / "docs"

_LINK = re.compile(r"(?<!!)\[(?P<words>[^\]]+)\]\((?P<to>[^)#\s:]+)(?P<place>#[^)\s]*)?\)")
_SWITCH = re.compile(r"\[(?:中文|English|In Chinese)\]\([^)]+\)[ ·.。]*")
"""A link to the page in the other language: the site has it in its head."""

_CHINESE = ".zh-CN.md"


def on_config(config: Any) -> Any:
    """Copy the pages, and have mkdocs read the copy."""
    pages = Path(config["site_dir"]).with_name("site-pages")
    shutil.rmtree(pages, ignore_errors=True)
    shutil.copytree(DOCS, pages)
    for page in pages.rglob("*.md"):
        source = DOCS / page.relative_to(pages)
        page.write_text(_text(source), encoding="utf-8")
        if page.name.endswith(_CHINESE):
            page.rename(page.with_name(page.name.replace(_CHINESE, ".zh.md")))
    config["docs_dir"] = str(pages)
    return config


def _text(source: Path) -> str:
    chinese = source.name.endswith(_CHINESE)

    def linked(link: re.Match[str]) -> str:
        to = (source.parent / link["to"]).resolve()
        if not to.is_relative_to(DOCS):
            return link["words"]  # of the repository, not of the site
        if to.is_dir():
            return ", ".join(f"[{page.stem[:4]}]({link['to']}/{page.name})" for page in sorted(to.glob("*.md")))
        if to.name.endswith(_CHINESE):
            return link[0].replace(_CHINESE, ".md")  # the language that is read leads to its own
        if chinese and link["place"] and to.with_name(to.stem + _CHINESE).exists():
            return f'<a href="../{link["to"].removesuffix(".md")}.html{link["place"]}">{link["words"]}</a>'
        return link[0]

    return _LINK.sub(linked, _SWITCH.sub("", source.read_text("utf-8")))
