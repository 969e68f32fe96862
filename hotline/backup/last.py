"""When a backup was made last, for who watches: `var/backup.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hotline.kept_file import write

FILE = "backup.json"


@dataclass(frozen=True, slots=True)
class Last:
    """The last backup: when, where, how many bytes, and which it was."""

    made: datetime
    to: str
    bytes: int
    digest: str


def remember(var: Path, last: Last) -> None:
    """Keep it. Raises OSError."""
    made = last.made.isoformat(timespec="seconds")
    write(var / FILE, {"made": made, "to": last.to, "bytes": last.bytes, "digest": last.digest})


def recall(var: Path) -> Last | None:
    """The last one; None when there was none, or nobody can tell."""
    try:
        data = json.loads((var / FILE).read_text(encoding="utf-8"))
        return Last(datetime.fromisoformat(data["made"]), str(data["to"]), int(data["bytes"]), str(data["digest"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
