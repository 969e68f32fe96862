"""Whether there is room on the disk for what callers say: somebody watches it and tells, calls ask."""

from __future__ import annotations

from dataclasses import dataclass

NO_ROOM = "no_room"
"""Why something was not recorded."""


@dataclass(slots=True)
class Room:
    """What may be recorded now. The last of the disk is kept for the facts themselves."""

    talks: bool = True
    messages: bool = True
