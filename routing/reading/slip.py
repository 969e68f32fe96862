"""Slips of the keyboard that make a text no YAML, or another YAML than was meant.

The Chinese input method is left on, a tab is pressed, a space after the colon forgotten: YAML's own message then
speaks of something three lines further. These look at the text itself, and only where it is known to be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from routing.reading.problem import Place, Problem, found

MOST_TOLD = 20

FULL_WIDTH = {
    "：": (":", "colon"),
    "，": (",", "comma"),
    "、": (",", "comma"),
    "｛": ("{", "bracket"),
    "｝": ("}", "bracket"),
    "［": ("[", "bracket"),
    "］": ("]", "bracket"),
    "【": ("[", "bracket"),
    "】": ("]", "bracket"),
    "\u3000": (" ", "space"),
    "\u00a0": (" ", "space"),
    "－": ("-", "sign"),
    "＃": ("#", "sign"),
    "＊": ("*", "sign"),
    "＂": ('"', "sign"),
} | {chr(0xFF10 + digit): (str(digit), "digit") for digit in range(10)}
"""Sign → what YAML wants, and what it is called."""

QUOTES = "“”„‟‘’「」『』"

_PLAIN = str.maketrans({sign: plain for sign, (plain, _) in FULL_WIDTH.items()} | dict.fromkeys(QUOTES, '"'))

_NAME = r"[A-Za-z0-9_*#][\w*#-]*"
_KEY_WITH_WIDE_COLON = re.compile(rf"^[ \t\u3000\u00a0]*(?:- +)?[\"']?({_NAME})[\"']?(：)")
_WITHOUT_SPACE = r"(?:([A-Za-z][\w-]*):(?=[^\s/])|([0-9*#]):(?=[A-Za-z]))"
_KEY_WITHOUT_SPACE = re.compile(rf"\s*(?:- +)?{_WITHOUT_SPACE}")
_KEY_IN_FLOW_WITHOUT_SPACE = re.compile(_WITHOUT_SPACE)
_BLOCK_TEXT = re.compile(r"(?:^|[:\-]\s+)[|>][-+0-9]*\s*(?:#.*)?$")


def wide(sign: str, place: Place) -> Problem:
    """A full-width sign where YAML or a value wants the plain one."""
    plain, what = FULL_WIDTH[sign]
    colon = what == "colon"
    return found(
        place,
        "full-width",
        sign=sign if what != "space" else f"U+{ord(sign):04X}",
        plain=plain,
        what=what,
        more=" followed by a space" if colon else "",
        more_zh="，后面加一个空格" if colon else "",
    )


class Spoiled(NamedTuple):
    """A key that holds signs which it should not, and what was probably meant."""

    problem: Problem
    key: str
    value: str | None
    """What a colon that YAML did not take for one separates from the key."""

    @property
    def plausible(self) -> bool:
        """Whether it could be a key; with a bracket in it, who knows what was meant."""
        return re.fullmatch(_NAME, self.key) is not None


def spoiled_key(key: str, place: Place) -> Spoiled | None:
    """What is wrong with a key that holds a colon of its own, a full-width sign or a typographic quote."""
    problem = spoiled_value(key, place, exact=True)
    if problem is None and (match := _KEY_IN_FLOW_WITHOUT_SPACE.match(key)):
        here = place._replace(column=place.column + match.end() - 1)
        problem = found(here, "space-after-colon", key=match[1] or match[2])
    if problem is None:
        return None
    name, colon, value = key.translate(_PLAIN).strip("\"' ").partition(":")
    return Spoiled(problem, name.strip(), value.strip() if colon else None)


def spoiled_value(text: str, place: Place, *, exact: bool = False) -> Problem | None:
    """The first sign of a name, number or time that should be a plain one; `exact` where no quotes stand around."""
    for at, sign in enumerate(text):
        here = place._replace(column=place.column + at) if exact else place
        if sign in FULL_WIDTH:
            return wide(sign, here)
        if sign in QUOTES:
            return found(here, "smart-quotes", sign=sign)
    return None


def slips(name: str, text: str, near: range) -> list[Problem]:
    """Slips of a text that is not YAML; the parser stopped near these lines (from 0)."""
    lines = list(_structure(text))
    problems = [problem for at, line in lines if (problem := _of_line(name, at, line)) is not None]
    if not problems:
        problems = list(_signs(name, [(at, line) for at, line in lines if at in near]))
    return problems[:MOST_TOLD]


def mended(text: str, problems: list[Problem]) -> tuple[str, dict[int, list[int]]]:
    """The text with slips put right, and where it grew: line → columns before which a sign was put in."""
    lines = re.split("(\r\n|\r|\n)", text)
    grew: dict[int, list[int]] = {}
    for problem in sorted(problems, reverse=True):
        _, line, column = problem.place
        old = lines[2 * (line - 1)]
        sign = old[column - 1]
        plain = {"\t": "  ", ":": ": ", "：": ": "}.get(sign) or sign.translate(_PLAIN)
        after = old[column:]
        if not old[:column].strip():
            after = re.sub(r"^\s+", lambda signs: signs[0].translate(_PLAIN), after)  # all of the indentation
        lines[2 * (line - 1)] = old[: column - 1] + plain + after
        if len(plain) > 1:
            grew.setdefault(line, []).append(column)
    return "".join(lines), grew


def _structure(text: str) -> Iterator[tuple[int, str]]:
    """Lines that are structure: neither comments nor texts in block style."""
    inside: int | None = None
    for at, line in enumerate(re.split("\r\n|\r|\n", text)):
        bare = line.lstrip(" ")
        indent = len(line) - len(bare)
        if inside is not None and (not bare or indent > inside):
            continue
        inside = indent if _BLOCK_TEXT.search(line) else None
        if bare and not bare.startswith("#"):
            yield at, line


def _of_line(name: str, at: int, line: str) -> Problem | None:
    """A slip that is one wherever it stands."""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return found(Place(name, at + 1, line.index("\t") + 1), "tab")
    if match := _KEY_WITH_WIDE_COLON.match(line):
        return wide("：", Place(name, at + 1, match.start(2) + 1))
    indent = len(line) - len(line.lstrip())
    for column, sign in enumerate(line[:indent]):
        if sign in FULL_WIDTH:
            return wide(sign, Place(name, at + 1, column + 1))
    if match := _KEY_WITHOUT_SPACE.match(line):
        return found(Place(name, at + 1, match.end()), "space-after-colon", key=match[1] or match[2])
    return None


def _signs(name: str, lines: list[tuple[int, str]]) -> Iterator[Problem]:
    """Signs that may be why the parser stopped in these lines: within brackets, or where a value begins.

    Elsewhere a full-width comma or a Chinese quote belongs to somebody's words.
    """
    depth = 0
    for at, line in lines:
        before = ": "
        for column, sign in enumerate(line):
            if sign == "#" and before[-1] == " ":
                break
            begins = re.search(r"(?:[:,\-] |[\[{,])\s*$", before) is not None
            if sign in FULL_WIDTH and (depth > 0 or (begins and FULL_WIDTH[sign][1] == "bracket")):
                yield wide(sign, Place(name, at + 1, column + 1))
            elif sign in QUOTES and begins:
                yield found(Place(name, at + 1, column + 1), "smart-quotes", sign=sign)
            depth += (sign in "[{") - (sign in "]}")
            before = (before + sign)[-6:]
