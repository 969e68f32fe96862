"""The plan's walk for callers of an engine before us: on from where they are, not from the greeting.

waiting on a line      the same place; music, and what is told of places as ever
talking                the conversation goes on, the agent under their offer; whoever was asked is let go
held, consulting       the caller is with the agent again
agent's browser gone   with the agent again, whose leg is still there; else back to the line, before everybody else
agent gone meanwhile   as if they had hung up now: from the music back to the line, else on in the plan
leaving a message      the recording goes on, or counts
anywhere else          the node at which they were, from its beginning
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any

from acd.signals import TalkResumed
from ivr.adoption.remains import Kept, Remains
from ivr.adoption.retrace import retrace
from ivr.adoption.unfinished import Unfinished
from ivr.call import Call, Flow
from ivr.callbacks.attempt import PlacedCall
from ivr.carried import Carried
from ivr.events import CallAnswered, EndReached, OfferEnded, PassedBack, TalkEnded
from ivr.flow import PlanFlow
from ivr.offer_legs import Connected
from ivr.outcomes import OfferResult, Outcome, Party, Reason
from ivr.talk.inbox import Resumed, Side
from ivr.waiting import Waiting
from routing.destination import destination
from routing.scene import Scene
from routing.steps import Came, Enter, PassedOn, TakeMessage, Talked
from routing.walk import Position, advance, begin, waiting_on


class AdoptingFlow(PlanFlow):
    """Goes on with calls: `await flow.resume(call, one, left)(call)`."""

    def resume(self, call: Call, one: Unfinished, left: Remains) -> Flow | None:
        """Take everybody in who is there: who waits is in their place, whose agent talks is talking when this returns.

        The flow that is returned goes on from there. None when the plan in force has no place for the call any more.
        """
        if any(side.line not in self._plan.lines for side in left.kept):
            return None
        going_on = self._going_on(call, one, left)

        async def flow(_: Call) -> None:
            try:
                await going_on
            finally:
                self._callbacks.rang_off(call.id)

        self._callbacks.still_on(call.id)
        return flow

    def _going_on(self, call: Call, one: Unfinished, left: Remains) -> Coroutine[Any, Any, None]:
        """Whatever can be done at once is done, the rest is to be awaited."""
        if isinstance(call, PlacedCall) and one.ticket is not None:
            call.answered.set()
            ticket = self._callbacks.ticket(one.ticket)
            self._callbacks.reached(one.ticket, call.id)
            if not one.answered:
                call.note(CallAnswered())
                call.outcome = (Outcome.ABANDONED, Reason.CALLER_HUNG_UP)
            if ticket is not None and one.waits is None and not one.talks and not left.kept:
                waited = ticket.waited(self._clock.now())
                return self.serve(call, ticket.line, ticket.language, ticket.priority, waited)
        self._withdraw(call, one, left)
        traced = retrace(self._plan, one.entries, lambda at: self._scene(call, at))
        position = traced.position
        if traced.informed:
            call.informed()
        if left.kept:
            return self._talk_on(call, one, left, position)
        if one.talks:
            return self._without_agent(call, one, position)
        if one.waits is not None and one.waits.line in self._plan.lines:
            return self._wait_on(call, one, position)
        return self._walk_on(call, one, position)

    def _scene(self, call: Call, at: datetime) -> Scene:
        return replace(self._outlook.scene(call.number), at=at)

    @staticmethod
    def _withdraw(call: Call, one: Unfinished, left: Remains) -> None:
        """Phones that rang for the caller do not any more; nobody is blamed for it."""
        kept = {side.offer for side in left.kept}
        for offer in sorted(one.ringing):
            call.note(OfferEnded(offer, OfferResult.ANSWERED if offer in kept else OfferResult.WITHDRAWN))

    def _at_line(self, call: Call, line: str, position: Position | None) -> tuple[Position, Enter]:
        """Where a caller is who waits, or talks, on a line."""
        if position is None or not isinstance(position.step, Enter) or position.step.line != line:
            way = None if position is None else position.way
            position = waiting_on(self._plan, line, self._outlook.scene(call.number), way)
        step = position.step
        assert isinstance(step, Enter)  # noqa: S101  (so it was made)
        step = replace(step, prompts=(), welcome=())
        return replace(position, step=step), step

    async def _on(self, call: Call, position: Position, came: Came, waiting: Waiting) -> None:
        following = advance(self._plan, position, came, self._outlook.scene(call.number))
        if following is not None:
            await self._walk(call, following, waiting)

    # ── a talk ──────────────────────────────────────────────────────────────

    def _talk_on(
        self, call: Call, one: Unfinished, left: Remains, position: Position | None
    ) -> Coroutine[Any, Any, None]:
        sides = tuple(self._side(call, one, side, left.phones.get(side.leg, "")) for side in left.kept)
        resumed = Resumed(
            sides,
            left.bridge,
            one.held,
            one.asked,
            answered=one.answered_aside,
            file=one.talk_file,
            paused=one.paused,
        )
        waiting = Waiting(call, self._house)
        here, enter = self._at_line(call, sides[0].line, position)
        beside = [side.agent for side in sides if side.offer < 0 and side.agent is not None]
        for leader in beside:
            self._dispatch.hold_back(leader)

        async def talk() -> None:
            try:
                came = await self._enter(call, here, enter, waiting, seated=sides[0].seated, resumed=resumed)
            finally:
                for leader in beside:
                    self._dispatch.let_back(leader)
            await self._on(call, *came, waiting)

        return talk()

    def _side(self, call: Call, one: Unfinished, kept: Kept, phone: str) -> Side:
        """Somebody who has the caller since before us: on the floor again, or beside it."""
        connected: Connected
        if kept.offer < 0:
            connected = call.conversations.legs.resume(kept.offer, kept.agent, kept.leg, phone)
        else:
            talked = 0.0
            if kept.noted:
                talked = max(0.0, (self._clock.now() - one.talks[kept.offer].began).total_seconds())
            resumed = TalkResumed(kept.offer, _on_the_floor(call, kept.leg), kept.line, kept.agent, talked)
            connected = self._dispatch.legs.resume(call, resumed, kept.leg, phone)
        return Side(kept.line, connected, talking=kept.noted)

    def _without_agent(self, call: Call, one: Unfinished, position: Position | None) -> Coroutine[Any, Any, None]:
        """Who had the caller hung up while nobody looked."""
        line = next(iter(one.talks.values())).line
        lost = one.away is not None
        for offer in one.talks:
            call.note(TalkEnded(offer, Party.LOST if lost else Party.OTHER_SIDE))
        if line not in self._plan.lines:
            return self._walk_on(call, one, position)
        waiting = Waiting(call, self._house)
        here, _ = self._at_line(call, line, position)
        promised = one.held is not None or one.asked is not None or lost
        if promised:
            call.carried = Carried(call.diary.waited, urgent=True, interrupted=lost)
            call.note(PassedBack("line", line))
        else:
            call.outcome = (Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)

        async def go_on() -> None:
            await call.hush()
            await self._on(call, here, PassedOn(line, heard=True) if promised else Talked(), waiting)

        return go_on()

    # ── a line, a message, a node ───────────────────────────────────────────

    def _wait_on(self, call: Call, one: Unfinished, position: Position | None) -> Coroutine[Any, Any, None]:
        began = one.waits
        assert began is not None  # noqa: S101  (the only caller has looked)
        here, enter = self._at_line(call, began.line, position)
        enter = replace(enter, priority=began.priority, language=began.language, past=frozenset(began.past))
        waiting = Waiting(call, self._house)
        waiting.resume(began, *one.place(self._clock.now()))

        async def wait() -> None:
            came = await self._enter(call, replace(here, step=enter), enter, waiting, placed=True)
            await self._on(call, *came, waiting)

        return wait()

    async def _walk_on(self, call: Call, one: Unfinished, position: Position | None) -> None:
        waiting = Waiting(call, self._house)
        if not one.answered:
            await call.answer()
            await self._walk(call, begin(self._plan, self._outlook.scene(call.number)), waiting)
            return
        if one.message is None:
            await call.hush()
        if one.passed is not None and (line := one.passed_from) is not None and line in self._plan.lines:
            here, _ = self._at_line(call, line, position)
            call.carried = Carried(call.diary.waited, urgent=True)  # whom they were promised nobody knows any more
            await self._on(call, here, PassedOn(self._passed_to(one, line), heard=True), waiting)
        elif position is not None and isinstance(position.step, TakeMessage) and (file := one.message) is not None:
            finishing = call.finish_message(file, position.way.line, limit=position.step.limit)
            await self._on(call, position, await self._left(call, finishing), waiting)
        elif position is not None:
            told = destination(position) is not None and any(isinstance(e.event, EndReached) for e in one.entries)
            await self._walk(call, position, waiting, told=told)

    def _passed_to(self, one: Unfinished, line: str) -> str:
        passed = one.passed
        return (
            passed.target if passed is not None and passed.to == "line" and passed.target in self._plan.lines else line
        )


def _on_the_floor(call: Call, leg: str) -> str:
    """The name under which the floor knows who talks there: a consultation is a call of its own."""
    name = leg.rpartition("-")[0]
    return name if name.startswith(f"{call.id}~") else call.id
