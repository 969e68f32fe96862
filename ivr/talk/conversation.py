"""A conversation: the caller, an agent, and whom they bring in. A running function that others command.

Theory of operation
-------------------
`run` belongs to the call's own task. Commands (of an agent's desk, of a shift leader) and events (somebody hung up, who
was asked answered, the music lasted too long) wait in one inbox and are taken in one after the other, so no two of them
ever meet half way. `MOVES` says which command fits which state; an absent pair is refused. A state says where everybody
is (`SPOTS`), and `Gathering.go` brings each channel there; so each command is: say who takes part, and go to a state
(`ivr.talk.moves`).
When the switch fails half way, `_mend` goes to the state that fits who takes part now, and tries until it is so.

Who hangs up when:

    caller, ever                   everybody is let go; a consultation ends with `caller_left`
    agent, talking                 the talk is over
    agent, whose phone vanished    the caller wanted to talk on: back to the line, before everybody else
    agent, whose browser vanished  the caller waits for it a while (`ivr.talk.away`), then the same
    agent, holding or asking       the caller was promised somebody: back to the line, before everybody else
    agent, consulting              as `complete`: who was asked has the caller (gone as well: back to the line)
    who was asked, consulting      the caller is back with the agent
    anybody of three               the others talk on
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import structlog

from ivr.call import Call
from ivr.carried import Carried
from ivr.dispatch import Dispatch
from ivr.offer_legs import Connected
from ivr.order import settled, to_its_end
from ivr.outcomes import ConsultationEnd, Party
from ivr.switch import Switch, SwitchError
from ivr.talk.asking import Asking
from ivr.talk.away import WITHIN, Away
from ivr.talk.consultation import Consultation
from ivr.talk.gathering import Gathering
from ivr.talk.inbox import (
    Answer,
    Askew,
    Happened,
    Heard,
    HungUp,
    Onward,
    Overdue,
    Reachable,
    Resumed,
    Returned,
    Side,
    Strayed,
    TooLong,
    Unpaused,
    Wish,
)
from ivr.talk.legs import Legs
from ivr.talk.moves import Moves
from ivr.talk.phones import Phones
from ivr.talk.states import MOVES, SAYS, Command, State
from ivr.talk.targets import Refused, TalkRules, Target
from ivr.task_group import TaskGroup

log = structlog.get_logger()

INBOX = 100
"""Commands and events that may wait to be taken in; more commands are refused, events never."""
AGAIN = 2.0
"""Seconds after which everybody is brought where they ought to be again, when the switch did not do it."""
FIXED = "this call came by the FastAGI door: its talk can only go on or end"
_NOT_DONE = "the switch did not do it: try again"


class Conversation:
    """One caller's talk, from the bridge to the last word, through everybody they are passed to by a warm hand.

    Commanded by `obey`; `ivr.talk.conversations` has a method for each command.
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
        resumed: Resumed | None = None,
        returns: float = WITHIN,
    ) -> None:
        """`returns`: seconds that an agent's browser has to come back to the talk; 0 loses it at once."""
        self.call, self._switch = call, switch
        self._resumed = resumed
        self._dispatch = dispatch
        self._inbox: asyncio.Queue[Happened] = asyncio.Queue()
        tell = self._inbox.put_nowait
        self._there = Gathering(call, Side(line, seated), rules, tell, dispatch=dispatch, legs=legs, switch=switch)
        self._consultation = Consultation(self._there, Asking(call, rules, dispatch, legs), tell)
        away = Away(call, legs, rules.away, returns, tell)
        self._phones = Phones(self._there, self._consultation, tell, away, legs, dispatch)
        self._moves = Moves(self._there, self._consultation, self._phones, dispatch=dispatch, switch=switch)
        self._again: asyncio.TimerHandle | None = None
        self.watchers: list[Callable[[], None]] = []
        """Called when something changed, and at the end; they never fail."""

    @property
    def state(self) -> State:
        """What goes on."""
        return self._there.state

    @property
    def sides(self) -> list[Side]:
        """Who talks with the caller; the first of them commands."""
        return self._there.sides

    @property
    def aside(self) -> Side | None:
        """Who was asked."""
        return self._there.aside

    @property
    def held_since(self) -> float | None:
        """Since when the caller hears music by an agent's wish, of the loop's time."""
        return self._there.hold.since

    @property
    def recording(self) -> str:
        """Whether what is said is recorded now: `on`, `off`, `paused` by the agent, `refused` by the caller."""
        return "paused" if self.recording_paused else self.call.recording

    @property
    def recording_paused(self) -> bool:
        """The agent lets nothing be recorded for now."""
        return self._there.pause.holds(self.lead)

    @property
    def is_fixed(self) -> bool:
        """Nothing can be done with it but to let it end: the caller came by a door that can no more."""
        return self._switch.is_fixed(self.call.channel)

    @property
    def lead(self) -> Side | None:
        """Who commands; None while the caller is between two."""
        return self._there.lead

    def side_of(self, agent: str) -> Side | None:
        """This agent's part in the talk, or in the consultation."""
        return next((side for side in self._there.everybody() if side.agent == agent), None)

    def lines_of(self, agent: str) -> frozenset[str]:
        """The lines whose rules hold for this agent's part, and for all who talk with the caller."""
        own = self.side_of(agent)
        return frozenset(side.line for side in (*self._there.sides, *([] if own is None else [own])))

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
        if self._inbox.qsize() >= INBOX:
            raise Refused("too much is wanted of this talk at once: try again")
        wish = Wish(command, by, target, newcomer)
        self._inbox.put_nowait(wish)
        await wish.done

    def wants_back(self, agent: str) -> None:
        """The page of this agent has no leg of their talk any more: it is rung for it. Raises Refused."""
        side = self.lead
        if side is None or side.agent != agent or not side.seated.phone:
            raise Refused("you are not the one who has this caller")
        if self.state is not State.AWAY and not self._dispatch.legs.stray(side.leg):
            raise Refused(f"you cannot come back to it by yourself now: {SAYS[self.state]}")
        self._inbox.put_nowait(Reachable(side))

    # ── from the first word to the last ─────────────────────────────────────

    async def run(self) -> Onward | None:
        """Let them talk; where the caller waits next, None when the other side hung up.

        Raises ChannelGone when the first phone is gone before the talk begins.
        """
        by = Party.CALLER
        try:
            if self._resumed is None:
                await self.call.hush()
                await to_its_end(self._there.arrange())
            else:
                self._there.resume(self._resumed)
            self.call.carried = Carried()
            if self._resumed is None:
                self._there.began(self.sides[0])
            async with TaskGroup() as self._phones.tasks:
                try:
                    for side in self.sides:
                        self._phones.watch(side)
                    if self._resumed is None:
                        await self._there.record()
                    else:
                        state = State.TOGETHER if len(self.sides) > 1 else State.TALKING
                        await self._happens(self._there.go(state))
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
        return self._moves.onward

    def _tell_watchers(self) -> None:
        for watcher in tuple(self.watchers):
            watcher()

    def _rest(self) -> None:
        """Nothing more is waited for."""
        self._consultation.stop_ringing()
        for side in self._there.everybody():
            side.unwatch()
        self._there.hold.cancel()
        self._there.pause.cancel()
        self._phones.away.stop()
        if self._again is not None:
            self._again.cancel()

    async def _close(self, by: Party) -> None:
        """Leave nothing of it on the switch, but for a talk that the engine's end must not cut."""
        before, self._there.state = self.state, State.OVER
        self._refuse_the_rest()
        if self.call.handed_over:
            return
        self._tell_watchers()
        self._consultation.over(ConsultationEnd.CALLER_LEFT)
        if self.call.stopping and self.sides and before is not State.AWAY:  # who is away hears nobody
            await self._leave_alone(before)
            return
        for side in self.sides:
            self._there.ended(side, by)
        self._there.hold.end()
        await self._there.disperse()

    async def _leave_alone(self, before: State) -> None:
        """The engine goes down: caller and agent hear each other, whatever they did before."""
        await self._consultation.drop()
        if before not in (State.TALKING, State.TOGETHER):
            self._there.state = State.TALKING
            await settled(self._there.arrange())
        self._there.hold.end()
        for side in self.sides:
            self._there.ended(side, Party.ENGINE)

    def _refuse_the_rest(self) -> None:
        while not self._inbox.empty():
            match self._inbox.get_nowait():
                case Wish() as wish:
                    wish.tell(Refused(SAYS[State.OVER]))
                case Answer(connected=Connected() as connected):
                    self._dispatch.legs.abandon(connected)
                case Returned(connected=Connected() as connected):
                    self._phones.refuse(connected)

    # ── one thing after the other ───────────────────────────────────────────

    async def _take_in(self, happened: Happened) -> None:
        match happened:
            case Wish():
                await self._carry_out(happened)
            case HungUp(side):
                await self._happens(self._moves.hung_up(side))
            case Answer():
                await self._happens(self._moves.answered(happened))
            case TooLong(hold, beeped):
                await self._happens(self._moves.held_too_long(hold, beeped=beeped))
            case Strayed():
                await self._happens(self._phones.strayed(happened))
            case Heard():
                await self._happens(self._phones.heard(happened))
            case Reachable():
                await self._happens(self._phones.reachable(happened))
            case Returned():
                await self._happens(self._phones.returned(happened))
            case Overdue():
                await self._happens(self._phones.overdue(happened))
            case Unpaused():
                await self._happens(self._moves.unpaused(happened))
            case Askew():
                await to_its_end(self._mend(self.state, self.lead))

    async def _carry_out(self, wish: Wish) -> None:
        before, lead = self.state, self.lead
        try:
            self._fits(wish)
            await to_its_end(self._moves.do(wish))
        except Refused as refused:
            wish.tell(refused)
        except SwitchError as error:
            log.warning("the switch did not carry out a command", command=wish.command, error=str(error))
            await to_its_end(self._mend(before, lead))
            wish.tell(Refused(_NOT_DONE))
        else:
            wish.tell(None)
        finally:  # the caller is gone, or it met a bug: whoever commanded is told
            wish.tell(Refused(SAYS[State.OVER]))

    async def _happens(self, work: Coroutine[None, None, None]) -> None:
        before, lead = self.state, self.lead
        try:
            await to_its_end(work)
        except SwitchError as error:
            log.warning("the switch failed a talk", call=self.call.id, error=str(error))
            await to_its_end(self._mend(before, lead))

    async def _mend(self, before: State, lead: Side | None) -> None:
        """The switch failed us half way: on to the state that fits who is there now, and again until it is so."""
        if self.state is State.OVER:
            return
        state = self._fitting(before, lead)
        if state not in (State.ASKING, State.CONSULTING):
            self._consultation.over(ConsultationEnd.NOT_REACHED)
        try:
            await self._there.go(state)
        except SwitchError as error:
            log.error("a talk is not as it should be", call=self.call.id, state=state, error=str(error))
            if self._again is not None:
                self._again.cancel()
            self._again = asyncio.get_running_loop().call_later(AGAIN, self._inbox.put_nowait, Askew())

    def _fitting(self, before: State, lead: Side | None) -> State:
        """Which state fits; an agent who held the caller goes on doing so."""
        if not self.sides:
            return State.PASSING
        if self._phones.away.side is not None:
            return State.AWAY
        if self.aside is not None:
            return State.CONSULTING
        if self._consultation.rings:
            return State.ASKING
        if len(self.sides) > 1:
            return State.TOGETHER
        return State.HELD if before is State.HELD and lead is self.lead else State.TALKING

    def _fits(self, wish: Wish) -> None:
        """Raises Refused when a command does not fit who gives it, what goes on, or the caller's own exchange."""
        if wish.command is not Command.FLAG and self.is_fixed:
            raise Refused(FIXED)
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
