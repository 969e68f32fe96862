"""The flow: the plan's walk, executed on a real call."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Final

import structlog

from ivr.call import Call, Hangup
from ivr.callbacks.board import Callbacks
from ivr.carried import Carried
from ivr.clock import Clock
from ivr.dispatch import Dispatch
from ivr.door.verdict import Lane, Why
from ivr.events import CallScreened, DigitsEntered, EndReached, NotRecorded, PassedBack, StepHeard, SurveyAnswered
from ivr.offer_legs import Connected
from ivr.outcomes import Outcome, Reason, WaitEnd
from ivr.outlook import Outlook
from ivr.recordings import MessageBroken
from ivr.room import NO_ROOM
from ivr.sounds import Sounds
from ivr.status import tell
from ivr.switch import ChannelGone
from ivr.talk.inbox import Onward, Resumed
from ivr.talk.targets import TalkRules
from ivr.waiting import House, Left, Waiting
from prompts.phrases import Phrase
from routing.calendar import SHANGHAI
from routing.destination import destination
from routing.node import Survey
from routing.plan import Plan
from routing.steps import (
    Ask,
    Book,
    Came,
    Collect,
    Confirm,
    Enter,
    Entered,
    Finish,
    GaveUp,
    Inquire,
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
from routing.walk import NotOfThisStep, Position, advance, begin, entering

log = structlog.get_logger()

PROOF: Final = "1"
"""The key that a person presses when the door asks for it."""
PROOFS = 2
"""How often it asks."""

RINGING_OR_KEEPING: Final = (Enter, Book, Collect, Inquire, Rate, TakeMessage)
"""Steps at which the synthetic caller is let go: somebody would be rung, or something kept or looked up."""

ATTEMPTS = 3
"""How often a caller whose phone was answered and gone before they could talk joins the line again."""


class PlanFlow:
    """Runs the plan on calls: `await flow(call)`."""

    def __init__(
        self, plan: Plan, sounds: Sounds, dispatch: Dispatch, clock: Clock, outlook: Outlook, callbacks: Callbacks
    ) -> None:
        self._plan, self._sounds, self._dispatch, self._clock = plan, sounds, dispatch, clock
        self._outlook, self._callbacks = outlook, callbacks
        self._house = House(plan, sounds, dispatch, clock, outlook, callbacks)

    async def __call__(self, call: Call) -> None:
        try:
            await call.answer()
            if call.lane.prove and not call.tester and not await self._is_a_person(call):
                return
            await self._walk(call, begin(self._plan, self._outlook.scene(call.number)), Waiting(call, self._house))
        finally:
            self._callbacks.rang_off(call.id)

    async def _is_a_person(self, call: Call) -> bool:
        """Whether the caller presses 1 when asked to; the door wants to know. Who does not hears that all is busy."""
        own = self._plan.callers.prove
        asked = self._sound(own) if own else self._sounds.phrase(Phrase.PROVE)
        call.keys.forget()
        for _ in range(PROOFS):
            if await call.ask(asked, self._plan.hotline.wait) == PROOF:
                return True
        call.note(CallScreened(Lane.AWAY, Why.NO_PROOF))
        call.outcome = (Outcome.REJECTED, Reason.NO_PROOF)
        call.keys.forget()
        await call.say(self._sounds.phrase(Phrase.OVERLOADED), whole=True)
        return False

    async def serve(
        self,
        call: Call,
        line: str,
        language: str | None,
        priority: int,
        waited: float,
        *,
        seated: Connected | None = None,
        kept: Connected | None = None,
    ) -> None:
        """Let a caller whom we called talk with `seated`, or wait for the agent who was `kept` for them; then walk on.

        `waited` are the seconds that count for their place.
        """
        position, enter = entering(self._plan, line, self._outlook.scene(call.number), language, priority)
        waiting = Waiting(call, self._house, waited=waited)
        call.may_refuse(enter.refuse)
        await call.say(self._sound(enter.prompts), whole=True)
        came = await self._enter(call, position, enter, waiting, seated=seated, kept=kept)
        following = advance(self._plan, *came, self._outlook.scene(call.number))
        if following is not None:
            await self._walk(call, following, waiting)

    async def _walk(self, call: Call, position: Position, waiting: Waiting, *, told: bool = False) -> None:
        """Walk on from a position; `told`: that it is a destination was noted already."""
        while True:
            if (reached := destination(position)) is not None and not told:
                call.note(EndReached(reached.kind, reached.line, reached.open, reached.why))
            told = False
            if call.tester and isinstance(position.step, RINGING_OR_KEEPING):
                call.outcome = (Outcome.INFORMED, Reason.COMPLETED)
                return
            call.walks = position.step.node
            position, came = await self._step(call, position, waiting)
            call.walks = None
            if reached is None and (reached := destination(position, came)) is not None:
                call.note(EndReached(reached.kind, reached.line, reached.open, reached.why))
            following = advance(self._plan, position, came, self._outlook.scene(call.number))
            if following is None:
                return
            position = following

    async def _step(self, call: Call, position: Position, waiting: Waiting) -> tuple[Position, Came]:
        """What came of a step, and of which: a caller who waits may walk on from another one."""
        match position.step:
            case Enter(node, prompts, welcome) as enter:
                call.note(StepHeard(node, prompts + welcome, None))
                call.may_refuse(enter.refuse)
                await call.say(self._sound(prompts), whole=True)
                return await self._enter(call, position, enter, waiting)
            case Book() as book:
                return position, await waiting.book(book)
            case _:
                return position, await self._hear(call, position)

    async def _hear(self, call: Call, position: Position) -> Came:
        match position.step:
            case Say(node, prompts):
                await call.say(self._sound(prompts))
                if call.gone:  # what was played ended with the hang-up, which is told after it: it was not heard
                    raise Hangup
                key = call.keys.take() if call.keys.ahead == "0" else None
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
                call.informed()
                return self._heard(call, node, prompts, await call.ask(self._sound(prompts), wait))
            case Rate():
                return await self._rate(call, position.step)
            case TakeMessage():
                return await self._take_message(call, position.step, position.way.line)
            case Finish(node, prompts):
                call.note(StepHeard(node, prompts, None))
                call.informed()
                call.keys.forget()  # such as the one that ended a message
                await call.say(self._sound(prompts))
                call.outcome = (call.outcome[0], Reason.COMPLETED)
                return Said()
            case Inquire():
                return await tell(call, position.step, self._sounds, self._outlook.files)
            case Enter() | Book():
                raise NotOfThisStep(position.step.node)

    @staticmethod
    def _heard(call: Call, node: str, prompts: tuple[str, ...], key: str | None) -> Pressed | Silent:
        """Note what followed a question."""
        call.note(StepHeard(node, prompts, key, asked=True))
        return Silent() if key is None else Pressed(key)

    async def _rate(self, call: Call, step: Rate) -> Pressed | Silent:
        """Ask for a judgement of the talk that is over, and note it."""
        call.keys.forget()  # typed into the talk
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

    async def _enter(
        self,
        call: Call,
        position: Position,
        enter: Enter,
        waiting: Waiting,
        *,
        seated: Connected | None = None,
        kept: Connected | None = None,
        placed: bool = False,
        resumed: Resumed | None = None,
    ) -> tuple[Position, Came]:
        """Wait on a line, and talk. `placed`: the call has its place; `resumed`: the talk of `seated` goes on."""
        welcome = self._sound(enter.welcome)
        for _ in range(ATTEMPTS):
            if seated is None:
                came = await waiting.seat(position, enter, welcome, instead_of=kept, placed=placed)
                placed = False
                if isinstance(came, Left) and came.end is WaitEnd.AGENT_AWAY:
                    return position, self._passed_back(call, enter.line)
                if isinstance(came, Left):
                    return came.position, came.came
                seated, kept = came, None
            try:
                onward = await self._talk(call, enter.line, position.way.variant, seated, resumed)
                waiting.over()
                return position, Talked() if onward is None else PassedOn(onward.line, onward.heard)
            except ChannelGone:
                if await call.gone_soon():
                    raise
                log.info("a phone was hung up in the instant of its answer", agent=seated.agent)
            finally:
                self._dispatch.legs.talk_over(seated)
            seated, resumed, welcome = None, None, ()
        if call.outcome[0] is not Outcome.TALKED:
            call.outcome = (Outcome.INFORMED, Reason.CALLER_HUNG_UP)
        return position, GaveUp()

    async def _talk(
        self, call: Call, line: str, variant: str | None, seated: Connected, resumed: Resumed | None
    ) -> Onward | None:
        """Let them talk until the other side hangs up, or passes the caller on."""

        def say(prompts: tuple[str, ...]) -> tuple[str, ...]:
            return self._sound(self._plan.said(prompts, variant))

        away = self._sounds.phrase(Phrase.AWAY) if variant is None else ()
        rules = TalkRules(self._plan, self._dispatch.floor, self._clock.now, say, away, self._capped)
        onward = await call.conversations.run(call, seated, line, rules, resumed)
        call.keys.forget()
        return onward

    def _capped(self, agent: str | None) -> str | None:
        return self._outlook.capped(self._plan, agent)

    def _passed_back(self, call: Call, line: str) -> PassedOn:
        """The one agent did not take the caller: to who passed them on, when ready, else before all who wait."""
        first = call.carried.back_to
        rules = TalkRules(self._plan, self._dispatch.floor, self._clock.now, self._sound)
        if first is not None and rules.is_ready(first):
            call.carried = Carried(call.diary.waited, only=first)
            call.note(PassedBack("agent", first))
            line = rules.line_of(first, line)
        else:
            call.carried = Carried(call.diary.waited, urgent=True)
            call.note(PassedBack("line", line))
        return PassedOn(line, heard=True)

    # ── a message ───────────────────────────────────────────────────────────

    async def _take_message(self, call: Call, step: TakeMessage, line: str | None) -> Came:
        room = call.conversations.room.messages
        call.note(StepHeard(step.node, step.prompts if room else (), None))
        if call.outcome[0] not in (Outcome.TALKED, Outcome.CALLBACK):
            call.outcome = (Outcome.INFORMED, Reason.NO_MESSAGE)
        call.keys.forget()
        if not room:
            call.note(NotRecorded("message", NO_ROOM))
            await call.say(self._sounds.phrase(Phrase.NO_ROOM), whole=True)
            return Recorded(False)
        await call.say(self._sound(step.prompts))
        file = f"messages/{self._clock.now().astimezone(SHANGHAI):%Y/%m/%d}/{call.id}"
        return await self._left(call, call.take_message(file, line, limit=step.limit, silence=step.silence))

    async def _left(self, call: Call, leaving: Awaitable[bool]) -> Recorded:
        """Whether they left a message; who could not, and is still there, is told so."""
        try:
            return Recorded(await leaving)
        except MessageBroken:
            await call.say(self._sounds.phrase(Phrase.NO_ROOM), whole=True)
            return Recorded(False)
