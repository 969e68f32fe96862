"""What of a call is recorded: the message that its caller leaves, and the talk that goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from ivr.events import MessageLeft, NotRecorded, RecordingBegan, RecordingEnded
from ivr.journal import Event
from ivr.order import PATIENCE, settled, unless_gone
from ivr.room import NO_ROOM, Room
from ivr.switch import Recorded, Switch, SwitchError

log = structlog.get_logger()

SHORTEST_MESSAGE = 2.0
"""Seconds of speech that make a recording a message; the switch tells whole seconds, rounded up."""

LAST_WORD = 2.0
"""Seconds in which the switch says what a recording came to that it was told to end."""


class MessageBroken(Exception):
    """The switch stopped recording a message: the disk is full, say."""


class Recordings:
    """Those of one call, one after another. Files are relative to the recordings' folder."""

    def __init__(self, switch: Switch, note: Callable[[Event], None], room: Room) -> None:
        self._switch, self._note, self._room = switch, note, room
        self._awaited: tuple[str, asyncio.Future[Recorded]] | None = None
        """Whose end the switch will tell."""
        self._talk: tuple[str, asyncio.Future[Recorded]] | None = None
        self.message_left = False
        """The caller left a message that is long enough to be one."""
        self.handed_over = False
        """The next engine goes on with them, and hears of their end."""
        self._switch_died = False

    @property
    def goes_on(self) -> bool:
        """Whether what is said is recorded now."""
        return self._awaited is not None or self._talk is not None

    @property
    def message(self) -> str | None:
        """The file of a message that is being left."""
        file = self._awaited[0] if self._awaited is not None else None
        return None if self._talk is not None and self._talk[0] == file else file

    # ── told by the switchboard ─────────────────────────────────────────────

    def ended(self, recorded: Recorded) -> None:
        """The switch says that a recording ended."""
        if self._awaited is not None and recorded.recording == self._awaited[0] and not self._awaited[1].done():
            self._awaited[1].set_result(recorded)

    async def look_again(self) -> None:
        """A message may have ended while the switch was not heard."""
        if (file := self.message) is None:
            return
        try:
            recorded = await self._switch.recorded(file)
        except SwitchError as error:
            log.warning("nothing is known of a recording", file=file, error=str(error))
            return
        if recorded is not None:
            self.ended(recorded)

    def media_lost(self) -> None:
        """The switch died: it says nothing more."""
        self._switch_died = True

    # ── a message ───────────────────────────────────────────────────────────

    async def take_message(self, channel: str, file: str, line: str | None, *, limit: float, silence: float) -> bool:
        """Beep and record whoever is there; whether they left anything. Hanging up is how a message usually ends.

        Raises MessageBroken when the switch could not go on recording: they speak to nobody, and should be told.
        """
        ended = self._expect(file)
        await self._switch.record(channel, file, limit=limit, silence=silence)
        self._note(RecordingBegan(file, "message"))
        return await self._message(file, line, ended, limit)

    async def finish_message(self, file: str, line: str | None, *, limit: float) -> bool:
        """Go on with a message that began under an engine before us; whether the caller left anything."""
        ended = self._expect(file)
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
            self._awaited = None
            self._note(RecordingEnded(file, recorded.seconds))
            left = not recorded.failed and (recorded.spoken or 0.0) >= SHORTEST_MESSAGE
            if left:
                self.message_left = True
                self._note(MessageLeft(line, file, recorded.seconds or 0.0))
        if recorded.failed:
            log.error("a message could not be recorded to its end", file=file)
            raise MessageBroken(file)
        return left

    # ── a talk ──────────────────────────────────────────────────────────────

    async def record_talk(self, bridge: str, file: str) -> bool:
        """Record everything in a bridge until `end_talk`; False, and an error in the log, when it cannot be."""
        if not self._room.talks:
            self._note(NotRecorded("talk", NO_ROOM))
            return False
        ended = self._expect(file)
        try:
            await self._switch.record_bridge(bridge, file)
        except SwitchError as error:
            log.exception("a talk is not recorded", error=str(error))
            self._awaited = None
            await settled(unless_gone(self._switch.stop_recording(file)))  # it may have begun, unconfirmed
            return False
        self._talk = (file, ended)
        self._note(RecordingBegan(file, "talk"))
        return True

    def resume_talk(self, file: str) -> None:
        """A talk is recorded into this file since before; `end_talk` ends it."""
        self._talk = (file, self._expect(file))

    async def cut_talk(self) -> None:
        """End the recording of a talk that goes on: there is no more room for it."""
        if self._talk is not None:
            await self.end_talk()
            self._note(NotRecorded("talk", NO_ROOM))

    async def end_talk(self) -> None:
        """End the recording of a talk, if there is one, and note how long it is."""
        if self._talk is None:
            return
        (file, ended), self._talk = self._talk, None
        if not self._switch_died:  # else nobody is there to stop it
            await settled(self._switch.stop_recording(file))
        recorded = await self._last_word(file, ended)
        if self._awaited is not None and self._awaited[1] is ended:
            self._awaited = None
        self._note(RecordingEnded(file, recorded.seconds))

    # ── within ──────────────────────────────────────────────────────────────

    def _expect(self, file: str) -> asyncio.Future[Recorded]:
        ended: asyncio.Future[Recorded] = asyncio.get_running_loop().create_future()
        self._awaited = (file, ended)
        return ended

    async def _last_word(self, file: str, ended: asyncio.Future[Recorded]) -> Recorded:
        """What the switch says of a recording that is ending."""
        try:
            async with asyncio.timeout(0.0 if self._switch_died or self.handed_over else LAST_WORD):
                return await asyncio.shield(ended)
        except TimeoutError:
            if not self.handed_over:  # else it goes on, and whoever goes on with the call hears of its end
                log.warning("the switch said nothing of a recording's end", file=file)
            return Recorded(file, None, None, failed=True)
