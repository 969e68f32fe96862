"""The composition root: the one place where everything is built and joined."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

import structlog

from acd.agent import Agent
from acd.floor import Floor
from acd.line import Line, Outside
from hotline.managed import ManagedAsterisk
from hotline.operators import Published
from hotline.secrets import Secrets, keep_secrets
from hotline.settings import Settings
from hotline.switch_config import PhoneAccount
from ivr.ari import AriSwitch
from ivr.clock import Clock
from ivr.dispatch import Dispatch
from ivr.flow import PlanFlow
from ivr.switchboard import CallIds, Service, Switchboard
from prompts.catalogue import Catalogue
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
    outside = rule.outside and Outside(rule.outside.number, rule.outside.simultaneous, rule.outside.ring)
    return Line(name, rule.ring, rule.wrap_up, rule.maximum_wait, rule.priority, outside=outside)


def clock_of(settings: Settings) -> Clock:
    """The engine's clock: the machine's, or one that someone set to try another day."""
    if settings.clock is None:
        return Clock()
    at: datetime = settings.clock
    return Clock.starting_at(at if at.tzinfo else at.replace(tzinfo=SHANGHAI))


def phones_of(plan: Plan, secrets: Secrets) -> list[PhoneAccount]:
    """The SIP account of each agent."""
    return [PhoneAccount(name, secrets.phones[name], rule.name) for name, rule in plan.agents.items()]


@asynccontextmanager
async def running(settings: Settings, published: Published, *, managed: bool) -> AsyncIterator[Running]:
    """A whole hotline, up: with an Asterisk of its own (`managed`), or on the one that the operator runs."""
    plan = published.plan
    secrets = keep_secrets(settings.var, plan.agents)
    clock = clock_of(settings)
    catalogue = Catalogue(plan.prompts)
    async with AsyncExitStack() as stack:
        asterisk: ManagedAsterisk | None = None
        if managed:
            asterisk = await stack.enter_async_context(ManagedAsterisk(settings, secrets, phones_of(plan, secrets)))
        await upgrade(settings.database_url)
        journal = await stack.enter_async_context(SqlJournal(settings.database_url, node=settings.node))
        lost = await journal.close_lost(clock.now())
        if lost:
            log.warning("calls of an earlier run ended unseen", calls=lost)
        switch = await stack.enter_async_context(
            AriSwitch(
                f"http://{settings.ari.host}:{settings.ari.port}",
                settings.ari.user,
                secrets.ari_password,
                phones=tuple(plan.agents),
                caller_id=settings.trunk.caller_id,
            )
        )
        floor = floor_of(plan)
        board = Switchboard(
            switch,
            journal,
            clock,
            CallIds(settings.node),
            dispatch=lambda spawn: Dispatch(floor, switch, clock, spawn),
            service=lambda dispatch: Service(
                PlanFlow(plan, catalogue, dispatch, clock),
                published.version,
                tuple(sound for prompt in plan.hotline.apology for sound in catalogue.prompt(prompt)),
            ),
            agents=lambda: frozenset(plan.agents),
        )
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        listening = tasks.create_task(switch.listen())
        serving = tasks.create_task(board.run())
        stack.callback(listening.cancel)
        stack.callback(serving.cancel)
        yield Running(switch, board, journal, asterisk)


class Running:
    """The parts of a hotline that is up."""

    def __init__(
        self, switch: AriSwitch, board: Switchboard, journal: SqlJournal, asterisk: ManagedAsterisk | None
    ) -> None:
        self.switch, self.board, self.journal, self.asterisk = switch, board, journal, asterisk


async def serve(settings: Settings, published: Published, *, managed: bool) -> None:
    """Run a hotline until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with running(settings, published, managed=managed):
        log.info("the hotline is up", number=published.plan.hotline.number, plan=published.version)
        await stop.wait()
        log.info("the hotline goes down")
