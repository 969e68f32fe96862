"""A conversation: the caller, an agent, and whom they bring in. A running function that others command.

Theory of operation
-------------------
`run` belongs to the call's own task. Commands (of an agent's desk, of a shift leader) and events (somebody hung up, who
was asked answered, the music lasted too long) wait in one inbox and are taken in one after the other, so no two of them
ever meet half way. `MOVES` says which command fits which state; an absent pair is refused. A state says where everybody
is (`SPOTS`), and `_arrange` brings each channel there; so each command is: change the state, arrange.

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
from collections.abc import Callable, Coroutine, Mapping

import structlog

from ivr.asking import Asking
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
    Outcome,
    Party,
    PassedBack,
    PassedOn,
    Reason,
    TalkBegan,
    TalkEnded,
)
from ivr.legs import Legs
from ivr.switch import BEEP, Switch, SwitchError
from ivr.talk_inbox import Answer, Happened, HungUp, Onward, Side, TooLong, Wish
from ivr.talk_states import MOVES, SAYS, SPOTS, Command, Spot, State
from ivr.targets import Refused, TalkRules, Target, ToAgent, ToLine, ToNumber
from ivr.whereabouts import Whereabouts

log = structlog.get_logger()

INBOX = 100
"""Commands and events that may wait to be taken in."""
AFTER_THE_BEEP = 1.0
"""Seconds from the beep that tells an agent of the hold's limit to the caller's return."""


class Conversation:
    """One caller's talk, from the bridge to the last word, through everybody they are passed to by a warm hand.

    Commanded by `obey`; `ivr.conversations` has a method for each command.
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
        self._dispatch, self._switch = dispatch, switch
        self._where = Whereabouts(call, switch, f"{seated.leg}-talk")
        self._asks = Asking(call, rules, dispatch, legs)
        self._inbox: asyncio.Queue[Happened] = asyncio.Queue(INBOX)
        self._how: Mapping[Command, Callable[[Wish], Coroutine[None, None, None]]] = {
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

    async def obey(
        self, command: Command, by: str, target: Target | None = None, newcomer: Connected | None = None
    ) -> None:
        """Carry a command out and return when it is done. Raises Refused when it does not fit.

        `by` is the agent who commands (for JOIN and TAKE the one whom it concerns), `target` whom to pass the caller on
        to or to ask, `newcomer` a shift leader whose phone was answered.
        """
        if self.state is State.OVER:
            raise Refused(SAYS[State.OVER])
        wish = Wish(command, by, target, newcomer)
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
        await self._where.drop()
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
                case Wish() as wish:
                    wish.tell(Refused(SAYS[State.OVER]))
                case Answer(connected=Connected() as connected):
                    self._dispatch.abandon(connected)

    # ── one thing after the other ───────────────────────────────────────────

    async def _take_in(self, happened: Happened) -> None:
        match happened:
            case Wish():
                await self._carry_out(happened)
            case HungUp(side):
                await to_its_end(self._hung_up(side))
            case Answer():
                await to_its_end(self._answered(happened))
            case TooLong(hold, beeped):
                await to_its_end(self._held_too_long(hold, beeped=beeped))

    async def _carry_out(self, wish: Wish) -> None:
        before = self.state
        try:
            self._fits(wish)
            await to_its_end(self._how[wish.command](wish))
        except Refused as refused:
            wish.tell(refused)
        except SwitchError as error:
            log.warning("the switch did not carry out a command", command=wish.command, error=str(error))
            self.state = self.state if self.state in (State.OVER, State.PASSING) else before
            wish.tell(Refused("the switch did not do it: try again"))
        except asyncio.CancelledError:
            wish.tell(Refused(SAYS[State.OVER]))
            raise
        else:
            wish.tell(None)

    def _fits(self, wish: Wish) -> None:
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
            raise Refused(f"cannot {wish.command} now: {SAYS[self.state]}")

    # ── what commands do ────────────────────────────────────────────────────

    async def _hold(self, wish: Wish) -> None:
        if self.state is State.HELD:
            return
        await self._go(State.HELD)

    async def _resume(self, wish: Wish) -> None:
        if self.state is State.TALKING:
            return
        await self._go(State.TALKING)

    async def _transfer(self, wish: Wish) -> None:
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

    async def _consult(self, wish: Wish) -> None:
        to, lead = wish.target, self.sides[0]
        assert to is not None  # noqa: S101  (by construction of `consult`)
        self.rules.admit(to, wish.by)
        self._note(ConsultationBegan(lead.offer, to.kind, to.id))
        await self._go(State.ASKING)
        self._ask(to, lead)

    async def _complete(self, wish: Wish) -> None:
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
            self._where.forget(self.call.channel)  # `say` ends the music
            await self.call.say(words, whole=True)

    async def _cancel(self, wish: Wish) -> None:
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

    async def _merge(self, wish: Wish) -> None:
        lead, other = self.sides[0], self.aside
        assert other is not None  # noqa: S101  (CONSULTING has somebody aside)
        self._consultation_ended(ConsultationEnd.MERGED)
        self.sides, self.aside = [lead, other], None
        await self._give_notice(lead, other)
        await self._go(State.TOGETHER)

    async def _leave(self, wish: Wish) -> None:
        side = next(side for side in self.sides if side.agent == wish.by)
        await self._without(side, Party.LEFT)

    async def _without(self, side: Side, by: Party) -> None:
        """The others talk on."""
        self._ended(side, by)
        self.sides.remove(side)
        await settled(self._let_go(side))
        await self._go(State.TOGETHER if len(self.sides) > 1 else State.TALKING)

    async def _join(self, wish: Wish) -> None:
        assert wish.newcomer is not None  # noqa: S101  (by construction of `join`)
        self.sides.append(self._newcomer(wish.newcomer))
        await self._go(State.TOGETHER)

    async def _take(self, wish: Wish) -> None:
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

    async def _answered(self, answer: Answer) -> None:
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
            self._where.aside = f"{self.aside.leg}-aside"
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
        line, connected = await self._asks.ask(to, lead)
        self._inbox.put_nowait(Answer(asked, line, connected))

    # ── where everybody is ──────────────────────────────────────────────────

    async def _go(self, state: State, of: int | None = None) -> None:
        """Another state: everybody goes where they are in it, and facts, recording and alarm follow."""
        held = SPOTS[state][0] is Spot.MUSIC
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
        self._alarm = loop.call_later(seconds, self._inbox.put_nowait, TooLong(self._holds, beeped))

    async def _arrange(self) -> None:
        """Bring everybody where they are in this state. Raises ChannelGone only when the talk does not even begin."""
        await self._where.arrange(self._wanted())

    def _wanted(self) -> dict[str, Spot]:
        caller, others = SPOTS[self.state]
        spots = {self.call.channel: caller} | {side.leg: others for side in self.sides}
        if self.aside is not None:
            spots[self.aside.leg] = Spot.ASIDE
        return spots

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
            await self.call.record_talk(self._where.talk, file)

    # ── phones ──────────────────────────────────────────────────────────────

    def _watch(self, side: Side) -> None:
        assert self._tasks is not None  # noqa: S101  (only `run` takes anything in)
        side.watch = self._tasks.create_task(self._tell_of_the_end(side))

    async def _tell_of_the_end(self, side: Side) -> None:
        await side.seated.over.wait()
        self._inbox.put_nowait(HungUp(side))

    async def _let_go(self, side: Side) -> None:
        """Free whoever it is, and hang their leg up."""
        if side.watch is not None:
            side.watch.cancel()
        self._where.forget(side.leg)
        self._dispatch.talk_over(side.seated)
        await self._switch.hang_up(side.leg)
