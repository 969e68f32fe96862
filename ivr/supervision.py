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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from acd.agent import Presence
from acd.signals import CallRaised
from ivr.call import Call, settled
from ivr.conversation import Conversation
from ivr.conversations import Conversations
from ivr.dispatch import Connected, Dispatch
from ivr.events import Attendance, LeaderCame, LeaderLeft
from ivr.switch import Phone, Switch, SwitchError
from ivr.talk_states import Command, State
from ivr.targets import Refused
from routing.plan import Plan

log = structlog.get_logger()

RING_FOR = 30.0
"""Seconds that a leader's phone rings."""

_A = Attendance
MODES: Mapping[Attendance, frozenset[Attendance]] = {
    _A.LISTENING: frozenset({_A.LISTENING, _A.WHISPERING, _A.JOINED, _A.TALKING}),
    _A.WHISPERING: frozenset({_A.LISTENING, _A.WHISPERING, _A.JOINED, _A.TALKING}),
    _A.JOINED: frozenset({_A.JOINED, _A.TALKING}),
    _A.TALKING: frozenset({_A.TALKING}),
}
"""From what a leader does to what they may do next in the same talk; an absent one is refused."""

_MAY_BE_RUNG = frozenset({Presence.READY, Presence.WRAP_UP, Presence.BREAK})


