"""The switchboard: hears the switch, starts a call for whoever arrives, and tells each call what concerns it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import structlog

from ivr.adoption.adoption import Adoption
from ivr.adoption.found_talks import FoundTalks
from ivr.adoption.remains import Remains
from ivr.adoption.unfinished import Unfinished
from ivr.beliefs import Beliefs
from ivr.call import Call, Flow, run_call
from ivr.callbacks.attempt import PlacedCall
from ivr.clock import Clock
from ivr.dispatch import Dispatch
from ivr.door.keeper import Doorkeeper, OpenDoor
from ivr.door.verdict import WELCOME, Lane, Verdict
from ivr.events import CallArrived, CallScreened
from ivr.journal import Entry, Facts, Journal
from ivr.order import PATIENCE
from ivr.sent_away import SentAway
from ivr.switch import (
    Arrived,
    Found,
    Gone,
    KeyTyped,
    LegAnswered,
    LinkDown,
    LinkUp,
    PhoneChanged,
    Played,
    Recorded,
    Switch,
    SwitchEnding,
    SwitchError,
    SwitchEvent,
    TalkFound,
)
from ivr.talk.away import WITHIN
from ivr.talk.conversations import Conversations

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Service:
    """What an arriving call is given: the flow of the plan in force, its version, and the words for a failure."""

    flow: Flow
    version: str
    apology: Sequence[str]
    resume: Callable[[Call, Unfinished, Remains], Flow | None] | None = None
    """Goes on with a call of an engine before us (`ivr.adoption.flow`)."""


class Switchboard:
    """One task group owns every call; whatever happens to one of them stays there."""

    def __init__(
        self,
        switch: Switch,
        journal: Journal,
        clock: Clock,
        ids: Callable[[], str],
        dispatch: Callable[[Callable[[Coroutine[Any, Any, None]], object]], Dispatch],
        service: Callable[[Dispatch], Service],
        agents: Callable[[], Mapping[str, str]],
        left: Iterable[Sequence[Entry]] = (),
        door: Doorkeeper | None = None,
        tests: frozenset[str] = frozenset(),
        returns: float = WITHIN,
    ) -> None:
        """`left` are the entries of calls that an engine before us began and did not end, call by call.

        Calls from the numbers `tests` are our own, made to see that all works. `returns`: seconds that an agent's
        browser has to come back to its talk.
        """
        self.journal = Facts(journal)
        self._switch, self._journal, self._clock, self._ids = switch, self.journal, clock, ids
        self._make_service, self._agents, self._door = service, agents, door or OpenDoor()
        self._tests = tests
        self._call_tasks: asyncio.TaskGroup | None = None
        self._order_tasks: asyncio.TaskGroup | None = None
        """Outlives the calls, so that what they order at their end is still carried out."""
        self._orders: set[asyncio.Task[None]] = set()
        self.dispatch = dispatch(self.order)
        self.conversations = Conversations(self.dispatch, switch, self.order, returns)
        self._calls: dict[str, Call] = {}
        """By channel."""
        self._by_id: dict[str, Call] = {}
        self._sent_away = SentAway(switch, self.order)
        self._made: set[str] = set()
        """Channels of calls that we make and nobody answered yet: there may be none of that name."""
        self._first: list[Callable[[], None]] = []
        self._adoption = Adoption(
            left, switch=switch, journal=self.journal, clock=clock, dispatch=self.dispatch, order=self.order
        )
        self._found = FoundTalks(self.dispatch, switch, self.order, self._agent_of)
        self.handing_over = False
        self.served = asyncio.Event()
        """The switch was heard, and whoever was on it is looked after."""
        self.linked = asyncio.Event()
        """Set whenever the switch can be heard again: what happened meanwhile was not told."""

    @property
    def calls(self) -> int:
        """Calls in progress."""
        return len(self._calls)

    def living(self) -> Sequence[Call]:
        """The calls in progress."""
        return tuple(self._calls.values())

    def call(self, id: str) -> Call | None:
        """The call of this id, as long as it lives."""
        return self._by_id.get(id)

    def begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something beside the calls; the engine's end cancels it."""
        task = _within(self._call_tasks).create_task(_guarded(work))
        task.add_done_callback(lambda _: work.close())  # cancelled before it began, it would be awaited for ever
        return task

    def beliefs(self) -> Beliefs:
        """What we take to exist on the switch."""
        living = [call for call in self._calls.values() if not call.gone]
        dispatch, legs = self.dispatch, self.conversations.legs
        kept = dispatch.legs.kept()
        ringing = (dispatch.legs.ringing() - kept) | legs.ringing()
        both = (dispatch.legs.names() - kept) | legs.names()
        return Beliefs(
            calls=frozenset(self._by_id),
            callers=frozenset(call.channel for call in living) - self._made,
            calling=frozenset(self._made),
            known=both | kept | self._calls.keys() | self._found.channels() | self._sent_away.channels(),
            bridges=self._found.bridges(),
            ringing=ringing,
            talking=both - ringing,
            playing=frozenset(call.playing for call in living if call.playing is not None),
            phones=frozenset(self._agents()),
            phones_up=frozenset(phone for seat in dispatch.floor.seats() for phone in seat.phones),
            adrift=dispatch.adrift(),
        )

    @property
    def awaited(self) -> int:
        """Calls of an engine before us of which the switch has not told yet whether they live."""
        return self._adoption.awaited

    def hand_over(self) -> None:
        """Leave all calls as they are, for the next engine: no order is given and no fact written any more.

        What was noted until now is to be flushed; then `run` may be cancelled.
        """
        self.handing_over = True
        for call in self._calls.values():
            call.stop(handed_over=True)
        self._switch.hand_over()
        self.journal.close()

    async def run(self) -> None:
        """Serve until cancelled; then every call is released."""
        async with asyncio.TaskGroup() as self._order_tasks:
            try:
                async with asyncio.TaskGroup() as self._call_tasks:
                    try:
                        for work in self._first:
                            work()
                        async for event in self._switch.events():
                            self.hear(event)
                    finally:
                        self._stop()
            finally:
                self.dispatch.close()
                if self._orders:
                    await asyncio.wait(self._orders, timeout=PATIENCE)

    def when_running(self, work: Callable[[], None]) -> None:
        """Do this before the first event of the switch is heard."""
        self._first.append(work)

    @contextmanager
    def knows(self, call: Call, *, channel: bool = True) -> Iterator[None]:
        """Tell a call that we make what concerns it; without `channel` only of its playbacks."""
        self._by_id[call.id] = call
        if channel:
            self._calls[call.channel] = call
            self._made.add(call.channel)
        try:
            yield
        finally:
            del self._by_id[call.id]
            if channel:
                del self._calls[call.channel]
                self._made.discard(call.channel)

    def _stop(self) -> None:
        for call in self._calls.values():
            call.stop(handed_over=self.handing_over)

    def hear(self, event: SwitchEvent) -> None:
        """Take in what the switch tells, or should have told."""
        try:
            self._tell(event)
        except Exception:
            log.exception("an event of the switch met a bug", kind=type(event).__name__)

    def _tell(self, event: SwitchEvent) -> None:
        match event:
            case Arrived():
                self._arrived(event)
            case KeyTyped(channel, key):
                if (call := self._calls.get(channel)) is not None:
                    call.key_typed(key)
            case Played(playback, failed):
                if (call := self._call_of(playback)) is not None:
                    call.played(playback, failed=failed)
            case Recorded(recording):
                if (call := self._call_of(recording)) is not None:
                    call.recordings.ended(event)
            case LegAnswered(leg):
                if (call := self._calls.get(leg)) is not None:
                    self._made.discard(leg)
                    call.picked_up()
                elif not self.conversations.legs.answered(leg):
                    self.dispatch.legs.answered(leg)
            case Gone(channel, cause, lost):
                if (call := self._calls.get(channel)) is not None:
                    call.hung_up(cause, lost=lost)
                elif not (self._found.gone(channel) or self.conversations.legs.gone(channel, lost=lost)):
                    self.dispatch.legs.gone(channel, cause, lost=lost)
            case SwitchEnding():
                self.media_lost()
            case Found():
                self._adoption.take_over(event, self._adopt, self.hear)
                self.served.set()
            case TalkFound():
                self._found.keep(event)
            case PhoneChanged(phone, up):
                if (agent := self._agents().get(phone)) is not None:
                    self.dispatch.phone_changed(agent, up, phone)
            case LinkUp(restarted):
                log.info("the switch is heard", restarted=restarted)
                if restarted:
                    self.media_lost()
                self.linked.set()
                for call in self._calls.values():
                    call.missed_events()
                    if call.recordings.message is not None:
                        self.order(call.recordings.look_again())
            case LinkDown():
                log.error("the switch is not heard")

    def media_lost(self) -> None:
        """The switch died, and with it everything that was on it: every call ends now. Idempotent."""
        living = [call for call in self._calls.values() if not call.gone]
        if living:
            log.error("the switch died; its calls are lost", calls=len(living))
        for call in living:
            call.media_lost()
        self.dispatch.media_lost(call.id for call in living)
        for leg in self.conversations.legs.names():
            self.conversations.legs.gone(leg)
        self._found.media_lost()

    def _adopt(self, one: Unfinished, left: Remains) -> bool:
        """Go on with a call; False when it cannot be."""
        service = self._make_service(self.dispatch)
        if service.resume is None:
            return False
        kind = Call if one.ticket is None else PlacedCall
        call = kind(
            one.id,
            one.channel,
            one.number,
            one.dialled,
            switch=self._switch,
            journal=self._journal,
            clock=self._clock,
            conversations=self.conversations,
        )
        call.take_over(one)
        try:
            flow = service.resume(call, one, left)
        except Exception:
            log.exception("a call could not be adopted", call=one.id)
            flow = None
        if flow is None:
            one.seq = call.diary.seq  # what ends it comes after what was noted until now
            return False
        if one.ticket is None:
            self._judge(call, Arrived(call.channel, call.number, call.dialled, found=True))  # let in already
        self._calls[call.channel] = call
        self._by_id[call.id] = call
        work = self._run(call, replace(service, flow=flow), None)
        _within(self._call_tasks).create_task(_guarded(work))
        return True

    def _agent_of(self, phone: str) -> str:
        """Whose phone it is; the name of one that the plan does not have any more is nobody's."""
        return self._agents().get(phone, phone)

    def _call_of(self, name: str) -> Call | None:
        """The call whose id begins the last part of a playback's or recording's name."""
        return self._by_id.get("-".join(name.rpartition("/")[2].split("-")[:2]).partition("~")[0])

    def _arrived(self, event: Arrived) -> None:
        if event.channel in self._calls or event.channel in self._sent_away:
            return
        call = Call(
            self._ids(),
            event.channel,
            event.number,
            event.dialled,
            switch=self._switch,
            journal=self._journal,
            clock=self._clock,
            conversations=self.conversations,
        )
        service = self._make_service(self.dispatch)
        call.tester = event.tester
        test = event.tester or event.number in self._tests
        call.note(CallArrived(event.number, event.dialled, event.channel, service.version, test, event.tester))
        call.lane = lane = self._judge(call, event)
        if lane.why is not None:
            call.note(CallScreened(lane.lane, lane.why, lane.told))
        if lane.lane is Lane.AWAY:
            self._sent_away.send(call, lane)
            return
        self._calls[event.channel] = call
        self._by_id[call.id] = call
        agent = None if event.phone is None else self._agent_of(event.phone)
        _within(self._call_tasks).create_task(_guarded(self._run(call, service, agent)))
        if agent is not None:
            self.dispatch.hold_back(agent)

    def _judge(self, call: Call, event: Arrived) -> Verdict:
        """What the door says; a bug there lets the caller in."""
        try:
            return self._door.judge(call.id, event)
        except Exception:
            log.exception("the door met a bug: the call is let in", call=call.id)
            return WELCOME

    async def _run(self, call: Call, service: Service, agent: str | None) -> None:
        """One call to its end. `agent` made it and was held back: whoever has the phone by then, they are let back."""
        with structlog.contextvars.bound_contextvars(call=call.id):
            try:
                await run_call(call, service.flow, service.apology)
            finally:
                del self._calls[call.channel]
                del self._by_id[call.id]
                self._door.leave(call.id)
                if agent is not None:
                    self.dispatch.let_back(agent)
                log.info("a call ended", outcome=call.outcome[0], reason=call.outcome[1])

    def order(self, work: Coroutine[Any, Any, None]) -> object:
        """Begin to carry out an order, such as the dispatch's; the engine's end waits for it."""
        task = _within(self._order_tasks).create_task(_guarded(work, quiet=lambda: self.handing_over))
        self._orders.add(task)
        task.add_done_callback(self._orders.discard)
        return task


def _within(group: asyncio.TaskGroup | None) -> asyncio.TaskGroup:
    if group is None:
        raise RuntimeError("the switchboard does not run")
    return group


async def _guarded(work: Coroutine[Any, Any, None], quiet: Callable[[], bool] = lambda: False) -> None:
    """A bug ends what met it, and nothing else."""
    try:
        await work
    except SwitchError as error:
        if not quiet():
            log.warning("the switch refused an order", error=str(error))
    except Exception:
        log.exception("a task met a bug")
