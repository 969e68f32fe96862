"""How much of a person's number may be seen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import repeat

_NUMBER = re.compile(r"(?<![\w.+-])\+?[0-9]{8,20}(?![\w.-]*[\w])")
"""What may be a number in running text: eight digits or more that are no part of a name, an id or a fraction."""


_IN_PROSE = re.compile(
    r"""(?<![A-Za-z0-9_.])
    (?:0[0-9]{2,3}[- ][0-9]{7,8} | 1[0-9]{2}[- ][0-9]{4}[- ][0-9]{4} | \+?[0-9]{8,20})
    (?![A-Za-z0-9_])""",
    re.VERBOSE,
)
"""What may be a number in what people write: Chinese sets no space before it."""


def mask(number: str) -> str:
    """The number with its middle hidden: `138****8000`; of a short one only the end stays. Never the whole.

    >>> mask("13800138000"), mask("87654321"), mask("1001"), mask("")
    ('138****8000', '****4321', '**01', '')
    """
    length = len(number)
    ahead, behind = (3, 4) if length >= 11 else (0, min(4, length // 2))
    return number[:ahead] + "*" * (length - ahead - behind) + number[length - behind :]


def mask_name(name: str) -> str:
    """A person's name with all but its first character hidden.

    >>> mask_name("张三"), mask_name("欧阳三四"), mask_name("")
    ('张*', '欧***', '')
    """
    return name[:1] + "*" * len(name[1:])


def mask_text(text: str) -> str:
    """Running text with everything masked that may be a telephone number, and nothing else changed.

    >>> mask_text("<sip:13800138000@10.0.0.7:5060> is busy; call a-1xk2, 1763600000.7")
    '<sip:138****8000@10.0.0.7:5060> is busy; call a-1xk2, 1763600000.7'
    """
    return _NUMBER.sub(lambda found: mask(found[0]), text)


def mask_prose(text: str) -> str:
    """What a person wrote, with everything masked that may be a telephone number.

    >>> mask_prose("请回电13900000042或022-00000001，8月20日前；单号2026-000123")
    '请回电139****0042或022*****0001，8月20日前；单号2026-000123'
    """
    return _IN_PROSE.sub(lambda found: mask(found[0]), text)


_VEILED = re.compile(r"[+0-9]{0,3}\*{4,}[0-9]{4}")
"""A number as `mask_prose` leaves it."""


def unveil_prose(text: str, kept: str) -> str:
    """What somebody wrote over a text that was shown masked, with the numbers of that text (`kept`) whole again.

    Raises ValueError for a masked number that is none of these, or that two of them look like once one was taken out.

    >>> unveil_prose("请回电139****0042，周一前", "请回电13900000042")
    '请回电13900000042，周一前'
    """
    known: dict[str, list[str]] = {}
    for found in sorted((*_IN_PROSE.finditer(kept), *_VEILED.finditer(kept)), key=lambda found: found.start()):
        shown = found[0] if "*" in found[0] else mask(found[0])  # what was masked for good stays so
        known.setdefault(shown, []).append(found[0])
    whole: dict[str, Iterator[str]] = {}
    for shown, times in Counter(found[0] for found in _VEILED.finditer(text)).items():
        if (numbers := known.get(shown)) is None:
            raise ValueError("a masked number is in it: leave the field out to keep it, or write it in whole")
        if len(set(numbers)) == 1:
            whole[shown] = repeat(numbers[0])
        elif times == len(numbers):
            whole[shown] = iter(numbers)
        else:
            raise ValueError(f"several numbers are masked as {shown}: write in whole those that are to stay")
    return _VEILED.sub(lambda found: next(whole[found[0]]), text)
