"""Shell: whole calls, from the greeting to the message, on a switch that fails, loses, repeats and delays events.

Callers type anything, phones vanish, sound stops. In the end every call has ended once, and nothing of it is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from acd.agent import Presence
from ivr.events import CallEnded
from ivr.journal import Entry
from ivr.outcomes import Outcome, Reason
from ivr.reconcile import Reconciler
from ivr.switch import PhoneChanged, SwitchError, SwitchEvent
from records.folding import fold
from routing.check import read_plan
from tests.ivr.fake_switch import Behaviour, FakeSwitch
from tests.ivr.house import House, house
from tests.routing.plans import SMALL
from tests.routing.rich import RICH

pytestmark = pytest.mark.looptime

AGENTS = ("ann", "bob", "cat")
STAFF = "  ann: {name: 甲, lines: [desk, night]}\n  bob: {name: 乙, lines: [desk]}\n  cat: {name: 丙, lines: [desk]}\n"
PLANS = {
    "small": read_plan({"small.yaml": SMALL.replace("  ann: {name: 甲, lines: [desk, night]}\n", STAFF)}),
    "rich": read_plan({"rich.yaml": RICH[: RICH.index("agents:\n") + 8] + STAFF + RICH[RICH.index("calendar:\n") :]}),
}
ORDERS = (
    *("answer", "play", "stop_playing", "plays", "start_music", "stop_music", "record", "ring", "bridge", "part"),
    *("census", "there", "rings", "packets", "record_bridge", "stop_recording", "drop_bridge", "hang_up", "release"),
)
TYPED = ("1", "1", "1", "2", "3", "4", "5", "9", "0", "*", "#", "A", "D", "1#*", "12345#", "0755A*#", "7" * 300)
PAUSES = (0.0, 0.0, 0.01, 0.5, 1.0, 3.0, 8.0, 20.0)


@dataclass(slots=True)
class WildSwitch(FakeSwitch):
    """Fails at any order, before or after it did what it was told; tells events late, twice, or never."""

    dice: Random = field(default_factory=Random)
    fails: float = 0.0
    """The share of orders that it fails."""
    errs: float = 0.0
    """The share of events that it loses, repeats or delays."""

    def tell(self, event: SwitchEvent) -> None:
        luck = 1.0 if isinstance(event, PhoneChanged) else self.dice.random()
        if luck < self.errs / 3:
            return
        if luck < self.errs * 2 / 3:
            asyncio.get_running_loop().call_later(self.dice.choice((0.05, 0.5, 4.0)), FakeSwitch.tell, self, event)
            return
        FakeSwitch.tell(self, event)
        if luck < self.errs:
            FakeSwitch.tell(self, event)

    async def wildly(self, order: Callable[..., Awaitable[Any]], *args: Any, **more: Any) -> Any:
        await asyncio.sleep(self.dice.choice((0.0, 0.0, 0.01, 0.3)))
        luck = self.dice.random()
        if luck < self.fails / 2:
            raise SwitchError("500 the switch is ill")
        done = await order(*args, **more)
        if luck < self.fails:
            raise SwitchError("the switch did not answer in time")
        return done


def _wild(name: str) -> Callable[..., Awaitable[Any]]:
    async def order(self: WildSwitch, *args: Any, **more: Any) -> Any:
        return await self.wildly(getattr(super(WildSwitch, self), name), *args, **more)

    return order


for _name in ORDERS:
    setattr(WildSwitch, _name, _wild(_name))


def manner(dice: Random) -> Behaviour:
    luck = dice.random()
    if luck < 0.6:
        return Behaviour(answers_after=dice.choice((0.0, 1.0, 3.0)))
    return Behaviour(speechless=luck < 0.7) if luck < 0.85 else Behaviour(fails_after=dice.choice((0.0, 1.0)))


def happens(h: House, dice: Random, numbers: list[int]) -> None:
    """Something that nobody here decides."""
    switch = h.switch
    callers, legs = sorted(switch.callers & switch.channels), sorted(switch.channels - switch.callers)
    match dice.randrange(12):
        case 0 | 1:
            numbers.append(len(numbers))
            switch.caller_dials(
                f"caller{len(numbers)}", dice.choice(("13900000001", "", "07550000001", "+8613900000002"))
            )
        case 2 | 3 | 4 | 5 if callers:
            switch.caller_types(dice.choice(callers), dice.choice(TYPED))
        case 6 if callers:
            switch.ends(dice.choice(callers))
        case 7 if callers:
            switch.sound_stops(dice.choice(callers))
        case 8 if legs:
            switch.ends(dice.choice(legs), dice.choice((16, 17, 19, 21)))
        case 9 if legs:
            switch.sound_stops(dice.choice(legs))
        case 10:
            switch.vanish(dice.choice(AGENTS))
        case _:
            switch.phone_up(dice.choice(AGENTS), manner(dice))


@pytest.mark.parametrize(("fails", "errs"), [(0.0, 0.0), (0.03, 0.0), (0.0, 0.15), (0.03, 0.03), (0.4, 0.4)])
@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("seed", range(3))
async def test_every_call_ends_once_and_leaves_nothing_behind(seed: int, plan: str, fails: float, errs: float) -> None:
    dice = Random(f"{seed} {plan} {fails} {errs}")  # noqa: S311  (dice, not keys)
    switch = WildSwitch(dice=dice, speech=4.0)
    phones = {name: manner(dice) for name in (*AGENTS, "n0221", "n0222")}
    async with house(plan=PLANS[plan], switch=switch, watched=True, **phones) as h:  # type: ignore[arg-type]
        async with asyncio.TaskGroup() as tasks:
            reconciling = tasks.create_task(Reconciler(switch, h.board).run())
            switch.fails, switch.errs = fails, errs
            numbers: list[int] = []
            for _ in range(40):
                happens(h, dice, numbers)
                await h.passes(dice.choice(PAUSES))
            switch.fails = switch.errs = 0.0
            for name in AGENTS:
                switch.phone_up(name, Behaviour())
            for channel in sorted(switch.callers):
                switch.ends(channel)
            await h.passes(120.0)  # longer than the longest message, rest and look of the reconciler
            reconciling.cancel()
        with suppress(TimeoutError):
            await h.passes(1.0)
        left = (switch.channels, switch.music, switch.playing, switch.recordings, switch.bridges, h.board.calls)
        assert h.is_clean(), left
        assert not h.board.dispatch.legs.names()
        floor = h.board.dispatch.floor
        assert not floor.audit()
        assert not [*floor.offers(), *floor.talks(), *(p for line in PLANS[plan].lines for p in floor.waiting(line))]
        assert [floor.seat(name).presence for name in AGENTS] == [Presence.READY] * 3
        for call in {entry.call for entry in h.ledger.entries}:
            check([entry for entry in h.ledger.entries if entry.call == call], sound=fails == errs == 0)


def check(entries: list[Entry], *, sound: bool) -> None:
    """One call's facts, numbered, with one end, of which a record can be made."""
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    ends = [entry.event for entry in entries if isinstance(entry.event, CallEnded)]
    assert ends == [entries[-1].event]
    assert ends[0].reason is not Reason.BUG
    assert not sound or ends[0].outcome is not Outcome.FAILED
    record = fold(entries)
    assert record.ended is not None
    assert record.ended >= record.started
    assert record.waited >= 0
    assert record.talked >= 0
