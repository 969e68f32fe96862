"""Names of what the engines of one call make on the switch: none comes twice, and none begins another one's."""

from __future__ import annotations

import re

_LEG = re.compile(r"-([vx]?)[a-z]*([0-9]+)[a-z]?$")
_NEXT_MARKS = "bcdefghijklmnoqrstuwyz"
"""Not `p`, `v` and `x`, which say what a name is of."""


def offer_of(leg: str) -> int | None:
    """The offer whose phone this leg is, below zero when it was rung beside the floor; None for another name."""
    match = _LEG.search(leg)
    if match is None:
        return None
    return -int(match[2]) if match[1] else int(match[2])


def mark_of(by: int) -> str:
    """Letters for the names that the `by`-th engine after a call's first one gives: none begins one of another's."""
    letters = ""
    while by > 0:
        by, letter = divmod(by - 1, len(_NEXT_MARKS))
        letters += _NEXT_MARKS[letter]
    return letters
