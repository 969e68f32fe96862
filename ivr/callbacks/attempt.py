"""One try of a callback: a call that we make, with the agent first or the caller first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from ivr.call import Call, Flow
from ivr.callbacks.events import CallerRung
from ivr.callbacks.ticket import Ticket
from ivr.events import CallAnswered
from ivr.journal import Entry
from ivr.offer_legs import Connected
from ivr.order import PATIENCE, to_its_end
from ivr.outcomes import Outcome, Reason
from ivr.sounds import Sounds
from ivr.switch import RINGING, ChannelGone, HandedOver, Phone, Switch, SwitchError
from ivr.task_group import TaskGroup
from prompts.phrases import Phrase
from routing.line_rule import CallbackRule
from routing.plan import Plan

log = structlog.get_logger()

RINGS_FOR = 40.0
"""Seconds that the caller's phone rings."""

_REASONS = {17: Reason.BUSY, 21: Reason.BUSY, 18: Reason.NO_ANSWER, 19: Reason.NO_ANSWER, 16: Reason.NO_ANSWER}
"""Q.850: user busy, rejected, not responding, no answer, and cleared by us when it had rung long enough."""


@dataclass(frozen=True, slots=True)
class CallbackService:
    """What a callback is made with: the plan in force, its sounds, and the walk on from there."""

    plan: Plan
    sounds: Sounds
    version: str
    serve: Callable[..., Coroutine[Any, Any, None]]
    """`PlanFlow.serve`."""
    counted: Callable[[Flow], Flow]
    apology: tuple[str, ...]

    def sound(self, prompts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sound for prompt in prompts for sound in self.sounds.prompt(prompt))


class PlacedCall(Call):
    """A call that we make: until it is answered nobody was reached."""

    def __init__(self, *args: Any, **parts: Any) -> None:
        super().__init__(*args, **parts)
        self.outcome = (Outcome.UNANSWERED, Reason.NO_ANSWER)
        self.answered = asyncio.Event()

    def picked_up(self) -> None:
        self.answered.set()

    def hung_up(self, cause: int | None = None, *, lost: bool = False) -> None:
        if not self.answered.is_set() and not self.stopping:
            self.outcome = (Outcome.UNANSWERED, _REASONS.get(cause or 0, Reason.UNREACHABLE))
        super().hung_up(cause, lost=lost)

    async def close(self) -> None:
        """A phone that rings is hung up, also when the engine ends: nobody would look after whoever answers."""
        if not self.answered.is_set() and not self.gone:
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._switch.hang_up(self.channel)
            except (SwitchError, TimeoutError) as error:
                log.warning("a callback rings on", error=str(error))
        await super().close()


class Unheard:
    """A journal for what is no fact of a call: the verbs that an agent's leg is spoken to with."""

    def note(self, entry: Entry) -> None:
        del entry


@dataclass(slots=True)
class Try:
    """From the agent who is there to the walk that goes on with the caller."""

    ticket: Ticket
    rule: CallbackRule
    service: CallbackService
    switch: Switch
    call: PlacedCall
    seated: Connected
    """Who answered, or is kept free for the caller."""
    ear: Call
    """The agent's leg, to be spoken to."""
    phone_is_free: asyncio.Event
    """The call that the callback was booked in is over."""
    reached: Callable[[], None]
    """Told when the caller answered."""
    waited: Callable[[], float]
    dialled: bool = False
    handed_over: bool = field(default=False, init=False)
    """The walk has the caller, and the agent with them."""

    async def agent_first(self) -> None:
        """The agent hears what this is, and that the caller's phone rings; they are joined when it is answered."""
        call, over = self.call, self.seated.over
        try:
            async with TaskGroup() as tasks:
                gone = tasks.create_task(_set(over))
                dialling = tasks.create_task(self._announce_and_dial())
                try:
                    await asyncio.wait((gone, dialling), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    gone.cancel()
                    dialling.cancel()
        finally:
            await _to_agent(self.ear.hush())
        if call.answered.is_set():
            await self._hand_over(self.service.sound(self.rule.greeting), seated=self.seated)
        elif over.is_set():
            call.outcome = (Outcome.UNANSWERED, Reason.OTHER_SIDE_HUNG_UP)

    async def caller_first(self) -> None:
        """The caller is rung while an agent is kept for them; then they join the line with their place."""
        await self.phone_is_free.wait()
        await self._dial("")
        if self.call.answered.is_set():
            own = self.service.sound(self.rule.greeting)
            await self._hand_over(own or self.service.sounds.phrase(Phrase.GREETING), kept=self.seated)

    async def say_not_reached(self) -> None:
        """Tell the agent that nobody answers, before they are let go."""
        if not self.seated.over.is_set():
            await self._tell_agent(self.service.sounds.phrase(Phrase.NOT_REACHED))

    async def _hand_over(self, greeting: tuple[str, ...], **agent: Connected) -> None:
        call, ticket = self.call, self.ticket
        call.note(CallAnswered())
        self.reached()
        call.outcome = (Outcome.ABANDONED, Reason.CALLER_HUNG_UP)
        await call.say(greeting)
        self.handed_over = True
        await self.service.serve(call, ticket.line, ticket.language, ticket.priority, self.waited(), **agent)

    async def _announce_and_dial(self) -> None:
        own = self.service.sound(self.rule.notice)
        await self._tell_agent(own or self.service.sounds.phrase(Phrase.NOTICE))
        await self.phone_is_free.wait()
        async with TaskGroup() as tasks:
            ringing = tasks.create_task(self._tell_agent((RINGING,)))
            await self._dial(self.ear.channel)
            ringing.cancel()

    async def _dial(self, like: str) -> None:
        """Ring the caller's phone until it is answered or has rung long enough."""
        call, phone = self.call, Phone(self.ticket.number, trunk=True)
        call.note(CallerRung(self.ticket.number))
        self.dialled = True
        await to_its_end(self.switch.ring(call.channel, phone, caller=call.dialled, like=like))
        with suppress(TimeoutError):
            async with asyncio.timeout(RINGS_FOR):
                await call.answered.wait()

    async def _tell_agent(self, sounds: tuple[str, ...]) -> None:
        """Say something to the agent, if they are still there."""
        await _to_agent(self.ear.say(sounds))


async def _to_agent(order: Awaitable[None]) -> None:
    """Let an agent hear something, or nothing any more; a try does not end because they do not."""
    try:
        await order
    except (ChannelGone, HandedOver):
        return
    except SwitchError as error:
        log.warning("an agent did not hear how a callback goes", error=str(error))


async def _set(event: asyncio.Event) -> None:
    await event.wait()
