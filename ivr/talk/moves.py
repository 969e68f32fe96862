"""What each command does to a conversation, and what happens by itself: who takes part, then on to a state.

Each is carried out to its end before the next begins (`ivr.talk.conversation`). Any of them may raise SwitchError half
way: who takes part is said before the switch is told, so that what is left to do can be seen from it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping

import structlog

from ivr.carried import Carried
from ivr.dispatch import Dispatch
from ivr.events import HeldTooLong, PassedBack, PassedOn
from ivr.offer_legs import Connected
from ivr.order import settled
from ivr.outcomes import ConsultationEnd, Outcome, Party, Reason
from ivr.switch import BEEP, Switch
from ivr.talk.consultation import Consultation
from ivr.talk.gathering import Gathering
from ivr.talk.inbox import (
    Answer,
    Onward,
    Side,
    Unpaused,
    Wish,
)
from ivr.talk.phones import Phones
from ivr.talk.states import Command, State
from ivr.talk.targets import Refused, Target, ToAgent, ToLine, ToNumber

log = structlog.get_logger()

AFTER_THE_BEEP = 1.0
"""Seconds from the beep that tells an agent of the hold's limit to the caller's return."""


class Moves:
    """The moves of one conversation."""

    def __init__(
        self,
        there: Gathering,
        asked: Consultation,
        phones: Phones,
        *,
        dispatch: Dispatch,
        switch: Switch,
    ) -> None:
        self.there, self.asked, self._phones = there, asked, phones
        self._dispatch, self._switch = dispatch, switch
        self.onward: Onward | None = None
        """Where the caller waits next."""

    async def do(self, wish: Wish) -> None:
        """Carry a command out. Raises Refused, SwitchError."""
        await _HOW[wish.command](self, wish)

    # ── what commands do ────────────────────────────────────────────────────

    async def hold(self, wish: Wish) -> None:
        """The caller hears music."""
        await self.there.go(State.HELD)

    async def resume(self, wish: Wish) -> None:
        """Caller and agent hear each other again."""
        await self.there.go(State.TALKING)

    async def transfer(self, wish: Wish) -> None:
        """Pass the caller on, blind. Raises Refused when nobody would take them there."""
        to, lead = wish.target, self.there.sides[0]
        assert to is not None  # noqa: S101  (by construction of `transfer`)
        self.there.rules.admit(to, wish.by)
        self.there.note(PassedOn(lead.offer, to.kind, to.id, warm=False))
        match to:
            case ToLine(line):
                self._send(Onward(line, heard=False), Carried(self.there.call.diary.waited))
            case ToAgent(agent):
                line = self.there.rules.line_of(agent, lead.line)
                self._send(
                    Onward(line, heard=line == lead.line),
                    Carried(self.there.call.diary.waited, only=agent, back_to=lead.agent),
                )
            case ToNumber():
                await self._pass_to_number(to, lead)

    async def _pass_to_number(self, to: ToNumber, lead: Side) -> None:
        """The agent is free, the caller hears music while the number rings."""
        there = self.there
        there.ended(lead, Party.PASSED_ON)
        self.there.sides.remove(lead)
        await settled(there.go(State.PASSING, of=lead.offer))
        await settled(there.let_go(lead), there.stop_recording())
        self._ring(to, lead)

    def _send(self, onward: Onward, carried: Carried) -> None:
        """Let the caller wait elsewhere; everybody who talks with them is free."""
        self.there.call.carried, self.onward = carried, onward
        for side in self.there.sides:
            self.there.ended(side, Party.PASSED_ON)
        self.there.state = State.OVER

    async def consult(self, wish: Wish) -> None:
        """Ask somebody while the caller hears music. Raises Refused when they cannot be asked now."""
        to, lead = wish.target, self.there.sides[0]
        assert to is not None  # noqa: S101  (by construction of `consult`)
        try:
            self.there.rules.admit(to, wish.by)
        except Refused:
            self.asked.begin(to, lead)
            self.asked.over(ConsultationEnd.REFUSED)
            raise
        self.asked.begin(to, lead)  # afterwards: it counts towards the caps of the day
        await self.there.go(State.ASKING)
        self._ring(to, lead)

    def _ring(self, to: Target, lead: Side) -> None:
        assert self._phones.tasks is not None  # noqa: S101  (set before anything is taken in)
        self.asked.ring(self._phones.tasks, to, lead)

    async def complete(self, wish: Wish) -> None:
        """Who was asked, or the others of three, have the caller."""
        if self.there.state is State.TOGETHER:
            await self.leave(wish)
            return
        await self._hand_over()

    async def _hand_over(self) -> None:
        """Who was asked has the caller from now on."""
        there, lead, other = self.there, self.there.sides[0], self.there.aside
        assert other is not None  # noqa: S101  (CONSULTING has somebody aside)
        self.asked.over(ConsultationEnd.COMPLETED)
        to, target = ("number", "") if other.agent is None else ("agent", other.agent)
        there.note(PassedOn(lead.offer, to, target, warm=True))
        there.ended(lead, Party.PASSED_ON)
        there.sides, there.aside = [other], None
        await settled(there.let_go(lead))
        await there.give_notice(lead, other)
        await there.go(State.TALKING)

    async def cancel(self, wish: Wish) -> None:
        """Who was asked is let go, the caller is back."""
        await self._end_consultation(ConsultationEnd.CANCELLED)

    async def _end_consultation(self, end: ConsultationEnd) -> None:
        """Whoever was asked is let go, the caller is back."""
        self.asked.over(end)
        await self.asked.drop()
        await self.there.go(State.TALKING)

    async def merge(self, wish: Wish) -> None:
        """All three talk."""
        there, lead, other = self.there, self.there.sides[0], self.there.aside
        assert other is not None  # noqa: S101  (CONSULTING has somebody aside)
        self.asked.over(ConsultationEnd.MERGED)
        there.sides, there.aside = [lead, other], None
        await there.give_notice(lead, other)
        await there.go(State.TOGETHER)

    async def leave(self, wish: Wish) -> None:
        """One of several goes."""
        side = next(side for side in self.there.sides if side.agent == wish.by)
        await self._without(side, Party.LEFT)

    async def _without(self, side: Side, by: Party) -> None:
        """The others talk on."""
        self.there.ended(side, by)
        self.there.sides.remove(side)
        self.there.call.talked_with = self.there.sides[0].agent
        await settled(self.there.let_go(side))
        await self._go_on()

    async def _go_on(self) -> None:
        await self.there.go(State.TOGETHER if len(self.there.sides) > 1 else State.TALKING)

    async def join(self, wish: Wish) -> None:
        """A shift leader talks with them."""
        assert wish.newcomer is not None  # noqa: S101  (by construction of `join`)
        self.there.sides.append(self._newcomer(wish.newcomer))
        await self._go_on()

    async def take(self, wish: Wish) -> None:
        """A shift leader talks with the caller in an agent's stead."""
        assert wish.newcomer is not None  # noqa: S101  (by construction of `take`)
        await self._phones.away.end()
        self.asked.over(ConsultationEnd.CANCELLED)
        await self.asked.drop()
        side = next(side for side in self.there.sides if side.agent == wish.by)
        leader = next((one for one in self.there.sides if one.leg == wish.newcomer.leg), None)
        if leader is None:
            leader = self._newcomer(wish.newcomer)
        else:
            self.there.sides.remove(leader)
        self.there.ended(side, Party.TAKEN_OVER)
        self.there.sides[self.there.sides.index(side)] = leader
        self.there.call.talked_with = leader.agent
        await settled(self.there.let_go(side))
        await self._go_on()

    async def pause_recording(self, wish: Wish) -> None:
        """Nothing is recorded for a while. Raises Refused when nothing is recorded at all."""
        if not self.there.is_recorded():
            raise Refused("this talk is not recorded")
        await self.there.pause_recording(wish.by or "")

    async def resume_recording(self, wish: Wish) -> None:
        """What is said is recorded again."""
        await self.there.resume_recording(wish.by)

    async def unpaused(self, unpaused: Unpaused) -> None:
        """The pause was long enough."""
        if self.there.pause.is_over(unpaused):
            await self.there.resume_recording()

    def _newcomer(self, connected: Connected) -> Side:
        side = Side(self.there.sides[0].line, connected, announced=self.there.sides[0].announced)
        self._phones.watch(side)
        return side

    # ── what happens by itself ──────────────────────────────────────────────

    async def hung_up(self, side: Side) -> None:
        """Somebody hung up: see the table of `ivr.talk.conversation`."""
        aside = self.there.aside
        if side is aside and self.there.state is State.AWAY:
            self.asked.over(ConsultationEnd.HUNG_UP)
            await self.asked.drop()
            await self.there.go(State.AWAY)
            return
        if side in self.there.sides:
            await self._phones.away.end()
        if side is aside:
            if self.there.sides[0].seated.over.is_set():  # both: who promised the caller somebody is told of next
                self.asked.over(ConsultationEnd.HUNG_UP)
                await self.asked.drop()
                return
            await self._end_consultation(ConsultationEnd.HUNG_UP)
        elif side not in self.there.sides:
            return
        elif len(self.there.sides) > 1:
            await self._without(side, Party.LOST if side.seated.lost.is_set() else Party.OTHER_SIDE)
        elif aside is not None and not aside.seated.over.is_set():
            await self._hand_over()
        elif self.there.state is State.TALKING and side.seated.lost.is_set():
            self.there.ended(side, Party.LOST)
            self._send_back(side.line, interrupted=True)
        elif self.there.state is State.TALKING:
            self.there.ended(side, Party.OTHER_SIDE)
            self.there.call.outcome = (Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)
            self.there.state = State.OVER
        else:
            self.asked.over(ConsultationEnd.AGENT_LEFT)
            await self.asked.drop()
            lost = side.seated.lost.is_set()
            self.there.ended(side, Party.LOST if lost else Party.OTHER_SIDE)
            self._send_back(side.line, interrupted=lost)

    def _send_back(self, line: str, *, interrupted: bool = False) -> None:
        """The caller was promised somebody who did not come, or is gone: before everybody else, to the line."""
        self.there.note(PassedBack("line", line))
        carried = Carried(self.there.call.diary.waited, urgent=True, interrupted=interrupted)
        self._send(Onward(line, heard=True), carried)

    async def answered(self, answer: Answer) -> None:
        """Who was rung answered, or nobody did."""
        connected = answer.connected
        if not self.asked.takes(answer):
            if connected is not None:
                self._dispatch.legs.abandon(connected)
        elif not self.there.sides and connected is None:
            self._send_back(answer.line)
        elif connected is None:
            await self._end_consultation(ConsultationEnd.NOT_REACHED)
        else:
            side = Side(answer.line, connected)
            self._phones.watch(side)
            if not self.there.sides:
                self.there.sides.append(side)
                await self.there.go(State.TALKING)
            else:
                self.asked.answered(side)
                await self.there.go(State.CONSULTING)

    async def held_too_long(self, hold: int, *, beeped: bool) -> None:
        """A beep for the agent, and a moment later the caller is back; in a consultation only the beep's alarm."""
        there, lead = self.there, self.there.lead
        if lead is None or not there.hold.goes_on(hold):
            return
        if not beeped:
            there.note(HeldTooLong(lead.offer, self.there.rules.hold_limit(lead.line)))
            log.warning("a caller is on hold for too long", call=self.there.call.id, agent=lead.agent)
            if self.there.state is State.HELD:
                await settled(self._switch.play(lead.leg, self.there.call.names.playback(), [BEEP]))
                there.hold.set_alarm(AFTER_THE_BEEP, beeped=True)
        elif self.there.state is State.HELD:
            await there.go(State.TALKING)


_HOW: Mapping[Command, Callable[[Moves, Wish], Coroutine[None, None, None]]] = {
    Command.HOLD: Moves.hold,
    Command.RESUME: Moves.resume,
    Command.TRANSFER: Moves.transfer,
    Command.CONSULT: Moves.consult,
    Command.COMPLETE: Moves.complete,
    Command.CANCEL: Moves.cancel,
    Command.MERGE: Moves.merge,
    Command.LEAVE: Moves.leave,
    Command.JOIN: Moves.join,
    Command.TAKE: Moves.take,
    Command.PAUSE_RECORDING: Moves.pause_recording,
    Command.RESUME_RECORDING: Moves.resume_recording,
}
"""Functions, not methods of one: moves that held their own would be a circle, left to the garbage collector."""
