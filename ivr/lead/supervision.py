"""The shift leader's ear and hand: listen to a talk, whisper to the agent, join, take it over, take who waits.

The leader's own phone is rung. What they do is one `Attendance`, and they may go from each to each that `MODES` has:

    supervision.listen("chief", "vaccine-1")     hears both, heard by nobody
    supervision.whisper("chief", "vaccine-1")    hears both, heard by the agent alone
    supervision.join("chief", "vaccine-1")       all hear each other
    supervision.take("chief", "vaccine-1")       talks with the caller, the agent is free
    supervision.take_waiting("chief", CALL)      is connected to a caller who waits
    supervision.stop("chief")                    listens no more, or leaves those who talk on

Who listens or whispers goes with the caller to the agent who has them after a consultation or a talk of three.
Listening ends by itself when there is none: the talk is over, or the caller was sent to a line, an agent or a number.
A call that is flagged rings every leader who is ready or on a break; the first to answer listens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from ivr.call import Call
from ivr.dispatch import Dispatch
from ivr.events import Attendance, LeaderCame, LeaderLeft
from ivr.lead.attending import MODES, Attending, Ears
from ivr.lead.high_risk import HighRisk
from ivr.lead.leaders import Leaders
from ivr.offer_legs import Connected
from ivr.switch import Switch, SwitchError
from ivr.talk.conversation import FIXED, Conversation
from ivr.talk.conversations import Conversations
from ivr.talk.states import Command, State
from ivr.talk.targets import Refused
from routing.plan import Plan

log = structlog.get_logger()


class Supervision:
    """What shift leaders do with talks, each with their own phone. Commands raise `Refused` when they do not fit."""

    def __init__(
        self,
        conversations: Conversations,
        dispatch: Dispatch,
        switch: Switch,
        *,
        plan: Callable[[], Plan],
        call: Callable[[str], Call | None],
        spawn: Callable[..., object],
        begin: Callable[..., object],
    ) -> None:
        """`plan` is the one in force, `call` finds a call by its id.

        `spawn` starts an order that is carried out even at the engine's end, `begin` a task that is cancelled then.
        """
        self._conversations, self._dispatch, self._switch = conversations, dispatch, switch
        self._plan, self._call, self._spawn, self._begin_task = plan, call, spawn, begin
        self._leaders = Leaders(plan, dispatch, conversations.legs)
        self._ears = Ears(switch, conversations.legs, spawn)
        self._attending: dict[str, Attending] = {}
        """By leader."""
        conversations.on_flag.append(HighRisk(self, conversations, dispatch, plan, begin).flagged)

    def attending(self, leader: str) -> tuple[Attendance, str | None] | None:
        """What a leader does, and with which agent; None while they do nothing, or their phone still rings."""
        one = self._attending.get(leader)
        return None if one is None or one.connected is None else (one.how, one.agent)

    # ── commands ────────────────────────────────────────────────────────────

    async def listen(self, leader: str, agent: str) -> None:
        """Hear an agent's talk, heard by nobody. Returns once the leader's phone was answered."""
        await self._attend(leader, agent, Attendance.LISTENING)

    async def whisper(self, leader: str, agent: str) -> None:
        """Hear an agent's talk, and be heard by the agent alone."""
        await self._attend(leader, agent, Attendance.WHISPERING)

    async def join(self, leader: str, agent: str) -> None:
        """Talk with both."""
        await self._attend(leader, agent, Attendance.JOINED)

    async def take(self, leader: str, agent: str) -> None:
        """Talk with the caller in the agent's stead."""
        await self._attend(leader, agent, Attendance.TALKING)

    async def take_waiting(self, leader: str, call: str) -> None:
        """Be connected to a caller who waits on a line, before everybody else."""
        self._leaders.admit(leader)
        waiting = self._call(call)
        if waiting is None or not self._dispatch.waits(call):
            raise Refused("this caller does not wait any more")
        if leader in self._attending:
            raise Refused("your phone is in a talk already: stop first")
        one = Attending(leader, None, waiting, Attendance.TALKING)
        connected = await self._rung(one)
        if not self._dispatch.hand(call, connected):
            self._end(one)
            raise Refused("this caller does not wait any more")
        self._came(one)
        self._follow(one, None)

    async def stop(self, leader: str) -> None:
        """Listen no more, or leave those who talk on. Nothing when the leader does nothing."""
        one = self._attending.get(leader)
        if one is None:
            return
        if one.how is Attendance.JOINED:
            talk = self._conversations.of_call(one.call.id)
            if talk is not None and talk.state is State.TOGETHER:
                await talk.obey(Command.LEAVE, leader)
                self._end(one)
                return
        if one.how in (Attendance.JOINED, Attendance.TALKING) and one.connected is not None:
            raise Refused("you have the caller now: hang up, or pass them on")
        self._end(one)

    async def flag(self, by: str, call: str) -> None:
        """Mark a call as one of high risk: it goes before all who wait, and leaders are rung to listen to its talk."""
        found = self._call(call)
        if found is None:
            raise Refused("this call is over")
        self._conversations.flag(found, by)

    async def answers(self, leader: str, agent: str, talk: Conversation) -> bool:
        """Ring a leader to listen; whether they do."""
        try:
            self._admit_to(leader, talk, agent)
        except Refused:
            return False
        if talk.is_fixed:
            return False
        one = Attending(leader, agent, talk.call, Attendance.LISTENING)
        try:
            await self._rung(one)
            await self._begin(one)
        except Refused:
            return False
        return True

    def could_listen(self, leader: str, agent: str) -> bool:
        """Whether this is a leader who can be rung to listen to somebody else."""
        return leader != agent and leader not in self._attending and self._leaders.can_be_rung(leader)

    # ── to attend a talk ────────────────────────────────────────────────────

    async def _attend(self, leader: str, agent: str, how: Attendance) -> None:
        self._leaders.admit(leader)
        if leader == agent:
            raise Refused("that is your own talk")
        one = self._attending.get(leader)
        if one is not None and one.agent != agent:
            await self.stop(leader)
            one = None
        if one is not None:
            await self._change(one, how)
            return
        talk = self._talk_of(agent)
        self._admit_to(leader, talk, agent)
        if talk.is_fixed:
            raise Refused(FIXED)
        one = Attending(leader, agent, talk.call, how)
        await self._rung(one)
        await self._begin(one)

    def _talk_of(self, agent: str) -> Conversation:
        talk = self._conversations.find(agent)
        if talk is None:
            raise Refused(f"{agent} is in no talk")
        return talk

    def _admit_to(self, leader: str, talk: Conversation, agent: str) -> None:
        """Raise Refused when a line of an agent's talk is confidential, and not to this leader."""
        for line in sorted(talk.lines_of(agent)):
            self._leaders.admit_to(leader, line)

    async def _change(self, one: Attending, how: Attendance) -> None:
        """Another way to attend the same talk; the phone is answered, or still rings and will do this."""
        if how not in MODES[one.how]:
            raise Refused("you talk with them already: stop first")
        if one.connected is None:
            one.how = how
        elif how is not one.how:
            await self._do(one, how)

    async def _rung(self, one: Attending) -> Connected:
        """Ring the leader's phone. Raises Refused when it is not answered, or the wish was taken back."""
        phone = self._leaders.phone_of(one.leader)
        self._attending[one.leader] = one
        connected: Connected | None = None
        try:
            connected = await self._leaders.ring(one, phone)
        finally:
            if connected is None:
                self._end(one)
        if connected is None or self._attending.get(one.leader) is not one:
            self._conversations.legs.drop(one.leg)
            raise Refused("your phone was not answered")
        one.connected = connected
        return connected

    async def _begin(self, one: Attending) -> None:
        """The leader answered: let them attend, as long as there is something to attend."""
        talk = self._conversations.of_call(one.call.id)
        if talk is None or one.agent is None or talk.side_of(one.agent) is None:
            self._end(one)
            raise Refused("the talk is over")
        self._follow(one, talk)
        try:
            await self._do(one, one.how)
        except BaseException:
            self._end(one)
            raise

    async def _do(self, one: Attending, how: Attendance) -> None:
        async with one.turn:
            before, one.how = one.how, how  # at once: who takes a talk is not sent away when its agent is out of it
            try:
                await self._take_part(one, how)
            except BaseException as error:
                one.how = before
                if not isinstance(error, SwitchError):
                    raise
                log.warning("a leader could not attend a talk", error=str(error))
                raise Refused("the switch did not do it: try again") from error
            if self._attending.get(one.leader) is not one:
                raise Refused("the talk is over")
            self._came(one)
        if (talk := self._conversations.of_call(one.call.id)) is not None:
            self._look(one, talk)  # somebody may have left meanwhile

    async def _take_part(self, one: Attending, how: Attendance) -> None:
        talk = self._conversations.of_call(one.call.id)
        side = None if talk is None or one.agent is None else talk.side_of(one.agent)
        ended = self._attending.get(one.leader) is not one
        if ended or talk is None or side is None or one.connected is None or one.agent is None:
            raise Refused("the talk is over")
        self._admit_to(one.leader, talk, one.agent)  # the caller may be with another line by now
        match how:
            case Attendance.LISTENING | Attendance.WHISPERING:
                await self._ears.overhear(one, side.leg, whispers=how is Attendance.WHISPERING)
            case Attendance.JOINED:
                await talk.obey(Command.JOIN, one.agent, newcomer=one.connected)
                await self._ears.deafen(one)
            case Attendance.TALKING:
                await talk.obey(Command.TAKE, one.agent, newcomer=one.connected)
                await self._ears.deafen(one)

    # ── until it ends ───────────────────────────────────────────────────────

    def _came(self, one: Attending) -> None:
        one.came = True
        one.call.note(LeaderCame(one.leader, one.agent, one.how))

    def _follow(self, one: Attending, talk: Conversation | None) -> None:
        """End when the leader hangs up, or when there is nothing left to hear."""

        def look() -> None:
            if self._attending.get(one.leader) is one and talk is not None:
                self._look(one, talk)

        if talk is not None:
            talk.watchers.append(look)
        self._begin_task(self._until_hung_up(one))

    def _look(self, one: Attending, talk: Conversation) -> None:
        """Something changed: who only hears goes with the caller, as long as an agent has them."""
        hears = one.how in (Attendance.LISTENING, Attendance.WHISPERING)
        part = one.agent if hears else one.leader
        if talk.state is State.OVER:
            self._left(one)
            self._end(one)
        elif not one.came or one.turn.locked() or part is None:
            return
        elif (side := talk.side_of(part)) is not None:
            if hears and one.ear is not None and side.leg != one.hears:  # their browser came back at another leg
                self._begin_task(self._go_with_the_caller(one))
        elif hears and talk.lead is not None and talk.lead.agent not in (None, one.leader):
            one.agent = talk.lead.agent
            self._begin_task(self._go_with_the_caller(one))
        else:
            self._end(one)

    async def _go_with_the_caller(self, one: Attending) -> None:
        try:
            await self._do(one, one.how)
        except Refused:
            self._end(one)

    async def _until_hung_up(self, one: Attending) -> None:
        connected = one.connected
        assert connected is not None  # noqa: S101  (asked for by who has answered)
        try:
            while connected is not None:
                await connected.over.wait()
                connected = self._back_at(one)
        except asyncio.CancelledError:  # the engine goes down: who only listens is let go, a talk goes on
            if one.how in (Attendance.LISTENING, Attendance.WHISPERING):
                self._end(one)
            raise
        self._end(one)

    def _back_at(self, one: Attending) -> Connected | None:
        """The other leg at which their browser came back to the caller whom they have; None: they are out of it."""
        talk = self._conversations.of_call(one.call.id)
        side = None if talk is None else talk.side_of(one.leader)
        if side is None or side.seated is one.connected or self._attending.get(one.leader) is not one:
            return None
        one.connected = side.seated
        return side.seated

    def _end(self, one: Attending) -> None:
        """Nothing of it stays: not on the switch, not on the floor. Idempotent."""
        if self._attending.get(one.leader) is not one:
            return
        del self._attending[one.leader]
        self._left(one)
        if one.connected is not None:
            self._spawn(self._ears.clear(one, one.connected))
        elif one.leg:
            self._conversations.legs.drop(one.leg)
        self._leaders.let_back(one)

    def _left(self, one: Attending) -> None:
        """Note it, once, and while the call is there."""
        came, one.came = one.came, False
        if came and self._call(one.call.id) is not None:
            one.call.note(LeaderLeft(one.leader))
