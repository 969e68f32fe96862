"""Problems: what is wrong in the operators' files, where, and by which rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import NamedTuple

from routing.rules.in_chinese import in_chinese
from routing.rules.rule import Language, Severity
from routing.rules.table import RULES

Path = tuple[str | int, ...]
"""The way to a value: keys of mappings, and places in lists."""

LONGEST_QUOTE = 60
"""Of what was written, a message shows this much."""

MOST_TOLD = 200
"""Problems of one kind of check; who has more mends these first."""

_NEAR = 0.7
"""As near as `dsk` is to `desk`; `womens-health` is farther from `childrens-health`."""

_MOST_COMPARED = 1000
"""Among more names none is looked for that is near."""


class Place(NamedTuple):
    """Where in the operators' files; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Place("config", 1, 1)
"""Where a problem is that belongs to no file."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where. `str` gives `FILE:LINE:COL: message [rule]` in English."""

    place: Place
    rule: str
    values: tuple[tuple[str, str], ...] = ()
    """What the rule's message names."""
    near: str | None = None
    """What was probably meant."""
    as_severe: Severity | None = None
    """Other than the rule's own, as the operators want it."""

    @property
    def severity(self) -> Severity:
        return self.as_severe or RULES[self.rule].severity

    @property
    def message(self) -> str:
        return self.said("en")

    def said(self, language: Language) -> str:
        """The message in a language, with what was probably meant."""
        values = dict(self.values)
        if language == "zh":
            values = {name: in_chinese(value) if name in _TRANSLATED else value for name, value in values.items()}
        text = RULES[self.rule].message.in_language(language).format_map(values)
        if self.near is None:
            return text
        return f"{text}; did you mean `{self.near}`?" if language == "en" else f"{text}；是不是想写 `{self.near}`？"

    def told(self, language: Language) -> str:
        """The whole line, with a mark when it is no error."""
        mark = "" if self.severity == "error" else {"en": "warning: ", "zh": "提醒："}[language]
        return f"{self.place}: {mark}{self.said(language)} [{self.rule}]"

    def made(self, severity: Severity) -> Problem:
        return replace(self, as_severe=severity)

    def __str__(self) -> str:
        return self.told("en")

    def __lt__(self, other: Problem) -> bool:
        return (self.place, self.rule, self.values) < (other.place, other.rule, other.values)


_TRANSLATED = frozenset({"what", "expected", "hint"})


def found(place: Place, rule: str, near: str | None = None, **values: object) -> Problem:
    """A problem by a rule of the table. Raises KeyError when there is no such rule."""
    return Problem(place, RULES[rule].id, tuple((name, _shown(value)) for name, value in values.items()), near)


def _shown(value: object) -> str:
    """Fit for one line of a terminal, whatever was written."""
    text = "".join(sign if sign.isprintable() else "�" for sign in str(value))
    return text if len(text) <= 400 else text[:399] + "…"


def quoted(value: object) -> str:
    """The beginning of what was written, in quotes."""
    text = str(value)
    return repr(text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…")


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant; small slips and other letter cases count as near."""
    known = list(names)
    if len(name) > LONGEST_QUOTE or len(known) > _MOST_COMPARED:
        return None
    spellings = (name.lower().replace("_", "-"), name)
    return next((near[0] for one in spellings if (near := get_close_matches(one, known, 1, _NEAR))), None)


class Unreadable(Exception):
    """The files do not make a plan. `problems` has all the errors, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Places:
    """Where each value of the files stands, and each key."""

    values: Mapping[Path, Place]
    keys: Mapping[Path, Place]

    def of(self, path: Path) -> Place:
        """The place of a value, or of the nearest written thing around it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, NOWHERE)

    def of_key(self, path: Path) -> Place:
        """The place of a key, or of the nearest key around it."""
        while path and path not in self.keys:
            path = path[:-1]
        return self.keys.get(path) or self.values.get((), NOWHERE)
