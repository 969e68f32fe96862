"""What changed from one version of an article to another: fields, and the text line by line, within lines by words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, Final

from knowledge.article import Article
from knowledge.book import data_of

_WORD: Final = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
_FIELDS: Final = ("title", "kind", "lines", "categories", "keywords", "review", "reviewed_by", "sources")
_ALIKE: Final = 0.4
"""Lines that have this much in common are one that was changed."""
_LONGEST: Final = 2_000
"""Words of a line; the time to compare two lines grows with the square."""

Piece = dict[str, Any]


def difference(old: Article, new: Article) -> dict[str, Any]:
    """`{"fields": [{"field", "before", "after"}], "lines": [{"kind", "pieces"}]}`.

    A line is `same`, `added`, `removed` or `changed`; a piece `{"kind", "text"}` is `same`, `added` or `removed`.
    """
    before, after = data_of(old), data_of(new)
    fields = [
        {"field": name, "before": before[name], "after": after[name]} for name in _FIELDS if before[name] != after[name]
    ]
    return {"fields": fields, "lines": list(_lines(old.text.split("\n"), new.text.split("\n")))}


def _lines(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    told: list[Piece] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            told += [_line("same", line) for line in old[a:b]]
            continue
        gone, come = list(old[a:b]), list(new[c:d])
        while gone and come:
            pieces = _pieces(gone[0], come[0])
            if pieces is None:
                told.append(_line("removed", gone.pop(0)))
            else:
                told.append({"kind": "changed", "pieces": pieces})
                gone.pop(0)
                come.pop(0)
        told += [_line("removed", line) for line in gone] + [_line("added", line) for line in come]
    return told


def _pieces(old: str, new: str) -> list[Piece] | None:
    """One line's words, what was taken away before what came; None when they are two different lines."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if max(len(before), len(after)) > _LONGEST or matcher.ratio() < _ALIKE:
        return None
    pieces: list[Piece] = []
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            pieces.append({"kind": "same", "text": "".join(before[a:b])})
            continue
        if a < b:
            pieces.append({"kind": "removed", "text": "".join(before[a:b])})
        if c < d:
            pieces.append({"kind": "added", "text": "".join(after[c:d])})
    return pieces


def _line(kind: str, text: str) -> Piece:
    return {"kind": kind, "pieces": [{"kind": kind, "text": text}]}
