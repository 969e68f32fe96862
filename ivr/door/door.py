"""The door: judges each arriving call by what its number did lately, by who is listed, and by how much is going on.

Pure: instants, counts and lists are arguments. In this order: the nuisance list; limits of numbers, prefixes and
withheld numbers; the attack switch; places; the rate. Who trusts whom is the plan's `callers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from ivr.door.accounts import Accounts, Used
from ivr.door.throttle import CALM, Load, Throttle
from ivr.door.verdict import OVERLOAD, WELCOME, Lane, Verdict, Why
from routing.caller_rule import CallerLimit, Callers
from routing.written import is_called_by

WITHHELD = "withheld"
OPENS_AGAIN = 0.02
"""Of all places: so many are free again before a full house lets anybody in."""
TOLD = 3
"""So often in ten minutes a number hears why it is not let in; then its own exchange gives the busy tone."""
SENTENCE = 6.0
"""Seconds that a busy sentence takes, with its call's beginning and end."""


class Treatment(StrEnum):
    """What the nuisance list wants for a number."""

    BLOCK = "block"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much the hotline takes on."""

    calls: int
    """Callers at the same time."""
    kept: int
    """Of those, places for priority calls."""
    rate: float
    """Arrivals a second."""
    sentences: int
    """Busy sentences that are said at the same time."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call at the door."""

    call: str
    number: str
    dialled: str
    listed: Treatment | None = None
    """What the nuisance list says of the number."""
    attack: bool = False
    """The attack switch is on."""
    load: Load = CALM


class Door:
    """Remembers whom it let in. One owner."""

    def __init__(self, capacity: Capacity) -> None:
        self.capacity = capacity
        self.accounts = Accounts()
        self.throttle = Throttle(capacity.rate)
        self._inside: dict[str, tuple[str, ...]] = {}
        """Call → the accounts that it counts for."""
        self._full: dict[bool, bool] = {False: False, True: False}
        """Whether there is no place, for priority calls and for others, until enough are free again."""
        self._sent_away: list[float] = []
        self._told = Accounts()
        """Sentences that numbers heard of their own doings."""

    @property
    def inside(self) -> int:
        """Calls that were let in and did not leave."""
        return len(self._inside)

    def judge(self, arrival: Arrival, callers: Callers, now: float) -> Verdict:
        """What becomes of a call. One that is let in has to `leave`."""
        verdict = self._of_caller(arrival, callers, now)
        if verdict.lane is not Lane.AWAY:
            trusted = _fits(arrival.number, callers.priority)
            first = trusted or (verdict.lane is Lane.OPEN and _fits(arrival.dialled, callers.direct))
            full = self._of_house(arrival, now, first=first)
            verdict = verdict if full is None else Verdict(Lane.AWAY, full)
        if verdict.lane is Lane.AWAY:
            return replace(verdict, told=self._may_tell(arrival, verdict, now))
        self.enter(arrival.call, (*_keys(arrival.number, callers),), now)
        return verdict

    def enter(self, call: str, keys: tuple[str, ...], now: float) -> None:
        """Count a call that is inside, without judging it: an agent's own, or one from before us."""
        self._inside[call] = keys
        for key in keys:
            self.accounts.came(key, now)

    def leave(self, call: str) -> None:
        """A call ended; one that was sent away never came in."""
        for key in self._inside.pop(call, ()):
            self.accounts.left(key)

    # ── of the caller ───────────────────────────────────────────────────────

    def _of_caller(self, arrival: Arrival, callers: Callers, now: float) -> Verdict:
        number, slow = arrival.number, Verdict(Lane.SLOW, behind=callers.behind, prove=True)
        if arrival.listed is Treatment.BLOCK:
            if not (callers.blocked_direct and _fits(arrival.dialled, callers.direct)):
                return Verdict(Lane.AWAY, Why.NUISANCE)
            return replace(slow, why=Why.NUISANCE)
        if arrival.listed is Treatment.SLOW:
            return replace(slow, why=Why.NUISANCE)
        if _fits(number, callers.trusted) or _fits(number, callers.priority):
            return WELCOME
        share = callers.attack.share if arrival.attack else 1.0
        over: Why | None = None
        for key, why, limit in _limits(number, callers):
            used = self.accounts.used(key, now)
            if _over(used, limit, share * callers.wall):
                return Verdict(Lane.AWAY, why)
            over = over or (why if _over(used, limit, share) else None)
        if over is not None:
            return replace(slow, why=over)
        if arrival.attack:
            return replace(slow, why=Why.ATTACK) if not number else Verdict(why=Why.ATTACK, prove=True)
        return WELCOME

    # ── of the house ────────────────────────────────────────────────────────

    def _of_house(self, arrival: Arrival, now: float, *, first: bool) -> Why | None:
        """Why there is no room. For priority calls (`first`) places are kept, and they are never too many a second."""
        places = self.capacity.calls - (0 if first else self.capacity.kept)
        if self._full[first]:
            self._full[first] = self.inside > places - max(1, round(places * OPENS_AGAIN))
        elif self.inside >= places:
            self._full[first] = True
        if self._full[first]:
            return Why.CALLS
        if first:
            self.throttle.force(arrival.load, now)
            return None
        return self.throttle.take(arrival.load, now)

    def _may_tell(self, arrival: Arrival, verdict: Verdict, now: float) -> bool:
        """Whether one more sentence can be said; the switch must have channels left for those who are inside.

        Sentences shrink as the rate does: what cannot keep up with those inside must not talk to those outside. Who
        was told why not lately knows; told each time, a few numbers would keep the switch busy with sentences.
        """
        if verdict.why not in OVERLOAD:
            number = arrival.number or WITHHELD
            if self._told.used(number, now).per_10m >= TOLD:
                return False
            self._told.came(number, now)
            self._told.left(number)
        self._sent_away = [at for at in self._sent_away if at > now - SENTENCE]
        if len(self._sent_away) >= self.capacity.sentences * self.throttle.share:
            return False
        self._sent_away.append(now)
        return True


def _limits(number: str, callers: Callers) -> Iterator[tuple[str, Why, CallerLimit]]:
    """The limits that hold for a number, and the account that each looks at."""
    if not number:
        yield WITHHELD, Why.WITHHELD, callers.withheld
        return
    yield number, Why.NUMBER, callers.number
    for prefix in callers.prefixes:
        if _fits(number, prefix.numbers):
            yield f"prefix {' '.join(prefix.numbers)}", Why.PREFIX, prefix


def _keys(number: str, callers: Callers) -> Iterator[str]:
    yield from (key for key, _, _ in _limits(number, callers))


def _over(used: Used, limit: CallerLimit, times: float) -> bool:
    """Whether one call more is over so many times the limit, which is 1 at least."""
    so_far = (used.at_once, used.per_10m, used.per_hour)
    return any(
        allowed is not None and count + 1 > max(1.0, allowed * times)
        for count, allowed in zip(so_far, limit.given, strict=True)
    )


def _fits(number: str, patterns: tuple[str, ...]) -> bool:
    return any(is_called_by(pattern, number) for pattern in patterns)
