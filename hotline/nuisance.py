"""The nuisance list: numbers that are blocked or put behind everybody else for a while, by whom and why.

Kept in `var/nuisance.json` (0600), so that it survives a restart, and can be changed whether or not an engine runs. A
running engine looks at the file's date for each call that arrives. Every change is in the audit log first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hotline.kept_file import Kept, alone, write
from ivr.door.door import Treatment
from records.privacy import mask
from routing.written import WITHHELD

FILE = "nuisance.json"

STANDARD = timedelta(days=7)
LONGEST = timedelta(days=366)
"""So long a number is listed when nobody says for how long, and at most: numbers change hands."""

MOST = 10_000
"""Entries; an attack of more numbers is for `callers.prefixes` and the attack switch."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry. `pattern` is a number, or the beginning of one and `*`; instants are aware."""

    id: int
    pattern: str
    treatment: Treatment
    reason: str
    by: str
    since: datetime
    until: datetime

    @property
    def masked(self) -> str:
        """The pattern as it may be seen."""
        return f"{mask(self.pattern[:-1])}…" if self.pattern.endswith("*") else mask(self.pattern)

    def to_json(self) -> dict[str, Any]:
        """As the file has it."""
        return {
            "id": self.id,
            "pattern": self.pattern,
            "treatment": self.treatment,
            "reason": self.reason,
            "by": self.by,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
        }


class NotListed(LookupError):
    """No such entry; the text says how to find one."""


def listed(var: Path) -> list[Listed]:
    """Every entry, over or not, the oldest first. Raises OSError, ValueError for a file that is none of ours."""
    path = var / FILE
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise ValueError(f"{path} is damaged: mend it, or remove it and the list begins anew") from error
    try:
        entries = [_entry(one) for one in found]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is damaged: mend it, or remove it and the list begins anew") from error
    return entries


def _entry(one: Mapping[str, Any]) -> Listed:
    since, until = (datetime.fromisoformat(one[name]) for name in ("since", "until"))
    if since.tzinfo is None or until.tzinfo is None or not isinstance(one["pattern"], str):
        raise ValueError("an entry of another form")
    return Listed(
        int(one["id"]), one["pattern"], Treatment(one["treatment"]), str(one["reason"]), str(one["by"]), since, until
    )


def add(var: Path, pattern: str, treatment: Treatment, reason: str, by: str, now: datetime, until: datetime) -> Listed:
    """List a number, or change its entry. Entries that are over go. Raises OSError, ValueError (damaged, or full)."""
    with alone(var / FILE):
        entries = listed(var)
        fresh = Listed(
            max((one.id for one in entries), default=0) + 1, pattern, treatment, reason, by, now, until
        )  # fmt: skip
        living = [one for one in entries if now < one.until and one.pattern != pattern]
        if len(living) >= MOST:
            raise ValueError(f"the list has {MOST} entries: list a prefix (139*), or turn the attack switch on")
        write(var / FILE, [one.to_json() for one in (*living, fresh)])
    return fresh


def find(entries: Iterable[Listed], what: str) -> Listed:
    """The entry of this pattern, or id such as `#3`. Raises NotListed."""
    for one in entries:
        if what in (one.pattern, f"#{one.id}"):
            return one
    raise NotListed(f"{what} is not on the list: `hotline nuisance list` shows who is, with ids like #3")


def remove(var: Path, entry: Listed) -> None:
    """Take an entry off the list. Raises OSError, ValueError."""
    with alone(var / FILE):
        write(var / FILE, [one.to_json() for one in listed(var) if one.id != entry.id])


class NuisanceWatch:
    """What the list wants for a number now, for a running engine: `watch(number)`."""

    def __init__(self, var: Path, now: Callable[[], datetime]) -> None:
        self._now = now
        self._kept = Kept(var / FILE, lambda: _Index(listed(var)), _Index(()), what="nuisance list")

    def __call__(self, number: str) -> Treatment | None:
        """The entry that fits best decides: the whole number, else the longest beginning."""
        found = self._kept().find(number, self._now())
        return None if found is None else found.treatment

    def living(self) -> int:
        """Entries that are not over."""
        now = self._now()
        return sum(now < one.until for one in self._kept().entries)


class _Index:
    """Finds an entry by its number in a few steps, however long the list is."""

    def __init__(self, entries: Iterable[Listed]) -> None:
        self.entries = tuple(entries)
        self._by_pattern = {one.pattern: one for one in self.entries}
        self._lengths = sorted({len(one.pattern) for one in self.entries if one.pattern.endswith("*")}, reverse=True)

    def find(self, number: str, now: datetime) -> Listed | None:
        patterns = (number or WITHHELD, *(f"{number[: length - 1]}*" for length in self._lengths))
        for pattern in patterns:
            found = self._by_pattern.get(pattern)
            if found is not None and now < found.until:
                return found
        return None
