"""How much of a person's number may be seen."""

from __future__ import annotations


def mask(number: str) -> str:
    """The number with its middle hidden: `138****8000`; of a short one only the end stays. Never the whole.

    >>> mask("13800138000"), mask("87654321"), mask("1001"), mask("")
    ('138****8000', '****4321', '**01', '')
    """
    length = len(number)
    ahead, behind = (3, 4) if length >= 11 else (0, min(4, length // 2))
    return number[:ahead] + "*" * (length - ahead - behind) + number[length - behind :]
