"""Everything that can be played to a caller: the operators' prompts and the pieces of spoken numbers and times.

The set is closed: each sound has a name and a text, all are built ahead, and nothing is synthesised during a call.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, time
from types import MappingProxyType
from typing import Final

from prompts import speech
from prompts.phrases import WORDS, Phrase

BEEP: Final = "beep"
"""The tone before a recording: a sound without words."""

OWN: Final = "say-"
"""Names that start so belong to the built-in phrases; no prompt may have one."""

_NAME = re.compile(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*--)?[a-z0-9]+(?:-[a-z0-9]+)*")
"""A prompt's id; before it, and two hyphens, the variant in which it is said."""
_WHOLE_POSITIONS = range(21)


def _pieces() -> dict[str, str]:
    """Sound name to words, for each piece that `speech` can ask for."""
    texts = {f"say-number-{n}": speech.number(n) for n in range(100)}
    texts |= {f"say-number-inner-{n}": f"一{speech.number(n)}" for n in range(10, 20)}
    texts |= {f"say-hundreds-{n}": speech.number(n * 100) for n in range(1, 10)}
    texts |= {f"say-thousands-{n}": speech.number(n * 1000) for n in range(1, 10)}
    texts |= {"say-wan": "万", "say-yi": "亿", "say-both": "两", "say-yao": "幺"}
    texts |= {f"say-hour-{n}": speech.hour(n) for n in range(24)}
    texts |= {f"say-minute-{n}": speech.minute(n) for n in range(1, 60)}
    texts |= {"say-half": "半"}
    texts |= {f"say-part-of-day-{n}": word for n, word in enumerate(speech.PARTS_OF_DAY)}
    texts |= {f"say-month-{n}": f"{speech.number(n)}月" for n in range(1, 13)}
    texts |= {f"say-day-{n}": f"{speech.number(n)}日" for n in range(1, 32)}
    texts |= {f"say-weekday-{n + 1}": speech.weekday(date(2024, 1, 1 + n)) for n in range(7)}
    return texts | {"say-ahead": speech.AHEAD, "say-hold-on": speech.HOLD_ON}


def _sentences() -> dict[str, str]:
    """The phrases heard most, whole: one breath sounds better than pieces."""
    texts = {f"say-position-{n}": speech.position(n) for n in _WHOLE_POSITIONS}
    texts |= {f"say-wait-{n}": speech.estimate(n) for n in range(speech.LONGEST_ESTIMATE + 2)}
    most = speech.LONGEST_ESTIMATE
    texts |= {f"say-wait-within-{n}": speech.wait_within(n) for n in range(2, most + 1)}
    texts |= {f"say-wait-over-{n}": speech.wait_over(n) for n in range(1, most)}
    texts |= {f"say-wait-from-{n}": speech.wait_from(n) for n in range(1, most)}
    texts |= {f"say-wait-to-{n}": speech.wait_to(n) for n in range(2, most + 1)}
    return texts | {phrase.value: text for phrase, text in WORDS.items()}


_PIECES: Final = _pieces()
_SENTENCES: Final = _sentences()
_NAME_OF: Final = {text: name for name, text in (_PIECES | _SENTENCES).items()}


class UnknownPrompt(LookupError):
    """A prompt id that is in no catalogue."""


class Catalogue:
    """The sounds of one set of prompts.

    `texts` maps a prompt's id to its words. Raises ValueError naming each id that is not a safe file name
    (lower-case letters, digits, single hyphens, two after a variant), that is taken, or that has no words.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        bad = [
            f"prompt {name!r}: {why}"
            for name, text in texts.items()
            for wrong, why in (
                (not _NAME.fullmatch(name), "an id has lower-case letters, digits and single hyphens"),
                (name.startswith(OWN) or name == BEEP, "this id belongs to a built-in sound"),
                (not text.strip(), "it has no words"),
            )
            if wrong
        ]
        if bad:
            raise ValueError("; ".join(bad))
        self._prompts = {name: _one_line(text) for name, text in texts.items()}
        self._texts: Mapping[str, str] = MappingProxyType(self._prompts | _SENTENCES | _PIECES)

    @property
    def texts(self) -> Mapping[str, str]:
        """Sound name to words, for every sound that is speech."""
        return self._texts

    @property
    def prompts(self) -> Mapping[str, str]:
        """Prompt id to words: the operators' prompts alone."""
        return MappingProxyType(self._prompts)

    def text(self, names: Iterable[str]) -> str:
        """The words of these sounds, as one text. Raises UnknownPrompt."""
        return "".join(self._word(name) for name in names)

    def _word(self, name: str) -> str:
        if name == BEEP:
            return "（嘀）"
        if name not in self._texts:
            raise UnknownPrompt(f"no sound is called {name!r}")
        return self._texts[name]

    def prompt(self, prompt_id: str) -> tuple[str, ...]:
        """The sounds of an operators' prompt, or of `BEEP`. Raises UnknownPrompt."""
        if prompt_id != BEEP and prompt_id not in self._prompts:
            raise UnknownPrompt(f"no prompt is called {prompt_id!r}")
        return (prompt_id,)

    def position(self, ahead: int) -> tuple[str, ...]:
        """`speech.position`: whole sentences up to 20, pieces beyond."""
        if ahead in _WHOLE_POSITIONS:
            return (f"say-position-{ahead}",)
        return _named((speech.AHEAD, *speech.count_parts(ahead), speech.HOLD_ON))

    def estimate(self, minutes: int) -> tuple[str, ...]:
        """`speech.estimate`. Raises ValueError when negative."""
        if minutes < 0:
            raise ValueError(f"cannot wait {minutes} minutes")
        return (f"say-wait-{min(minutes, speech.LONGEST_ESTIMATE + 1)}",)

    def wait(self, low: float, high: float) -> tuple[str, ...]:
        """`speech.wait_parts`: what can be said of a wait between so many seconds; may be nothing."""
        return _named(speech.wait_parts(low, high))

    def phrase(self, phrase: Phrase) -> tuple[str, ...]:
        """A sentence of the hotline's own."""
        return (phrase.value,)

    def number(self, n: int) -> tuple[str, ...]:
        """`speech.number`."""
        return _named(speech.number_parts(n))

    def digits(self, text: str) -> tuple[str, ...]:
        """`speech.digits`."""
        return _named(speech.digits(text))

    def clock(self, at: time) -> tuple[str, ...]:
        """`speech.clock`: 上午八点半."""
        return _named(speech.clock_parts(at))

    def clock24(self, at: time) -> tuple[str, ...]:
        """`speech.clock24`: 十六点三十分."""
        return _named(speech.clock24_parts(at))

    def calendar_date(self, day: date) -> tuple[str, ...]:
        """`speech.calendar_date`: 十月一日."""
        return _named(speech.date_parts(day))

    def weekday(self, day: date) -> tuple[str, ...]:
        """`speech.weekday`."""
        return _named((speech.weekday(day),))


def _one_line(text: str) -> str:
    """Without the white space that folding a long YAML text leaves between Chinese words."""
    return re.sub(r"(?<![!-~])\s+|\s+(?![!-~])", "", text.strip())


def _named(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(_NAME_OF[part] for part in parts)
