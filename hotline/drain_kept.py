"""The wish to drain, kept for the engine that follows one which died in it: `drain.json` in `var`.

It belongs to the supervisor that both are children of. Who starts the hotline anew wants it to serve.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import structlog

from hotline.kept_file import write

log = structlog.get_logger(__name__)

FILE: Final = "drain.json"


class To(StrEnum):
    """Where those who wait go."""

    FALLBACK = "fallback"
    """The dialplan: they hear the plan as it is without an engine."""
    NEXT = "next"
    """They stay where they are, with their music and their place, for the next engine."""


@dataclass(frozen=True, slots=True)
class Drain:
    """What was asked for. `until` is an instant of the machine's monotonic clock; None waits for the last talk."""

    to: To
    until: float | None
    stays: bool


class KeptDrain:
    """In the folder `var`, for the engines of one supervisor: `mark` tells it from every other."""

    def __init__(self, var: Path, mark: str) -> None:
        self._file, self._mark = var / FILE, mark

    def keep(self, drain: Drain) -> None:
        """Another engine goes on with it. Raises OSError."""
        write(self._file, {"to": drain.to, "until": drain.until, "stays": drain.stays, "of": self._mark})

    def forget(self) -> None:
        """Nobody is to go on with it. Raises OSError."""
        self._file.unlink(missing_ok=True)

    def left(self) -> Drain | None:
        """What an engine before us was asked for under the same supervisor; what is of another one is removed."""
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            if kept["of"] == self._mark:
                until = kept["until"]
                return Drain(To(kept["to"]), None if until is None else float(until), bool(kept["stays"]))
            self.forget()
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.error("whether the hotline was draining cannot be read: callers are let in", why=str(error))
        return None


def mark_of_parent() -> str:
    """The process that began us, as no other one ever was: its id and when it began, since this machine did."""
    parent = os.getppid()
    try:
        began = Path(f"/proc/{parent}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except (OSError, IndexError):
        return str(parent)
    return f"{boot}-{parent}-{began}"
