"""The web: the desk and all that it asks."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from importlib.metadata import version

import structlog

from desk.desk import open_desk
from desk.listening import listening
from desk.sessions import Lengths
from hotline.answers_watch import late_alerts
from hotline.composition.parts import Parts
from hotline.desk_callers import DeskCallers
from hotline.desk_floor import DeskFloor, shows
from hotline.desk_hand import DeskHand
from hotline.desk_routing import DeskRouting
from hotline.desk_telephones import DeskTelephones
from hotline.desk_telling import DeskTelling
from hotline.floor_door import FloorDoor
from hotline.floor_state import FloorState
from hotline.floor_watch import Alerted
from hotline.mapping import put_place
from hotline.trying import stand_of
from hotline.web import create_app
from hotline.webhooks import hosts_of
from hotline.wishes import Wishes
from paperwork.answers.codes import TreeCodes
from records.audit import Audit
from records.retention.holds import Holds

log = structlog.get_logger(__name__)


async def open_pages(parts: Parts) -> None:
    """Listen on the web's port. Raises OSError when it is taken."""
    board, clock, live, settings, stack = parts.board, parts.clock, parts.live, parts.settings, parts.stack

    def alerts() -> list[Alerted]:
        told = (*parts.watch.alerts(), *parts.alarms.alerts(), *parts.today.alerts(), *late_alerts(parts.hands))
        return sorted(told, key=lambda alerted: alerted.at)

    state = FloorState(
        parts.floor,
        clock,
        plan=parts.plan,
        lines=lambda: parts.crowd.lines,
        number_of=lambda name: None if (call := board.call(name)) is None else call.number,
        talks=board.conversations,
        attending=parts.supervision.attending,
        by_hand=parts.by_hand,
        alerts=alerts,
        callbacks=lambda: parts.callbacks.tickets,
        answers=lambda: [one.to_json() for one in parts.hands.in_hand()],
        quiet=parts.confidence.is_quiet,
        today=parts.today,
        front=parts.front.front,
        attack=parts.attack.attack,
    )
    parts.door = FloorDoor(
        state,
        board.dispatch,
        plan=parts.plan,
        call=board.call,
        conversations=board.conversations,
        supervision=parts.supervision,
        hang_up=parts.exchange.hang_up,
        database=settings.database_url,
        now=clock.now,
    )
    telephones = await stack.enter_async_context(DeskTelephones(settings, parts.switch, parts.plan))
    routing = DeskRouting(settings, live, clock.now)
    stack.push_async_callback(routing.close)
    parts.wishes = Wishes(live, parts.opening.seen, parts.shifts.wake)
    telling = DeskTelling(
        settings.database_url,
        parts.plan,
        clock,
        call=board.call,
        conversations=board.conversations,
        dispatch=board.dispatch,
        quiet=parts.confidence.is_quiet,
        listed=parts.nuisance,
        callbacks=lambda: parts.callbacks,
        alerts=alerts,
        standing=parts.alarms.told,
        obstacles=parts.view.obstacles,
        flush=parts.journal.flush,
    )
    hand = DeskHand(
        settings.var,
        parts.plan,
        clock.now,
        number_of=telling.number_of,
        front_changed=parts.wishes.front_changed,
        lines_changed=parts.wishes.lines_changed,
    )
    parts.desk = await stack.enter_async_context(
        open_desk(
            settings.database_url,
            parts.gate,
            DeskFloor(state, parts.door),
            telephones,
            stand=stand_of(settings, parts.plan, clock.now) if parts.managed else None,
            key=parts.desk_key,
            write=Audit(settings.database_url, settings.var).write,
            verify=Audit(settings.database_url, settings.var).verify,
            vault=parts.vault,
            holds=Holds(settings.database_url, settings.var),
            hand=hand,
            telling=telling,
            hotline=lambda: (live.now.plan.hotline.number, live.now.plan.hotline.name),
            version=version("hotline"),
            plan=parts.plan,
            trees=parts.trees.trees,
            mapping=partial(put_place, settings.config) if settings.web.publish else None,
            hosts=hosts_of(settings),
            orders=parts.work_orders,
            path=TreeCodes(parts.trees.trees).path,
            answers=parts.answers,
            quality=lambda: parts.rules.rules().quality,
            recordings=lambda: frozenset(parts.vault.names()),
            reports=parts.reports,
            callers=DeskCallers(
                parts.floor,
                parts.facts,
                plan=parts.plan,
                memory=parts.memory,
                nuisance=parts.nuisance,
                callbacks=lambda: parts.callbacks.tickets,
                now=clock.now,
            ),
            routing=routing,
            lengths=Lengths(
                timedelta(seconds=settings.web.session_idle), timedelta(seconds=settings.web.session_longest)
            ),
        )
    )
    board.dispatch.watch(parts.desk.live.changed)
    parts.journal.subscribe(lambda entry: parts.desk.live.changed() if shows(entry) else None)
    hand.changed = parts.desk.live.changed
    parts.answers.listeners.append(parts.desk.live.changed)
    if parts.past.known and not await parts.desk.users.all():
        log.info("nobody can sign in to the web yet: `hotline users add NAME --role administrator`")
    await parts.desk.trial.begin()
    web = create_app(parts.view, parts.registry, parts.desk)
    parts.web_port = await stack.enter_async_context(listening(web, parts.gate, settings.web.port, parts.tls))
