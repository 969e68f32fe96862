"""The scene: what the walk may look at beside the plan and the caller's keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


def _everybody_is_there(line: str) -> bool:
    return True


def _nobody_can_tell(line: str) -> float | None:
    return None


@dataclass(frozen=True, slots=True)
class Scene:
    """An instant of one call. `at` is aware."""

    at: datetime
    number: str = ""
    """The caller's, digits; empty when withheld."""
    front: str | None = None
    """The front message that somebody turned on."""
    staffed: Callable[[str], bool] = _everybody_is_there
    """Whether a line has anybody on shift, or an outside number."""
    expected_wait: Callable[[str], float | None] = _nobody_can_tell
    """Seconds that a caller would wait on a line now; None when it cannot be told."""
    last: tuple[str, datetime] | None = None
    """The line this caller talked with last, and when."""
    by_hand: Mapping[str, bool] = field(default_factory=dict)
    """Line → whether it is open: those that the shift leader opened or closed, whatever their hours say."""
