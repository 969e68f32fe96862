"""The call and the floor: the door, the switchboard, who is on shift, callbacks, and what callers are told."""

from __future__ import annotations

from acd.agent import BreakReason
from acd.signals import BreakBegan
from hotline.attack import AttackWatch
from hotline.by_hand import ByHandWatch
from hotline.call_mark import call_ids
from hotline.call_service import callback_service_of, service_of
from hotline.composition.parts import Parts
from hotline.doorkeeper import Keeper, capacity_of
from hotline.floor_watch import FloorWatch
from hotline.front import FrontWatch
from hotline.nuisance import NuisanceWatch
from hotline.pulse import Pulse
from hotline.shifts import Shifts
from hotline.trying import NUMBER, may_be_tried
from ivr.callbacks.board import Callbacks
from ivr.dispatch import Dispatch
from ivr.door.door import Door
from ivr.door.throttle import STALL, Load
from ivr.guesses import Guesses
from ivr.lead.supervision import Supervision
from ivr.outbound import OutboundToday
from ivr.outlook import Outlook
from ivr.switchboard import Switchboard
from paperwork.orders.inquiry import Inquiry
from records.store import Store


async def open_floor(parts: Parts) -> None:
    """Everything that serves a caller, before the first is let in."""
    clock, floor, live, past, settings = parts.clock, parts.floor, parts.live, parts.past, parts.settings
    ids, parts.pulse = call_ids(settings), Pulse(clock.monotonic)
    parts.nuisance, parts.attack = NuisanceWatch(settings.var, clock.now), AttackWatch(settings.var, clock.now)
    parts.keeper = Keeper(
        Door(capacity_of(settings)),
        callers=lambda: live.now.plan.callers,
        load=lambda: Load(parts.pulse.late(STALL), parts.switch.depth, parts.switch.trip),
        monotonic=clock.monotonic,
        listed=parts.nuisance,
        attack=parts.attack,
    )
    parts.board = Switchboard(
        parts.exchange,
        parts.journal,
        clock,
        ids,
        dispatch=lambda spawn: Dispatch(floor, parts.exchange, clock, spawn),
        service=lambda dispatch: service_of(live.now, dispatch, clock, parts.outlook, parts.callbacks),
        agents=lambda: live.now.plan.phones,
        door=parts.keeper,
        left=past.left,
        returns=settings.webrtc.returns,
        tests=frozenset((*settings.trunk.test_numbers, *((NUMBER,) if may_be_tried(settings) else ()))),
    )
    parts.supervision = Supervision(
        parts.board.conversations,
        parts.board.dispatch,
        parts.exchange,
        plan=parts.plan,
        call=parts.board.call,
        spawn=parts.board.order,
        begin=parts.board.begin,
    )
    parts.watch = FloorWatch(floor, parts.presences, clock.now)
    parts.board.dispatch.watch(parts.watch.hear)
    parts.front, parts.by_hand = FrontWatch(settings.var, clock.now), ByHandWatch(settings.var, clock.now)
    parts.outbound = OutboundToday(clock.now)
    for fact in past.outbound:
        parts.outbound.hear(fact)
    parts.journal.subscribe(parts.outbound.hear)
    parts.orders = Store(settings.database_url)
    parts.stack.push_async_callback(parts.orders.close)
    parts.guesses = Guesses(past.mistakes)
    parts.outlook = Outlook(
        clock,
        parts.board.dispatch,
        parts.memory,
        parts.front,
        parts.by_hand,
        parts.outbound,
        Inquiry(parts.orders),
        parts.guesses,
    )
    parts.shifts = Shifts(
        parts.plan,
        clock.now,
        parts.board.dispatch.signal,
        there=lambda agent: (
            not parts.switch.up  # nothing is known of phones yet: no alarm
            or any(seat.id == agent and seat.phone_up for seat in floor.seats())
        ),
        by_hand=parts.by_hand,
        warn=parts.watch.warn,
    )
    parts.watch.warned_of = parts.shifts.warned_of
    parts.shifts.look()
    for agent, reason in past.breaks.items():  # they are on it still: nobody rings who is at lunch
        if agent in parts.first_plan.agents and (reason in parts.first_plan.breaks or reason == BreakReason.OWN_WISH):
            parts.board.dispatch.signal(BreakBegan(agent, reason))
    parts.callbacks = Callbacks(
        parts.board.dispatch,
        parts.exchange,
        parts.board.journal,
        clock,
        ids,
        parts.board,
        lambda: callback_service_of(live.now, parts.board.dispatch, clock, parts.outlook, parts.callbacks),
    )
    parts.board.when_running(lambda: parts.callbacks.restore(past.tickets.values()))
