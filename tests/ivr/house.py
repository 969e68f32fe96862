"""The house of a call: everything that it meets but the telephones, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hotline.arrangement import floor_of
from ivr.adoption.flow import AdoptingFlow
from ivr.agi.beside import Beside
from ivr.agi.switch import AgiSwitch
from ivr.call_ids import CallIds
from ivr.callbacks.attempt import CallbackService
from ivr.callbacks.board import Callbacks
from ivr.callbacks.events import CallPlaced
from ivr.callbacks.ticket import tickets
from ivr.clock import Clock
from ivr.dispatch import Dispatch
from ivr.door.keeper import Doorkeeper
from ivr.events import CallArrived, CallEnded
from ivr.guesses import Guesses
from ivr.inquiry import Inquiry
from ivr.journal import Entry, Event
from ivr.lead.supervision import Supervision
from ivr.memory import CallerMemory
from ivr.outbound import OutboundToday
from ivr.outlook import Outlook
from ivr.phone_watch import PhoneWatch
from ivr.switch import Switch
from ivr.switchboard import Service, Switchboard
from prompts.catalogue import Catalogue
from routing.calendar import SHANGHAI
from routing.check import read_plan
from routing.plan import Plan
from tests.ivr.fake_switch import Behaviour, FakeSwitch
from tests.routing.plans import SMALL

PLAN = read_plan({"small.yaml": SMALL})
WORKDAY = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
NIGHT = datetime(2026, 11, 20, 22, 0, tzinfo=SHANGHAI)
CALLER = "caller"


E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class LoopClock(Clock):
    """Virtual time, for wall and waits alike."""

    begins: datetime = WORKDAY
    stepped: list[timedelta] = field(default_factory=list)
    """How somebody set the wall's clock meanwhile."""

    def now(self) -> datetime:
        return self.begins.astimezone(UTC) + timedelta(seconds=self.monotonic()) + sum(self.stepped, timedelta())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()


@dataclass
class Ledger:
    """A journal in memory."""

    entries: list[Entry] = field(default_factory=list)
    stirred: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.stirred.set()

    @property
    def events(self) -> list[Event]:
        return [entry.event for entry in self.entries]

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(7200.0):
            while not holds():
                self.stirred.clear()
                await self.stirred.wait()

    async def noted(self, kind: type[Event], times: int = 1) -> None:
        await self.until(lambda: len(self.of(kind)) >= times)


@dataclass
class House:
    """Everything that a call meets, but the telephones."""

    switch: FakeSwitch
    ledger: Ledger
    board: Switchboard
    supervision: Supervision
    callbacks: Callbacks
    clock: LoopClock

    def killed(self) -> None:
        """The engine is no more: not a word of it reaches the switch or the journal."""
        self.board.hand_over()

    async def passes(self, seconds: float) -> None:
        """Let virtual time pass."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.Event().wait()

    @property
    def end(self) -> CallEnded:
        (end,) = self.ledger.of(CallEnded)
        return end

    def is_clean(self) -> bool:
        """Nothing of any call is left on the switch or in the engine."""
        switch = self.switch
        return not (
            switch.channels or switch.music or switch.playing or switch.recordings or switch.bridges or self.board.calls
        )


def by_call(entries: Iterable[Entry]) -> list[list[Entry]]:
    """The entries of each call, as the journal gives those of an engine before."""
    calls: dict[str, list[Entry]] = {}
    for entry in entries:
        calls.setdefault(entry.call, []).append(entry)
    return [told for told in calls.values() if isinstance(told[0].event, CallArrived | CallPlaced)]


@asynccontextmanager
async def house(
    at: datetime = WORKDAY,
    plan: Plan = PLAN,
    *,
    memory: CallerMemory | None = None,
    restored: Iterable[Entry] = (),
    before: Iterable[Entry] = (),
    front: Callable[[], str | None] = lambda: None,
    switch: FakeSwitch | None = None,
    door: Doorkeeper | None = None,
    watched: bool = False,
    outbound: OutboundToday | None = None,
    inquiry: Inquiry | None = None,
    guesses: Guesses | None = None,
    tests: frozenset[str] = frozenset(),
    agi: AgiSwitch | None = None,
    **phones: Behaviour,
) -> AsyncIterator[House]:
    """A hotline on a fake switch. `phones` by agent, or `n` and an outside number.

    `before` is what an engine wrote down that was killed; with the `switch` that it had, this is the next one.
    Callers of `agi` come too, and phones that register at their Asterisk count as there.
    `watched`: phones are looked at twice a second, which takes long where days of virtual time pass.
    """
    switch, ledger, clock, floor = switch or FakeSwitch(), Ledger(), LoopClock(begins=at), floor_of(plan)
    port: Switch = switch if agi is None else Beside(switch, agi, plan.phones)
    catalogue = Catalogue(plan.words)
    ids = CallIds("t")

    guesses = guesses or Guesses()

    def flow() -> AdoptingFlow:
        outlook = Outlook(clock, board.dispatch, memory, front, outbound=outbound, inquiry=inquiry, guesses=guesses)
        return AdoptingFlow(plan, catalogue, board.dispatch, clock, outlook, callbacks)

    board = Switchboard(
        port,
        ledger,
        clock,
        ids,
        dispatch=lambda spawn: Dispatch(floor, port, clock, spawn),
        service=lambda _: Service(flow(), "v1", ("sorry",), flow().resume),
        agents=lambda: plan.phones,
        door=door,
        left=by_call(before),
        tests=tests,
    )
    callbacks = Callbacks(
        board.dispatch,
        switch,
        board.journal,
        clock,
        ids,
        board,
        lambda: CallbackService(plan, catalogue, "v1", flow().serve, lambda made: made, ("sorry",)),
    )
    board.when_running(lambda: callbacks.restore(tickets(restored).values()))
    switch.connect()
    for phone, behaviour in phones.items():
        if phone in plan.agents:
            switch.phone_up(phone, behaviour)
        else:
            switch.phones[phone.removeprefix("n")] = behaviour
    supervision = Supervision(
        board.conversations,
        board.dispatch,
        port,
        plan=lambda: plan,
        call=board.call,
        spawn=board.order,
        begin=board.begin,
    )
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(board.run())
        watching = tasks.create_task(PhoneWatch(switch, board, clock).run()) if watched else None
        try:
            yield House(switch, ledger, board, supervision, callbacks, clock)
        finally:
            if watching is not None:
                watching.cancel()
            serving.cancel()
