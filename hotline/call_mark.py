"""The mark that call ids begin after, in `var/call-mark`: a clock that is set back makes none come twice."""

from __future__ import annotations

from pathlib import Path

import structlog

from hotline.settings import Settings
from ivr.call_ids import CallIds

log = structlog.get_logger()

FILE = "call-mark"

FARTHEST = 36**10
"""No clock shows this many milliseconds: a larger mark is a damaged one."""


def call_ids(settings: Settings) -> CallIds:
    """Ids for the calls of this machine, none of which an engine before us has given."""
    file = settings.var / FILE

    def keep(mark: int) -> None:
        fresh = file.with_name(f"{FILE}.new")
        try:
            fresh.write_text(f"{mark}\n", encoding="ascii")
            fresh.replace(file)
        except OSError as error:
            log.error("the mark of call ids cannot be kept", error=str(error))

    return CallIds(settings.node, after=_kept(file), keep=keep)


def _kept(file: Path) -> int:
    try:
        mark = int(file.read_text(encoding="ascii"))
    except FileNotFoundError:
        return 0
    except (OSError, ValueError) as error:
        log.error("the mark of call ids cannot be read: the clock alone keeps them apart", error=str(error))
        return 0
    return mark if 0 <= mark < FARTHEST else 0
