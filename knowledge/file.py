"""An article as a file: `ID.md`, with what is known of it between two lines `---`, and its Markdown below.

---
title: 被狗咬伤、抓伤怎么办
lines: [animal-injury]
categories: [Z06050101]
keywords: [狗咬了, 狂犬病]
review: 2027-06-30
---
先冲洗伤口……
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from knowledge.article import ID, Article
from routing.reading.encoding import decoded
from routing.reading.mistyped import mistyped
from routing.reading.problem import MOST_TOLD, Place, Places, Problem, Unreadable, found, nearest, quoted
from routing.reading.source import read

ENDING = ".md"
FENCE = "---"
_PLAIN = re.compile(r"[\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z0-9]*(-[a-z0-9]+)*")
"""What YAML takes for a text and nothing else."""
_FENCES = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


class Head(Article):
    """What stands in a file: the article, and what it is to be when it is taken in."""

    state: Literal["draft", "published", "retired"] = "published"


@dataclass(frozen=True, slots=True)
class Filed:
    """One file that was read. `places` says where each field stands, its text too."""

    id: str
    article: Article
    state: str
    places: Places


def from_bytes(name: str, id: str, data: bytes) -> Filed:
    """What a file says. `name` is told in problems. Raises Unreadable with every problem."""
    text = decoded(name, data)
    if isinstance(text, Problem):
        raise Unreadable((text,))
    return from_text(name, id, text)


def from_text(name: str, id: str, text: str) -> Filed:
    """As `from_bytes`, of a file's text."""
    top = Place(name, 1, 1)
    if not re.match(ID, id):
        hint = "small letters, digits and hyphens, a letter first"
        raise Unreadable((found(top, "wrong-name", where="file", here=quoted(id), hint=hint),))
    text = text.replace("\r\n", "\n")
    fences = _FENCES.match(text)
    if fences is None:
        hint = "a file begins with a line ---, what is known of the article, and a second line ---"
        raise Unreadable((found(top, "wrong-value", where="file", here=quoted(text[:20]), hint=hint),))
    source = read(name, "\n" + fences[1])  # a line more, so that what is wrong is told of the right one
    if source.problems:
        raise Unreadable(source.problems)
    body = text[fences.end() :]
    whole = {**(source.value or {}), "text": body}
    below = Place(name, text[: fences.end()].count("\n") + 1, 1)
    places = Places({(): top, **source.places, ("text",): below}, {(): top, **source.keys, ("text",): below})
    if "text" in (source.value or {}):
        raise Unreadable((found(source.keys[("text",)], "unknown-key", where="file", key="text"),))
    try:
        head = Head.model_validate(whole)
    except ValidationError as error:
        wrong = (mistyped(detail, whole, places, Head) for detail in error.errors(include_url=False)[:MOST_TOLD])
        raise Unreadable(tuple(dict.fromkeys(wrong))) from None
    article = Article.model_validate(head.model_dump(exclude={"state"}))
    return Filed(id, article, head.state, places)


def misplaced(filed: Filed, lines: frozenset[str] | None, codes: frozenset[str] | None) -> list[Problem]:
    """What a file names that is not there; None: nothing is known of what there is."""
    problems = []
    for field, known, rule in (("lines", lines, "line"), ("categories", codes, "category")):
        for at, name in enumerate(getattr(filed.article, field)):
            if known is not None and name not in known:
                hint = "no line has this name" if rule == "line" else "no category in use has this code"
                where, place = f"{field}.{at}", filed.places.of((field, at))
                near = nearest(name, known)
                problems.append(found(place, "wrong-value", near, where=where, here=quoted(name), hint=hint))
    return problems


def to_text(article: Article, state: str = "published") -> str:
    """The file that `from_text` reads as this article."""
    head: dict[str, Any] = {"title": article.title}
    if article.kind != "article":
        head["kind"] = article.kind.value
    for field in ("lines", "categories", "keywords"):
        if values := getattr(article, field):
            head[field] = _in_a_line(values)
    if article.review is not None:
        head["review"] = article.review
    if article.reviewed_by is not None:
        head["reviewed_by"] = article.reviewed_by
    if article.sources:
        head["sources"] = [_quoted(each) for each in article.sources]
    if state != "published":
        head["state"] = state
    out, writer = io.StringIO(), YAML()
    writer.allow_unicode, writer.width = True, 4096
    writer.default_flow_style = False
    writer.dump({name: _quoted(value) for name, value in head.items()}, out)
    return f"{FENCE}\n{out.getvalue()}{FENCE}\n{article.text.strip()}\n"


def _in_a_line(values: Sequence[str]) -> CommentedSeq:
    row = CommentedSeq([_quoted(each) for each in values])
    row.fa.set_flow_style()
    return row


def _quoted(value: Any) -> Any:
    """In quotes wherever YAML could take a text for something else."""
    if isinstance(value, str) and (value in ("true", "false", "null") or not _PLAIN.fullmatch(value)):
        return DoubleQuotedScalarString(value)
    return value.isoformat() if isinstance(value, date) else value
