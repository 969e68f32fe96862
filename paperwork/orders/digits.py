"""The number of an order as callers are given it and key it in."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"(20[0-9]{2})-?([0-9]{6,7})")
_SHORT = re.compile(r"([0-9]{2})([0-9]{6,7})")


def spoken_digits(number: str) -> str:
    """The digits that the caller is given: two of the year and the number.

    >>> spoken_digits("2026-000123")
    '26000123'
    """
    year, _, count = number.partition("-")
    return year[-2:] + count


def number_keyed(digits: str) -> str | None:
    """The order that is meant by keyed digits, in the short form or with the whole year; None when it is no number.

    >>> number_keyed("26000123"), number_keyed("2026000123"), number_keyed("123")
    ('2026-000123', '2026-000123', None)
    """
    if match := _WHOLE.fullmatch(digits):
        return f"{match[1]}-{match[2]}"
    if match := _SHORT.fullmatch(digits):
        return f"20{match[1]}-{match[2]}"
    return None
