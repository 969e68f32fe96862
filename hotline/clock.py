"""The hotline's clock: the machine's, or one that was set to try another day."""

from __future__ import annotations

from datetime import datetime

from hotline.settings import Settings
from ivr.clock import Clock
from routing.calendar import SHANGHAI


def clock_of(settings: Settings) -> Clock:
    """The engine's clock: the machine's, or one that someone set to try another day."""
    if settings.clock is None:
        return Clock()
    at: datetime = settings.clock
    return Clock.starting_at(at if at.tzinfo else at.replace(tzinfo=SHANGHAI))
