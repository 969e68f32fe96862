"""Those who call, as the desk asks for them: from the floor, the facts of living calls, and what is remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from acd.agent import Presence
from acd.floor import Floor
from desk.dossier import Current, Known, Phase
from hotline.living_facts import LivingFacts
from ivr.callbacks.ticket import Ticket
from ivr.door.door import Treatment
from ivr.journal import Entry
from ivr.memory import CallerMemory
from routing.plan import Plan

_PHASES: Final = {Presence.OFFERED: Phase.OFFERED, Presence.TALKING: Phase.TALKING}


class DeskCallers:
    """Is `desk.caller_api.Callers`."""

    def __init__(
        self,
        floor: Floor,
        facts: LivingFacts,
        *,
        plan: Callable[[], Plan],
        memory: CallerMemory,
        nuisance: Callable[[str], Treatment | None],
        callbacks: Callable[[], Iterable[Ticket]],
        now: Callable[[], datetime],
    ) -> None:
        self.now = now
        self._floor, self._facts, self._plan = floor, facts, plan
        self._memory, self._nuisance, self._callbacks = memory, nuisance, callbacks

    def current(self, agent: str) -> Current | None:
        """The call that is this agent's now; None while there is none."""
        try:
            seat = self._floor.seat(agent)
        except KeyError:
            return None
        if (phase := _PHASES.get(seat.presence)) is not None:
            offers = (*self._floor.offers(), *self._floor.talks())
            offer = next((one for one in offers if one.id == seat.holds), None)
            return None if offer is None else Current(offer.call.partition("~")[0], offer.line.id, phase)
        last = self._facts.last(agent) if seat.presence is Presence.WRAP_UP else None
        return None if last is None else Current(*last, Phase.WRAP_UP)

    def facts(self, call: str) -> Sequence[Entry]:
        """The facts of a call that lives, those too that the database has not yet; none of another."""
        return self._facts.of(call)

    def known(self, number: str, line: str | None) -> Known:
        """What is known of a number that calls on a line; the counsellor only where the line keeps its callers one."""
        rule = None if line is None else self._plan().lines.get(line)
        sticky = line if rule is not None and rule.sticky > 0 else None
        return Known(
            nuisance=self._nuisance(number),
            counsellor=None if sticky is None else self._memory.agent(number, sticky),
            callbacks=tuple(ticket for ticket in self._callbacks() if ticket.number == number),
        )
