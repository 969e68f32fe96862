"""What is turned by hand, for commands and for desks alike: front message, attack switch, lines, nuisance list.

A wish is judged first (`Unfit`, in words for people) and becomes a `Turn`: what the audit log is told of it, and what
is done then. Looking gives rows for programs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hotline import attack, by_hand, front, nuisance
from hotline.attack import Attack
from hotline.by_hand import ByHand
from hotline.front import Front
from hotline.nuisance import Listed
from ivr.door.door import Treatment
from records.audit import Detail
from records.clock import wall_time
from routing.calendar import SHANGHAI
from routing.moment import line_opening
from routing.plan import Plan
from routing.reading.problem import nearest
from routing.scene import Scene

STANDARD = timedelta(hours=24)
"""How long a front message stays on, and a line turned, when nobody says until when."""

_PATTERN = re.compile(r"\+?[0-9]{3,20}|\+?[0-9]{3,19}\*|withheld")
_FOR = re.compile(r"(?:([0-9]{1,3})d)?(?:([0-9]{1,3})h)?(?:([0-9]{1,3})m)?")
_UNITS = ("days", "hours", "minutes")


class Unfit(Exception):
    """A wish that cannot be, in words for people; `field` is what is wrong of it."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class Turn:
    """A wish that can be. `what`, `about` and `details` are for the audit log; `do` raises OSError, ValueError."""

    what: str
    do: Callable[[], object]
    about: str | None = None
    details: Mapping[str, Detail] = field(default_factory=dict)
    until: datetime | None = None
    """When it ends by itself."""


