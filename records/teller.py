"""Who tells a call in sentences: the words of one language, and what earlier facts of the call later ones refer to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from records import account_words as words
from records.account_words import Language, Words, lasted


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called in the plan, and what agents were doing."""

    lines: Mapping[str, str] = field(default_factory=dict)
    breaks: Mapping[str, str] = field(default_factory=dict)
    """The plan's own reasons of breaks."""
    on_break: Callable[[str, datetime], str | None] = lambda agent, at: None
    """The reason of an agent's break at an instant."""


@dataclass(slots=True)
class Teller:
    """Tells the facts of one call, one after the other."""

    language: Language
    names: Names = field(default_factory=Names)
    rung: dict[int, str | None] = field(default_factory=dict)
    """The agent of each offer."""
    talking: dict[int, str | None] = field(default_factory=dict)
    """The agent of each talk."""
    explained: set[int | None] = field(default_factory=set)
    """Offers of which the reasons are told, and so that they rang."""
    held: object = None
    """What the last look found that found nobody."""
    _since: dict[tuple[str, object], datetime] = field(default_factory=dict)

    def say(self, sentence: str, **parts: object) -> str:
        """A sentence of `account_words.SENTENCES`."""
        return words.SENTENCES[sentence][self.language].format(**parts)

    def word(self, pair: Words) -> str:
        return pair[self.language]

    def line(self, line: str | None) -> str:
        """A line as people call it: in Chinese by its name."""
        if line is None:
            return ""
        return self.names.lines.get(line, line) if self.language is Language.ZH else line

    def agent(self, agent: str | None) -> str:
        """An agent; None is an outside number."""
        return self.word(words.OUTSIDE) if agent is None else agent

    def talks(self, offer: int) -> str:
        """Who has the talk of an offer."""
        return self.agent(self.talking.get(offer))

    def together(self, names: Sequence[str]) -> str:
        return self.word(words.AND).join(names)

    def in_turn(self, sentences: Sequence[str]) -> str:
        return ("" if self.language is Language.ZH else " ").join(sentences)

    def lasted(self, seconds: float) -> str:
        return lasted(max(0.0, seconds), self.language)

    def began(self, what: str, which: object, at: datetime) -> None:
        """From now on it lasts, until somebody asks how long it did."""
        self._since[what, which] = at

    def lasted_since(self, what: str, which: object, at: datetime) -> str:
        return self.lasted((at - self._since.pop((what, which), at)).total_seconds())
