"""A consultation: the caller hears music while an agent asks somebody. Who is passed on to a number is rung likewise.

At most one goes on in a conversation. Its end is noted once, whatever ends it; an answer that comes after that is late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ivr.events import ConsultationAnswered, ConsultationBegan, ConsultationEnded
from ivr.order import settled
from ivr.outcomes import ConsultationEnd
from ivr.talk.asking import Asking
from ivr.talk.gathering import Gathering
from ivr.talk.inbox import Answer, Side
from ivr.talk.targets import Target


class Consultation:
    """Whom the agent of a gathering asks."""

    def __init__(self, there: Gathering, asks: Asking, tell: Callable[[Answer], None]) -> None:
        self._there, self._asks, self._tell = there, asks, tell
        self._of: int | None = None
        """Offer of who asks; None: nobody does."""
        self._asked = 0
        self._ringing: asyncio.Task[None] | None = None

    @property
    def rings(self) -> bool:
        """Whether a phone rings, or will."""
        return self._ringing is not None

    def begin(self, to: Target, lead: Side) -> None:
        """An agent wants to ask somebody."""
        self._of = lead.offer
        self._there.note(ConsultationBegan(lead.offer, to.kind, to.id))

    def ring(self, tasks: asyncio.TaskGroup, to: Target, lead: Side) -> None:
        """Ring them; an `Answer` follows."""
        self._asked += 1
        self._ringing = tasks.create_task(self._ring(self._asked, to, lead))

    async def _ring(self, asked: int, to: Target, lead: Side) -> None:
        line, connected = await self._asks.ask(to, lead)
        self._tell(Answer(asked, line, connected))

    def takes(self, answer: Answer) -> bool:
        """Whether this answer is awaited; then nothing rings any more."""
        if answer.asked != self._asked or self._ringing is None:
            return False
        self._ringing = None
        return True

    def answered(self, side: Side) -> None:
        """They and the agent hear each other from now on."""
        self._there.open_aside(side)
        if self._of is not None:
            self._there.note(ConsultationAnswered(self._of, side.agent))

    def over(self, end: ConsultationEnd) -> None:
        """Note its end. Idempotent."""
        if self._of is not None:
            offer, self._of = self._of, None
            self._there.note(ConsultationEnded(offer, end))

    def stop_ringing(self) -> None:
        """Let them be: an answer that is under way is too late."""
        self._asked += 1
        if self._ringing is not None:
            self._ringing.cancel()
            self._ringing = None

    async def drop(self) -> None:
        """Whoever was asked is let go."""
        self.stop_ringing()
        other, self._there.aside = self._there.aside, None
        if other is not None:
            await settled(self._there.let_go(other))
