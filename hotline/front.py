"""The front message: which of the plan's emergency messages is on, and until when.

Kept in `var/front.json`, so that it survives a restart, and can be turned on and off whether or not an engine runs. A
running engine looks at the file's date for each call that arrives.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Front:
    """A message that somebody turned on, until an aware instant."""

    name: str
    until: datetime


def turn_on(var: Path, front: Front) -> None:
    """Say this message to every caller from now on. Raises OSError."""
    var.mkdir(parents=True, exist_ok=True)
    fresh = var / "front.json.new"
    fresh.write_text(json.dumps({"name": front.name, "until": front.until.isoformat()}), encoding="utf-8")
    fresh.replace(var / "front.json")


def turn_off(var: Path) -> None:
    """Say none. Raises OSError."""
    (var / "front.json").unlink(missing_ok=True)


def turned_on(var: Path) -> Front | None:
    """What was turned on last, over or not. Raises OSError, ValueError for a file that is none of ours."""
    try:
        kept = json.loads((var / "front.json").read_text("utf-8"))
        front = Front(str(kept["name"]), datetime.fromisoformat(kept["until"]))
    except FileNotFoundError:
        return None
    except (KeyError, TypeError) as error:
        raise ValueError(f"{var / 'front.json'} is damaged: `hotline front off` removes it") from error
    if front.until.tzinfo is None:
        raise ValueError(f"{var / 'front.json'} is damaged: `hotline front off` removes it")
    return front


class FrontWatch:
    """What is on now, for a running engine: `watch()` for each call."""

    def __init__(self, var: Path, now: Callable[[], datetime]) -> None:
        self._var, self._now = var, now
        self._seen: tuple[int, int] | None = None
        self._front: Front | None = None

    def __call__(self) -> str | None:
        """The name of the message that is on."""
        front = self.front()
        return None if front is None else front.name

    def front(self) -> Front | None:
        """The message that is on, and until when."""
        self._look()
        return self._front if self._front is not None and self._now() < self._front.until else None

    def _look(self) -> None:
        try:
            about = (self._var / "front.json").stat()
            seen = (about.st_mtime_ns, about.st_ino)
        except FileNotFoundError:
            seen = None
        if seen == self._seen:
            return
        self._seen = seen
        try:
            self._front = turned_on(self._var)
            log.info("the front message changed", front=self._front and self._front.name)
        except (OSError, ValueError) as error:
            self._front = None
            log.error("the front message cannot be read", error=str(error))
