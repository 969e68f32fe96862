"""Mending: what an audit found wrong (`acd.audit`) is told, and put right."""

from __future__ import annotations

from acd.agent import Presence
from acd.audit import Fault, FaultKind
from acd.serving import Serving
from acd.signals import Alert, AlertKind, Audited, StopRinging


class Mending(Serving):
    """A fault's way back to a floor that is as it should be."""

    def _audited(self, _audited: Audited) -> None:
        for fault in self._faults():
            self._orders.append(Alert(AlertKind.MENDED, fault.agent, fault.line, fault.call, fault.words))
            self._mend(fault)

    def _mend(self, fault: Fault) -> None:
        match fault.kind:
            case FaultKind.MISCOUNTED:
                self._roster.recount(self._now)
            case FaultKind.ORPHANED_OFFER if fault.offer in self._offers:
                offer = self._offers.pop(fault.offer)
                self._orders.append(StopRinging(offer.id))
                if offer.agent is None:
                    self._free_outside(self._desks[offer.line.id])
            case FaultKind.ORPHANED_TALK if fault.offer in self._talks:
                self._talk_of.pop(self._talks.pop(fault.offer).call, None)
            case FaultKind.LOST_RING if fault.call in self._waiting:
                waiting = self._waiting[fault.call]
                waiting.offers = tuple(offer for offer in waiting.offers if offer in self._offers)
                if not waiting.offers:
                    desk = self._desks[waiting.line.id]
                    desk.pace.put_back(waiting.queued, self._now)
                    self._free(waiting, desk)
                    self._serve_call(waiting, desk)
            case FaultKind.STUCK_AGENT if fault.agent in self._seats:
                seat = self._seats[fault.agent]
                seat.holds = None
                self._become_ready(seat)
            case FaultKind.IDLE_AGENT if fault.agent in self._seats:
                if (seat := self._seats[fault.agent]).presence is Presence.READY:
                    self._serve_agent(seat)
            case _:
                return  # mended with another
