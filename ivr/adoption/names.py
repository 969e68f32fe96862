"""Names of what the engines of one call make on the switch: none comes twice, and none begins another one's."""

from __future__ import annotations

import re

_LEG = re.compile(r"-([vx]?)[a-z]*([0-9]+)[a-z]?$")
_AGAIN = re.compile(r"-([a-z]*)([0-9]+[a-z]?)$")
_FIRST = re.compile(r"-([b-z]*)a+([0-9]+[a-z]?)$")
_NEXT_MARKS = "bcdefghijklmnoqrstuwyz"
"""Not `p`, `v` and `x`, which say what a name is of, nor `a`, which says that a leg is another one of its offer."""


def offer_of(leg: str) -> int | None:
    """The offer whose phone this leg is, below zero when it was rung beside the floor; None for another name."""
    match = _LEG.search(leg)
    if match is None:
        return None
    return -int(match[2]) if match[1] else int(match[2])


def again(leg: str, times: int = 1) -> str:
    """The name of another leg of the same offer, whose phone is rung anew for a talk that goes on."""
    return _AGAIN.sub(lambda found: f"-{found[1]}{'a' * times}{found[2]}", leg)


def first_of(leg: str) -> str:
    """The leg of the same offer that was answered first."""
    return _FIRST.sub(r"-\1\2", leg)


def mark_of(by: int) -> str:
    """Letters for the names that the `by`-th engine after a call's first one gives: none begins one of another's."""
    letters = ""
    while by > 0:
        by, letter = divmod(by - 1, len(_NEXT_MARKS))
        letters += _NEXT_MARKS[letter]
    return letters
