"""Markdown as safe HTML: what an editor wrote cannot become a script, a style, a picture from elsewhere or a form.

HTML in the text is shown as text. Links lead to other articles (`knowledge:ID`), to places of the same article, and to
https; no others. Nothing carries a style of its own, for the page's policy allows none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.article import ID, Article

_HERE: Final = re.compile(r"#[\w-]{1,80}")
_OTHER: Final = re.compile(r"knowledge:([a-z][a-z0-9-]{0,39})")
_ASIDE: Final = re.compile(r"text-align:(left|center|right)")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a text, with the anchor that leads to it."""

    level: int
    text: str
    anchor: str

    def to_json(self) -> dict[str, Any]:
        return {"level": self.level, "text": self.text, "anchor": self.anchor}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text as a page shows it."""

    html: str
    headings: tuple[Heading, ...]


def rendered(text: str, prefix: str = "h") -> Rendered:
    """One Markdown text. Anchors are `PREFIX-N`, so that several texts stand on one page."""
    machine = _machine()
    tokens = machine.parse(text)
    headings: list[Heading] = []
    for at, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"  # h1 is the page's, h2 the article's title
        if token.type == "heading_open":
            anchor = f"{prefix}-{len(headings) + 1}"
            token.attrSet("id", anchor)
            headings.append(Heading(int(token.tag[1]), plain(tokens[at + 1]), anchor))
        _unstyled(token)
        for child in token.children or ():
            _led(child)
    return Rendered(machine.renderer.render(tokens, machine.options, {}), tuple(headings))


@lru_cache(maxsize=512)
def shown(article: Article) -> dict[str, Any]:
    """An article's text as the API has it: HTML, headings, and the steps of a script."""
    before = rendered(article.before_the_steps)
    steps = []
    for number, (heading, words) in enumerate(article.steps, 1):
        steps.append({"step": number, "title": heading, "html": rendered(words, f"s{number}").html, "text": words})
    return {"html": before.html, "headings": [one.to_json() for one in before.headings], "steps": steps}


def plain_text(text: str) -> str:
    """What somebody would read aloud: no marks, one line a paragraph."""
    return "\n".join(line for token in _machine().parse(text) if token.type == "inline" and (line := plain(token)))


def linked(text: str) -> list[str]:
    """The ids of the articles that a text leads to."""
    found = (match for match in re.finditer(r"\]\(knowledge:([^)\s]*)\)", text))
    return list(dict.fromkeys(match[1] for match in found if re.match(ID, match[1])))


def plain(token: Token) -> str:
    """The words of an inline token."""
    return "".join(" " if child.type in ("softbreak", "hardbreak") else child.content for child in token.children or ())


def _unstyled(token: Token) -> None:
    """A table's columns are set by a class, not by a style."""
    style = token.attrs.pop("style", None)
    if isinstance(style, str) and (side := _ASIDE.fullmatch(style)):
        token.attrSet("class", f"to-{side[1]}")


def _led(token: Token) -> None:
    if token.type != "link_open":
        return
    href = str(token.attrGet("href") or "")
    if other := _OTHER.fullmatch(href):
        token.attrs = {"href": f"/knowledge/{other[1]}", "data-article": other[1]}
    elif not _HERE.fullmatch(href):
        token.attrs = {"href": href, "target": "_blank", "rel": "noopener noreferrer"}


def _may_lead(url: str) -> bool:
    return bool(_OTHER.fullmatch(url) or _HERE.fullmatch(url) or re.match(r"https://[^\s\"'<>]+$", url, re.IGNORECASE))


@lru_cache(maxsize=1)
def _machine() -> MarkdownIt:
    machine = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False, "maxNesting": 20})
    machine.enable(["table", "strikethrough"]).disable(["image", "html_block", "html_inline", "autolink"])
    machine.validateLink = _may_lead  # type: ignore[method-assign]
    return machine


def texts_of(article: Article) -> Sequence[str]:
    """Everything that is read of an article, as plain lines."""
    return [line for line in plain_text(article.text).splitlines() if line]
