"""The flow: the plan's walk, executed on a real call."""

from __future__ import annotations

import asyncio
from typing import Protocol

import structlog

from acd.signals import GivenUp
from ivr.call import Call
from ivr.clock import Clock
from ivr.dispatch import Connected, Dispatch
from ivr.events import EndReached, Outcome, Reason, StepHeard, WaitBegan, WaitEnd, WaitEnded
from ivr.switch import ChannelGone
from routing.calendar import SHANGHAI
from routing.plan import LineRule, Plan
from routing.walk import (
    Ask,
    Came,
    Enter,
    Finish,
    GaveUp,
    Pressed,
    Recorded,
    Said,
    Say,
    Silent,
    TakeMessage,
    Talked,
    advance,
    begin,
    destination,
)

log = structlog.get_logger()

COMFORT_EVERY = 60.0
"""Seconds of music between two words to a waiting caller."""

BACK_TO_THE_HEAD = 100
"""Priority of a caller whose phone was answered and gone before they could talk."""

ATTEMPTS = 3
"""How often such a caller joins the line before its overflow takes over."""


class Sounds(Protocol):
    """What can be played: prompts by id, and phrases with numbers in them."""

    def prompt(self, prompt: str) -> tuple[str, ...]: ...

    def position(self, ahead: int) -> tuple[str, ...]: ...


class PlanFlow:
    """Runs the plan on calls: `await flow(call)`."""

    def __init__(self, plan: Plan, sounds: Sounds, dispatch: Dispatch, clock: Clock) -> None:
        self._plan, self._sounds, self._dispatch, self._clock = plan, sounds, dispatch, clock

    async def __call__(self, call: Call) -> None:
        await call.answer()
        position = begin(self._plan, self._clock.now())
        while True:
            reached = destination(position)
            if reached is not None:
                call.note(EndReached(reached.kind, reached.line, reached.open, reached.why))
            came = await self._step(call, position.step, position.line)
            following = advance(self._plan, position, came, self._clock.now())
            if following is None:
                return
            position = following

    async def _step(self, call: Call, step: Say | Ask | Enter | TakeMessage | Finish, line: str | None) -> Came:
        match step:
            case Say(node, prompts):
                await call.say(self._sound(prompts))
                key = call.take_key() if call.typed_ahead() == "0" else None
                call.note(StepHeard(node, prompts, key))
                return Said() if key is None else Pressed(key)
            case Ask(node, prompts, wait):
                key = await call.ask(self._sound(prompts), wait)
                call.note(StepHeard(node, prompts, key))
                return Silent() if key is None else Pressed(key)
            case Enter(node, prompts, welcome):
                call.note(StepHeard(node, prompts + welcome, None))
                await call.say(self._sound(prompts), whole=True)
                return await self._enter(call, node, self._plan.lines[node], self._sound(welcome))
            case TakeMessage():
                return await self._take_message(call, step, line)
            case Finish(node, prompts):
                call.note(StepHeard(node, prompts, None))
                if call.outcome[0] is Outcome.LEFT:
                    call.outcome = (Outcome.INFORMED, Reason.CALLER_HUNG_UP)
                call.forget_keys()  # such as the one that ended a message
                await call.say(self._sound(prompts))
                call.outcome = (call.outcome[0], Reason.COMPLETED)
                return Said()

    def _sound(self, prompts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sound for prompt in prompts for sound in self._sounds.prompt(prompt))

    # ── a line ──────────────────────────────────────────────────────────────

    async def _enter(self, call: Call, line: str, rule: LineRule, welcome: tuple[str, ...]) -> Came:
        for attempt in range(ATTEMPTS):
            seated = await self._seat(call, line, welcome, BACK_TO_THE_HEAD * attempt)
            if isinstance(seated, GivenUp):
                break
            try:
                file = f"talks/{self._clock.now().astimezone(SHANGHAI):%Y/%m/%d}/{seated.leg}" if rule.record else None
                await call.talk(seated.offer, line, seated.agent, seated.leg, over=seated.over, file=file)
                return Talked()
            except ChannelGone:
                if await call.gone_soon():
                    raise
                log.info("a phone was hung up in the instant of its answer", agent=seated.agent)
                welcome = ()
            finally:
                self._dispatch.talk_over(seated)
        call.outcome = (Outcome.INFORMED, Reason.CALLER_HUNG_UP)
        return GaveUp()

    async def _seat(self, call: Call, line: str, welcome: tuple[str, ...], urgency: int) -> Connected | GivenUp:
        """Wait on the line, and note how long and to what end."""
        call.outcome = (Outcome.ABANDONED, Reason.CALLER_HUNG_UP)
        call.note(WaitBegan(line, len(self._dispatch.floor.waiting(line))))
        end = WaitEnd.CALLER_LEFT
        try:
            seated = await self._wait(call, line, welcome, urgency)
            end = WaitEnd.CONNECTED if isinstance(seated, Connected) else WaitEnd(seated.value)
        finally:
            call.note(WaitEnded(line, WaitEnd.ENGINE_STOPPED if call.stopping else end))
        return seated

    async def _wait(self, call: Call, line: str, welcome: tuple[str, ...], urgency: int) -> Connected | GivenUp:
        """Wait for a phone to be answered, with a word to the caller now and then; cut off the moment it is."""
        seated: asyncio.Task[Connected | GivenUp] | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                seated = tasks.create_task(self._dispatch.seat(call, line, urgency))
                comfort = tasks.create_task(self._comfort(call, line, welcome))
                try:
                    return await seated
                finally:
                    comfort.cancel()
        except BaseException:
            if seated is not None and seated.done() and not seated.cancelled() and seated.exception() is None:
                connected = seated.result()
                if isinstance(connected, Connected):
                    self._dispatch.abandon(connected)
            raise

    async def _comfort(self, call: Call, line: str, welcome: tuple[str, ...]) -> None:
        """A welcome; unless a phone rings, that all are busy and how many wait before the caller; then music."""
        floor, words = self._dispatch.floor, self._plan.busy_of(line)
        call.forget_keys()
        await call.say(welcome)
        while True:
            call.forget_keys()
            ahead = floor.ahead(call.id)
            if ahead is not None and not floor.rings_for(call.id):
                place = self._sounds.position(ahead) if self._plan.lines[line].position and ahead else ()
                await call.say(self._sound(words) + place)
            await call.music()
            await asyncio.sleep(COMFORT_EVERY)
            words = self._plan.comfort_of(line)

    # ── a message ───────────────────────────────────────────────────────────

    async def _take_message(self, call: Call, step: TakeMessage, line: str | None) -> Came:
        call.note(StepHeard(step.node, step.prompts, None))
        call.outcome = (Outcome.INFORMED, Reason.NO_MESSAGE)
        call.forget_keys()
        await call.say(self._sound(step.prompts))
        file = f"messages/{self._clock.now().astimezone(SHANGHAI):%Y/%m/%d}/{call.id}"
        return Recorded(await call.take_message(file, line, limit=step.limit, silence=step.silence))
