"""The heartbeat: what tells Asterisk's dialplan that the engine lives, and not only its socket.

A frozen engine keeps its socket: Asterisk would let callers in to it for ever, into silence. So a variable of the
switch says when the engine lived last; calls that come more than two seconds later get the fallback
(`asterisk/extensions.conf.j2`). It counts whole seconds, so twice in one of them is not too often.
"""

from __future__ import annotations

import asyncio
import time

import structlog

from ivr.ari.switch import AriSwitch
from ivr.switch import SwitchError

log = structlog.get_logger()

VARIABLE = "HOTLINE_BEAT"
"""Unix seconds of the last sign of life; nothing before the first one, 0 when no caller is wanted."""
EVERY = 0.5
LOOK = 0.1
"""Seconds between two looks whether the link is back."""


class Heartbeat:
    """Run `beat()` beside everything else. `withdrawn` sends every new caller to the fallback."""

    def __init__(self, switch: AriSwitch) -> None:
        self._switch = switch
        self.withdrawn = False

    async def beat(self) -> None:
        """For ever."""
        while True:
            if not self._switch.up:
                await asyncio.sleep(LOOK)
                continue
            await self.show()
            await asyncio.sleep(EVERY)

    async def show(self) -> None:
        """Say it now. A refusal is logged: callers get the fallback then, and the next beat is near."""
        value = 0 if self.withdrawn else int(time.time())  # of the machine: the dialplan compares it with its own
        try:
            await self._switch.set_variable(VARIABLE, str(value))
        except SwitchError as error:
            log.warning("the switch did not take a sign of life", error=str(error))
