"""Lines that the shift leader (班长) opened or closed by hand, whatever their hours say, and until when.

Kept in `var/lines.json`, so that it survives a restart, and can be changed whether or not an engine runs. A running
engine looks at the file's date for each call that arrives.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

log = structlog.get_logger()

FILE = "lines.json"


@dataclass(frozen=True, slots=True)
class ByHand:
    """A line that somebody opened or closed, until an aware instant."""

    open: bool
    until: datetime


def keep(var: Path, lines: Mapping[str, ByHand]) -> None:
    """Let these lines, and no others, be as they were turned. Raises OSError."""
    if not lines:
        (var / FILE).unlink(missing_ok=True)
        return
    var.mkdir(parents=True, exist_ok=True)
    fresh = var / f"{FILE}.new"
    kept = {line: {"open": turned.open, "until": turned.until.isoformat()} for line, turned in lines.items()}
    fresh.write_text(json.dumps(kept), encoding="utf-8")
    fresh.replace(var / FILE)


def kept(var: Path) -> dict[str, ByHand]:
    """What was turned last, over or not. Raises OSError, ValueError for a file that is none of ours."""
    damaged = f"{var / FILE} is damaged: `hotline line normal --all` removes it"
    try:
        found = json.loads((var / FILE).read_text("utf-8"))
        lines = {line: ByHand(one["open"], datetime.fromisoformat(one["until"])) for line, one in found.items()}
    except FileNotFoundError:
        return {}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(damaged) from error
    if any(turned.until.tzinfo is None or not isinstance(turned.open, bool) for turned in lines.values()):
        raise ValueError(damaged)
    return lines


class ByHandWatch:
    """What holds now, for a running engine: `watch()` for each call."""

    def __init__(self, var: Path, now: Callable[[], datetime]) -> None:
        self._var, self._now = var, now
        self._seen: tuple[int, int] | None = None
        self._lines: Mapping[str, ByHand] = {}

    def __call__(self) -> Mapping[str, bool]:
        """Line → whether it is open, for those that somebody turned."""
        now = self._now()
        return {line: turned.open for line, turned in self.lines().items() if now < turned.until}

    def lines(self) -> Mapping[str, ByHand]:
        """What was turned, over or not."""
        try:
            about = (self._var / FILE).stat()
            seen = (about.st_mtime_ns, about.st_ino)
        except FileNotFoundError:
            seen = None
        if seen != self._seen:
            self._seen = seen
            self._read()
        return self._lines

    def _read(self) -> None:
        try:
            self._lines = kept(self._var)
            log.info("lines were opened or closed by hand", lines=sorted(self._lines))
        except (OSError, ValueError) as error:
            self._lines = {}
            log.error("what was opened and closed by hand cannot be read", error=str(error))
