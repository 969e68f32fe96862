"""What one version of an article says, in Markdown; a talk script (话术) has a step under each `## ` heading."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from routing.days import Written

ID: Final = r"^[a-z][a-z0-9-]{0,39}$"
LONGEST: Final = 16_000
"""Characters of a text, some eight pages: with all else it fits into one request. Who needs more writes two."""
STEP: Final = re.compile(r"^## +(.+?)\s*#*\s*$", re.MULTILINE)
"""The heading of a step."""


class Kind(StrEnum):
    """An article is read, a script is said, step by step."""

    ARTICLE = "article"
    SCRIPT = "script"

    @property
    def label(self) -> str:
        return "文章" if self is Kind.ARTICLE else "话术"


class State(StrEnum):
    """What a version is: only what was published is shown to agents."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"

    @property
    def label(self) -> str:
        return {State.DRAFT: "草稿", State.PUBLISHED: "已发布", State.RETIRED: "已停用"}[self]


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("one line of text, without control characters")
    return text


def _shown(text: str) -> str:
    if any(not sign.isprintable() and sign not in "\n\t" for sign in text):
        raise ValueError("text and line ends, without control characters")
    if not text.strip():
        raise ValueError("the text is empty")
    return text.strip("\n")


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) != len(values):
        raise ValueError("something stands there twice")
    return values


_ONCE: Final = AfterValidator(_each_once)
Line = Annotated[str, StringConstraints(pattern=ID)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,31}$")]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_one_line)
]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(_one_line)]
Keyword = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), AfterValidator(_one_line)
]
Text = Annotated[str, Field(max_length=LONGEST), AfterValidator(lambda text: _shown(text.replace("\r\n", "\n")))]


class Article(Written):
    """One version, whole."""

    title: Title
    kind: Kind = Kind.ARTICLE
    lines: Annotated[tuple[Line, ...], Field(max_length=50), _ONCE] = ()
    """The lines that it belongs to; none: all of them."""
    categories: Annotated[tuple[Code, ...], Field(max_length=50), _ONCE] = ()
    """Codes of our own tree: a call that is given one of them, or one below it, is proposed this."""
    keywords: Annotated[tuple[Keyword, ...], Field(max_length=60), _ONCE] = ()
    """As callers and agents say it, where title and text say it otherwise."""
    review: date | None = None
    """By when somebody looks whether it still holds (复核日期)."""
    reviewed_by: Words | None = None
    """The professional of this institution who looked at it; without one the page says that nobody did."""
    sources: Annotated[tuple[Words, ...], Field(max_length=30)] = ()
    """Standards and guidelines by their names (参考)."""
    text: Text

    @model_validator(mode="after")
    def _has_steps(self) -> Article:
        if self.kind is Kind.SCRIPT and not STEP.search(self.text):
            raise ValueError("a script has steps: begin each with a heading like `## 问候`")
        return self

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """Heading and words of each step of a script; nothing of an article."""
        if self.kind is not Kind.SCRIPT:
            return ()
        _, *rest = STEP.split(self.text)
        return tuple(zip(rest[::2], (words.strip() for words in rest[1::2]), strict=True))

    @property
    def before_the_steps(self) -> str:
        """What a script says before its first step; the whole text of an article."""
        return self.text if self.kind is not Kind.SCRIPT else STEP.split(self.text)[0].strip()

    def due(self, today: date) -> bool:
        """Whether its review is over its date."""
        return self.review is not None and self.review < today
