"""The composition root: the one place where everything is built and joined."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from typing import Any

import structlog
from prometheus_client import CollectorRegistry

from acd.agent import BreakReason
from acd.signals import BreakBegan
from desk.desk import open_desk
from desk.listening import listening
from desk.sessions import Lengths
from hotline.accounts import phones_of, secrets_of
from hotline.agi import LookUps, agi_of, hold_open
from hotline.alarms import AlarmKind, Alarms
from hotline.answers_watch import late_alerts
from hotline.arrangement import arrangement_of, floor_of
from hotline.attack import AttackWatch
from hotline.attack_door import AttackDoor
from hotline.backoffice.hatch import Hatch, Opens, within
from hotline.backoffice.messages import Begin, Book
from hotline.bans.watch import watch_of
from hotline.browsers import furnished
from hotline.by_hand import ByHandWatch
from hotline.call_mark import call_ids
from hotline.call_service import callback_service_of, service_of
from hotline.callback_door import cancelling
from hotline.certificate_watch import CertificateWatch
from hotline.certificates import expiries
from hotline.clock import clock_of
from hotline.confidence import Confidence
from hotline.control import open_control
from hotline.desk_callers import DeskCallers
from hotline.desk_floor import DeskFloor, shows
from hotline.desk_hand import DeskHand
from hotline.desk_routing import DeskRouting
from hotline.desk_telephones import DeskTelephones
from hotline.desk_telling import DeskTelling
from hotline.disk import DiskWatch
from hotline.doorkeeper import Keeper, capacity_of
from hotline.drain_kept import KeptDrain, mark_of_parent
from hotline.draining import Draining
from hotline.fallback import dialplan_of
from hotline.fallback_calls import FallbackCalls
from hotline.floor_door import FloorDoor
from hotline.floor_state import FloorState
from hotline.floor_watch import Alerted, FloorWatch
from hotline.front import FrontWatch
from hotline.heartbeat import Heartbeat
from hotline.knowledge import planted
from hotline.live import Edition, Live, Means, Opening
from hotline.living_facts import LivingFacts
from hotline.log_rotation import LogRotation
from hotline.managed import ManagedAsterisk, SwitchLost, SwitchRefused
from hotline.mapping import put_place
from hotline.metrics.calls import CallMetrics
from hotline.metrics.database import DatabaseGauges
from hotline.metrics.door import DoorGauges, DoorMetrics, OutboundGauges
from hotline.metrics.floor import CrowdGauges, FloorGauges, TalkMetrics
from hotline.metrics.house import (
    AlarmGauges,
    BackupGauge,
    DiskGauges,
    EngineGauges,
    JournalGauges,
    PlanGauges,
    TermGauges,
    processes,
)
from hotline.metrics.menus import MenuMetrics, keys_of
from hotline.metrics.papers import AnswerGauges, OrderGauges, RadarGauges
from hotline.metrics.requests import RateGauge, RequestMetrics
from hotline.metrics.switch import AsteriskGauges, LinkGauges, RepairGauges
from hotline.nuisance import NuisanceWatch
from hotline.office import basis_of
from hotline.operators import RECORDINGS, Published, mark_of
from hotline.past import Past, prepare
from hotline.ports import taken
from hotline.pulse import Pulse
from hotline.sealing import Sealing, SealingGauges, first_key, vault_of
from hotline.settings import HOUSE, Settings, SettingsError, load
from hotline.shifts import Shifts
from hotline.sounds import build_sounds, forget_standing, standing
from hotline.testcalls.account import tester_of
from hotline.testcalls.synthetic import SyntheticCaller
from hotline.today import TodayWatch
from hotline.tracing.export import traces
from hotline.trying import NUMBER, caller_of, may_be_tried, stand_of
from hotline.versions import Versions
from hotline.view import HotlineView, midnight
from hotline.web import create_app
from hotline.web_gate import gate_of, key_of, tls_of
from hotline.webhooks import hosts_of
from hotline.wishes import Wishes
from ivr.agi.beside import Beside
from ivr.ari.switch import AriSwitch
from ivr.callbacks.board import Callbacks
from ivr.dispatch import Dispatch
from ivr.door.door import Door
from ivr.door.throttle import Load
from ivr.guesses import Guesses
from ivr.lead.supervision import Supervision
from ivr.memory import CallerMemory
from ivr.outbound import OutboundToday
from ivr.outlook import Outlook
from ivr.phone_watch import PhoneWatch
from ivr.reconcile import Reconciler
from ivr.switch import Switch, SwitchError
from ivr.switchboard import Switchboard
from paperwork.answers.codes import TreeCodes
from paperwork.answers.hands import Hands
from paperwork.answers.names import PlanHouse
from paperwork.answers.office import open_book
from paperwork.answers.watch import Handed, Standing
from paperwork.categories.shelf import Shelf
from paperwork.orders.inquiry import Inquiry
from paperwork.orders.office import orders_of, quiet_lines
from paperwork.reports.connect_sheet import chosen_formula
from paperwork.rules_shelf import RulesShelf
from prompts.build import Report, forget_kept
from records.audit import Audit
from records.journal import SqlJournal
from records.presences import Presences
from records.retention.holds import Holds
from records.store import Store
from routing.calendar import SHANGHAI, known_for
from routing.plan import Plan

log = structlog.get_logger()

CALLERS_FIRST = 5.0
"""Seconds at most that an engine which begins leaves everything but callers alone."""


@dataclass(frozen=True, slots=True)
class Running:
    """The parts of a hotline that is up."""

    switch: AriSwitch
    board: Switchboard
    journal: SqlJournal
    view: HotlineView
    asterisk: ManagedAsterisk | None
    web_port: int
    live: Live
    wishes: Wishes
    supervision: Supervision
    reconciler: Reconciler
    ruin: asyncio.Future[SwitchLost]
    """Done when our Asterisk ended again and again."""
    alarms: Alarms
    draining: Draining
    hatch: Hatch
    key: str
    """Opens the page on which the hotline can be tried, once; empty where it cannot be."""


@asynccontextmanager
async def running(
    settings: Settings, opening: Opening | Published, *, managed: bool, supervised: bool = False, office: Opens = within
) -> AsyncIterator[Running]:
    """A whole hotline, up: with an Asterisk of its own (`managed`), or on the one that the operator runs.

    When it is `supervised`, an error of ours leaves an Asterisk with calls on it to the engine that comes next.
    `office` opens the back office, here or apart.
    Raises SwitchRefused, SecretsError, OSError (an address that is taken), each with one line for people.
    """
    opening = opening if isinstance(opening, Opening) else Opening(opening, seen=mark_of(settings.config))
    opening = replace(opening, published=furnished(opening.published, settings))
    plan = opening.published.plan
    gate, tls, desk_key = gate_of(settings), tls_of(settings), key_of(settings.var)
    until = expiries(settings)
    secrets = secrets_of(settings, plan)
    clock, floor = clock_of(settings), floor_of(plan)
    began = clock.now()
    async with AsyncExitStack() as stack:
        if refused := taken(settings, asterisk=False, web=True):
            raise SwitchRefused("\n".join(refused))
        asterisk: ManagedAsterisk | None = None
        if managed:
            phones = [*phones_of(plan, secrets), *caller_of(settings, plan), *tester_of(settings, secrets, plan)]
            asterisk = ManagedAsterisk(settings, secrets, phones, dialplan_of(plan, settings, clock))
            await stack.enter_async_context(asterisk)
            asterisk.spared = supervised and asterisk.taken_over
        await prepare(settings)
        vault = vault_of(settings)
        await first_key(settings, vault)
        journal = await stack.enter_async_context(
            SqlJournal(settings.database_url, node=settings.node, folder=settings.spool)
        )
        presences = await stack.enter_async_context(
            Presences(settings.database_url, node=settings.node, folder=settings.spool)
        )
        past = Past(settings, clock, journal, presences)
        await past.read()
        stack.callback(lambda: presences.leave(clock.now()))
        switch = AriSwitch(
            f"http://{settings.ari.host}:{settings.ari.port}",
            settings.ari.user,
            secrets.ari_password,
            phones=tuple(plan.phones),
            caller_id=settings.trunk.caller_id,
        )
        await stack.enter_async_context(switch)
        agi = agi_of(
            settings,
            phones=lambda: live.now.plan.phones,
            accepts=lambda: not draining.draining,
            look_up=LookUps(
                lambda: live.now.plan, lambda number: outlook.scene(number), lambda number: nuisance(number)
            ),
        )
        exchange: Switch = Beside(switch, agi, settings.agi.phones) if settings.agi.enabled else switch

        ending = threading.Event()
        stack.callback(ending.set)

        def furnish(published: Published) -> Report:
            recordings = None if published.folder is None else published.folder / RECORDINGS
            return build_sounds(settings, published.plan, recordings=recordings, go_on=lambda: not ending.is_set())

        async def equip(plan: Plan) -> None:
            secrets = await asyncio.to_thread(secrets_of, settings, plan)
            if asterisk is not None:
                dialplan = await asyncio.to_thread(dialplan_of, plan, settings, clock)
                ours = (*caller_of(settings, plan), *tester_of(settings, secrets, plan))
                await asterisk.reload([*phones_of(plan, secrets), *ours], dialplan)

        memory = CallerMemory()
        await past.remember(memory, plan)

        def swap(edition: Edition) -> None:
            board.dispatch.signal(arrangement_of(edition.plan))
            shifts.wake()
            metrics.know(edition.plan.lines)
            requests.know(edition.plan.lines)
            menus.know(edition.plan.nodes, keys_of(edition.plan))
            hatch.plan_changed(edition.plan)
            waited_on = (line for line in crowd.lines if floor.is_line(line) and floor.waiting(line))
            crowd.lines = tuple(dict.fromkeys((*edition.plan.lines, *waited_on)))

        def tidy(plan: Plan) -> None:
            forget_standing(settings.sounds, standing(plan, settings.sounds))

        async def settle(edition: Edition) -> None:
            await asyncio.to_thread(tidy, edition.plan)
            await past.remember(memory, edition.plan)
            for pause in (0.5, 2.0, 0.0):
                try:
                    await switch.watch(tuple(edition.plan.phones))
                except SwitchError as error:
                    log.warning("the new phones are not watched yet", error=str(error))
                    await asyncio.sleep(pause)
                else:
                    return
            log.error("the new phones are not watched until the link to the switch is built up again")

        versions = Versions(settings.var / "plans")
        live = Live(
            settings.config,
            settings.sounds,
            versions,
            Edition.first(opening, versions, settings.sounds),
            Means(furnish, equip, swap, settle),
            refused=opening.refused,
            today=lambda: clock.now().astimezone(SHANGHAI).date(),
            furnished=partial(furnished, settings=settings),
        )
        forget_kept(settings.sounds, live.now.words.kept.values())
        ids, pulse = call_ids(settings), Pulse(clock.monotonic)
        nuisance, attack = NuisanceWatch(settings.var, clock.now), AttackWatch(settings.var, clock.now)
        keeper = Keeper(
            Door(capacity_of(settings)),
            callers=lambda: live.now.plan.callers,
            load=lambda: Load(pulse.late(), switch.depth, switch.trip),
            monotonic=clock.monotonic,
            listed=nuisance,
            attack=attack,
        )
        board = Switchboard(
            exchange,
            journal,
            clock,
            ids,
            dispatch=lambda spawn: Dispatch(floor, exchange, clock, spawn),
            service=lambda dispatch: service_of(live.now, dispatch, clock, outlook, callbacks),
            agents=lambda: live.now.plan.phones,
            door=keeper,
            left=past.left,
            returns=settings.webrtc.returns,
            tests=frozenset((*settings.trunk.test_numbers, *((NUMBER,) if may_be_tried(settings) else ()))),
        )
        supervision = Supervision(
            board.conversations,
            board.dispatch,
            exchange,
            plan=lambda: live.now.plan,
            call=board.call,
            spawn=board.order,
            begin=board.begin,
        )
        watch = FloorWatch(floor, presences, clock.now)
        board.dispatch.watch(watch.hear)
        front, by_hand = FrontWatch(settings.var, clock.now), ByHandWatch(settings.var, clock.now)
        outbound = OutboundToday(clock.now)
        for fact in past.outbound:
            outbound.hear(fact)
        journal.subscribe(outbound.hear)
        orders = Store(settings.database_url)
        stack.push_async_callback(orders.close)
        guesses = Guesses(past.mistakes)
        outlook = Outlook(clock, board.dispatch, memory, front, by_hand, outbound, Inquiry(orders), guesses)
        shifts = Shifts(
            lambda: live.now.plan,
            clock.now,
            board.dispatch.signal,
            there=lambda agent: (
                not switch.up  # nothing is known of phones yet: no alarm
                or any(seat.id == agent and seat.phone_up for seat in floor.seats())
            ),
            by_hand=by_hand,
            warn=watch.warn,
        )
        watch.warned_of = shifts.warned_of
        shifts.look()
        for agent, reason in past.breaks.items():  # they are on it still: nobody rings who is at lunch
            if agent in plan.agents and (reason in plan.breaks or reason == BreakReason.OWN_WISH):
                board.dispatch.signal(BreakBegan(agent, reason))
        callbacks = Callbacks(
            board.dispatch,
            exchange,
            board.journal,
            clock,
            ids,
            board,
            lambda: callback_service_of(live.now, board.dispatch, clock, outlook, callbacks),
        )
        board.when_running(lambda: callbacks.restore(past.tickets.values()))
        disk = DiskWatch(
            settings.disk,
            (settings.var, settings.recordings),
            board.conversations.room,
            cut=lambda: board.order(board.conversations.cut_recordings()),
        )
        tester = SyntheticCaller(
            settings,
            lambda: live.now.published,
            outlook.scene,
            drains=lambda: draining.draining,
        )
        journal.subscribe(tester.hear)
        alarms = Alarms(
            clock.now,
            {
                AlarmKind.JOURNAL: lambda: journal.alarm,
                AlarmKind.PRESENCES: lambda: presences.alarm,
                AlarmKind.SPOOL: lambda: journal.spool_alarm or presences.spool_alarm,
                AlarmKind.SEALING: lambda: sealing.alarm,
                AlarmKind.OFFICE: lambda: hatch.missed(),
                AlarmKind.ANSWERS: lambda: hatch.alarm(AlarmKind.ANSWERS),
                AlarmKind.WEBHOOKS: lambda: hatch.alarm(AlarmKind.WEBHOOKS),
                AlarmKind.TERMS: lambda: confidence.alarm or hatch.alarm(AlarmKind.TERMS),
                AlarmKind.ORDERS: lambda: hatch.alarm(AlarmKind.ORDERS),
                AlarmKind.TALKS: disk.why_no_talks,
                AlarmKind.MESSAGES: disk.why_no_messages,
                AlarmKind.TEST_CALLS: lambda: tester.alarm,
            },
        )
        view = HotlineView(
            live,
            floor=floor,
            clock=clock,
            link=switch,
            journal=journal,
            board=board,
            front=front,
            by_hand=by_hand,
            callbacks=lambda: callbacks.tickets,
            attack=attack.attack,
            alarms=alarms.told,
            today=await past.today(midnight(clock)),
        )
        registry = CollectorRegistry()
        metrics = CallMetrics(registry, plan.lines, version=version("hotline"))
        menus = MenuMetrics(registry, plan.nodes, keys_of(plan))
        requests = RequestMetrics(registry, plan.lines)
        crowd, database = CrowdGauges(plan.lines, view), DatabaseGauges(settings.database_url)
        for measure in (
            crowd,
            database,
            LinkGauges(switch),
            JournalGauges(journal),
            AlarmGauges(alarms),
            PlanGauges(live, view.front),
            DiskGauges({"state": settings.var, "recordings": settings.recordings}, settings.disk.reserve),
            TermGauges(clock.now, lambda: known_for(live.now.plan.calendar), until),
            BackupGauge(settings.var),
            EngineGauges(pulse.late, lambda: desk.live.listeners),
            *processes(lambda: hatch.pid),
            FloorGauges(
                floor,
                clock.monotonic,
                lines=lambda: live.now.plan.lines,
                breaks=lambda: live.now.plan.breaks,
                alerts=watch.counts,
                callbacks=lambda: len(callbacks.tickets),
                empty=shifts.empty,
                soon_empty=shifts.soon_empty,
            ),
            DoorGauges(keeper.door, listed=nuisance.living, attack=attack),
            OutboundGauges(outbound),
            tester,
            RateGauge(lambda: today.last_24_hours()),
        ):
            registry.register(measure)
        journal.subscribe(DoorMetrics(registry).hear)
        journal.subscribe(TalkMetrics(registry).hear)
        for entries in past.left:
            metrics.remember(entries)
            menus.remember(entries)
        journal.subscribe(metrics.hear)
        journal.subscribe(menus.hear)
        journal.subscribe(view.hear)
        journal.subscribe(memory.hear)
        traced = await stack.enter_async_context(traces(settings, past.left))
        if traced is not None:
            journal.subscribe(traced)
        facts = LivingFacts()
        facts.remember(past.left)
        journal.subscribe(facts.hear)
        confidence = Confidence(settings, lambda: live.now.plan, journal.flush)
        confidence.remember(past.left)
        journal.subscribe(confidence.hear)
        rules, trees = RulesShelf(settings.config), Shelf(settings.config, HOUSE / "config")
        hands = Hands(lambda: rules.rules().answers)
        answers = await stack.enter_async_context(
            open_book(
                settings.database_url,
                house=PlanHouse(lambda: live.now.plan),
                hands=hands,
                rules=lambda: rules.rules().answers,
                codes=TreeCodes(trees.trees),
                now=clock.now,
            )
        )

        def seen(what: Handed | Standing) -> None:
            hands.take(what)
            desk.live.changed()

        hatch = Hatch(
            office,
            begin=lambda: Begin(settings, live.now.plan, clock.offset, began, journal.lag()),
            seen=seen,
            lag=journal.lag,
            flush=journal.flush,
        )
        journal.subscribe(hatch.hear)
        journal.elsewhere, presences.elsewhere = (
            partial(hatch.write, Book.JOURNAL),
            partial(hatch.write, Book.PRESENCES),
        )
        today = TodayWatch(
            settings.database_url,
            clock.now,
            lambda: chosen_formula(rules.rules().reports),
            (journal, presences),
            past.left,
            requests.count,
        )
        journal.subscribe(today.hear)
        presences.heard = today.moved
        if past.known:
            await today.read()
        reports = basis_of(settings.database_url, trees.trees, rules.rules, lambda: live.now.plan, clock.now)
        await planted(settings, orders, clock.now())
        work_orders = orders_of(
            orders,
            plan=lambda: live.now.plan,
            rules=lambda: rules.rules().orders,
            now=clock.now,
            codes=TreeCodes(trees.trees),
            link=answers.book.hand_on,
        )
        work_orders.changed.append(hatch.orders_changed)
        registry.register(OrderGauges(lambda: hatch.tally))
        registry.register(RadarGauges(lambda: hatch.rising))
        registry.register(AnswerGauges(hands, lambda: live.now.plan.lines))
        unattended = FallbackCalls(
            orders,
            journal,
            vault,
            None if asterisk is None else settings.var / "asterisk" / "log",
            node=settings.node,
            dialled=lambda: live.now.plan.hotline.number,
            quiet=lambda: quiet_lines(live.now.plan),
            now=clock.now,
            shift=clock.offset,
        )

        def alerts() -> list[Alerted]:
            told = (*watch.alerts(), *alarms.alerts(), *today.alerts(), *late_alerts(hands))
            return sorted(told, key=lambda alerted: alerted.at)

        state = FloorState(
            floor,
            clock,
            plan=lambda: live.now.plan,
            lines=lambda: crowd.lines,
            number_of=lambda name: None if (call := board.call(name)) is None else call.number,
            talks=board.conversations,
            attending=supervision.attending,
            by_hand=by_hand,
            alerts=alerts,
            callbacks=lambda: callbacks.tickets,
            answers=lambda: [one.to_json() for one in hands.in_hand()],
            quiet=confidence.is_quiet,
            today=today,
            front=front.front,
            attack=attack.attack,
        )
        door = FloorDoor(
            state,
            board.dispatch,
            plan=lambda: live.now.plan,
            call=board.call,
            conversations=board.conversations,
            supervision=supervision,
            hang_up=exchange.hang_up,
            database=settings.database_url,
            now=clock.now,
        )
        telephones = await stack.enter_async_context(DeskTelephones(settings, switch, lambda: live.now.plan))
        routing = DeskRouting(settings, live, clock.now)
        stack.push_async_callback(routing.close)
        wishes = Wishes(live, opening.seen, shifts.wake)
        telling = DeskTelling(
            settings.database_url,
            lambda: live.now.plan,
            clock,
            call=board.call,
            conversations=board.conversations,
            dispatch=board.dispatch,
            quiet=confidence.is_quiet,
            listed=nuisance,
            callbacks=lambda: callbacks,
            alerts=alerts,
            standing=alarms.told,
            obstacles=view.obstacles,
            flush=journal.flush,
        )
        hand = DeskHand(
            settings.var,
            lambda: live.now.plan,
            clock.now,
            number_of=telling.number_of,
            front_changed=wishes.front_changed,
            lines_changed=wishes.lines_changed,
        )
        desk = await stack.enter_async_context(
            open_desk(
                settings.database_url,
                gate,
                DeskFloor(state, door),
                telephones,
                stand=stand_of(settings, lambda: live.now.plan, clock.now) if managed else None,
                key=desk_key,
                write=Audit(settings.database_url, settings.var).write,
                verify=Audit(settings.database_url, settings.var).verify,
                vault=vault,
                holds=Holds(settings.database_url, settings.var),
                hand=hand,
                telling=telling,
                hotline=lambda: (live.now.plan.hotline.number, live.now.plan.hotline.name),
                version=version("hotline"),
                plan=lambda: live.now.plan,
                trees=trees.trees,
                mapping=partial(put_place, settings.config) if settings.web.publish else None,
                hosts=hosts_of(settings),
                orders=work_orders,
                path=TreeCodes(trees.trees).path,
                answers=answers,
                quality=lambda: rules.rules().quality,
                recordings=lambda: frozenset(vault.names()),
                reports=reports,
                callers=DeskCallers(
                    floor,
                    facts,
                    plan=lambda: live.now.plan,
                    memory=memory,
                    nuisance=nuisance,
                    callbacks=lambda: callbacks.tickets,
                    now=clock.now,
                ),
                routing=routing,
                lengths=Lengths(
                    timedelta(seconds=settings.web.session_idle), timedelta(seconds=settings.web.session_longest)
                ),
            )
        )
        board.dispatch.watch(desk.live.changed)
        journal.subscribe(lambda entry: desk.live.changed() if shows(entry) else None)
        hand.changed = desk.live.changed
        answers.listeners.append(desk.live.changed)
        if past.known and not await desk.users.all():
            log.info("nobody can sign in to the web yet: `hotline users add NAME --role administrator`")
        await desk.trial.begin()
        web = create_app(view, registry, desk)
        web_port = await stack.enter_async_context(listening(web, gate, settings.web.port, tls))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        reconciler = Reconciler(exchange, board)
        registry.register(RepairGauges(reconciler.repairs))
        sealing = Sealing(vault, settings.sealing, living=lambda call: board.call(call) is not None, now=clock.now)
        journal.subscribe(sealing.hear)
        registry.register(SealingGauges(sealing))

        async def make_up_for_the_past() -> None:
            await past.made_up_for()
            for mistake in past.mistakes:
                guesses.made(mistake)
            callbacks.restore(past.tickets.values())
            for fact in past.outbound:
                outbound.hear(fact)
            await past.remember(memory, live.now.plan)
            view.recount(await past.today(midnight(clock)))
            await today.read()

        works = [switch.listen(), board.run(), reconciler.run(), shifts.run(), wishes.heed_signals(), pulse.beat()]
        works += [alarms.run(), disk.run(), desk.ledger.run(), desk.live.run(), desk.telephone.run()]
        works.append(PhoneWatch(exchange, board, clock, settings.sip.no_reply).run())
        if settings.agi.enabled:
            works.append(hold_open(settings, agi))
        later = [sealing.run(), confidence.run(), hatch.run(), today.run(), unattended.run(), database.run()]
        if not past.known:
            later.append(make_up_for_the_past())
        if tls is not None:
            works.append(CertificateWatch(settings, tls, until).run())
        if asterisk is not None:
            later.append(tester.run())
            bans, asked = watch_of(settings, asterisk), AsteriskGauges(asterisk.command)
            for watched in (bans, asked):
                registry.register(watched)
                later.append(watched.run())
            later.append(LogRotation(asterisk.places.log, asterisk.command).run())
        if opening.published.files:
            works.append(wishes.heed_files())
        heart = Heartbeat(switch)
        kept = KeptDrain(settings.var, mark_of_parent()) if supervised else None
        draining = Draining(board, heart, probe=lambda: _settings_do(settings), kept=kept)
        draining.go_on()
        view.drains = lambda: draining.draining
        works += [heart.beat(), draining.run()]
        ruin: asyncio.Future[SwitchLost] = asyncio.get_running_loop().create_future()
        if asterisk is not None:
            works.append(_keep_running(asterisk, switch, board, ruin))
        works += [_once_served(work, board.served) for work in later]
        for work in works:
            stack.callback(tasks.create_task(work).cancel)
        leaders_switch = AttackDoor(settings, attack, plan=lambda: live.now.plan, now=clock.now)
        routes = [*draining.routes(), *wishes.routes(), *door.routes(), *leaders_switch.routes(), cancelling(callbacks)]
        routes += tester.routes() if asterisk is not None else []
        await stack.enter_async_context(open_control(settings.var, routes))
        yield Running(
            *(switch, board, journal, view, asterisk, web_port, live, wishes, supervision, reconciler),
            *(ruin, alarms, draining, hatch, desk.trial.key),
        )


async def _once_served(work: Coroutine[Any, Any, None], served: asyncio.Event) -> None:
    """Do this work once the callers of before are adopted, or soon in any case: they go before everything."""
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(CALLERS_FIRST):
                await served.wait()
        await work
    finally:
        work.close()  # should it never have begun


async def _keep_running(
    asterisk: ManagedAsterisk, switch: AriSwitch, board: Switchboard, ruin: asyncio.Future[SwitchLost]
) -> None:
    def lost() -> None:
        switch.died()  # first: what the calls let go must not be waited for
        board.media_lost()

    try:
        await asterisk.keep_running(lost)
    except SwitchLost as error:
        ruin.set_result(error)


def _settings_do(settings: Settings) -> None:
    """Raises ValueError when the settings as they are on the disk now have errors."""
    try:
        load(config=settings.config, var=settings.var)
    except SettingsError as error:
        raise ValueError(str(error)) from error
