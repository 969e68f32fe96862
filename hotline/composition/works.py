"""What goes on for as long as the hotline is up, and the control socket."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from hotline.agi import hold_open
from hotline.attack_door import AttackDoor
from hotline.bans.watch import watch_of
from hotline.callback_door import cancelling
from hotline.certificate_watch import CertificateWatch
from hotline.composition.parts import Parts
from hotline.control import open_control
from hotline.drain_kept import KeptDrain, mark_of_parent
from hotline.draining import Draining
from hotline.heartbeat import Heartbeat
from hotline.log_rotation import LogRotation
from hotline.managed import ManagedAsterisk
from hotline.metrics.switch import AsteriskGauges, RepairGauges
from hotline.sealing import Sealing, SealingGauges
from hotline.settings import Settings, SettingsError, load
from hotline.switch_certificates import SwitchCertificates
from hotline.switch_refused import SwitchLost
from hotline.view import midnight
from ivr.ari.switch import AriSwitch
from ivr.phone_watch import PhoneWatch
from ivr.reconcile import Reconciler
from ivr.switchboard import Switchboard

CALLERS_FIRST = 5.0
"""Seconds at most that an engine which begins leaves everything but callers alone."""


async def begin_works(parts: Parts) -> None:
    """Begin it all, callers first."""
    board, clock, desk = parts.board, parts.clock, parts.desk
    past, registry, settings = parts.past, parts.registry, parts.settings
    tasks = await parts.stack.enter_async_context(asyncio.TaskGroup())
    parts.reconciler = Reconciler(parts.exchange, board)
    registry.register(RepairGauges(parts.reconciler.repairs))
    parts.sealing = Sealing(
        parts.vault, settings.sealing, living=lambda call: board.call(call) is not None, now=clock.now
    )
    parts.journal.subscribe(parts.sealing.hear)
    registry.register(SealingGauges(parts.sealing))

    async def make_up_for_the_past() -> None:
        await past.made_up_for()
        for mistake in past.mistakes:
            parts.guesses.made(mistake)
        parts.callbacks.restore(past.tickets.values())
        for fact in past.outbound:
            parts.outbound.hear(fact)
        await past.remember(parts.memory, parts.live.now.plan)
        parts.view.recount(await past.today(midnight(clock)))
        await parts.today.read()

    works = [
        parts.switch.listen(),
        board.run(),
        parts.reconciler.run(),
        parts.shifts.run(),
        parts.wishes.heed_signals(),
        parts.pulse.beat(),
    ]
    works += [parts.alarms.run(), parts.disk.run(), desk.ledger.run(), desk.live.run(), desk.telephone.run()]
    works.append(PhoneWatch(parts.exchange, board, clock, settings.sip.no_reply).run())
    if settings.agi.enabled:
        works.append(hold_open(settings, parts.agi))
    later = [
        parts.sealing.run(),
        parts.confidence.run(),
        parts.hatch.run(),
        parts.today.run(),
        parts.unattended.run(),
        desk.spell_ahead(),
        parts.database.run(),
    ]
    if not past.known:
        later.append(make_up_for_the_past())
    if parts.tls is not None:
        works.append(CertificateWatch(settings, parts.tls, parts.until).run())
    if parts.asterisk is not None:
        later.append(parts.tester.run())
        bans, asked = watch_of(settings, parts.asterisk), AsteriskGauges(parts.asterisk.command)
        for watched in (bans, asked):
            registry.register(watched)
            later.append(watched.run())
        later.append(SwitchCertificates(settings, parts.asterisk.command, parts.until).run())
        later.append(LogRotation(parts.asterisk.places.log, parts.asterisk.command).run())
    if parts.opening.published.files:
        works.append(parts.wishes.heed_files())
    heart = Heartbeat(parts.switch)
    kept = KeptDrain(settings.var, mark_of_parent()) if parts.supervised else None
    parts.draining = Draining(board, heart, probe=lambda: _settings_do(settings), kept=kept)
    parts.draining.go_on()
    parts.view.drains = lambda: parts.draining.draining
    works += [heart.beat(), parts.draining.run()]
    parts.ruin = asyncio.get_running_loop().create_future()
    if parts.asterisk is not None:
        works.append(_keep_running(parts.asterisk, parts.switch, board, parts.ruin))
    works += [_once_served(work, board.served) for work in later]
    for work in works:
        parts.stack.callback(tasks.create_task(work).cancel)
    leaders_switch = AttackDoor(settings, parts.attack, plan=parts.plan, now=clock.now)
    routes = [
        *parts.draining.routes(),
        *parts.wishes.routes(),
        *parts.door.routes(),
        *leaders_switch.routes(),
        cancelling(parts.callbacks),
    ]
    routes += parts.tester.routes() if parts.asterisk is not None else []
    await parts.stack.enter_async_context(open_control(settings.var, routes))


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