class Hand:
    """One person's hand on what lies in `var`; `plan` gives the live one, `now` is aware, `who` as in the audit log.

    Looking raises OSError, and ValueError for a damaged file.
    """

    def __init__(self, var: Path, plan: Callable[[], Plan], now: datetime, who: str) -> None:
        self._var, self._plan, self._now, self._who = var, plan, now, who

    # ── the front message ───────────────────────────────────────────────────

    def fronts(self) -> list[dict[str, Any]]:
        """Every message of the plan, and whether it is on: by hand, or by its own times."""
        found = front.turned_on(self._var)
        found = found if found is not None and self._now < found.until else None
        return [self._front(name, found) for name in self._plan().front]

    def _front(self, name: str, found: Front | None) -> dict[str, Any]:
        plan = self._plan()
        message = plan.front[name]
        by_hand, by_plan = found is not None and found.name == name, message.holds(self._now)
        return {
            "name": name,
            "on": by_hand or (found is None and by_plan),
            "by": "hand" if by_hand else "plan" if by_plan else None,
            "until": found.until.astimezone(SHANGHAI).isoformat() if found is not None and by_hand else None,
            "say": plan.texts(message.say),
        }

    def front_on(self, name: str, until: str | None) -> Turn:
        """Say this message to every caller. Raises Unfit."""
        self._know_front(name, "name")
        ends = self._ending(until, STANDARD)
        return Turn("front_on", lambda: front.turn_on(self._var, Front(name, ends)), name, _until(ends), ends)

    def front_off(self) -> Turn:
        return Turn("front_off", lambda: front.turn_off(self._var))

    def _know_front(self, name: str, field: str) -> None:
        messages = self._plan().front
        if name not in messages:
            there = ", ".join(messages) or "none: write one under `front`"
            raise Unfit(field, f"no front message is called {name!r} in the live plan; there are {there}")

    # ── the attack switch ───────────────────────────────────────────────────

    def attack(self) -> dict[str, Any]:
        """Whether it is on, by whom and until when."""
        found = attack.turned_on(self._var)
        return attack_shown(found if found is not None and self._now < found.until else None)

    def attack_on(self, until: str | None, message: str | None = None) -> Turn:
        """Strangers prove to be persons from now on; with a front message, which ends with it. Raises Unfit."""
        if message is not None:
            self._know_front(message, "front")
        ends = self._ending(until, attack.STANDARD)

        def do() -> None:
            attack.turn_on(self._var, Attack(self._who, self._now, ends))
            if message is not None:
                front.turn_on(self._var, Front(message, ends))

        return Turn("attack_on", do, None, {**_until(ends), **({"front": message} if message else {})}, ends)

    def attack_off(self) -> Turn:
        return Turn("attack_off", lambda: attack.turn_off(self._var))

    # ── lines ───────────────────────────────────────────────────────────────

    def lines(self) -> list[dict[str, Any]]:
        """Every line of the plan: whether it is open, why, and whether a hand or its hours say so."""
        plan = self._plan()
        turned = {line: one for line, one in by_hand.kept(self._var).items() if self._now < one.until}
        scene = Scene(self._now, by_hand={line: one.open for line, one in turned.items()})
        return [
            {
                "line": line,
                "name": rule.name,
                "open": (opening := line_opening(plan, line, scene)).open,
                "why": opening.why,
                "by": "hand" if line in turned else "hours",
                "until": wall_time(turned[line].until) if line in turned else None,
            }
            for line, rule in plan.lines.items()
        ]

    def line_turned(self, line: str, *, is_open: bool, until: str | None) -> Turn:
        """Open or close a line, whatever its hours say. Raises Unfit."""
        lines = self._plan().lines
        if line not in lines:
            near = nearest(line, lines)
            hint = f"; did you mean {near!r}?" if near else f"; there are {', '.join(lines)}"
            raise Unfit("line", f"no line is called {line!r} in the live plan{hint}")
        ends = self._ending(until, STANDARD)

        def do() -> None:
            still = {name: one for name, one in by_hand.kept(self._var).items() if self._now < one.until}
            by_hand.keep(self._var, {**still, line: ByHand(is_open, ends)})

        return Turn("line_opened" if is_open else "line_closed", do, line, _until(ends), ends)

    def line_normal(self, line: str) -> Turn | None:
        """Let a line follow its hours again; None when it does. Raises OSError, ValueError for a damaged file."""
        if line not in by_hand.kept(self._var):
            return None

        def do() -> None:
            by_hand.keep(self._var, {name: one for name, one in by_hand.kept(self._var).items() if name != line})

        return Turn("line_normal", do, line)

    def every_line_normal(self) -> Turn:
        """Let all lines follow their hours again, also when the file is damaged."""
        return Turn("line_normal", lambda: by_hand.keep(self._var, {}))

    # ── the nuisance list ───────────────────────────────────────────────────

    def nuisance(self, *, private: bool) -> list[dict[str, Any]]:
        """Who is listed now; numbers masked unless `private`."""
        return [
            {**one.to_json(), "pattern": one.pattern if private else one.masked, "since": wall_time(one.since),
             "until": wall_time(one.until)}
            for one in nuisance.listed(self._var)
            if self._now < one.until
        ]  # fmt: skip

    def nuisance_add(
        self, pattern: str, treatment: Treatment, reason: str, lasts: str | None, listed: Callable[[Listed], None]
    ) -> Turn:
        """List a number, or change how it is listed; `listed` is given the entry. Raises Unfit."""
        if not _PATTERN.fullmatch(pattern):
            raise Unfit(
                "number",
                f"{pattern!r} is no number; write 3 to 20 digits, at least 3 and `*` for a beginning, or withheld",
            )
        until = self._now + (nuisance.STANDARD if lasts is None else span(lasts))
        masked = Listed(0, pattern, treatment, reason, self._who, self._now, until).masked

        def do() -> None:
            listed(nuisance.add(self._var, pattern, treatment, reason, self._who, self._now, until))

        return Turn("nuisance_added", do, masked, {"treatment": treatment, **_until(until)}, until)

    def nuisance_remove(self, what: str) -> Turn:
        """Take a number off, named as it was listed or by its id like #3. Raises NotListed, OSError, ValueError."""
        entry = nuisance.find(nuisance.listed(self._var), what)
        details = {"entry": f"#{entry.id}"}
        return Turn("nuisance_removed", lambda: nuisance.remove(self._var, entry), entry.masked, details)

    def _ending(self, until: str | None, standard: timedelta) -> datetime:
        return self._now + standard if until is None else ending(until, self._now)


def ending(text: str, now: datetime) -> datetime:
    """The instant that a person wrote, `18:00` being today's in China. Raises Unfit when it is past or none."""
    local = now.astimezone(SHANGHAI)
    try:
        day = f"{local:%Y-%m-%d}T" if len(text) <= 5 else ""
        at = datetime.fromisoformat(f"{day}{text}")
        at = at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
        shown = f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        raise Unfit("until", f"{text!r} is not a time; write 18:00 or 2026-11-22T18:00") from None
    if at <= now:
        raise Unfit("until", f"{shown} is past")
    return at


def span(text: str) -> timedelta:
    """How long a person wrote: 30d, 12h, 1d12h. Raises Unfit."""
    match = _FOR.fullmatch(text)
    parts = match.groups() if match and text else ()
    lasts = timedelta(**{unit: int(part) for unit, part in zip(_UNITS, parts, strict=False) if part})
    if not timedelta() < lasts <= nuisance.LONGEST:
        raise Unfit("for", f"{text!r}: write how long, like 30d or 12h, at most {nuisance.LONGEST.days}d")
    return lasts


def attack_shown(found: Attack | None) -> dict[str, Any]:
    """The attack switch for programs."""
    return {"on": found is not None, "by": found and found.by, "until": found and wall_time(found.until)}


def _until(at: datetime) -> dict[str, Detail]:
    return {"until": wall_time(at)}
