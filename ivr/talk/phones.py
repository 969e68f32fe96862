"""The phones of those who take part in a talk: watched until they hang up, waited for when a browser strays.

A browser that is away keeps its side (`ivr.talk.away`): it is heard again at the same leg, or its page is rung for the
talk and answers at a new one; else its time runs out, and it hung up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ivr.dispatch import Dispatch
from ivr.events import AgentAway, AgentBack
from ivr.offer_legs import Connected
from ivr.outcomes import ConsultationEnd
from ivr.talk.away import OUT_OF, Away, Minder
from ivr.talk.consultation import Consultation
from ivr.talk.gathering import Gathering
from ivr.talk.inbox import Happened, Heard, HungUp, Overdue, Reachable, Returned, Side, Strayed
from ivr.talk.legs import Legs
from ivr.talk.states import State


class Phones:
    """Those of one conversation; `tell` hears what happens to them."""

    def __init__(
        self,
        there: Gathering,
        asked: Consultation,
        tell: Callable[[Happened], None],
        away: Away,
        legs: Legs,
        dispatch: Dispatch,
    ) -> None:
        self.away = away
        self.tasks: asyncio.TaskGroup | None = None
        """Owns what waits for phones; set before anything is taken in."""
        self._there, self._asked, self._tell = there, asked, tell
        self._legs, self._dispatch = legs, dispatch

    def watch(self, side: Side) -> None:
        """Tell when they hang up."""
        assert self.tasks is not None  # noqa: S101  (set before anything is taken in)
        if side.seated.phone and self._legs.release(side.leg):  # a shift leader's
            self._dispatch.legs.look_after(side.seated, self._there.call)
        side.watch = self.tasks.create_task(self._tell_of_the_end(side))
        self._dispatch.legs.mind(side.leg, Minder(side, self.waits_for, self._tell))

    async def _tell_of_the_end(self, side: Side) -> None:
        await side.seated.over.wait()
        self._tell(HungUp(side))

    def waits_for(self, side: Side) -> bool:
        """Whether this one would be waited for now."""
        there = self._there
        fits = there.state in OUT_OF and there.sides == [side] and not there.call.stopping
        return fits and self.away.within > 0 and not side.seated.over.is_set()

    async def strayed(self, strayed: Strayed) -> None:
        """The browser of the agent is gone: the caller waits for it."""
        side, there = strayed.side, self._there
        if side.leg != strayed.leg or self.away.side is side:
            return
        if not self.waits_for(side):
            self._dispatch.legs.give_up(strayed.leg)
            return
        before = there.state
        there.note(AgentAway(side.offer))
        self.away.begin(side, before)
        if before is State.ASKING:
            self._asked.over(ConsultationEnd.AGENT_LEFT)
            await self._asked.drop()
        await there.go(State.AWAY)
        if before is State.TALKING and self.tasks is not None:
            self.away.say_so(self.tasks)

    async def heard(self, heard: Heard) -> None:
        """The network is back: the talk goes on at the same leg."""
        if self.away.side is not heard.side or heard.side.leg != heard.leg:
            return
        self._dispatch.legs.found(heard.leg)
        await self._back(heard.side, again=False)

    async def reachable(self, reachable: Reachable) -> None:
        """The page is there again: it is rung for the talk."""
        if self.away.side is reachable.side and self.tasks is not None:
            self.away.ring(self.tasks)

    async def returned(self, returned: Returned) -> None:
        """The page answered, and the talk goes on at its new leg; or it did not, and is rung again."""
        side, connected = returned.side, returned.connected
        if connected is None:
            if self.away.side is side:
                self.away.not_answered()
            return
        if self.away.side is not side or side.leg not in self._dispatch.legs.names() or connected.over.is_set():
            self.refuse(connected)
            return
        self.away.answered()
        self._legs.release(connected.leg)
        side.unwatch()
        old, side.seated = side.leg, self._dispatch.legs.swap(side.seated, connected)
        self._there.changed_leg(old)
        self.watch(side)
        await self._back(side, again=True)

    def refuse(self, connected: Connected) -> None:
        """They came back too late."""
        self.away.not_answered()
        self._legs.forget(connected.leg)
        self._legs.drop(connected.leg)

    async def _back(self, side: Side, *, again: bool) -> None:
        held, there = self.away.held, self._there
        await self.away.end()
        there.note(AgentBack(side.offer, again))
        if there.aside is not None:
            await there.go(State.CONSULTING)
        elif held:
            await there.go(State.HELD)
            there.hold.cancel()
            there.hold.set_alarm(there.rules.hold_limit(side.line))
        else:
            await there.go(State.TALKING)

    async def overdue(self, overdue: Overdue) -> None:
        """Nobody came back in time: the phone is lost, and `hung_up` follows."""
        if self.away.is_overdue(overdue) and self.away.side is not None:
            self._dispatch.legs.give_up(self.away.side.leg)
