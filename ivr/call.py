"""A call: one caller's leg and its life, with the verbs of the telephone.

A call is a running function (`run_call`). Hang-up is an exception raised inside it: nobody asks whether the caller is
still there. Whatever happens, leaving the function releases everything that the call had on the switch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container, Coroutine, Sequence
from typing import TYPE_CHECKING

import structlog

from ivr.call_names import CallNames
from ivr.carried import Carried
from ivr.clock import Clock
from ivr.diary import Diary
from ivr.door.verdict import WELCOME
from ivr.events import CallAdopted, CallAnswered, CallEnded, RecordingRefused, StepHeard
from ivr.journal import Event, Journal
from ivr.keys import Keys
from ivr.order import PATIENCE, to_its_end, unless_gone
from ivr.outcomes import Outcome, Reason
from ivr.recordings import Recordings
from ivr.switch import Switch, SwitchError
from ivr.task_group import TaskGroup

if TYPE_CHECKING:
    from ivr.adoption.unfinished import Unfinished
    from ivr.talk.conversations import Conversations

log = structlog.get_logger()

LONGEST_PROMPT = 300.0
"""Seconds after which a playback that does not end is an error of the switch."""

_REACHED = frozenset({Outcome.TALKED, Outcome.MESSAGE, Outcome.CALLBACK, Outcome.UNANSWERED})
"""What a call is that was served before the switch died, or that nobody had answered."""


class Hangup(Exception):
    """The caller hung up. Normal."""


class Call:
    """One caller. Told of its events by the switchboard; commanded by the flow that it runs."""

    def __init__(
        self,
        id: str,
        channel: str,
        number: str,
        dialled: str,
        *,
        switch: Switch,
        journal: Journal,
        clock: Clock,
        conversations: Conversations,
    ) -> None:
        self.id, self.channel, self.number, self.dialled = id, channel, number, dialled
        self.conversations = conversations
        self.outcome = (Outcome.LEFT, Reason.CALLER_HUNG_UP)
        """What the call would end as if it ended now; the flow raises it as the caller gets further."""
        self.talked_with: str | None = None
        """The agent who talked with the caller last."""
        self.stopping = False
        """The engine is going down: leave the caller to the dialplan, a talk to itself."""
        self.handed_over = False
        """The next engine goes on with the call: leave everything as it is."""
        self.names = CallNames(id)
        self.diary = Diary(id, journal, clock)
        self.recordings = Recordings(switch, self.diary.note, conversations.room)
        self._switch = switch
        self._refusal: str | None = None
        self.walks: str | None = None
        """The node of the plan that is walked, until its `StepHeard` is told."""
        self.unrecorded = False
        """The caller refused to be recorded."""
        self._stirred = asyncio.Event()
        """A key was typed, or what was playing ended."""
        self.keys = Keys(self._stirred)
        self._gone = asyncio.Event()
        self._leaves = asyncio.Event()
        """The flow is to end: the caller is gone, or another looks after them."""
        self._lost = self._switch_died = False
        self._playing: str | None = None
        self._unheard = False
        """What was played last could not be."""
        self._music = False
        self.tester = False
        """The synthetic caller makes it: nobody is rung for it, and nothing of it is kept but its facts."""
        self.in_talk = False
        """The caller hears somebody: the engine's end leaves that alone."""
        self.carried = Carried()
        self.lane = WELCOME
        """How the door let the call in."""
        self.raised = False
        """The call was marked as one of high risk: wherever it waits, it goes before others."""

    def take_over(self, one: Unfinished) -> None:
        """Go on where the engine before us was."""
        by = one.adopted + 1
        self.outcome, self.talked_with, self.raised = one.outcome, one.talked_with, one.raised
        self.unrecorded, self.tester = one.unrecorded, one.tester
        self.names.take_over(by)
        self._music = True  # there may be some: whoever wants silence, or other music, stops it first
        self.diary.take_over(one)
        self.note(CallAdopted(by))

    # ── told by the switchboard ─────────────────────────────────────────────

    def key_typed(self, key: str) -> None:
        if key == self._refusal:
            self._refusal, self.unrecorded = None, True
            self.note(RecordingRefused())
            return
        self.keys.typed(key)

    def played(self, playback: str, *, failed: bool = False) -> None:
        if playback == self._playing:
            self._unheard = failed
            self._playing = None
            self._stirred.set()

    def hung_up(self, cause: int | None = None, *, lost: bool = False) -> None:
        """The channel is no more; `cause` after Q.850. `lost`: its sound stopped, and nobody hung up."""
        del cause
        self._lost |= lost and not self.gone
        self._leave()

    def media_lost(self) -> None:
        """The switch died, and the channel with it."""
        if not self.gone:
            self._lost = self._switch_died = True
            self.recordings.media_lost()
            self._leave()

    def picked_up(self) -> None:
        """The channel was answered: of interest to a call that we make."""

    def stop(self, *, handed_over: bool = False) -> None:
        """The engine is going down; `handed_over`: another one goes on with the call."""
        self.stopping, self.handed_over = True, handed_over
        self.recordings.handed_over = handed_over
        talked = self.outcome[0] is Outcome.TALKED
        self.outcome = (Outcome.TALKED if talked else Outcome.FAILED, Reason.ENGINE_STOPPED)

    def give_back(self) -> None:
        """Let the dialplan look after the caller from now on."""
        self.stop()
        self._leaves.set()

    def _leave(self) -> None:
        self._gone.set()
        self._leaves.set()

    def missed_events(self) -> None:
        """The switch was not heard for a while: what was playing may have ended unheard."""
        self._playing = None
        self._stirred.set()

    @property
    def playing(self) -> str | None:
        """The playback whose end is waited for."""
        return self._playing

    @property
    def recording(self) -> str:
        """Whether what is said is recorded now: `on` or `off`, `refused` by the caller."""
        if self.unrecorded:
            return "refused"
        return "on" if self.recordings.goes_on else "off"

    @property
    def mark(self) -> str:
        """Letters in the names that it gives."""
        return self.names.mark

    @property
    def lost(self) -> bool:
        """Nobody hung up: the caller's sound stopped, or the switch died."""
        return self._lost

    @property
    def gone(self) -> bool:
        return self._gone.is_set()

    async def raise_on_hangup(self) -> None:
        await self._leaves.wait()
        raise Hangup

    async def gone_soon(self) -> bool:
        """Whether the caller is gone, or the switch is about to say so."""
        try:
            async with asyncio.timeout(1.0):
                return await self._gone.wait()
        except TimeoutError:
            return False

    # ── facts ───────────────────────────────────────────────────────────────

    def note(self, event: Event) -> None:
        """Write a fact into the journal. Never waits."""
        if isinstance(event, StepHeard):
            self.walks = None
        self.diary.note(event)

    def informed(self) -> None:
        """The caller hears what they called for, unless more was done for them already."""
        if self.outcome[0] is Outcome.LEFT:
            self.outcome = (Outcome.INFORMED, Reason.CALLER_HUNG_UP)

    def ends(self, outcome: Outcome, reason: Reason) -> None:
        """Tell the end of a call that was never run: the door sent it away."""
        self.outcome = (outcome, reason)
        self.note(CallEnded(outcome, reason))

    # ── verbs ───────────────────────────────────────────────────────────────

    async def answer(self) -> None:
        await self._switch.answer(self.channel)
        self.note(CallAnswered())

    async def say(self, sounds: Sequence[str], *, whole: bool = False) -> None:
        """Play to the end, or until a key is typed. A key typed ahead skips it; keys are kept.

        What must be heard is said `whole`: no key cuts it.
        """
        if not sounds or (self.keys.ahead is not None and not whole):
            return
        await self.hush()
        playback = self._playing = self.names.playback()
        self._unheard = False
        self._stirred.clear()
        await to_its_end(self._switch.play(self.channel, playback, sounds))
        try:
            async with asyncio.timeout(LONGEST_PROMPT):
                while self._playing == playback and (whole or self.keys.ahead is None):
                    self._stirred.clear()
                    await self._stirred.wait()
        except TimeoutError:
            raise SwitchError(f"a prompt did not end: {', '.join(sounds)}") from None
        if self._playing == playback:
            await self.hush()
        if self._unheard and not await self.gone_soon():  # a hang-up ends what is played in the same way
            log.error("a prompt could not be played: run `hotline doctor`", call=self.id, sounds=", ".join(sounds))

    async def ask(self, sounds: Sequence[str], wait: float, keeps: Container[str] | None = None) -> str | None:
        """Say, then wait so many seconds for one key; None for silence.

        With `keeps` only these keys answer: another one, or one typed before the question, is kept for what follows.
        """
        if keeps is not None and self.keys.ahead is not None:
            return None
        await self.say(sounds)
        key = await self.keys.next(wait)
        if key is not None and keeps is not None and key not in keeps:
            self.keys.put_back(key)
            return None
        return key

    async def collect(self, sounds: Sequence[str], most: int, terminator: str | None, wait: float) -> str:
        """Say, then take digits until there are `most`, the terminator comes, or `wait` seconds bring no key."""
        await self.say(sounds)
        digits = ""
        while len(digits) < most:
            key = await self.keys.next(wait)
            if key is None or key == terminator:
                break
            digits += key
        return digits

    def may_refuse(self, key: str | None) -> None:
        """From now on this key, typed at any time, means that the caller's talks are not recorded; None ends that."""
        self._refusal = None if self.unrecorded else key

    async def music(self) -> None:
        """Music on hold from now on, until `hush`."""
        await self.hush()
        self._music = True
        await to_its_end(self._switch.start_music(self.channel))

    async def hush(self) -> None:
        """Stop whatever is played to the caller."""
        if self._playing is not None:
            playback, self._playing = self._playing, None
            await unless_gone(self._switch.stop_playing(playback))
        if self._music:
            await self._switch.stop_music(self.channel)
            self._music = False  # not before: what failed is tried again

    async def take_message(self, file: str, line: str | None, *, limit: float, silence: float) -> bool:
        """Beep and record the caller; whether they left anything. Hanging up is how a message usually ends.

        Raises MessageBroken when the switch could not go on recording: they speak to nobody, and should be told.
        """
        await self.hush()
        self.keys.forget()
        taking = self.recordings.take_message(self.channel, file, line, limit=limit, silence=silence)
        return await self._message_taken(taking)

    async def finish_message(self, file: str, line: str | None, *, limit: float) -> bool:
        """Go on with a message that began under an engine before us. Raises MessageBroken."""
        return await self._message_taken(self.recordings.finish_message(file, line, limit=limit))

    async def _message_taken(self, taking: Coroutine[None, None, bool]) -> bool:
        try:
            return await taking
        finally:
            if self.recordings.message_left:
                talked = self.outcome[0] is Outcome.TALKED
                self.outcome = (Outcome.TALKED if talked else Outcome.MESSAGE, Reason.COMPLETED)

    # ── the end ─────────────────────────────────────────────────────────────

    async def close(self) -> None:
        """Release the caller's channel and note the end. Idempotent; bounded in time."""
        try:
            async with asyncio.timeout(PATIENCE):
                if self.gone or self.handed_over:
                    return
                if not self.stopping:
                    await self._switch.hang_up(self.channel)
                elif not self.in_talk:
                    await self.hush()  # the switch lets nobody go before what is being played to them ends
                    await self._switch.release(self.channel)
        except (SwitchError, TimeoutError) as error:
            log.warning("a channel could not be released", error=str(error))
        finally:
            if self._switch_died and self.outcome[0] not in _REACHED:
                self.outcome = (Outcome.FAILED, Reason.MEDIA_LOST)
            elif self._switch_died or (self._lost and self.outcome[1] is Reason.CALLER_HUNG_UP):
                self.outcome = (self.outcome[0], Reason.MEDIA_LOST)
            during = self.walks if self.outcome[1] is Reason.CALLER_HUNG_UP else None
            self.note(CallEnded(*self.outcome, during))


Flow = Callable[[Call], Awaitable[None]]


async def run_call(call: Call, flow: Flow, apology: Sequence[str]) -> None:
    """Run a flow on a call from first to last. Never raises for what happens to one call."""
    try:
        async with TaskGroup() as tasks:
            watch = tasks.create_task(call.raise_on_hangup())
            try:
                await flow(call)
            finally:
                watch.cancel()
    except* Hangup:
        pass
    except* SwitchError as errors:
        if not call.handed_over and not await call.gone_soon():
            log.error("the switch failed a call", errors=[str(e) for e in errors.exceptions])
            call.outcome = (Outcome.FAILED, Reason.SWITCH_ERROR)
            await apologise(call, apology)
    except* Exception:
        log.exception("a call met a bug")
        call.outcome = (Outcome.FAILED, Reason.BUG)
        await apologise(call, apology)
    finally:
        await call.close()


async def apologise(call: Call, apology: Sequence[str]) -> None:
    """The least that a caller is owed by a failure of ours."""
    try:
        async with asyncio.timeout(15.0):
            await call.say(apology, whole=True)
    except (SwitchError, TimeoutError) as error:
        log.warning("an apology was not heard", error=str(error))
