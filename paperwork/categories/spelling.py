"""Names as people write them: full and half width alike, spaces or none; and the letters that they begin with."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache

Path = tuple[str, ...]
"""Names from the root on; with the kind first where the tree has it."""

SEPARATOR = "/"
"""Between the names of a path. No name of a tree holds one, be it `/` or `／`: `folded` makes them the same."""

_INITIALS = "abcdefghjklmnopqrstwxyz"
_BEGINS = (
    0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8,
    0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1,
)  # fmt: skip
"""GB 2312 orders its 3,755 common characters by pinyin: the first one of each letter."""
_LAST = 0xD7F9
_RARE: Mapping[str, str] = {
    "癫": "d", "痫": "x", "麸": "f", "疱": "p", "疹": "z", "痢": "l", "疟": "n", "癣": "x", "痘": "d", "腮": "s",
    "颅": "l", "腭": "e", "鼾": "h", "癔": "y", "孢": "b", "螨": "m", "瘘": "l", "痔": "z", "瘾": "y", "蜱": "p",
}  # fmt: skip
"""Characters of names of diseases that GB 2312 orders by their strokes."""


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """The same for every way to write a name.

    >>> folded(" 医保（医疗保险） ") == folded("医保(医疗保险)"), folded("咨询／寻医问药")
    (True, '咨询/寻医问药')
    """
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def path_of(text: str) -> Path:
    """The names of a path that somebody wrote: `咨询 / 艾滋病／同性`."""
    return tuple(part for name in text.replace("／", SEPARATOR).split(SEPARATOR) if (part := name.strip()))


def written(path: Path) -> str:
    """A path as it is written in files and answers."""
    return SEPARATOR.join(path)


@lru_cache(maxsize=8192)
def initials(name: str) -> str:
    """What is typed for a name in pinyin, a letter each: of a character that may be read in two ways the usual one.

    >>> initials("预约挂号"), initials("2型糖尿病"), initials("艾滋病")
    ('yygh', '2xtnb', 'azb')
    """
    return "".join(map(_initial, folded(name)))


def _initial(sign: str) -> str:
    if sign.isascii():
        return sign if sign.isalnum() else ""
    if sign in _RARE:
        return _RARE[sign]
    try:
        code = int.from_bytes(sign.encode("gb2312"))
    except UnicodeEncodeError:
        return ""
    return _INITIALS[bisect_right(_BEGINS, code) - 1] if _BEGINS[0] <= code <= _LAST else ""
