"""What shift leaders turn by hand, as the desk asks for it: `hotline.hand` on a running hotline."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from desk.refusal import Refusal
from hotline.hand import Hand, Turn, Unfit
from hotline.nuisance import NotListed
from ivr.door.door import Treatment
from records.audit import Detail
from routing.plan import Plan

Told = Callable[[], Awaitable[str | None]]
"""Tells the running hotline; what somebody should know though it is done."""


class NoNumber(LookupError):
    """Why the caller of a call cannot be listed, in words for people. `known`: there is such a call."""

    def __init__(self, words: str, *, known: bool) -> None:
        super().__init__(words)
        self.known = known


async def _nobody() -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class _Wish:
    """Is `desk.hand_api.Wish`."""

    turn: Turn
    alone: asyncio.Lock
    told: Told

    @property
    def what(self) -> str:
        return self.turn.what

    @property
    def about(self) -> str | None:
        return self.turn.about

    @property
    def details(self) -> Mapping[str, Detail]:
        return self.turn.details

    async def do(self) -> str | None:
        async with self.alone:
            with _in_words():
                await asyncio.to_thread(self.turn.do)  # it waits for the disk
        return await self.told()


class DeskHand:
    """Is `desk.hand_api.Hand`."""

    def __init__(
        self,
        var: Path,
        plan: Callable[[], Plan],
        now: Callable[[], datetime],
        *,
        number_of: Callable[[str], Awaitable[str]],
        front_changed: Told = _nobody,
        lines_changed: Told = _nobody,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`number_of` knows the number of a call's caller and raises NoNumber; the last are told what was turned."""
        self._var, self._plan, self._now, self._number_of = var, plan, now, number_of
        self._front_changed, self._lines_changed = front_changed, lines_changed
        self.changed = changed
        """Called when something was turned."""
        self._alone = asyncio.Lock()

    def _hand(self, who: str = "") -> Hand:
        return Hand(self._var, self._plan, self._now(), who)

    def _wish(self, turn: Turn, told: Told = _nobody) -> _Wish:
        async def tell() -> str | None:
            try:
                return await told()
            finally:
                self.changed()

        return _Wish(turn, self._alone, tell)

    # ── front message, attack switch ────────────────────────────────────────

    def fronts(self) -> list[dict[str, Any]]:
        with _in_words():
            return self._hand().fronts()

    def front_on(self, who: str, name: str, until: str | None) -> _Wish:
        with _in_words():
            return self._wish(self._hand(who).front_on(name, until), self._front_changed)

    def front_off(self, who: str) -> _Wish:
        return self._wish(self._hand(who).front_off(), self._front_changed)

    def attack(self) -> dict[str, Any]:
        with _in_words():
            return self._hand().attack()

    def attack_on(self, who: str, until: str | None, message: str | None) -> _Wish:
        with _in_words():
            wish = self._hand(who).attack_on(until, message)
        return self._wish(wish, _nobody if message is None else self._front_changed)

    def attack_off(self, who: str) -> _Wish:
        return self._wish(self._hand(who).attack_off())

    # ── lines ───────────────────────────────────────────────────────────────

    def lines(self) -> list[dict[str, Any]]:
        with _in_words():
            return self._hand().lines()

    def line_turned(self, who: str, line: str, *, is_open: bool, until: str | None) -> _Wish:
        self._known(line)
        with _in_words():
            wish = self._hand(who).line_turned(line, is_open=is_open, until=until)
        return self._wish(wish, self._lines_changed)

    def line_normal(self, who: str, line: str) -> _Wish | None:
        self._known(line)
        with _in_words():
            wish = self._hand(who).line_normal(line)
        return None if wish is None else self._wish(wish, self._lines_changed)

    def _known(self, line: str) -> None:
        if line not in self._plan().lines:
            raise Refusal(404, "not_found", "there is no such line in the live plan")

    # ── the nuisance list ───────────────────────────────────────────────────

    def nuisance(self, *, private: bool) -> list[dict[str, Any]]:
        with _in_words():
            return self._hand().nuisance(private=private)

    async def nuisance_call(self, who: str, call: str, treatment: str, why: str, lasts: str | None) -> _Wish:
        try:
            number = await self._number_of(call)
        except NoNumber as error:
            code = (409, "no_number") if error.known else (404, "not_found")
            raise Refusal(*code, str(error)) from None
        return self.nuisance_number(who, number, treatment, why, lasts)

    def nuisance_number(self, who: str, number: str, treatment: str, why: str, lasts: str | None) -> _Wish:
        with _in_words():
            treat = Treatment(treatment)
            return self._wish(self._hand(who).nuisance_add(number, treat, why, lasts, lambda entry: None))

    def nuisance_remove(self, who: str, entry: int) -> _Wish:
        try:
            with _in_words():
                return self._wish(self._hand(who).nuisance_remove(f"#{entry}"))
        except NotListed:
            raise Refusal(404, "not_found", "there is no such entry on the list") from None


@contextmanager
def _in_words() -> Iterator[None]:
    """What cannot be, as a refusal."""
    try:
        yield
    except Unfit as error:
        raise Refusal(400, "bad_request", str(error), fields={error.field: str(error)}) from None
    except (OSError, ValueError) as error:
        raise Refusal(409, "refused", str(error)) from None
