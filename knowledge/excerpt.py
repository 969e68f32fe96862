"""Where in a text the words of a question stand: a piece of it, and what to mark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from knowledge.index import words_of

AROUND: Final = 70
"""Signs of an excerpt."""
_AHEAD: Final = 14

Span = tuple[int, int]


def marks(text: str, words: Sequence[str]) -> list[Span]:
    """Where these words stand, from and until, in order; none lies within another."""
    low = text.lower()
    if len(low) != len(text):
        return []
    taken: list[Span] = []
    for word in words:  # the longest come first
        at = low.find(word)
        while at >= 0:
            end = at + len(word)
            if all(end <= a or b <= at for a, b in taken):
                taken.append((at, end))
            at = low.find(word, at + 1)
    return _together(sorted(taken))


def excerpt(text: str, question: str) -> tuple[str, list[Span]]:
    """The piece of a plain text in which most of a question stands, and its marks; the beginning without any."""
    words = words_of(question)
    flat = text.replace("\n", "　")
    found = marks(flat, words)
    start = max(0, _densest(found) - _AHEAD) if found else 0
    piece = flat[start : start + AROUND]
    ahead, behind = "…" if start else "", "…" if start + AROUND < len(flat) else ""
    shown = ahead + piece + behind
    return shown, marks(shown, words)


def _densest(found: Sequence[Span]) -> int:
    """Where the stretch begins that holds the most marked signs."""

    def held(first: Span) -> int:
        return sum(b - a for a, b in found if first[0] <= a and b <= first[0] + AROUND - _AHEAD)

    return max(found[:200], key=lambda one: (held(one), -one[0]))[0]


def _together(spans: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for a, b in spans:
        if joined and joined[-1][1] == a:
            joined[-1] = (joined[-1][0], b)
        else:
            joined.append((a, b))
    return joined
