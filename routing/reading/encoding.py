"""From the bytes of a file to text, or to words about what is wrong with them."""

from __future__ import annotations

import re

from routing.reading.problem import Place, Problem, found

LARGEST_FILE = 1 << 20
"""Bytes; nothing larger is read."""

_MOST_TOLD = 20
"""Of one kind of problem, one file gets no more lines than this."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad"
    "\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufffe\uffff\ud800-\udfff]"
)
_BREAK = re.compile("\r\n|\r|\n")


def too_large(name: str) -> Problem:
    return found(Place(name, 1, 1), "too-large", most=f"{LARGEST_FILE >> 20} MiB")


def decoded(name: str, data: bytes) -> str | Problem:
    """The text of a file, without a byte order mark."""
    if len(data) > LARGEST_FILE:
        return too_large(name)
    top = Place(name, 1, 1)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or (data[:64].count(0) * 3 > len(data[:64]) > 1):
        return found(top, "encoding", encoding="UTF-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = len(_BREAK.findall(data[: error.start].decode("latin-1"))) + 1
        try:
            data.decode("gb18030")
        except UnicodeDecodeError:
            return found(Place(name, line, 1), "encoding", encoding="something other than UTF-8")
        return found(Place(name, line, 1), "encoding", encoding="GBK (GB 18030)")


def unseen(name: str, text: str) -> list[Problem]:
    """Control characters and signs without width: they spoil names and can't be seen."""
    problems = []
    for match in _UNSEEN.finditer(text):
        before = text[: match.start()]
        breaks = list(_BREAK.finditer(before))
        column = match.start() - (breaks[-1].end() if breaks else 0) + 1
        code = f"U+{ord(match[0]):04X}"
        problems.append(found(Place(name, len(breaks) + 1, column), "control-character", code=code))
        if len(problems) == _MOST_TOLD:
            break
    return problems
