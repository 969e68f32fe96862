"""The reconciler: holds what we believe against what the switch has, and mends what differs.

Theory of operation
-------------------
Everything that the engine believes came from events and from orders of its own. An event that never came (a link that
broke for a moment, a bug on either side) leaves a belief that nothing will ever correct: an agent who talks for ever, a
caller whom nobody looks after, a leg that rings in an empty room. So every few seconds the switch is asked for what
exists (`Switch.census`), and the two are compared.

What is just being made or ended differs too, for a moment. So a difference counts only when it holds both before and
after the census, and is mended only when the next look finds the very same one again. Healthy calls are never touched:
a difference of theirs does not live for two looks.

Mending adds no second way of doing things: a missed event is told to the switchboard now, as if it had come; what
nobody knows is hung up. Then the floor is asked whether it is in a state that cannot be (`Floor.audit`), and mends it.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Set
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

import structlog

from acd.signals import Alert, AlertKind, Audited, Order
from ivr.beliefs import Beliefs
from ivr.switch import Census, Gone, Kind, LegAnswered, PhoneChanged, Played, Switch, SwitchError
from ivr.switchboard import Switchboard

log = structlog.get_logger()

EVERY = 5.0
"""Seconds between two looks: what was missed is mended after one to two of them."""
AFTER_LINK = 0.5
"""Seconds between the looks that follow a new link."""
LOOKS = 4
"""So many follow it: what the first two find is mended, and what comes of that is seen soon."""


class Repair(StrEnum):
    """What was mended: the closed list that the log and the metric share."""

    CALL_ENDED = "call_ended"  # a call went on without its channel
    LEG_ENDED = "leg_ended"  # a phone rang or talked that the switch no longer has
    LEG_ANSWERED = "leg_answered"  # a phone was answered, and we did not hear it
    PROMPT_ENDED = "prompt_ended"  # a call waited for a prompt that was over
    PHONE_CAME = "phone_came"
    PHONE_WENT = "phone_went"
    LEG_HUNG_UP = "leg_hung_up"  # nobody knew of it
    CALLER_RELEASED = "caller_released"  # nobody looked after them: the dialplan does
    CALLER_HUNG_UP = "caller_hung_up"  # their call was over
    BRIDGE_DROPPED = "bridge_dropped"
    FLOOR_TOLD = "floor_told"  # the floor went on with an offer, a talk or a wait that nobody else knew of
    FLOOR_MENDED = "floor_mended"  # the floor was in a state that cannot be


_EAR = re.compile(r"-ear[0-9]*$")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as we believe."""

    repair: Repair
    """What would mend it."""
    name: str
    """Of the channel, bridge, playback or phone, or of what is adrift."""


def differences(beliefs: Beliefs, census: Census) -> set[Difference]:
    """Where the switch is not as we believe, playbacks aside; and what the floor alone goes on believing."""
    channels = census.channels
    strays = {name: seen.kind for name, seen in channels.items() if not _is_known(name, beliefs.known)}
    names: dict[Repair, Set[str]] = {
        Repair.CALL_ENDED: beliefs.callers - channels.keys(),
        Repair.LEG_ENDED: (beliefs.ringing | beliefs.talking) - channels.keys(),
        Repair.LEG_ANSWERED: {leg for leg in beliefs.ringing | beliefs.calling if leg in channels and channels[leg].up},
        Repair.PHONE_CAME: (census.phones_up & beliefs.phones) - beliefs.phones_up,
        Repair.PHONE_WENT: (beliefs.phones_up & beliefs.phones) - census.phones_up,
        Repair.LEG_HUNG_UP: {name for name, kind in strays.items() if kind in (Kind.LEG, Kind.EAR)},
        Repair.CALLER_RELEASED: {name for name, kind in strays.items() if kind is Kind.CALLER},
        Repair.BRIDGE_DROPPED: {
            bridge
            for bridge, members in census.bridges.items()
            if bridge not in beliefs.bridges and not members & beliefs.known and _call_of(bridge) not in beliefs.calls
        },
        Repair.FLOOR_TOLD: beliefs.adrift.keys(),
    }
    return {Difference(repair, name) for repair, found in names.items() for name in found}