@dataclass(slots=True, eq=False)
class _Attending:
    """A leader who was rung for a talk; `connected` once they answered."""

    leader: str
    agent: str | None
    call: Call
    how: Attendance
    leg: str = ""
    connected: Connected | None = None
    ear: str | None = None
    ears: int = 0
    held_back: bool = False
    came: bool = False
    """It was noted that they did, and not yet that they left."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One thing after the other is done with their ear."""

    @property
    def bridge(self) -> str:
        assert self.connected is not None  # noqa: S101  (asked for by who has answered)
        return f"{self.connected.leg}-listen"


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
        self._attending: dict[str, _Attending] = {}
        """By leader."""
        conversations.on_flag.append(self._flagged)

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
        self._may(leader)
        waiting = self._call(call)
        if waiting is None or not self._dispatch.waits(call):
            raise Refused("this caller does not wait any more")
        if leader in self._attending:
            raise Refused("your phone is in a talk already: stop first")
        one = _Attending(leader, None, waiting, Attendance.TALKING)
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

    # ── to attend a talk ────────────────────────────────────────────────────

    async def _attend(self, leader: str, agent: str, how: Attendance) -> None:
        self._may(leader)
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
        one = _Attending(leader, agent, talk.call, how)
        await self._rung(one)
        await self._begin(one)

    def _may(self, leader: str) -> None:
        rule = self._plan().agents.get(leader)
        if rule is None or not rule.leader:
            raise Refused("only a shift leader may do this")

    def _talk_of(self, agent: str) -> Conversation:
        talk = self._conversations.find(agent)
        if talk is None:
            raise Refused(f"{agent} is in no talk")
        return talk

    async def _change(self, one: _Attending, how: Attendance) -> None:
        """Another way to attend the same talk; the phone is answered, or still rings and will do this."""
        if how not in MODES[one.how]:
            raise Refused("you talk with them already: stop first")
        if one.connected is None:
            one.how = how
        elif how is not one.how:
            await self._do(one, how)

    async def _rung(self, one: _Attending) -> Connected:
        """Ring the leader's phone. Raises Refused when it is not answered, or the wish was taken back."""
        phone = self._phone_of(one.leader)
        self._attending[one.leader] = one
        if self._dispatch.floor.seat(one.leader).presence is not Presence.BREAK:
            one.held_back = True
            self._dispatch.hold_back(one.leader)
        connected: Connected | None = None
        try:
            offer, one.leg = one.call.name_leg("v")
            connected = await self._conversations.legs.ring(
                offer, one.leader, one.leg, Phone(phone), caller=one.call.number, like=one.call.channel, limit=RING_FOR
            )
        finally:
            if connected is None:
                self._end(one)
        if connected is None or self._attending.get(one.leader) is not one:
            self._conversations.legs.drop(one.leg)
            raise Refused("your phone was not answered")
        one.connected = connected
        return connected

    def _phone_of(self, leader: str) -> str:
        """Their first phone that is there."""
        try:
            seat = self._dispatch.floor.seat(leader)
        except KeyError:
            raise Refused("your phone is not registered") from None
        if seat.presence not in _MAY_BE_RUNG or not seat.phones:
            raise Refused("your phone is not registered, or in a call")
        return next(phone for phone in self._plan().phones_of(leader) if phone in seat.phones)

    async def _begin(self, one: _Attending) -> None:
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

    async def _do(self, one: _Attending, how: Attendance) -> None:
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

    async def _take_part(self, one: _Attending, how: Attendance) -> None:
        talk = self._conversations.of_call(one.call.id)
        side = None if talk is None or one.agent is None else talk.side_of(one.agent)
        ended = self._attending.get(one.leader) is not one
        if ended or talk is None or side is None or one.connected is None or one.agent is None:
            raise Refused("the talk is over")
        match how:
            case Attendance.LISTENING | Attendance.WHISPERING:
                await self._overhear(one, side.leg, whispers=how is Attendance.WHISPERING)
            case Attendance.JOINED:
                await talk.obey(Command.JOIN, one.agent, newcomer=one.connected)
                await self._deafen(one)
            case Attendance.TALKING:
                await talk.obey(Command.TAKE, one.agent, newcomer=one.connected)
                await self._deafen(one)

    async def _overhear(self, one: _Attending, leg: str, *, whispers: bool) -> None:
        assert one.connected is not None  # noqa: S101  (the only caller has looked)
        one.ears += 1
        before, ear = one.ear, f"{one.connected.leg}-ear{one.ears}"
        try:
            await self._switch.snoop(ear, leg, whispers=whispers)
            await self._switch.bridge(one.bridge, [one.connected.leg, ear] if before is None else [ear])
        except BaseException:
            self._spawn(self._hang_up(ear))
            raise
        one.ear = ear
        if before is not None:
            await self._hang_up(before)

    async def _hang_up(self, ear: str) -> None:
        try:
            await self._switch.hang_up(ear)
        except SwitchError as error:
            log.warning("an ear could not be hung up", error=str(error))

    async def _deafen(self, one: _Attending) -> None:
        """No ear is needed by who is in the talk."""
        ear, one.ear = one.ear, None
        if ear is not None:
            await settled(self._hang_up(ear), self._switch.drop_bridge(one.bridge))

    # ── until it ends ───────────────────────────────────────────────────────

    def _came(self, one: _Attending) -> None:
        one.came = True
        one.call.note(LeaderCame(one.leader, one.agent, one.how))

    def _follow(self, one: _Attending, talk: Conversation | None) -> None:
        """End when the leader hangs up, or when there is nothing left to hear."""

        def look() -> None:
            if self._attending.get(one.leader) is one and talk is not None:
                self._look(one, talk)

        if talk is not None:
            talk.watchers.append(look)
        self._begin_task(self._until_hung_up(one))

    def _look(self, one: _Attending, talk: Conversation) -> None:
        """Something changed: who only hears goes with the caller, as long as an agent has them."""
        hears = one.how in (Attendance.LISTENING, Attendance.WHISPERING)
        part = one.agent if hears else one.leader
        if talk.state is State.OVER:
            self._left(one)
            self._end(one)
        elif not one.came or one.turn.locked() or part is None or talk.side_of(part) is not None:
            return
        elif hears and talk.lead is not None and talk.lead.agent not in (None, one.leader):
            one.agent = talk.lead.agent
            self._begin_task(self._go_with_the_caller(one))
        else:
            self._end(one)

    async def _go_with_the_caller(self, one: _Attending) -> None:
        try:
            await self._do(one, one.how)
        except Refused:
            self._end(one)

    async def _until_hung_up(self, one: _Attending) -> None:
        assert one.connected is not None  # noqa: S101  (asked for by who has answered)
        try:
            await one.connected.over.wait()
        except asyncio.CancelledError:  # the engine goes down: who only listens is let go, a talk goes on
            if one.how in (Attendance.LISTENING, Attendance.WHISPERING):
                self._end(one)
            raise
        self._end(one)

    def _end(self, one: _Attending) -> None:
        """Nothing of it stays: not on the switch, not on the floor. Idempotent."""
        if self._attending.get(one.leader) is not one:
            return
        del self._attending[one.leader]
        self._left(one)
        if one.connected is not None:
            self._spawn(self._clear(one, one.connected))
        elif one.leg:
            self._conversations.legs.drop(one.leg)
        if one.held_back:
            self._dispatch.let_back(one.leader)

    def _left(self, one: _Attending) -> None:
        """Note it, once, and while the call is there."""
        came, one.came = one.came, False
        if came and self._call(one.call.id) is not None:
            one.call.note(LeaderLeft(one.leader))

    async def _clear(self, one: _Attending, connected: Connected) -> None:
        async with one.turn:
            ears = [] if one.ear is None else [self._hang_up(one.ear)]
            await settled(*ears, self._switch.hang_up(connected.leg), self._switch.drop_bridge(one.bridge))
            self._conversations.legs.forget(connected.leg)

    # ── high risk ───────────────────────────────────────────────────────────

    def _flagged(self, call: Call) -> None:
        """Lift who waits; let leaders hear who talks."""
        if self._dispatch.waits(call.id):
            self._dispatch.signal(CallRaised(call.id))
        elif (talk := self._conversations.of_call(call.id)) is not None:
            self._begin_task(self._call_leaders(talk))

    async def _call_leaders(self, talk: Conversation) -> None:
        """Ring all leaders who can be rung; who answers first listens, and the others' phones stop."""
        lead = talk.lead
        agent = None if lead is None else lead.agent
        if agent is None:
            return
        leaders = [name for name in self._plan().agents if self._could_listen(name, agent)]
        if not leaders:
            log.warning("a call of high risk, and no shift leader can be rung", call=talk.call.id)
            return
        async with asyncio.TaskGroup() as tasks:
            waiting = {tasks.create_task(self._answers(name, agent, talk)) for name in leaders}
            heard = False
            while waiting and not heard:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                heard = any(ring.result() for ring in done)
            for ring in waiting:
                ring.cancel()
        if not heard:
            log.warning("a call of high risk, and no shift leader answered", call=talk.call.id)

    def _could_listen(self, name: str, agent: str) -> bool:
        if name == agent or name in self._attending or not self._plan().agents[name].leader:
            return False
        try:
            self._phone_of(name)
        except Refused:
            return False
        return True

    async def _answers(self, leader: str, agent: str, talk: Conversation) -> bool:
        one = _Attending(leader, agent, talk.call, Attendance.LISTENING)
        try:
            await self._rung(one)
            await self._begin(one)
        except Refused:
            return False
        return True
