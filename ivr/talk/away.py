"""An agent's browser strays out of a talk: its page reloads, or its network is gone. The caller waits a while for it.

They are told so once, and hear music. Whatever comes first ends it: the leg sounds again, its page answers another one,
the caller or a command ends the talk, or nobody came back in time; then the phone is lost, as any other is at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from ivr.adoption.names import again
from ivr.call import Call
from ivr.switch import Phone, SwitchError
from ivr.talk.inbox import Happened, Heard, Overdue, Reachable, Returned, Side, Strayed
from ivr.talk.legs import Legs
from ivr.talk.states import State

log = structlog.get_logger()

WITHIN = 15.0
"""Seconds that a browser has to come back, unless the settings say otherwise."""
RINGS = 8.0
"""Seconds that a page may take to answer: it does by itself."""
AGAIN = 1.0
"""Seconds until a page that did not answer is rung again."""

OUT_OF: frozenset[State] = frozenset({State.TALKING, State.HELD, State.ASKING, State.CONSULTING})
"""Where the talk stops with its agent; of several who talk together the others go on."""


class Minder:
    """Tells a conversation of the phone of one side: is `ivr.dispatch.Strays`."""

    def __init__(self, side: Side, waits: Callable[[Side], bool], tell: Callable[[Happened], None]) -> None:
        self._side, self._waits, self._tell = side, waits, tell

    def strayed(self, leg: str) -> bool:
        if leg != self._side.leg or not self._waits(self._side):
            return False
        self._tell(Strayed(self._side, leg))
        return True

    def heard(self, leg: str) -> None:
        self._tell(Heard(self._side, leg))

    def reachable(self) -> None:
        self._tell(Reachable(self._side))


class Away:
    """Who is waited for. At most one is, in a conversation."""

    def __init__(
        self, call: Call, legs: Legs, words: tuple[str, ...], within: float, tell: Callable[[Happened], None]
    ) -> None:
        self._call, self._legs, self._words, self._tell = call, legs, words, tell
        self.within = within
        self.side: Side | None = None
        self.held = False
        """The caller was on hold, and is again afterwards."""
        self._number = self._rung = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._telling: asyncio.Task[None] | None = None
        self._ringing: asyncio.Task[None] | None = None
        self._rests_until = 0.0

    def begin(self, side: Side, before: State) -> None:
        """From now on this one is waited for."""
        self._number += 1
        self.side, self.held, self._rung, self._rests_until = side, before is State.HELD, 0, 0.0
        self._deadline = asyncio.get_running_loop().call_later(self.within, self._tell, Overdue(self._number))

    def is_overdue(self, overdue: Overdue) -> bool:
        return self.side is not None and overdue.away == self._number

    def say_so(self, tasks: asyncio.TaskGroup) -> None:
        """Ask the caller to wait."""
        self._telling = tasks.create_task(self._say())

    async def _say(self) -> None:
        try:
            await self._call.say(self._words, whole=True)
            await self._call.music()
        except SwitchError as error:
            log.warning("a caller was not asked to wait for the agent", call=self._call.id, error=str(error))

    def ring(self, tasks: asyncio.TaskGroup, limit: float = RINGS) -> None:
        """Ring the page for the talk, unless that is done already; `Returned` follows."""
        loop = asyncio.get_running_loop()
        if self.side is None or self._ringing is not None or loop.time() < self._rests_until:
            return
        self._rung += 1
        self._ringing = tasks.create_task(self._ring(self.side, again(self.side.leg, self._rung), limit))

    async def _ring(self, side: Side, leg: str, limit: float) -> None:
        call = self._call
        connected = await self._legs.ring(
            side.offer,
            side.agent,
            leg,
            Phone(side.seated.phone),
            caller=call.number,
            like=call.channel,
            limit=limit,
            returns=call.id,
        )
        self._tell(Returned(side, connected))

    def not_answered(self) -> None:
        """It may be rung again in a moment."""
        self._ringing, self._rests_until = None, asyncio.get_running_loop().time() + AGAIN

    def answered(self) -> None:
        """What rang is the talk's own leg from now on."""
        self._ringing = None

    def stop(self) -> None:
        """Nobody is waited for any more; what rings, or is said, ends soon. Idempotent."""
        self.side = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        for task in (self._telling, self._ringing):
            if task is not None:
                task.cancel()
        self._ringing = None

    async def end(self) -> None:
        """Nobody is waited for any more, and nothing more is said of it. Idempotent."""
        self.stop()
        telling, self._telling = self._telling, None
        if telling is not None:
            await asyncio.wait({telling})
