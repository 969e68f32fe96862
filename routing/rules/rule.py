"""A rule that the operators' files are held to."""

from __future__ import annotations

from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]
Language = Literal["en", "zh"]


class Both(NamedTuple):
    """The same in English and in Chinese."""

    en: str
    zh: str

    def in_language(self, language: Language) -> str:
        return self.en if language == "en" else self.zh


class Rule(NamedTuple):
    """One kind of problem."""

    id: str
    severity: Severity
    """Errors keep a plan from going live; warnings are told."""
    message: Both
    """With `{names}` for what was found."""
    meaning: Both
    """What it means for those who call, or for those who write."""
    mending: Both
    example: str = ""
    """How it is written rightly."""
    adjustable: bool = False
    """`lint.rules` may make it an error or a warning, or turn it off."""


def adjustable(
    id: str, message: Both, meaning: Both, mending: Both, example: str = "", of: Severity = "warning"
) -> Rule:
    """A rule that operators may make stricter or milder."""
    return Rule(id, of, message, meaning, mending, example, adjustable=True)
