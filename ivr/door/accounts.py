"""What callers did lately: calls in progress and calls let in, for each number or group of numbers."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass, field

TEN_MINUTES, HOUR = 600.0, 3600.0

MOST = 20_000
"""Accounts kept; with more the one that was quiet longest is forgotten: made-up numbers must not fill the memory."""
MOST_CALLS = 2_000
"""Calls of one account whose instants are kept: those of an hour, of a limit that nobody would write."""


@dataclass(slots=True)
class _Account:
    living: int = 0
    let_in: list[float] = field(default_factory=list)
    """Instants of the last hour, oldest first. No deque: an empty one takes 600 bytes, and most callers call once."""

    def tidy(self, now: float) -> None:
        """Let go of what no limit looks at."""
        del self.let_in[: max(bisect_right(self.let_in, now - HOUR), len(self.let_in) - MOST_CALLS)]


@dataclass(frozen=True, slots=True)
class Used:
    """What an account has used."""

    at_once: int = 0
    per_10m: int = 0
    per_hour: int = 0


class Accounts:
    """Counts calls by key. Instants are seconds that only grow. Calls that were sent away are not counted."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, _Account] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def used(self, key: str, now: float) -> Used:
        """By calls in progress, and by those of the last ten minutes and hour."""
        account = self._kept.get(key)
        if account is None:
            return Used()
        account.tidy(now)
        lately = len(account.let_in) - bisect_right(account.let_in, now - TEN_MINUTES)
        return Used(account.living, lately, len(account.let_in))

    def came(self, key: str, now: float) -> None:
        """A call was let in."""
        account = self._kept.setdefault(key, _Account())
        self._kept.move_to_end(key)
        account.living += 1
        account.let_in.append(now)
        account.tidy(now)
        if len(self._kept) > self._most:
            self._forget()
        self._let_go(now)

    def left(self, key: str) -> None:
        """It ended. An account that was forgotten meanwhile stays so."""
        account = self._kept.get(key)
        if account is not None and account.living:
            account.living -= 1

    def _forget(self) -> None:
        quiet = next((key for key, account in self._kept.items() if not account.living), None)
        if quiet is not None:
            del self._kept[quiet]

    def _let_go(self, now: float) -> None:
        """Forget who did nothing for an hour: the oldest two for each that comes, so that it never takes long."""
        for _ in range(2):
            key, account = next(iter(self._kept.items()))
            if account.let_in and account.let_in[-1] > now - HOUR:
                return
            if account.living:
                self._kept.move_to_end(key)
            else:
                del self._kept[key]
