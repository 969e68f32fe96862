"""The flow: the plan's walk, executed on a real call."""

from __future__ import annotations

import asyncio
from typing import Protocol

import structlog

from acd.signals import CallJoined, GivenUp, GiveUp
from ivr.call import Call, Carried
from ivr.clock import Clock
from ivr.conversation import Onward
from ivr.dispatch import Connected, Dispatch, Replaced, Seated
from ivr.events import (
    DigitsEntered,
    EndReached,
    Outcome,
    PassedBack,
    Reason,
    StepHeard,
    SurveyAnswered,
    WaitBegan,
    WaitEnd,
    WaitEnded,
)
from ivr.outlook import Outlook
from ivr.switch import ChannelGone
from ivr.targets import TalkRules
from routing.calendar import SHANGHAI, closing
from routing.node import Survey
from routing.plan import Plan
from routing.steps import (
    Ask,
    Book,
    Came,
    Closed,
    Collect,
    Confirm,
    Enter,
    Entered,
    Finish,
    GaveUp,
    Listen,
    PassedOn,
    Pressed,
    Rate,
    Recorded,
    Said,
    Say,
    Silent,
    TakeMessage,
    Talked,
)
from routing.walk import Position, advance, begin, destination

log = structlog.get_logger()

COMFORT_EVERY = 60.0
"""Seconds of music between two words to a waiting caller."""

BACK_TO_THE_HEAD = 100
"""Priority of a caller whose phone was answered and gone before they could talk."""

ATTEMPTS = 3
"""How often such a caller joins the line before its overflow takes over."""


class Sounds(Protocol):
    """What can be played: prompts by name, and phrases with numbers in them."""

    def prompt(self, prompt: str) -> tuple[str, ...]: ...

    def position(self, ahead: int) -> tuple[str, ...]: ...

    def digits(self, text: str) -> tuple[str, ...]: ...


