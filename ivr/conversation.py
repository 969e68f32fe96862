"""A conversation: the caller, an agent, and whom they bring in. A running function that others command.

Theory of operation
-------------------
`run` belongs to the call's own task. Commands (of an agent's desk, of a shift leader) and events (somebody hung up, who
was asked answered, the music lasted too long) wait in one inbox and are taken in one after the other, so no two of them
ever meet half way. `MOVES` says which command fits which state; an absent pair is refused. A state says where everybody
is (`_SPOTS`), and `_arrange` brings each channel there; so each command is: change the state, arrange.

Who hangs up when:

    caller, ever                   everybody is let go; a consultation ends with `caller_left`
    agent, talking                 the talk is over
    agent, holding or asking       the caller was promised somebody: back to the line, before everybody else
    agent, consulting              as `complete`: who was asked has the caller
    who was asked, consulting      the caller is back with the agent
    anybody of three               the others talk on
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import structlog

from acd.signals import CallJoined
from ivr.call import Call, Carried, settled, to_its_end
from ivr.dispatch import Connected, Dispatch
from ivr.events import (
    CallerBack,
    CallerHeld,
    ConsultationAnswered,
    ConsultationBegan,
    ConsultationEnd,
    ConsultationEnded,
    Event,
    HeldTooLong,
    Offered,
    OfferEnded,
    OfferResult,
    Outcome,
    Party,
    PassedBack,
    PassedOn,
    Reason,
    TalkBegan,
    TalkEnded,
)
from ivr.legs import Legs
from ivr.switch import BEEP, RINGING, ChannelGone, Phone, Switch, SwitchError
from ivr.targets import Refused, TalkRules, Target, ToAgent, ToLine, ToNumber

log = structlog.get_logger()

INBOX = 100
"""Commands and events that may wait to be taken in."""
AFTER_THE_BEEP = 1.0
"""Seconds from the beep that tells an agent of the hold's limit to the caller's return."""


class State(StrEnum):
    """What goes on."""

    TALKING = "talking"
    HELD = "held"  # the caller hears music, the agent nothing
    ASKING = "asking"  # the caller hears music, the agent hears somebody's phone ring
    CONSULTING = "consulting"  # the caller hears music, the agent talks with whom they asked
    TOGETHER = "together"  # caller and at least two others
    PASSING = "passing"  # the agent is gone, an outside number rings, the caller hears music
    OVER = "over"


class Command(StrEnum):
    """What an agent or a shift leader may want."""

    HOLD = "hold"
    RESUME = "resume"
    TRANSFER = "transfer"
    CONSULT = "consult"
    COMPLETE = "complete"
    CANCEL = "cancel"
    MERGE = "merge"
    LEAVE = "leave"
    JOIN = "join"
    TAKE = "take"
    FLAG = "flag"  # fits whatever goes on


_S, _C = State, Command
MOVES: Mapping[tuple[State, Command], State] = {
    (_S.TALKING, _C.HOLD): _S.HELD,
    (_S.HELD, _C.HOLD): _S.HELD,
    (_S.HELD, _C.RESUME): _S.TALKING,
    (_S.TALKING, _C.RESUME): _S.TALKING,
    (_S.TALKING, _C.TRANSFER): _S.OVER,  # PASSING to an outside number
    (_S.HELD, _C.TRANSFER): _S.OVER,
    (_S.TALKING, _C.CONSULT): _S.ASKING,  # CONSULTING once it is answered, TALKING when it is not
    (_S.HELD, _C.CONSULT): _S.ASKING,
    (_S.ASKING, _C.CANCEL): _S.TALKING,
    (_S.CONSULTING, _C.CANCEL): _S.TALKING,
    (_S.CONSULTING, _C.COMPLETE): _S.TALKING,
    (_S.CONSULTING, _C.MERGE): _S.TOGETHER,
    (_S.TOGETHER, _C.LEAVE): _S.TALKING,
    (_S.TOGETHER, _C.COMPLETE): _S.TALKING,
    (_S.TALKING, _C.JOIN): _S.TOGETHER,
    (_S.TOGETHER, _C.JOIN): _S.TOGETHER,
    (_S.TALKING, _C.TAKE): _S.TALKING,
    (_S.HELD, _C.TAKE): _S.TALKING,
    (_S.ASKING, _C.TAKE): _S.TALKING,
    (_S.CONSULTING, _C.TAKE): _S.TALKING,
    (_S.TOGETHER, _C.TAKE): _S.TALKING,
}
"""Where a command leads; an absent pair is refused."""

_SAYS: Mapping[State, str] = {
    _S.TALKING: "you talk with the caller, and nobody is asked",
    _S.HELD: "the caller is on hold: resume first",
    _S.ASKING: "whom you asked has not answered yet",
    _S.CONSULTING: "you talk with whom you asked: complete, cancel or merge first",
    _S.TOGETHER: "several talk together: leave first",
    _S.PASSING: "the caller was passed on",
    _S.OVER: "the talk is over",
}


class Spot(StrEnum):
    """Where a channel is."""

    TALK = "talk"  # with the caller
    ASIDE = "aside"  # a consultation
    MUSIC = "music"
    ALONE = "alone"
    RINGING = "ringing"  # hears that a phone rings


_SPOTS: Mapping[State, tuple[Spot, Spot]] = {
    _S.TALKING: (Spot.TALK, Spot.TALK),
    _S.HELD: (Spot.MUSIC, Spot.ALONE),
    _S.ASKING: (Spot.MUSIC, Spot.RINGING),
    _S.CONSULTING: (Spot.MUSIC, Spot.ASIDE),
    _S.TOGETHER: (Spot.TALK, Spot.TALK),
    _S.PASSING: (Spot.MUSIC, Spot.ALONE),
    _S.OVER: (Spot.ALONE, Spot.ALONE),
}
"""Where the caller is, and where those are who talk with them."""


@dataclass(frozen=True, slots=True)
class Onward:
    """Where the caller waits next: on a line, perhaps for one agent. `heard`: its notice and welcome, already."""

    line: str
    heard: bool


@dataclass(slots=True, eq=False)
class Side:
    """Somebody who talks, or may, with the caller."""

    line: str
    seated: Connected
    talking: bool = False
    """It was noted that they do."""
    watch: asyncio.Task[None] | None = None

    @property
    def agent(self) -> str | None:
        return self.seated.agent

    @property
    def offer(self) -> int:
        return self.seated.offer

    @property
    def leg(self) -> str:
        return self.seated.leg


@dataclass(slots=True)
class _Wish:
    """A command that waits to be obeyed."""

    command: Command
    by: str | None
    target: Target | None = None
    newcomer: Connected | None = None
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(frozen=True, slots=True)
class _HungUp:
    side: Side


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of ringing somebody: the `asked`-th time; None when nobody answered."""

    asked: int
    line: str
    connected: Connected | None