def _is_known(name: str, known: Set[str]) -> bool:
    """Whether a channel is looked after; what listens in is by whom it listens for."""
    return name in known or _EAR.sub("", name) in known


def _call_of(bridge: str) -> str:
    """The call in whose name a bridge was made; calls made within it count as the same."""
    return "-".join(bridge.split("-")[:2]).partition("~")[0]


class Reconciler:
    """Looks every few seconds, and soon after the switch can be heard again, for ever: `await run()`."""

    def __init__(self, switch: Switch, board: Switchboard, every: float = EVERY) -> None:
        self._switch, self._board, self._every = switch, board, every
        self.repairs: Counter[str] = Counter({str(repair): 0 for repair in Repair})
        """How often what was mended since the start: every `Repair` is there."""
        self._suspects: set[Difference] = set()
        """What the last look found."""
        self._played: Set[str] = frozenset()
        """What was played at the last look."""
        self._served: set[str] = set()
        """Callers' channels that a call of ours had: over, they are not sent through the plan again."""
        board.dispatch.watch(self._see)

    async def run(self) -> None:
        """Reconcile until cancelled."""
        linked, soon = self._board.linked, 0
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(AFTER_LINK if soon else self._every):
                    await linked.wait()
            soon = LOOKS - 1 if linked.is_set() else max(0, soon - 1)
            linked.clear()
            await self.look()

    async def look(self) -> None:
        """Compare once; what the look before found as well is mended. What fails is logged, never raised."""
        try:
            await self._look()
        except (SwitchError, TimeoutError) as error:
            log.info("the switch could not be compared with", error=str(error) or type(error).__name__)
            self._suspects.clear()
        except Exception:
            log.exception("the reconciler met a bug")

    async def _look(self) -> None:
        before = self._board.beliefs()
        async with asyncio.timeout(self._every):
            census = await self._switch.census()
            over = {name for name in before.playing & self._played if not await self._switch.plays(name)}
        after = self._board.beliefs()
        found = differences(before, census) & differences(after, census)
        found |= {Difference(Repair.PROMPT_ENDED, name) for name in over & after.playing}
        certain = found & self._suspects
        self._suspects, self._played = found - certain, after.playing
        self._served = (self._served | after.callers) & census.channels.keys()
        for difference in sorted(certain, key=lambda one: (one.repair, one.name)):
            try:
                await self._mend(difference)
            except (SwitchError, TimeoutError) as error:
                why = str(error) or type(error).__name__
                log.warning("what differs could not be mended", repair=difference.repair, name=difference.name, why=why)
        self._board.dispatch.signal(Audited())

    async def _mend(self, difference: Difference) -> None:
        hear, name, repair = self._board.hear, difference.name, difference.repair
        async with asyncio.timeout(self._every):
            match repair:
                case Repair.CALL_ENDED | Repair.LEG_ENDED:
                    hear(Gone(name, None))
                case Repair.LEG_ANSWERED:
                    hear(LegAnswered(name))
                case Repair.PROMPT_ENDED:
                    hear(Played(name))
                case Repair.PHONE_CAME | Repair.PHONE_WENT:
                    hear(PhoneChanged(name, up=repair is Repair.PHONE_CAME))
                case Repair.FLOOR_TOLD:
                    signal = self._board.dispatch.adrift().get(name)
                    if signal is None:
                        return  # mended with another
                    self._board.dispatch.signal(signal)
                case Repair.LEG_HUNG_UP:
                    await self._switch.hang_up(name)
                case Repair.BRIDGE_DROPPED:
                    await self._switch.drop_bridge(name)
                case Repair.CALLER_RELEASED if name in self._served:
                    repair = Repair.CALLER_HUNG_UP
                    await self._switch.hang_up(name)
                case Repair.CALLER_RELEASED:
                    await self._switch.release(name)
        self._count(repair, name)

    def _see(self, order: Order) -> None:
        if isinstance(order, Alert) and order.kind is AlertKind.MENDED:
            self._count(Repair.FLOOR_MENDED, order.what)

    def _count(self, repair: Repair, what: str) -> None:
        self.repairs[repair] += 1
        log.error("what could not be was mended", repair=str(repair), what=what)
