"""An engine: a hotline that is up, until somebody ends it, takes it over, or its Asterisk is lost for good."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from contextlib import suppress
from functools import partial

import structlog

from hotline.backoffice.apart import apart
from hotline.draining import End
from hotline.live import Opening
from hotline.operators import Published
from hotline.service import Running, running
from hotline.settings import Settings
from hotline.supervisor import HAND_OVER, Wire, Word
from hotline.switch_refused import SwitchLost

log = structlog.get_logger()

ALIVE_EVERY = 1.0
"""Seconds between two signs of life to the supervisor."""


async def serve(settings: Settings, opening: Opening | Published, *, managed: bool, wire: Wire | None = None) -> None:
    """Run a hotline until SIGINT or SIGTERM. Raises SwitchLost when its Asterisk ends again and again.

    SIGHUP reads the operators' files anew; when it says that the terminal was closed, it ends the hotline too.
    """
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with running(settings, opening, managed=managed, supervised=wire is not None, office=apart) as hotline:
        in_terminal = sys.stderr.isatty()
        loop.add_signal_handler(
            signal.SIGHUP, lambda: stop.set() if in_terminal and not sys.stderr.isatty() else hotline.wishes.signal()
        )
        gc.collect()
        gc.freeze()  # what is here stays: full collections over it held up every call for 0.1 s
        gc.set_threshold(10_000, 20, 20)  # a call leaves little behind that refers to itself
        if hotline.asterisk is not None:
            hotline.asterisk.spared = wire is not None
        loop.add_signal_handler(HAND_OVER, hotline.draining.end, End.HANDED_OVER)
        if wire is not None:
            hotline.draining.restart = partial(wire.tell, Word.ANEW)
            wire.tell(Word.UP)
        log.info(
            "the hotline is up",
            plan=hotline.live.mark,
            version=hotline.live.number,
            sip=f"sip:{hotline.live.now.plan.hotline.number}@{settings.sip.host}:{settings.sip.port}",
            web=f"{'https' if settings.web.certificate else 'http'}://{settings.web.host}:{hotline.web_port}/",
            engine=os.getpid(),
        )
        if hotline.key:
            page = f"http://{settings.web.host}:{hotline.web_port}/try#{hotline.key}"
            log.info("call it, and answer, in a browser of this machine; the address works once", page=page)
        lost = await _end_of(hotline, stop, wire)
        if hotline.draining.ended.done():
            if hotline.asterisk is not None:
                hotline.asterisk.stays = True
            if hotline.draining.ended.result() is End.HANDED_OVER:
                await hotline.draining.withdraw()
                hotline.board.hand_over()
                await hotline.journal.caught_up()  # a database in trouble is not waited for: the spool has the facts
                hotline.hatch.abandon()
        log.info("the hotline goes down", calls=hotline.board.calls)
    if lost is not None:
        raise lost


async def _end_of(hotline: Running, stop: asyncio.Event, wire: Wire | None) -> SwitchLost | None:
    """Wait until we are told to stop, or until our Asterisk is lost for good: then how."""
    for future in (hotline.ruin, hotline.draining.ended):
        future.add_done_callback(lambda _: stop.set())
    while not stop.is_set():
        if wire is not None:
            wire.tell(Word.ALIVE)
        with suppress(TimeoutError):
            async with asyncio.timeout(ALIVE_EVERY):
                await stop.wait()
    return hotline.ruin.result() if hotline.ruin.done() else None
