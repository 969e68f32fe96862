"""What agents may dial outside, as operators write it: caps a day, and whether the world beyond the country is open."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from routing.days import Written

_Amount = Annotated[int, Field(ge=0, le=100_000)]


class Outbound(Written):
    """Caps on what agents dial outside, a day: whoever steals a desk must not run up a bill.

    Callbacks count too, and are made all the same: they were promised. Lines' own outside numbers do not count.
    """

    calls: _Amount = 500
    """Of all agents together; 0 forbids it."""
    minutes: _Amount = 2000
    """Of all agents together."""
    agent_calls: _Amount = 60
    """Of each agent."""
    agent_minutes: _Amount = 300
    """Of each agent."""
    international: bool = False
    """Numbers that begin with 00, or with + and another country than 86. Without it only those are dialled that
    `hotline.may_dial` writes out in full."""


def is_international(number: str) -> bool:
    """Whether a number leaves the country.

    >>> [is_international(number) for number in ("0014155550100", "+14155550100", "+8602200000001", "02200000001")]
    [True, True, False, False]

    A carrier that takes +86 off must not find a way abroad behind it.

    >>> is_international("+860014155550100")
    True
    """
    bare = number.removeprefix("+86")
    return bare.startswith(("00", "+"))
