"""The port to whoever knows how orders stand, and what can be told of one on the telephone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol


class Standing(StrEnum):
    """How an order stands, as its caller hears it: the closed list of the sentences."""

    ACCEPTED = "accepted"  # not handed on yet
    HANDED_ON = "handed_on"
    RETURNED = "returned"  # a unit sent it back: the right one is being found
    IN_PROGRESS = "in_progress"
    EXTENDED = "extended"  # in progress, and it was given more time
    REOPENED = "reopened"
    DONE = "done"  # the caller will be answered
    ANSWERED = "answered"  # nothing is to come


@dataclass(frozen=True, slots=True)
class SpokenState:
    """What a caller is told. `by` is the day, China's, by which it has to be done, while that is to come."""

    order: str
    """Its number, such as `2026-000123`."""
    standing: Standing
    by: date | None = None


class Inquiry(Protocol):
    """Who knows how orders stand."""

    async def state(self, number: str, last_four: str) -> SpokenState | None:
        """How an order stands whose number was keyed, digits alone, and whose caller's telephone number ends so.

        None when the two don't belong together, whatever of them is wrong. Raises whatever keeps it from looking.
        """
        ...


class NoOrders(RuntimeError):
    """This hotline has nobody who knows of orders."""


class NoInquiry:
    """Knows of none."""

    async def state(self, number: str, last_four: str) -> SpokenState | None:
        """Raises NoOrders."""
        raise NoOrders
