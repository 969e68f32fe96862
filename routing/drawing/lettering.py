"""How wide words are, without a font at hand: broken into lines, and cut to what fits.

Widths are those of the common Chinese sans faces, on the wide side: a little air is better than words over an edge.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_NARROW = frozenset("iljtfrI.,:;'|!()[]{} ·`")
_BROAD = frozenset("mwMW%@—…→")
_NEVER_FIRST = frozenset("，。、；：！？）」』》”’…,.;:!?)]}%")
_BENT = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of what follows: a name must not rearrange its neighbours."""

MORE = "…"


@lru_cache(2000)
def clean(text: str) -> str:
    """The text on one line, without what no drawing can show: control characters, halves of pairs, turns."""
    shown = (" " if char.isspace() else char for char in text if char not in _BENT)
    kept = "".join("�" if unicodedata.category(char) in ("Cc", "Cs", "Cn") else char for char in shown)
    return " ".join(kept.split())


def width_of(text: str, size: float) -> float:
    """How wide a text is in letters of this size (the height of an em)."""
    return sum(map(_em, text)) * size


@lru_cache(8000)
def _em(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if char in _BROAD or unicodedata.east_asian_width(char) in "WFA":
        return 1.0
    if char in _NARROW:
        return 0.36
    if char.isascii():
        return 0.7 if char.isupper() else 0.6
    return 1.0 if ord(char) > 0x2E7F else 0.75


@lru_cache(2000)
def shorten(text: str, size: float, width: float) -> str:
    """As much of the text as fits, with an ellipsis where something is left out; at least its first letter."""
    text = clean(text)
    if width_of(text, size) <= width:
        return text
    room = width - width_of(MORE, size)
    kept = 0
    for char in text:
        room -= width_of(char, size)
        if room < 0:
            break
        kept += 1
    return text[:kept].rstrip("，。、；：, ") + MORE


@lru_cache(2000)
def wrap(text: str, size: float, width: float, lines: int) -> tuple[str, ...]:
    """The text in at most so many lines; what doesn't fit the last is left out with an ellipsis.

    Chinese breaks anywhere but before a closing mark, everything else at its spaces where it has some.
    """
    left, found = clean(text), list[str]()
    while left and len(found) < lines - 1 and width_of(left, size) > width:
        at = _break(left, size, width)
        found.append(left[:at].rstrip())
        left = left[at:].lstrip()
    return (*found, shorten(left, size, width)) if left else tuple(found)


def _break(text: str, size: float, width: float) -> int:
    room, at = width, 0
    while at < len(text) and (room := room - width_of(text[at], size)) >= 0:
        at += 1
    at = max(at, 1)
    wanted = at
    while at > 1 and (text[at] in _NEVER_FIRST or _inside_a_word(text, at)):
        at -= 1
    return at if at > wanted // 2 else wanted


def _inside_a_word(text: str, at: int) -> bool:
    return all(char.isascii() and char.isalnum() for char in text[at - 1 : at + 1])
