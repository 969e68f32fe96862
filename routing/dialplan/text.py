"""How Asterisk's dialplan is written: contexts of extensions of steps.

Everything that comes from a plan passes `word` on its way here, so nothing in it can end a line, an argument or an
expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

COMMON = "plan-common"
"""The context that every other includes: what happens when a call is over."""

LONGEST_LINE = 4000
"""Characters; Asterisk reads lines of 8191 at most, and takes so much for the arguments of an application."""

CHUNK = 600
"""Characters of a list in one step; the rest of the list goes into further steps."""

_WORD = re.compile(r"\+?[a-z0-9-]{1,80}")
_WRITABLE = re.compile(r"[ -:<-\[\]-~]+")  # printable ASCII without ; and \


class NotWritable(ValueError):
    """A plan that cannot be said in a dialplan."""


@dataclass(frozen=True, slots=True)
class Step:
    """One application with its arguments. Steps of the same extension may go to its label."""

    does: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Extension:
    """Steps under one name: a key, a date, or a word of ours."""

    name: str
    steps: tuple[Step, ...]

    def lines(self) -> Iterator[str]:
        for number, step in enumerate(self.steps):
            label = f"({step.label})" if step.label else ""
            yield f" same => n{label},{step.does}" if number else f"exten => {self.name},1{label},{step.does}"


@dataclass(frozen=True, slots=True)
class Context:
    """Extensions that belong together: a node, a line, hours."""

    name: str
    extensions: tuple[Extension, ...]

    def text(self) -> str:
        lines = [f"[{self.name}]"]
        for extension in self.extensions:
            lines += extension.lines()
        if self.name != COMMON:
            lines.append(f"include => {COMMON}")
        for line in lines:
            if len(line) > LONGEST_LINE or not _WRITABLE.fullmatch(line):
                raise NotWritable(f"{line[:80]!r} cannot be written into a dialplan")
        return "\n".join(lines) + "\n"


def extension(name: str, *steps: str | Step) -> Extension:
    return Extension(name, tuple(step if isinstance(step, Step) else Step(step) for step in steps))


def word(value: str) -> str:
    """A name or number of the plan, as it is. Raises NotWritable."""
    if not _WORD.fullmatch(value):
        raise NotWritable(f"{value!r} cannot be written into a dialplan")
    return value


def dialled(number: str) -> str:
    """A telephone number to be dialled. Raises NotWritable."""
    if not re.fullmatch(r"\+?[0-9]{1,20}", number):
        raise NotWritable(f"{number!r} is no number to dial")
    return number


def chunks(pieces: Iterable[str]) -> list[list[str]]:
    """The same pieces in order, as many at a time as fit well into one step; at least one chunk, perhaps empty."""
    found: list[list[str]] = [[]]
    for piece in pieces:
        if found[-1] and sum(map(len, found[-1])) + len(piece) > CHUNK:
            found.append([])
        found[-1].append(piece)
    return found
