"""The attack switch: while it is on, strangers prove to be persons, limits shrink, withheld numbers go behind.

Kept in `var/attack.json` (0600), so that it survives a restart, and can be turned whether or not an engine runs; it
ends by itself. A running engine looks at the file's date for each call that arrives.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hotline.kept_file import Kept, alone, write

FILE = "attack.json"

STANDARD = timedelta(hours=2)
"""How long it stays on when nobody says until when."""


@dataclass(frozen=True, slots=True)
class Attack:
    """The switch, turned on by somebody. Instants are aware."""

    by: str
    since: datetime
    until: datetime


def turn_on(var: Path, attack: Attack) -> None:
    """From now on. Raises OSError."""
    with alone(var / FILE):
        write(
            var / FILE, {"by": attack.by, "since": attack.since.isoformat(), "until": attack.until.isoformat()}
        )  # fmt: skip


def turn_off(var: Path) -> None:
    """Raises OSError."""
    with alone(var / FILE):
        (var / FILE).unlink(missing_ok=True)


def turned_on(var: Path) -> Attack | None:
    """How it was turned on last, over or not. Raises OSError, ValueError for a file that is none of ours."""
    damaged = f"{var / FILE} is damaged: `hotline attack off` removes it"
    try:
        kept = json.loads((var / FILE).read_text("utf-8"))
        attack = Attack(str(kept["by"]), datetime.fromisoformat(kept["since"]), datetime.fromisoformat(kept["until"]))
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(damaged) from error
    if attack.until.tzinfo is None or attack.since.tzinfo is None:
        raise ValueError(damaged)
    return attack


class AttackWatch:
    """Whether it is on now, for a running engine: `watch()` for each call."""

    def __init__(self, var: Path, now: Callable[[], datetime]) -> None:
        self._now = now
        self._kept: Kept[Attack | None] = Kept(var / FILE, lambda: turned_on(var), None, what="attack switch")

    def __call__(self) -> bool:
        return self.attack() is not None

    def attack(self) -> Attack | None:
        """By whom, and until when."""
        attack = self._kept()
        return attack if attack is not None and self._now() < attack.until else None
