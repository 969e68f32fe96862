"""What words tell a caller: which keys there are, and how long it takes to say them."""

from __future__ import annotations

import re

SYLLABLES_A_SECOND = 4.2
"""How fast a clear voice reads Chinese aloud."""

_DIGITS = {sign: str(value) for value, sign in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "幺": "1",
    "两": "2",
    "＊": "*",
    "＃": "#",
    "井": "#",
    "星": "*",
    "米": "*",
} | {chr(0xFF10 + digit): str(digit) for digit in range(10)} | {
    word: str(value)
    for value, word in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))
} | {"star": "*", "asterisk": "*", "pound": "#", "hash": "#"}  # fmt: skip

_ONE = (
    r"(?:[0-9０-９*＊#＃](?![0-9０-９])|[零〇一二三四五六七八九幺](?![十百千零〇一二三四五六七八九下])|[井星米](?=字?号?键)"
    r"|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|star|asterisk|pound|hash)\b)"
)
_AFTER = r"(?:字?号?键|\s*键)?"
_LIST = re.compile(
    rf"(?:按(?!时|照|期|规|约|揉|压)(?:下|一下|数字键?|键盘|键)?|拨(?!打)|\b(?:press|dial|push)(?:\s+the)?(?:\s+key)?)\s*[“\"「]?"
    rf"({_ONE}{_AFTER}[”\"」]?(?:\s*(?:[、,，]\s*(?:或者?)?|或者?|和|及|到|至|-|~|or|to|through)\s*[“\"「]?{_ONE}{_AFTER}[”\"」]?)*)",
    re.IGNORECASE,
)
_EACH = re.compile(_ONE, re.IGNORECASE)
_RANGE = re.compile(rf"({_ONE})\s*(?:到|至|-|~|to|through)\s*({_ONE})", re.IGNORECASE)

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_WORD = re.compile(r"[A-Za-z]+")
_VOWELS = re.compile(r"[aeiouy]+", re.IGNORECASE)


def keys_told(words: str) -> frozenset[str]:
    """The keys that words tell of: 按1, 按1或2, 按1到5, 按井号键, press 2."""
    keys: set[str] = set()
    for told in _LIST.finditer(words):
        for first, last in _RANGE.findall(told[1]):
            begin, end = _key(first), _key(last)
            if begin.isdigit() and end.isdigit():
                keys |= {str(key) for key in range(int(begin), int(end) + 1)}
        keys |= {_key(sign) for sign in _EACH.findall(told[1])}
    return frozenset(keys)


def _key(sign: str) -> str:
    return _DIGITS.get(sign.lower(), sign)


def seconds(words: str) -> float:
    """About how long it takes to say them."""
    syllables = len(_HAN.findall(words)) + sum(sign.isdigit() for sign in words)
    syllables += sum(max(1, len(_VOWELS.findall(word))) for word in _WORD.findall(words))
    return syllables / SYLLABLES_A_SECOND
