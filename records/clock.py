"""China's wall clock, for the edges: inside, instants are UTC."""

from __future__ import annotations

from datetime import datetime

from routing.calendar import SHANGHAI


def wall_time(at: datetime) -> str:
    """ISO 8601 with milliseconds and the offset of Asia/Shanghai: `2026-10-01T09:00:00.000+08:00`."""
    return at.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
