"""A trial call: a real SIP call to the running hotline, held against the dry walk of the same keys."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline.caller import Report, call
from hotline.phone import Exchange
from hotline.settings import Settings
from ivr.events import EndReached
from ivr.order import to_its_end
from records.calls import first_end
from routing.destination import Destination
from routing.dry_walk import HANG_UP, dry_walk
from routing.plan import Plan
from routing.scene import Scene

LOOK_EVERY = 0.2
"""Seconds between two looks into the journal."""


class NoSuchCall(Exception):
    """The hotline did not take the call; the text says what to look at."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What the dry walk says, where the real call got to, and what the caller noticed."""

    expected: Destination
    reached: EndReached | None
    report: Report

    @property
    def agrees(self) -> bool:
        """Whether telephone and dry walk got to the same place."""
        if self.reached is None:
            return self.expected.kind == "hangup"
        real = (self.reached.kind, self.reached.line, self.reached.open)
        return real == (self.expected.kind, self.expected.line, self.expected.open)

    def told(self) -> list[str]:
        """The same in lines for people."""
        lines = [
            f"{moment.at:6.1f} s  {moment.what}{' ' + moment.key if moment.key else ''}"
            for moment in self.report.moments
        ]
        lines.append(f"dry walk: {self.expected.kind} {self.expected.line or ''} (open: {self.expected.open})")
        if self.reached is None:
            lines.append("the call: reached nothing")
        else:
            lines.append(f"the call: {self.reached.kind} {self.reached.line or ''} (open: {self.reached.open})")
        lines.append("they agree" if self.agrees else "THEY DO NOT AGREE")
        return lines

    def to_json(self) -> dict[str, Any]:
        """The same as data."""
        expected, reached = self.expected, self.reached
        return {
            "agrees": self.agrees,
            "expected": {"kind": expected.kind, "line": expected.line, "open": expected.open},
            "reached": reached and {"kind": reached.kind, "line": reached.line, "open": reached.open},
            "seconds": self.report.seconds,
            "moments": [{"at": m.at, "what": m.what, "key": m.key} for m in self.report.moments],
        }


async def try_call(
    settings: Settings,
    plan: Plan,
    keys: Sequence[str],
    *,
    at: datetime,
    number: str | None = None,
    wait: float = 120.0,
    stay: float = 0.0,
    exchange: Exchange | None = None,
) -> Trial:
    """Call, press, look where it led. `at` is the instant of the dry walk. Raises NoSuchCall.

    The caller stays `stay` seconds more where the call got to, or until the hotline hangs up. Without `exchange` it
    opens the one that this process may have.
    """
    if exchange is None:
        async with Exchange(host=settings.sip.host) as own:
            return await try_call(settings, plan, keys, at=at, number=number, wait=wait, stay=stay, exchange=own)
    number = number or f"000{secrets.randbelow(10**9):09d}"  # nobody's: no number in China begins so
    expected = dry_walk(plan, keys, Scene(at, number)).end
    found: EndReached | None = None

    async def look() -> None:
        nonlocal found
        found = await first_end(settings.database_url, number)

    async def until_reached() -> None:
        while found is None:
            await to_its_end(look())
            await asyncio.sleep(LOOK_EVERY)
        await asyncio.sleep(stay)

    phone = await exchange.phone(number, switch=f"{settings.sip.host}:{settings.sip.port}")
    report = await call(
        phone,
        plan.hotline.number,
        keys,
        wait=wait + stay,
        until=None if HANG_UP in keys else until_reached,
    )
    if not report.answered:
        raise NoSuchCall(
            f"the hotline at {settings.sip.host}:{settings.sip.port} did not answer ({report.ending.reason}): "
            "is `hotline up` running with the same settings?"
        )
    if found is None:
        await look()
    return Trial(expected, found, report)