class PlanFlow:
    """Runs the plan on calls: `await flow(call)`."""

    def __init__(
        self, plan: Plan, sounds: Sounds, dispatch: Dispatch, clock: Clock, outlook: Outlook | None = None
    ) -> None:
        self._plan, self._sounds, self._dispatch, self._clock = plan, sounds, dispatch, clock
        self._outlook = outlook or Outlook(clock, dispatch)

    async def __call__(self, call: Call) -> None:
        await call.answer()
        position = begin(self._plan, self._outlook.scene(call.number))
        while True:
            if (reached := destination(position)) is not None:
                call.note(EndReached(reached.kind, reached.line, reached.open, reached.why))
            came = await self._step(call, position)
            if reached is None and (reached := destination(position, came)) is not None:
                call.note(EndReached(reached.kind, reached.line, reached.open, reached.why))
            following = advance(self._plan, position, came, self._outlook.scene(call.number))
            if following is None:
                return
            position = following

    async def _step(self, call: Call, position: Position) -> Came:
        match position.step:
            case Say(node, prompts):
                await call.say(self._sound(prompts))
                key = call.take_key() if call.typed_ahead() == "0" else None
                call.note(StepHeard(node, prompts, key))
                return Said() if key is None else Pressed(key)
            case Ask(node, prompts, wait, keeps):
                return self._heard(call, node, prompts, await call.ask(self._sound(prompts), wait, keeps))
            case Collect(node, prompts, most, terminator, wait):
                digits = await call.collect(self._sound(prompts), most, terminator, wait)
                call.note(StepHeard(node, prompts, None, asked=True))
                call.note(DigitsEntered(node, digits))
                return Entered(digits)
            case Confirm(node, prompts, digits, choices, wait):
                spoken = (*self._sound(prompts), *self._spelled(digits), *self._sound(choices))
                return self._heard(call, node, prompts + choices, await call.ask(spoken, wait))
            case Listen(node, prompts, wait):
                self._informs(call)
                return self._heard(call, node, prompts, await call.ask(self._sound(prompts), wait))
            case Rate():
                return await self._rate(call, position.step)
            case Enter(node, prompts, welcome):
                call.note(StepHeard(node, prompts + welcome, None))
                await call.say(self._sound(prompts), whole=True)
                return await self._enter(call, node, position.way.variant, self._sound(welcome))
            case Book(node, prompts):
                call.note(StepHeard(node, prompts, None, asked=True))
                return Silent()
            case TakeMessage():
                return await self._take_message(call, position.step, position.way.line)
            case Finish(node, prompts):
                call.note(StepHeard(node, prompts, None))
                self._informs(call)
                call.forget_keys()  # such as the one that ended a message
                await call.say(self._sound(prompts))
                call.outcome = (call.outcome[0], Reason.COMPLETED)
                return Said()

    @staticmethod
    def _heard(call: Call, node: str, prompts: tuple[str, ...], key: str | None) -> Pressed | Silent:
        """Note what followed a question."""
        call.note(StepHeard(node, prompts, key, asked=True))
        return Silent() if key is None else Pressed(key)

    @staticmethod
    def _informs(call: Call) -> None:
        """The caller hears what they called for, unless more was done for them already."""
        if call.outcome[0] is Outcome.LEFT:
            call.outcome = (Outcome.INFORMED, Reason.CALLER_HUNG_UP)

    async def _rate(self, call: Call, step: Rate) -> Pressed | Silent:
        """Ask for a judgement of the talk that is over, and note it."""
        call.forget_keys()  # typed into the talk
        came = self._heard(call, step.node, step.prompts, await call.ask(self._sound(step.prompts), step.wait))
        survey = self._plan.nodes[step.node]
        if isinstance(came, Pressed) and isinstance(survey, Survey) and came.key in survey.answers:
            call.note(SurveyAnswered(step.node, step.line, call.talked_with, came.key, survey.answers[came.key]))
        return came

    def _spelled(self, digits: str) -> tuple[str, ...]:
        """A number read back; `*` and `#` have no sound."""
        spoken = "".join(digit for digit in digits if digit.isdigit())
        return self._sounds.digits(spoken) if spoken else ()

    def _sound(self, prompts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sound for prompt in prompts for sound in self._sounds.prompt(prompt))

    # ── a line ──────────────────────────────────────────────────────────────

    async def _enter(self, call: Call, line: str, variant: str | None, welcome: tuple[str, ...]) -> Came:
        for attempt in range(ATTEMPTS):
            seated = await self._seat(call, line, variant, welcome, BACK_TO_THE_HEAD * attempt)
            if seated is WaitEnd.CLOSED:
                call.outcome = (Outcome.INFORMED, Reason.CALLER_HUNG_UP)
                return Closed()
            if isinstance(seated, GiveUp) and seated.why is GivenUp.AGENT_AWAY:
                return self._passed_back(call, line)
            if not isinstance(seated, Connected):
                break
            try:
                onward = await self._talk(call, line, variant, seated)
                return Talked() if onward is None else PassedOn(onward.line, onward.heard)
            except ChannelGone:
                if await call.gone_soon():
                    raise
                log.info("a phone was hung up in the instant of its answer", agent=seated.agent)
                welcome = ()
            finally:
                self._dispatch.talk_over(seated)
        if call.outcome[0] is not Outcome.TALKED:
            call.outcome = (Outcome.INFORMED, Reason.CALLER_HUNG_UP)
        return GaveUp()

    async def _talk(self, call: Call, line: str, variant: str | None, seated: Connected) -> Onward | None:
        """Let them talk until the other side hangs up, or passes the caller on."""

        def say(prompts: tuple[str, ...]) -> tuple[str, ...]:
            return self._sound(self._plan.said(prompts, variant))

        rules = TalkRules(self._plan, self._dispatch.floor, self._clock.now, say)
        onward = await call.conversations.run(call, seated, line, rules)
        call.forget_keys()
        return onward

    def _passed_back(self, call: Call, line: str) -> PassedOn:
        """The one agent did not take the caller: to who passed them on, when ready, else before all who wait."""
        first = call.carried.back_to
        rules = TalkRules(self._plan, self._dispatch.floor, self._clock.now, self._sound)
        if first is not None and rules.is_ready(first):
            call.carried = Carried(call.waited, only=first)
            call.note(PassedBack("agent", first))
            line = rules.line_of(first, line)
        else:
            call.carried = Carried(call.waited, urgent=True)
            call.note(PassedBack("line", line))
        return PassedOn(line, heard=True)

    async def _seat(
        self, call: Call, line: str, variant: str | None, welcome: tuple[str, ...], urgency: int
    ) -> Seated | WaitEnd:
        """Wait on the line, and note how long and to what end; CLOSED when the hours end first."""
        if call.outcome[0] is not Outcome.TALKED:
            call.outcome = (Outcome.ABANDONED, Reason.CALLER_HUNG_UP)
        call.note(WaitBegan(line, len(self._dispatch.floor.waiting(line))))
        end = WaitEnd.CALLER_LEFT
        try:
            seated = await self._wait(call, line, variant, welcome, urgency)
            end = _end_of(seated)
        finally:
            call.note(WaitEnded(line, WaitEnd.ENGINE_STOPPED if call.stopping else end))
        return seated

    async def _wait(
        self, call: Call, line: str, variant: str | None, welcome: tuple[str, ...], urgency: int
    ) -> Seated | WaitEnd:
        """Wait for a phone to be answered, with a word to the caller now and then; cut off the moment it is."""
        seated: asyncio.Task[Seated] | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                seated = tasks.create_task(self._dispatch.seat(call, self._joined(call, line, urgency)))
                comfort = tasks.create_task(self._comfort(call, line, variant, welcome))
                try:
                    if await self._closes_before(call, line, seated):
                        seated.cancel()
                        return WaitEnd.CLOSED
                    return await seated
                finally:
                    comfort.cancel()
        except BaseException:
            if seated is not None and seated.done() and not seated.cancelled() and seated.exception() is None:
                connected = seated.result()
                if isinstance(connected, Connected):
                    self._dispatch.abandon(connected)
            raise

    @staticmethod
    def _joined(call: Call, line: str, priority: int) -> CallJoined:
        """How the call joins a line, with what it carries from where it was passed on."""
        carried = call.carried
        urgent = carried.urgent or call.raised
        return CallJoined(call.id, line, priority, waited=carried.waited, only=carried.only, urgent=urgent)

    async def _closes_before(self, call: Call, line: str, seated: asyncio.Task[Seated]) -> bool:
        """Whether the line's hours end before the wait does; a phone that rings just then may still be answered."""
        now = self._clock.now()
        ends = None
        if self._plan.lines[line].at_closing == "leave":
            ends = closing(self._plan.calendar, self._plan.hours_of(line), now)
        if ends is None:
            return False
        await asyncio.wait({seated}, timeout=(ends - now).total_seconds())
        floor = self._dispatch.floor
        while not seated.done() and (floor.ahead(call.id) is None or floor.rings_for(call.id)):
            await asyncio.wait({seated}, timeout=1.0)
        return not seated.done()

    async def _comfort(self, call: Call, line: str, variant: str | None, welcome: tuple[str, ...]) -> None:
        """A welcome; unless a phone rings, that all are busy and how many wait before the caller; then music."""
        floor, words = self._dispatch.floor, self._plan.busy_of(line)
        numbers = self._plan.lines[line].position and variant is None  # numbers are spoken in one language
        call.forget_keys()
        await call.say(welcome)
        while True:
            call.forget_keys()
            ahead = floor.ahead(call.id)
            if ahead is not None and not floor.rings_for(call.id):
                place = self._sounds.position(ahead) if numbers and ahead else ()
                await call.say(self._sound(self._plan.said(words, variant)) + place)
            await call.music()
            await asyncio.sleep(COMFORT_EVERY)
            words = self._plan.comfort_of(line)

    # ── a message ───────────────────────────────────────────────────────────

    async def _take_message(self, call: Call, step: TakeMessage, line: str | None) -> Came:
        call.note(StepHeard(step.node, step.prompts, None))
        if call.outcome[0] is not Outcome.TALKED:
            call.outcome = (Outcome.INFORMED, Reason.NO_MESSAGE)
        call.forget_keys()
        await call.say(self._sound(step.prompts))
        file = f"messages/{self._clock.now().astimezone(SHANGHAI):%Y/%m/%d}/{call.id}"
        return Recorded(await call.take_message(file, line, limit=step.limit, silence=step.silence))


def _end_of(seated: Seated | WaitEnd) -> WaitEnd:
    match seated:
        case Connected():
            return WaitEnd.CONNECTED
        case Replaced():
            return WaitEnd.CALLER_LEFT
        case WaitEnd():
            return seated
        case GiveUp(why=why):
            return WaitEnd(why.value)