@dataclass(frozen=True, slots=True)
class _HeldTooLong:
    hold: int
    beeped: bool


@dataclass(frozen=True, slots=True)
class _Within:
    """The caller of a consultation, as the floor and the dispatch see it; its facts are those of the call."""

    id: str
    number: str
    channel: str
    note: Callable[[Event], None]


class Conversation:
    """One caller's talk, from the bridge to the last word, through everybody they are passed to by a warm hand.

    Commanded by `hold` … `take`; each returns when it is done and raises Refused when it does not fit.
    """

    def __init__(
        self,
        call: Call,
        seated: Connected,
        line: str,
        rules: TalkRules,
        *,
        dispatch: Dispatch,
        legs: Legs,
        switch: Switch,
    ) -> None:
        self.call, self.rules, self.state = call, rules, State.TALKING
        self.sides = [Side(line, seated)]
        """Who talks with the caller; the first of them commands."""
        self.aside: Side | None = None
        """Who was asked."""
        self._dispatch, self._legs, self._switch = dispatch, legs, switch
        self._bridge = f"{seated.leg}-talk"
        self._aside_bridge = ""
        self._inbox: asyncio.Queue[_Wish | _HungUp | _Answer | _HeldTooLong] = asyncio.Queue(INBOX)
        self._spots: dict[str, Spot] = {}
        self._begun = False
        self._how: Mapping[Command, Callable[[_Wish], Coroutine[None, None, None]]] = {
            Command.HOLD: self._hold,
            Command.RESUME: self._resume,
            Command.TRANSFER: self._transfer,
            Command.CONSULT: self._consult,
            Command.COMPLETE: self._complete,
            Command.CANCEL: self._cancel,
            Command.MERGE: self._merge,
            Command.LEAVE: self._leave,
            Command.JOIN: self._join,
            Command.TAKE: self._take,
        }
        self._holder: int | None = None
        """Offer of who let the caller hear music."""
        self._holds = 0
        self._alarm: asyncio.TimerHandle | None = None
        self._asked = 0
        self._asking: asyncio.Task[None] | None = None
        self._recorded: Side | None = None
        """Whose talk is recorded."""
        self._tasks: asyncio.TaskGroup | None = None
        self._onward: Onward | None = None
        self.watchers: list[Callable[[], None]] = []
        """Called when something changed, and at the end; they never fail."""

    @property
    def lead(self) -> Side | None:
        """Who commands; None while the caller is between two."""
        return self.sides[0] if self.sides else None

    def side_of(self, agent: str) -> Side | None:
        """This agent's part in the talk, or in the consultation."""
        parts = [*self.sides, *([self.aside] if self.aside is not None else [])]
        return next((side for side in parts if side.agent == agent), None)

    # ── commands ────────────────────────────────────────────────────────────

    async def hold(self, by: str) -> None:
        """Let the caller hear music, and nothing else, until `resume` or the line's limit."""
        await self._wish(_Wish(Command.HOLD, by))

    async def resume(self, by: str) -> None:
        """Talk with the caller again."""
        await self._wish(_Wish(Command.RESUME, by))

    async def transfer(self, to: Target, by: str) -> None:
        """Pass the caller on and be free at once (blind)."""
        await self._wish(_Wish(Command.TRANSFER, by, to))

    async def consult(self, to: Target, by: str) -> None:
        """Ask somebody while the caller hears music. Returns when the phone begins to ring."""
        await self._wish(_Wish(Command.CONSULT, by, to))

    async def complete(self, by: str) -> None:
        """Give the caller to whom was asked, and be free."""
        await self._wish(_Wish(Command.COMPLETE, by))

    async def cancel(self, by: str) -> None:
        """Let go whom was asked, and talk with the caller again."""
        await self._wish(_Wish(Command.CANCEL, by))

    async def merge(self, by: str) -> None:
        """Talk all three."""
        await self._wish(_Wish(Command.MERGE, by))

    async def leave(self, by: str) -> None:
        """Let the others talk on, and be free."""
        await self._wish(_Wish(Command.LEAVE, by))

    async def join(self, newcomer: Connected) -> None:
        """A shift leader, whose phone was answered, talks with all."""
        await self._wish(_Wish(Command.JOIN, None, newcomer=newcomer))

    async def take(self, newcomer: Connected, agent: str) -> None:
        """A shift leader talks with the caller instead of an agent, who is free."""
        await self._wish(_Wish(Command.TAKE, agent, newcomer=newcomer))

    async def _wish(self, wish: _Wish) -> None:
        if self.state is State.OVER:
            raise Refused(_SAYS[State.OVER])
        try:
            self._inbox.put_nowait(wish)
        except asyncio.QueueFull:
            raise Refused("too much is wanted of this talk at once: try again") from None
        await wish.done

    # ── from the first word to the last ─────────────────────────────────────

    async def run(self) -> Onward | None:
        """Let them talk; where the caller waits next, None when the other side hung up.

        Raises ChannelGone when the first phone is gone before the talk begins.
        """
        by = Party.CALLER
        try:
            await self.call.hush()
            await to_its_end(self._arrange())
            self._begun = True
            self.call.carried = Carried()
            self._began(self.sides[0])
            async with asyncio.TaskGroup() as self._tasks:
                try:
                    self._watch(self.sides[0])
                    await self._record()
                    while self.state is not State.OVER:
                        await self._take_in(await self._inbox.get())
                        self._tell_watchers()
                    by = Party.OTHER_SIDE
                finally:
                    self._rest()
        finally:
            if self.call.stopping:
                by = Party.ENGINE
            await to_its_end(self._close(by))
        return self._onward

    def _tell_watchers(self) -> None:
        for watcher in tuple(self.watchers):
            watcher()

    def _rest(self) -> None:
        """Nothing more is waited for."""
        for task in (self._asking, *(side.watch for side in self._everybody())):
            if task is not None:
                task.cancel()
        if self._alarm is not None:
            self._alarm.cancel()

    def _everybody(self) -> list[Side]:
        return [*self.sides, *([self.aside] if self.aside is not None else [])]

    async def _close(self, by: Party) -> None:
        """Leave nothing of it on the switch, but for a talk that the engine's end must not cut."""
        before, self.state = self.state, State.OVER
        self._tell_watchers()
        self._refuse_the_rest()
        if before in (State.ASKING, State.CONSULTING):
            self._consultation_ended(ConsultationEnd.CALLER_LEFT)
        if self.call.stopping and self.sides:
            await self._leave_alone(before)
            return
        for side in self.sides:
            self._ended(side, by)
        self._back()
        gone, self.sides, self.aside = self._everybody(), [], None
        await settled(*(self._let_go(side) for side in gone))
        await self.call.end_recording()
        await settled(*(self._switch.drop_bridge(bridge) for bridge in (self._bridge, self._aside_bridge) if bridge))
        self.call.in_talk = False

    async def _leave_alone(self, before: State) -> None:
        """The engine goes down: caller and agent hear each other, whatever they did before."""
        if self.aside is not None:
            await settled(self._let_go(self.aside))
            self.aside = None
        if before not in (State.TALKING, State.TOGETHER):
            self.state = State.TALKING
            await settled(self._arrange())
        for side in self.sides:
            self._ended(side, Party.ENGINE)

    def _refuse_the_rest(self) -> None:
        while not self._inbox.empty():
            match self._inbox.get_nowait():
                case _Wish(done=done):
                    if not done.done():
                        done.set_exception(Refused(_SAYS[State.OVER]))
                case _Answer(connected=Connected() as connected):
                    self._dispatch.abandon(connected)

    # ── one thing after the other ───────────────────────────────────────────

    async def _take_in(self, happened: _Wish | _HungUp | _Answer | _HeldTooLong) -> None:
        match happened:
            case _Wish():
                await self._obey(happened)
            case _HungUp(side):
                await to_its_end(self._hung_up(side))
            case _Answer():
                await to_its_end(self._answered(happened))
            case _HeldTooLong(hold, beeped):
                await to_its_end(self._held_too_long(hold, beeped=beeped))

    async def _obey(self, wish: _Wish) -> None:
        before = self.state
        try:
            self._fits(wish)
            await to_its_end(self._how[wish.command](wish))
        except Refused as refused:
            _tell(wish, refused)
        except SwitchError as error:
            log.warning("the switch did not carry out a command", command=wish.command, error=str(error))
            self.state = self.state if self.state in (State.OVER, State.PASSING) else before
            _tell(wish, Refused("the switch did not do it: try again"))
        except asyncio.CancelledError:
            _tell(wish, Refused(_SAYS[State.OVER]))
            raise
        else:
            _tell(wish, None)

    def _fits(self, wish: _Wish) -> None:
        """Raises Refused when a command does not fit who gives it, or what goes on."""
        leads = self.lead is not None and self.lead.agent == wish.by
        takes_part = any(side.agent == wish.by for side in self.sides)
        if wish.command in (Command.LEAVE, Command.COMPLETE) and self.state is State.TOGETHER:
            leads = takes_part
        if wish.command is Command.TAKE:
            leads = takes_part
        if wish.command is not Command.JOIN and not leads:
            raise Refused("you are not the one who has this caller")
        if (self.state, wish.command) not in MOVES:
            raise Refused(f"cannot {wish.command} now: {_SAYS[self.state]}")

    # ── what commands do ────────────────────────────────────────────────────

    async def _hold(self, wish: _Wish) -> None:
        if self.state is State.HELD:
            return
        await self._go(State.HELD)

    async def _resume(self, wish: _Wish) -> None:
        if self.state is State.TALKING:
            return
        await self._go(State.TALKING)

    async def _transfer(self, wish: _Wish) -> None:
        to, lead = wish.target, self.sides[0]
        assert to is not None  # noqa: S101  (by construction of `transfer`)
        self.rules.admit(to, wish.by)
        self._note(PassedOn(lead.offer, to.kind, to.id, warm=False))
        match to:
            case ToLine(line):
                self._send(Onward(line, heard=False), Carried(self.call.waited))
            case ToAgent(agent):
                line = self.rules.line_of(agent, lead.line)
                self._send(
                    Onward(line, heard=line == lead.line),
                    Carried(self.call.waited, only=agent, back_to=lead.agent),
                )
            case ToNumber():
                self._ended(lead, Party.PASSED_ON)
                self.sides.remove(lead)
                await self._go(State.PASSING, of=lead.offer)
                await settled(self._let_go(lead), self.call.end_recording())
                self._recorded = None
                self._ask(to, lead)

    def _send(self, onward: Onward, carried: Carried) -> None:
        """Let the caller wait elsewhere; everybody who talks with them is free."""
        self.call.carried, self._onward = carried, onward
        for side in self.sides:
            self._ended(side, Party.PASSED_ON)
        self.state = State.OVER

    async def _consult(self, wish: _Wish) -> None:
        to, lead = wish.target, self.sides[0]
        assert to is not None  # noqa: S101  (by construction of `consult`)
        self.rules.admit(to, wish.by)
        self._note(ConsultationBegan(lead.offer, to.kind, to.id))
        await self._go(State.ASKING)
        self._ask(to, lead)

    async def _complete(self, wish: _Wish) -> None:
        if self.state is State.TOGETHER:
            await self._leave(wish)
            return
        await self._hand_over()

    async def _hand_over(self) -> None:
        """Who was asked has the caller from now on."""
        lead, other = self.sides[0], self.aside
        assert other is not None  # noqa: S101  (CONSULTING has somebody aside)
        self._consultation_ended(ConsultationEnd.COMPLETED)
        to, target = ("number", "") if other.agent is None else ("agent", other.agent)
        self._note(PassedOn(lead.offer, to, target, warm=True))
        self._ended(lead, Party.PASSED_ON)
        self.sides, self.aside = [other], None
        await settled(self._let_go(lead))
        await self._give_notice(lead, other)
        await self._go(State.TALKING)

    async def _give_notice(self, before: Side, after: Side) -> None:
        """A line that records says so, to a caller whom the line before did not record."""
        recorded_before = self.rules.file(before.line, before.leg) is not None
        if after.line != before.line and not recorded_before and (words := self.rules.notice(after.line)):
            self._spots.pop(self.call.channel, None)  # `say` ends the music
            await self.call.say(words, whole=True)

    async def _cancel(self, wish: _Wish) -> None:
        await self._end_consultation(ConsultationEnd.CANCELLED)

    async def _end_consultation(self, end: ConsultationEnd) -> None:
        """Whoever was asked is let go, the caller is back."""
        self._consultation_ended(end)
        await self._drop_aside()
        await self._go(State.TALKING)

    async def _drop_aside(self) -> None:
        self._asked += 1  # an answer that is under way is too late
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        other, self.aside = self.aside, None
        if other is not None:
            await settled(self._let_go(other))

    async def _merge(self, wish: _Wish) -> None:
        lead, other = self.sides[0], self.aside
        assert other is not None  # noqa: S101  (CONSULTING has somebody aside)
        self._consultation_ended(ConsultationEnd.MERGED)
        self.sides, self.aside = [lead, other], None
        await self._give_notice(lead, other)
        await self._go(State.TOGETHER)

    async def _leave(self, wish: _Wish) -> None:
        side = next(side for side in self.sides if side.agent == wish.by)
        await self._without(side, Party.LEFT)

    async def _without(self, side: Side, by: Party) -> None:
        """The others talk on."""
        self._ended(side, by)
        self.sides.remove(side)
        await settled(self._let_go(side))
        await self._go(State.TOGETHER if len(self.sides) > 1 else State.TALKING)

    async def _join(self, wish: _Wish) -> None:
        assert wish.newcomer is not None  # noqa: S101  (by construction of `join`)
        self.sides.append(self._newcomer(wish.newcomer))
        await self._go(State.TOGETHER)

    async def _take(self, wish: _Wish) -> None:
        assert wish.newcomer is not None  # noqa: S101  (by construction of `take`)
        if self.state in (State.ASKING, State.CONSULTING):
            self._consultation_ended(ConsultationEnd.CANCELLED)
            await self._drop_aside()
        side = next(side for side in self.sides if side.agent == wish.by)
        leader = next((one for one in self.sides if one.leg == wish.newcomer.leg), None)
        if leader is None:
            leader = self._newcomer(wish.newcomer)
        else:
            self.sides.remove(leader)
        self._ended(side, Party.TAKEN_OVER)
        self.sides[self.sides.index(side)] = leader
        await settled(self._let_go(side))
        await self._go(State.TOGETHER if len(self.sides) > 1 else State.TALKING)

    def _newcomer(self, connected: Connected) -> Side:
        side = Side(self.sides[0].line, connected)
        self._watch(side)
        return side

    # ── what happens by itself ──────────────────────────────────────────────

    async def _hung_up(self, side: Side) -> None:
        if side is self.aside:
            await self._end_consultation(ConsultationEnd.HUNG_UP)
        elif side not in self.sides:
            return
        elif self.state is State.TOGETHER:
            await self._without(side, Party.OTHER_SIDE)
        elif self.state is State.CONSULTING:
            await self._hand_over()
        elif self.state in (State.HELD, State.ASKING):
            if self.state is State.ASKING:
                self._consultation_ended(ConsultationEnd.AGENT_LEFT)
                await self._drop_aside()
            self._ended(side, Party.OTHER_SIDE)
            self._send_back(side.line)
        else:
            self._ended(side, Party.OTHER_SIDE)
            self.call.outcome = (Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)
            self.state = State.OVER

    def _send_back(self, line: str) -> None:
        """The caller was promised somebody who did not come: before everybody else, to the line."""
        self._note(PassedBack("line", line))
        self._send(Onward(line, heard=True), Carried(self.call.waited, urgent=True))

    async def _answered(self, answer: _Answer) -> None:
        if answer.asked != self._asked or self.state not in (State.ASKING, State.PASSING):
            if answer.connected is not None:
                self._dispatch.abandon(answer.connected)
            return
        self._asking = None
        if self.state is State.PASSING:
            if answer.connected is None:
                self._send_back(answer.line)
                return
            self.sides = [Side(answer.line, answer.connected)]
            self._watch(self.sides[0])
            await self._go(State.TALKING)
        elif answer.connected is None:
            await self._end_consultation(ConsultationEnd.NOT_REACHED)
        else:
            self.aside = Side(answer.line, answer.connected)
            self._watch(self.aside)
            self._aside_bridge = f"{self.aside.leg}-aside"
            self._note(ConsultationAnswered(self.sides[0].offer, self.aside.agent))
            await self._go(State.CONSULTING)

    async def _held_too_long(self, hold: int, *, beeped: bool) -> None:
        """A beep for the agent, and a moment later the caller is back; in a consultation only the beep's alarm."""
        if hold != self._holds or not self.sides:
            return
        lead = self.sides[0]
        if not beeped:
            self._note(HeldTooLong(lead.offer, self.rules.hold_limit(lead.line)))
            log.warning("a caller is on hold for too long", call=self.call.id, agent=lead.agent)
            if self.state is State.HELD:
                await settled(self._switch.play(lead.leg, self.call.name_playback(), [BEEP]))
                self._set_alarm(AFTER_THE_BEEP, beeped=True)
        elif self.state is State.HELD:
            await self._go(State.TALKING)

    # ── asking ──────────────────────────────────────────────────────────────

    def _ask(self, to: Target, lead: Side) -> None:
        assert self._tasks is not None  # noqa: S101  (only `run` takes anything in)
        self._asked += 1
        self._asking = self._tasks.create_task(self._ring(self._asked, to, lead))

    async def _ring(self, asked: int, to: Target, lead: Side) -> None:
        connected: Connected | None = None
        line = lead.line
        match to:
            case ToNumber(number):
                connected = await self._ring_outside(number, lead)
            case ToLine() | ToAgent():
                line = to.id if isinstance(to, ToLine) else self.rules.line_of(to.id, lead.line)
                only = to.id if isinstance(to, ToAgent) else None
                within = _Within(self.call.name_within(), self.call.number, lead.leg, self._note)
                seated = await self._dispatch.seat(within, CallJoined(within.id, line, only=only, urgent=True))
                connected = seated if isinstance(seated, Connected) else None
        self._inbox.put_nowait(_Answer(asked, line, connected))

    async def _ring_outside(self, number: str, lead: Side) -> Connected | None:
        offer, leg = self.call.name_leg("x")
        self._note(Offered(offer, lead.line, None, number))
        result = OfferResult.WITHDRAWN
        try:
            connected = await self._legs.ring(
                offer,
                None,
                leg,
                Phone(number, trunk=True),
                caller=self.call.number,
                like=self.call.channel,
                limit=self.rules.ring_for(lead.line),
            )
            result = OfferResult.UNANSWERED if connected is None else OfferResult.ANSWERED
            return connected
        finally:
            self._note(OfferEnded(offer, result))

    # ── where everybody is ──────────────────────────────────────────────────

    async def _go(self, state: State, of: int | None = None) -> None:
        """Another state: everybody goes where they are in it, and facts, recording and alarm follow."""
        held = _SPOTS[state][0] is Spot.MUSIC
        if held and self._holder is None:
            self._holder = of if of is not None else self.sides[0].offer
            self._note(CallerHeld(self._holder))
            self._holds += 1
            if self.sides:
                self._set_alarm(self.rules.hold_limit(self.sides[0].line))
        self.state = state
        await self._arrange()
        if not held:
            self._back()
            for side in self.sides:
                self._began(side)
            await self._record()

    def _back(self) -> None:
        """The music is over."""
        if self._alarm is not None:
            self._alarm.cancel()
        if self._holder is not None:
            self._note(CallerBack(self._holder))
            self._holder = None
            self._holds += 1

    def _set_alarm(self, seconds: float, *, beeped: bool = False) -> None:
        loop = asyncio.get_running_loop()
        self._alarm = loop.call_later(seconds, self._inbox.put_nowait, _HeldTooLong(self._holds, beeped))

    async def _arrange(self) -> None:
        """Bring each channel where it is in this state. Raises ChannelGone only when the talk does not even begin."""
        spots = self._wanted()
        for channel, spot in list(self._spots.items()):
            if spots.get(channel) is not spot:
                await _unless_gone(self._out(channel, spot, spots.get(channel)))
                del self._spots[channel]
        for spot in (Spot.TALK, Spot.ASIDE, Spot.RINGING, Spot.MUSIC, Spot.ALONE):
            new = [channel for channel, at in spots.items() if at is spot and channel not in self._spots]
            if new:
                await self._bring(spot, new)
                self._spots |= dict.fromkeys(new, spot)
        if self._aside_bridge and Spot.ASIDE not in self._spots.values():
            bridge, self._aside_bridge = self._aside_bridge, ""
            await settled(self._switch.drop_bridge(bridge))
        self.call.in_talk = self._spots.get(self.call.channel) is Spot.TALK

    async def _bring(self, spot: Spot, channels: list[str]) -> None:
        try:
            await self._into(spot, channels)
        except ChannelGone:
            if not self._begun:
                raise
            for channel in channels if len(channels) > 1 else ():  # one of them is gone: the others none the less
                await _unless_gone(self._into(spot, [channel]))

    def _wanted(self) -> dict[str, Spot]:
        caller, others = _SPOTS[self.state]
        spots = {self.call.channel: caller} | {side.leg: others for side in self.sides}
        if self.aside is not None:
            spots[self.aside.leg] = Spot.ASIDE
        return spots

    async def _out(self, channel: str, spot: Spot, to: Spot | None) -> None:
        into_bridge = to in (Spot.TALK, Spot.ASIDE)
        match spot:
            case Spot.MUSIC:
                await self.call.hush()
            case Spot.RINGING:
                await self._switch.stop_playing(f"{channel}-ringing")
            case Spot.TALK if not into_bridge and to is not None:
                await self._switch.part(self._bridge, channel)
            case Spot.ASIDE if not into_bridge and to is not None:
                await self._switch.part(self._aside_bridge, channel)

    async def _into(self, spot: Spot, channels: list[str]) -> None:
        match spot:
            case Spot.TALK:
                await self._switch.bridge(self._bridge, channels)
            case Spot.ASIDE:
                await self._switch.bridge(self._aside_bridge, channels)
            case Spot.MUSIC:
                await self.call.music()
            case Spot.RINGING:
                for channel in channels:
                    await self._switch.play(channel, f"{channel}-ringing", [RINGING])

    # ── facts ───────────────────────────────────────────────────────────────

    def _note(self, event: Event) -> None:
        self.call.note(event)

    def _began(self, side: Side) -> None:
        if not side.talking:
            side.talking = True
            self.call.outcome, self.call.talked_with = (Outcome.TALKED, Reason.CALLER_HUNG_UP), side.agent
            self._note(TalkBegan(side.offer, side.line, side.agent))

    def _ended(self, side: Side, by: Party) -> None:
        if side.talking:
            side.talking = False
            self._note(TalkEnded(side.offer, by))

    def _consultation_ended(self, end: ConsultationEnd) -> None:
        if self.sides:
            self._note(ConsultationEnded(self.sides[0].offer, end))

    async def _record(self) -> None:
        """Record as the line says of who has the caller now: another file for another agent."""
        lead = self.lead
        if lead is None or lead is self._recorded:
            return
        await self.call.end_recording()
        self._recorded = lead
        file = self.rules.file(lead.line, lead.leg)
        if file is not None:
            await self.call.record_talk(self._bridge, file)

    # ── phones ──────────────────────────────────────────────────────────────

    def _watch(self, side: Side) -> None:
        assert self._tasks is not None  # noqa: S101  (only `run` takes anything in)
        side.watch = self._tasks.create_task(self._tell_of_the_end(side))

    async def _tell_of_the_end(self, side: Side) -> None:
        await side.seated.over.wait()
        self._inbox.put_nowait(_HungUp(side))

    async def _let_go(self, side: Side) -> None:
        """Free whoever it is, and hang their leg up."""
        if side.watch is not None:
            side.watch.cancel()
        self._spots.pop(side.leg, None)
        self._dispatch.talk_over(side.seated)
        await self._switch.hang_up(side.leg)


def _tell(wish: _Wish, refused: Refused | None) -> None:
    if wish.done.done():
        return
    if refused is None:
        wish.done.set_result(None)
    else:
        wish.done.set_exception(refused)


async def _unless_gone(order: Awaitable[None]) -> None:
    try:
        await order
    except ChannelGone as gone:
        log.debug("somebody was gone already", error=str(gone))
