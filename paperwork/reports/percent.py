"""Shares of counts, rounded as bulletins round: half up, never by way of a float."""

from __future__ import annotations

from decimal import Decimal


def percent(part: int, whole: int, decimals: int = 1) -> Decimal:
    """`part` of `whole` in hundredths, with so many decimals; of nothing it is nothing.

    >>> str(percent(1, 8)), str(percent(178778, 219836, 2)), str(percent(0, 0)), str(percent(1, 3, 0))
    ('12.5', '81.32', '0.0', '33')
    """
    if whole == 0:
        return Decimal(0).scaleb(-decimals)
    # in whole numbers: a quotient that was rounded once may not be rounded again
    doubled = abs(part) * 200 * int(10**decimals) + abs(whole)
    rounded = Decimal(doubled // (abs(whole) * 2)).scaleb(-decimals)
    return -rounded if (part < 0) != (whole < 0) and rounded else rounded


def change(now: int, before: int, decimals: int = 1) -> Decimal | None:
    """By how many percent `now` is more than `before`; None when there was nothing before."""
    return percent(now - before, before, decimals) if before else None
