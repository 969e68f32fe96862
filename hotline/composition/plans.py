"""The live plan: how its sounds and phones are furnished, and who hears that it was swapped."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

import structlog

from hotline.accounts import phones_of, secrets_of
from hotline.arrangement import arrangement_of
from hotline.browsers import furnished
from hotline.composition.parts import Parts
from hotline.fallback import dialplan_of
from hotline.live import Edition, Live, Means
from hotline.metrics.menus import keys_of
from hotline.operators import RECORDINGS, Published
from hotline.sounds import build_sounds, forget_standing, standing
from hotline.testcalls.account import tester_of
from hotline.trying import caller_of
from hotline.versions import Versions
from ivr.memory import CallerMemory
from ivr.switch import SwitchError
from prompts.build import Report, forget_kept
from routing.calendar import SHANGHAI
from routing.plan import Plan

log = structlog.get_logger(__name__)


async def load_plans(parts: Parts) -> None:
    """The plan that the hotline begins with is live."""
    settings = parts.settings
    ending = threading.Event()
    parts.stack.callback(ending.set)

    def furnish(published: Published) -> Report:
        recordings = None if published.folder is None else published.folder / RECORDINGS
        return build_sounds(settings, published.plan, recordings=recordings, go_on=lambda: not ending.is_set())

    async def equip(plan: Plan) -> None:
        secrets = await asyncio.to_thread(secrets_of, settings, plan)
        if parts.asterisk is not None:
            dialplan = await asyncio.to_thread(dialplan_of, plan, settings, parts.clock)
            ours = (*caller_of(settings, plan), *tester_of(settings, secrets, plan))
            await parts.asterisk.reload([*phones_of(plan, secrets), *ours], dialplan)

    parts.memory = CallerMemory()
    await parts.past.remember(parts.memory, parts.first_plan)

    def swap(edition: Edition) -> None:
        parts.board.dispatch.signal(arrangement_of(edition.plan))
        parts.shifts.wake()
        parts.metrics.know(edition.plan.lines)
        parts.requests.know(edition.plan.lines)
        parts.menus.know(edition.plan.nodes, keys_of(edition.plan))
        parts.hatch.plan_changed(edition.plan)
        waited_on = (line for line in parts.crowd.lines if parts.floor.is_line(line) and parts.floor.waiting(line))
        parts.crowd.lines = tuple(dict.fromkeys((*edition.plan.lines, *waited_on)))

    def tidy(plan: Plan) -> None:
        forget_standing(settings.sounds, standing(plan, settings.sounds))

    async def settle(edition: Edition) -> None:
        await asyncio.to_thread(tidy, edition.plan)
        await parts.past.remember(parts.memory, edition.plan)
        for pause in (0.5, 2.0, 0.0):
            try:
                await parts.switch.watch(tuple(edition.plan.phones))
            except SwitchError as error:
                log.warning("the new phones are not watched yet", error=str(error))
                await asyncio.sleep(pause)
            else:
                return
        log.error("the new phones are not watched until the link to the switch is built up again")

    versions = Versions(settings.var / "plans")
    parts.live = Live(
        settings.config,
        settings.sounds,
        versions,
        Edition.first(parts.opening, versions, settings.sounds),
        Means(furnish, equip, swap, settle),
        refused=parts.opening.refused,
        today=lambda: parts.clock.now().astimezone(SHANGHAI).date(),
        furnished=partial(furnished, settings=settings),
    )
    forget_kept(settings.sounds, parts.live.now.words.kept.values())
