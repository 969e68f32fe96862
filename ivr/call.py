"""A call: one caller's leg and its life, with the verbs of the telephone.

A call is a running function (`run_call`). Hang-up is an exception raised inside it: nobody asks whether the caller is
still there. Whatever happens, leaving the function releases everything that the call had on the switch.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Container, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from ivr.adoption.names import mark_of
from ivr.clock import Clock
from ivr.door.verdict import WELCOME
from ivr.events import (
    CallAdopted,
    CallAnswered,
    CallEnded,
    MessageLeft,
    NotRecorded,
    RecordingBegan,
    RecordingEnded,
    RecordingRefused,
    WaitBegan,
    WaitEnded,
)
from ivr.journal import Entry, Event, Journal
from ivr.outcomes import Outcome, Reason
from ivr.room import NO_ROOM
from ivr.switch import ChannelGone, Recorded, Switch, SwitchError

if TYPE_CHECKING:
    from ivr.adoption.unfinished import Unfinished
    from ivr.talk.conversations import Conversations

log = structlog.get_logger()

PATIENCE = 8.0
"""Seconds to wait for the switch where it owes an answer."""

LONGEST_PROMPT = 300.0
"""Seconds after which a playback that does not end is an error of the switch."""

SHORTEST_MESSAGE = 2.0
"""Seconds of speech that make a recording a message; the switch tells whole seconds, rounded up."""


_REACHED = frozenset({Outcome.TALKED, Outcome.MESSAGE, Outcome.CALLBACK, Outcome.UNANSWERED})
"""What a call is that was served before the switch died, or that nobody had answered."""


TYPED_AHEAD = 100
"""Keys that wait to be taken in; who types more ahead of every question is not listened to."""


class MessageBroken(Exception):
    """The switch stopped recording a message: the disk is full, say."""


class Hangup(Exception):
    """The caller hung up. Normal."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a call that was passed on brings along to where it waits next."""

    waited: float = 0.0
    """Seconds that it waited on lines before."""
    only: str | None = None
    """This agent and nobody else."""
    back_to: str | None = None
    """The agent to ask when that one does not take it."""
    urgent: bool = False
    """Before everybody else: it was promised somebody, and they did not come."""
    interrupted: bool = False
    """The phone that it talked with vanished: the caller is told so."""


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
        self.mark = ""
        """Letters in the names that this call gives: those of engines before us must not come again."""
        self._switch, self._journal, self._clock = switch, journal, clock
        self._keys: deque[str] = deque()
        self._heeded: Container[str] | None = None
        self._refusal: str | None = None
        self.unrecorded = False
        """The caller refused to be recorded."""
        self._stirred = asyncio.Event()
        """A key was typed, or what was playing ended."""
        self._gone = asyncio.Event()
        self._leaves = asyncio.Event()
        """The flow is to end: the caller is gone, or another looks after them."""
        self._lost = self._switch_died = False
        self._playing: str | None = None
        self._unheard = False
        """What was played last could not be."""
        self._music = False
        self._recording: tuple[str, asyncio.Future[Recorded]] | None = None
        self._talk_recording: tuple[str, asyncio.Future[Recorded]] | None = None
        self.tester = False
        """The synthetic caller makes it: nobody is rung for it, and nothing of it is kept but its facts."""
        self.in_talk = False
        """The caller hears somebody: the engine's end leaves that alone."""
        self.waited = 0.0
        """Seconds on lines until now."""
        self.carried = Carried()
        self.lane = WELCOME
        """How the door let the call in."""
        self.raised = False
        """The call was marked as one of high risk: wherever it waits, it goes before others."""
        self._waiting_since: datetime | None = None
        self._made = self._beside = self._within = 0
        self._seq = 0
        self._began = (clock.now(), clock.monotonic())
        """The call's own time begins at the wall's, and goes on however that is set."""

    def take_over(self, one: Unfinished) -> None:
        """Go on where the engine before us was."""
        by = one.adopted + 1
        self.outcome, self.talked_with, self.raised = one.outcome, one.talked_with, one.raised
        self.waited, self._waiting_since = one.waited, one.since
        self.unrecorded, self.tester = one.unrecorded, one.tester
        self.mark, self._beside = mark_of(by), by * 1000
        self._music = True  # there may be some: whoever wants silence, or other music, stops it first
        self._seq = one.seq
        self._began = (max(self._clock.now(), one.entries[-1].at), self._clock.monotonic())
        self.note(CallAdopted(by))

    # ── told by the switchboard ─────────────────────────────────────────────

    def key_typed(self, key: str) -> None:
        if key == self._refusal:
            self._refusal, self.unrecorded = None, True
            self.note(RecordingRefused())
            return
        if (self._heeded is None or key in self._heeded) and len(self._keys) < TYPED_AHEAD:
            self._keys.append(key)
            self._stirred.set()

    def played(self, playback: str, *, failed: bool = False) -> None:
        if playback == self._playing:
            self._unheard = failed
            self._playing = None
            self._stirred.set()

    def recorded(self, recorded: Recorded) -> None:
        if self._recording is not None and recorded.recording == self._recording[0] and not self._recording[1].done():
            self._recording[1].set_result(recorded)

    def hung_up(self, cause: int | None = None, *, lost: bool = False) -> None:
        """The channel is no more; `cause` after Q.850. `lost`: its sound stopped, and nobody hung up."""
        del cause
        self._lost |= lost and not self.gone
        self._leave()

    def media_lost(self) -> None:
        """The switch died, and the channel with it."""
        if not self.gone:
            self._lost = self._switch_died = True
            self._leave()

    def picked_up(self) -> None:
        """The channel was answered: of interest to a call that we make."""

    def stop(self, *, handed_over: bool = False) -> None:
        """The engine is going down; `handed_over`: another one goes on with the call."""
        self.stopping, self.handed_over = True, handed_over
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
    def message(self) -> str | None:
        """The file of a message that is being left."""
        file = self._recording[0] if self._recording is not None else None
        return None if self._talk_recording is not None and self._talk_recording[0] == file else file

    @property
    def playing(self) -> str | None:
        """The playback whose end is waited for."""
        return self._playing

    @property
    def recording(self) -> str:
        """Whether what is said is recorded now: `on` or `off`, `refused` by the caller."""
        if self.unrecorded:
            return "refused"
        return "off" if self._recording is None and self._talk_recording is None else "on"

    @property
    def began(self) -> datetime:
        """When we first knew of it, or an engine before us told of it last."""
        return self._began[0]

    @property
    def waited_now(self) -> float:
        """Seconds on lines until this instant."""
        since = self._waiting_since
        began, moment = self._began
        now = began + timedelta(seconds=self._clock.monotonic() - moment)
        return self.waited + (0.0 if since is None else max(0.0, (now - since).total_seconds()))

    @property
    def seq(self) -> int:
        """The number of its last fact."""
        return self._seq

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
        began, moment = self._began
        now = began + timedelta(seconds=self._clock.monotonic() - moment)
        match event:
            case WaitBegan():
                self._waiting_since = now
            case WaitEnded() if self._waiting_since is not None:
                self.waited += max(0.0, (now - self._waiting_since).total_seconds())
                self._waiting_since = None
        self._seq += 1
        self._journal.note(Entry(self.id, self._seq, now, event))

    def informed(self) -> None:
        """The caller hears what they called for, unless more was done for them already."""
        if self.outcome[0] is Outcome.LEFT:
            self.outcome = (Outcome.INFORMED, Reason.CALLER_HUNG_UP)

    def ends(self, outcome: Outcome, reason: Reason) -> None:
        """Tell the end of a call that was never run: the door sent it away."""
        self.outcome = (outcome, reason)
        self.note(CallEnded(outcome, reason))

    # ── names ───────────────────────────────────────────────────────────────

    def name_playback(self) -> str:
        """The name of another playback of this call."""
        self._made += 1
        return f"{self.id}-p{self.mark}{self._made}"

    def name_leg(self, kind: str) -> tuple[int, str]:
        """An offer that the floor does not know (below zero) and its leg: kind `x` is outside, `v` a shift leader."""
        self._beside += 1
        return -self._beside, f"{self.id}-{kind}{self.mark}{self._beside}"

    def name_within(self) -> str:
        """The id of another call that is made within this one."""
        self._within += 1
        return f"{self.id}~{self.mark}{self._within}"

    # ── verbs ───────────────────────────────────────────────────────────────

    async def answer(self) -> None:
        await self._switch.answer(self.channel)
        self.note(CallAnswered())

    async def say(self, sounds: Sequence[str], *, whole: bool = False) -> None:
        """Play to the end, or until a key is typed. A key typed ahead skips it; keys are kept.

        What must be heard is said `whole`: no key cuts it.
        """
        if not sounds or (self._keys and not whole):
            return
        await self.hush()
        playback = self._playing = self.name_playback()
        self._unheard = False
        self._stirred.clear()
        await to_its_end(self._switch.play(self.channel, playback, sounds))
        try:
            async with asyncio.timeout(LONGEST_PROMPT):
                while self._playing == playback and (whole or not self._keys):
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
        if keeps is not None and self._keys:
            return None
        await self.say(sounds)
        key = await self._next_key(wait)
        if key is not None and keeps is not None and key not in keeps:
            self._keys.appendleft(key)
            return None
        return key

    async def collect(self, sounds: Sequence[str], most: int, terminator: str | None, wait: float) -> str:
        """Say, then take digits until there are `most`, the terminator comes, or `wait` seconds bring no key."""
        await self.say(sounds)
        digits = ""
        while len(digits) < most:
            key = await self._next_key(wait)
            if key is None or key == terminator:
                break
            digits += key
        return digits

    async def _next_key(self, wait: float) -> str | None:
        try:
            async with asyncio.timeout(wait):
                while not self._keys:
                    self._stirred.clear()
                    await self._stirred.wait()
        except TimeoutError:
            return None
        return self._keys.popleft()

    def typed_ahead(self) -> str | None:
        """The next key that was typed and not asked for yet; it stays."""
        return self._keys[0] if self._keys else None

    def take_key(self) -> str:
        """Take that key. Raises IndexError when there is none."""
        return self._keys.popleft()

    def forget_keys(self) -> None:
        """Keys typed until now were meant for something that is past."""
        self._keys.clear()

    def may_refuse(self, key: str | None) -> None:
        """From now on this key, typed at any time, means that the caller's talks are not recorded; None ends that."""
        self._refusal = None if self.unrecorded else key

    def heed(self, keys: Container[str] | None) -> None:
        """From now on only these keys are taken in, and no other one cuts what is said; None takes all."""
        self._heeded = keys

    async def music(self) -> None:
        """Music on hold from now on, until `hush`."""
        await self.hush()
        self._music = True
        await to_its_end(self._switch.start_music(self.channel))

    async def hush(self) -> None:
        """Stop whatever is played to the caller."""
        if self._playing is not None:
            playback, self._playing = self._playing, None
            await _unless_gone(self._switch.stop_playing(playback))
        if self._music:
            await self._switch.stop_music(self.channel)
            self._music = False  # not before: what failed is tried again

    async def take_message(self, file: str, line: str | None, *, limit: float, silence: float) -> bool:
        """Beep and record the caller; whether they left anything. Hanging up is how a message usually ends.

        Raises MessageBroken when the switch could not go on recording: they speak to nobody, and should be told.
        """
        await self.hush()
        self._keys.clear()
        ended = self._expect_recording(file)
        await self._switch.record(self.channel, file, limit=limit, silence=silence)
        self.note(RecordingBegan(file, "message"))
        return await self._message(file, line, ended, limit)

    async def finish_message(self, file: str, line: str | None, *, limit: float) -> bool:
        """Go on with a message that began under an engine before us; whether the caller left anything."""
        ended = self._expect_recording(file)
        if (recorded := await self._switch.recorded(file)) is not None and not ended.done():
            ended.set_result(recorded)  # it ended while nobody heard of it
        return await self._message(file, line, ended, limit)

    async def _message(self, file: str, line: str | None, ended: asyncio.Future[Recorded], limit: float) -> bool:
        recorded = Recorded(file, None, None, failed=True)
        try:
            async with asyncio.timeout(limit + PATIENCE):
                recorded = await asyncio.shield(ended)
        except TimeoutError:
            log.warning("the switch said nothing of a message's end", file=file)
        except asyncio.CancelledError:
            recorded = await self._last_word(file, ended)
            raise
        finally:
            self._recording = None
            self.note(RecordingEnded(file, recorded.seconds))
            left = not recorded.failed and (recorded.spoken or 0.0) >= SHORTEST_MESSAGE
            if left:
                talked = self.outcome[0] is Outcome.TALKED
                self.outcome = (Outcome.TALKED if talked else Outcome.MESSAGE, Reason.COMPLETED)
                self.note(MessageLeft(line, file, recorded.seconds or 0.0))
        if recorded.failed:
            log.error("a message could not be recorded to its end", file=file)
            raise MessageBroken(file)
        return left

    async def record_talk(self, bridge: str, file: str) -> bool:
        """Record everything in a bridge until `end_recording`; False, and an error in the log, when it cannot be."""
        if not self.conversations.room.talks:
            self.note(NotRecorded("talk", NO_ROOM))
            return False
        ended = self._expect_recording(file)
        try:
            await self._switch.record_bridge(bridge, file)
        except SwitchError as error:
            log.exception("a talk is not recorded", error=str(error))
            self._recording = None
            await settled(_unless_gone(self._switch.stop_recording(file)))  # it may have begun, unconfirmed
            return False
        self._talk_recording = (file, ended)
        self.note(RecordingBegan(file, "talk"))
        return True

    def resume_recording(self, file: str) -> None:
        """A talk is recorded into this file since before; `end_recording` ends it."""
        self._talk_recording = (file, self._expect_recording(file))

    async def cut_recording(self) -> None:
        """End the recording of a talk that goes on: there is no more room for it."""
        if self._talk_recording is not None:
            await self.end_recording()
            self.note(NotRecorded("talk", NO_ROOM))

    async def end_recording(self) -> None:
        """End the recording of a talk, if there is one, and note how long it is."""
        if self._talk_recording is None:
            return
        (file, ended), self._talk_recording = self._talk_recording, None
        if not self._switch_died:  # else nobody is there to stop it
            await settled(self._switch.stop_recording(file))
        recorded = await self._last_word(file, ended)
        self.note(RecordingEnded(file, recorded.seconds))

    def _expect_recording(self, file: str) -> asyncio.Future[Recorded]:
        ended: asyncio.Future[Recorded] = asyncio.get_running_loop().create_future()
        self._recording = (file, ended)
        return ended

    async def _last_word(self, file: str, ended: asyncio.Future[Recorded]) -> Recorded:
        """What the switch says of a recording that is ending."""
        try:
            async with asyncio.timeout(0.0 if self._switch_died or self.handed_over else 2.0):
                return await asyncio.shield(ended)
        except TimeoutError:
            if not self.handed_over:  # else it goes on, and whoever goes on with the call hears of its end
                log.warning("the switch said nothing of a recording's end", file=file)
            return Recorded(file, None, None, failed=True)

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
            self.note(CallEnded(*self.outcome))


Flow = Callable[[Call], Awaitable[None]]


async def run_call(call: Call, flow: Flow, apology: Sequence[str]) -> None:
    """Run a flow on a call from first to last. Never raises for what happens to one call."""
    try:
        async with asyncio.TaskGroup() as tasks:
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


async def to_its_end(order: Coroutine[None, None, None]) -> None:
    """Carry an order out even when we are cancelled meanwhile, and again: half begun, it could not be taken back."""
    task = asyncio.get_running_loop().create_task(order)  # owned here: both ways out wait for it
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):  # raised below, once the order has ended
                await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()) is not None:
            log.debug("the switch refused an order that came too late", error=str(error))
        raise


async def _unless_gone(order: Awaitable[None]) -> None:
    try:
        await order
    except ChannelGone:
        return


async def settled(*orders: Awaitable[None]) -> None:
    """Carry out all orders; failures are logged, for nothing is left to do about them."""
    for result in await asyncio.gather(*orders, return_exceptions=True):
        if isinstance(result, SwitchError):
            log.warning("the switch refused a release", error=str(result))
        elif isinstance(result, BaseException):
            raise result
