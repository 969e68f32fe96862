"""The composition root: the one place where everything is built and joined."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version

import structlog
from prometheus_client import CollectorRegistry

from acd.agent import Agent
from acd.floor import Floor
from acd.line import Line, Outside
from hotline.managed import ManagedAsterisk, SwitchRefused
from hotline.metrics import CallMetrics, Gauges
from hotline.operators import Published
from hotline.ports import taken
from hotline.secrets import Secrets, keep_secrets
from hotline.settings import Settings
from hotline.switch_config import PhoneAccount
from hotline.view import HotlineView, midnight
from hotline.web import create_app, open_web
from ivr.ari import AriSwitch
from ivr.clock import Clock
from ivr.dispatch import Dispatch
from ivr.events import Outcome
from ivr.flow import PlanFlow
from ivr.switchboard import CallIds, Service, Switchboard
from prompts.catalogue import Catalogue
from records.calls import outcomes
from records.database import open_database
from records.journal import SqlJournal
from records.migrations import upgrade
from routing.calendar import SHANGHAI
from routing.plan import LineRule, Plan

log = structlog.get_logger()


def floor_of(plan: Plan) -> Floor:
    """The floor that a plan describes, all agents offline."""
    lines = (_line(name, rule) for name, rule in plan.lines.items())
    agents = (Agent(name, name, rule.lines) for name, rule in plan.agents.items())
    return Floor(lines, agents)


def _line(name: str, rule: LineRule) -> Line:
    own = rule.outside
    outside = None if own is None else Outside(own.number, own.simultaneous, own.ring)
    return Line(name, rule.ring, rule.wrap_up, rule.maximum_wait, rule.priority, outside=outside)


def clock_of(settings: Settings) -> Clock:
    """The engine's clock: the machine's, or one that someone set to try another day."""
    if settings.clock is None:
        return Clock()
    at: datetime = settings.clock
    return Clock.starting_at(at if at.tzinfo else at.replace(tzinfo=SHANGHAI))


def secrets_of(settings: Settings, plan: Plan) -> Secrets:
    """The hotline's secrets; what is missing is made. Raises SecretsError, OSError."""
    kept = keep_secrets(settings.var, plan.agents)
    own = settings.ari.password
    return kept if own is None else replace(kept, ari_password=own.get_secret_value())


def phones_of(plan: Plan, secrets: Secrets) -> list[PhoneAccount]:
    """The SIP account of each agent."""
    return [PhoneAccount(name, secrets.phones[name], rule.name) for name, rule in plan.agents.items()]


@dataclass(frozen=True, slots=True)
class Running:
    """The parts of a hotline that is up."""

    switch: AriSwitch
    board: Switchboard
    journal: SqlJournal
    view: HotlineView
    asterisk: ManagedAsterisk | None
    web_port: int


@asynccontextmanager
async def running(settings: Settings, published: Published, *, managed: bool) -> AsyncIterator[Running]:
    """A whole hotline, up: with an Asterisk of its own (`managed`), or on the one that the operator runs.

    Raises SwitchRefused, SecretsError, OSError (an address that is taken), each with one line for people.
    """
    plan = published.plan
    secrets = secrets_of(settings, plan)
    clock, floor, catalogue = clock_of(settings), floor_of(plan), Catalogue(plan.prompts)
    apology = tuple(sound for prompt in plan.hotline.apology for sound in catalogue.prompt(prompt))
    async with AsyncExitStack() as stack:
        if refused := taken(settings, asterisk=False, web=True):
            raise SwitchRefused("\n".join(refused))
        asterisk: ManagedAsterisk | None = None
        if managed:
            asterisk = ManagedAsterisk(settings, secrets, phones_of(plan, secrets))
            await stack.enter_async_context(asterisk)
        await upgrade(settings.database_url)
        journal = await stack.enter_async_context(SqlJournal(settings.database_url, node=settings.node))
        lost = await journal.close_lost(clock.now())
        if lost:
            log.warning("calls of an earlier run ended unseen", calls=lost)
        switch = AriSwitch(
            f"http://{settings.ari.host}:{settings.ari.port}",
            settings.ari.user,
            secrets.ari_password,
            phones=tuple(plan.agents),
            caller_id=settings.trunk.caller_id,
        )
        await stack.enter_async_context(switch)
        board = Switchboard(
            switch,
            journal,
            clock,
            CallIds(settings.node),
            dispatch=lambda spawn: Dispatch(floor, switch, clock, spawn),
            service=lambda dispatch: Service(PlanFlow(plan, catalogue, dispatch, clock), published.version, apology),
            agents=lambda: frozenset(plan.agents),
        )
        view = HotlineView(
            published,
            floor=floor,
            clock=clock,
            link=switch,
            journal=journal,
            board=board,
            today=await _ended_since(settings, midnight(clock)),
        )
        registry = CollectorRegistry()
        metrics = CallMetrics(registry, plan.lines, version=version("hotline"))
        registry.register(Gauges(plan.lines, view, switch, journal))
        journal.subscribe(metrics.hear)
        journal.subscribe(view.hear)
        web = create_app(view, registry, host=settings.web.host)
        web_port = await stack.enter_async_context(open_web(web, settings.web.host, settings.web.port))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        for work in (switch.listen(), board.run()):
            stack.callback(tasks.create_task(work).cancel)
        yield Running(switch, board, journal, view, asterisk, web_port)


async def _ended_since(settings: Settings, instant: datetime) -> Mapping[Outcome, int]:
    engine = open_database(settings.database_url, read_only=True)
    try:
        return await outcomes(engine, instant)
    finally:
        await engine.dispose()


async def serve(settings: Settings, published: Published, *, managed: bool) -> None:
    """Run a hotline until SIGINT or SIGTERM, or until its Asterisk ends. Raises SwitchRefused for the latter."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with running(settings, published, managed=managed) as hotline:
        gc.collect()
        gc.freeze()  # what is here stays: full collections over it held up every call for 0.1 s
        log.info(
            "the hotline is up",
            plan=published.version,
            sip=f"sip:{published.plan.hotline.number}@{settings.sip.host}:{settings.sip.port}",
            web=f"http://{settings.web.host}:{hotline.web_port}/",
        )
        end = await _end_of(hotline, stop)
        log.info("the hotline goes down", calls=hotline.board.calls)
    if end is not None:
        raise SwitchRefused(end)


async def _end_of(hotline: Running, stop: asyncio.Event) -> str | None:
    """Wait until we are told to stop, or until our Asterisk is no more: then how it ended.

    The hotline is nothing without its switch: it ends with it, so that a supervisor starts both anew.
    """
    end: str | None = None

    async def watch(asterisk: ManagedAsterisk) -> None:
        nonlocal end
        end = await asterisk.exited()
        stop.set()

    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch(hotline.asterisk)) if hotline.asterisk else None
        await stop.wait()
        if watching is not None:
            watching.cancel()
    return end
