"""Legs that we ring beside the floor: outside numbers to which a caller is passed on, and shift leaders."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from ivr.offer_legs import Connected
from ivr.order import hang_up_leg
from ivr.switch import Phone, Switch, SwitchError

log = structlog.get_logger()


@dataclass(slots=True)
class _Rung:
    """A phone that rings, or talks: then its `over` was handed out."""

    answer: asyncio.Future[bool]
    over: asyncio.Event = field(default_factory=asyncio.Event)
    lost: asyncio.Event = field(default_factory=asyncio.Event)


class Legs:
    """Rings phones under names of ours; told by the switchboard of what becomes of them."""

    def __init__(self, switch: Switch, spawn: Callable[..., object]) -> None:
        self._switch, self._spawn = switch, spawn
        self._rung: dict[str, _Rung] = {}

    async def ring(
        self,
        offer: int,
        agent: str | None,
        leg: str,
        phone: Phone,
        *,
        caller: str,
        like: str,
        limit: float,
        returns: str = "",
    ) -> Connected | None:
        """Ring a phone; None when nobody answers within `limit` seconds. When cancelled, nothing rings on."""
        rung = self._rung[leg] = _Rung(asyncio.get_running_loop().create_future())
        answered = False
        try:
            await self._switch.ring(leg, phone, caller=caller, like=like, returns=returns, at_most=limit)
            async with asyncio.timeout(limit):
                answered = await rung.answer
        except SwitchError as error:
            log.warning("a phone could not be rung", phone=phone.name, error=str(error))
        except TimeoutError:
            pass  # nobody answered: `answered` says so
        finally:
            if not answered:
                self._rung.pop(leg, None)  # it may have been answered and gone meanwhile
                self.drop(leg)
        own = "" if agent is None else phone.name
        return Connected(offer, agent, leg, rung.over, rung.lost, own) if answered else None

    def resume(self, offer: int, agent: str | None, leg: str, phone: str = "") -> Connected:
        """A leg of an engine before us, which talks; `phone` as of `OfferLegs.resume`."""
        rung = self._rung[leg] = _Rung(asyncio.get_running_loop().create_future())
        rung.answer.set_result(True)
        own = "" if agent is None else phone
        return Connected(offer, agent, leg, rung.over, rung.lost, own)

    def answered(self, leg: str) -> bool:
        """A leg was answered; whether it is one of these."""
        rung = self._rung.get(leg)
        if rung is None:
            return False
        if not rung.answer.done():
            rung.answer.set_result(True)
        return True

    def gone(self, leg: str, *, lost: bool = False) -> bool:
        """A leg is no more (`lost`: its phone vanished); whether it was one of these."""
        rung = self._rung.get(leg)
        if rung is None:
            return False
        if rung.answer.done():
            del self._rung[leg]
            if lost:
                rung.lost.set()
            rung.over.set()
        else:
            rung.answer.set_result(False)
        return True

    def release(self, leg: str) -> bool:
        """It is the dispatch's from now on, which is told of its end; whether it was one of these."""
        return self._rung.pop(leg, None) is not None

    def forget(self, leg: str) -> None:
        """It was let go, whatever the switch says of it: what is left of it there is nobody's. Idempotent."""
        if (rung := self._rung.pop(leg, None)) is not None:
            rung.over.set()

    def names(self) -> frozenset[str]:
        """Every leg of these that rings or talks."""
        return frozenset(self._rung)

    def ringing(self) -> frozenset[str]:
        """Those that were not answered yet."""
        return frozenset(leg for leg, rung in self._rung.items() if not rung.answer.done())

    def drop(self, leg: str) -> None:
        """Hang it up soon."""
        self._spawn(hang_up_leg(self._switch, leg))
