"""One AGI session: a worker thread that carries out one order after the other on one channel.

The event loop gives orders (`order`) and is told what comes of them (`Ears`, each of its methods called in the loop).
Between orders a caller who was answered is listened to for keys, in short waits that grow: an order that comes
meanwhile has to wait for the end of one. Everybody else is left in peace until there is an order, or they hang up.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import structlog
from asterisk.agi import AGIAppError, AGIError, AGIHangup

from ivr.agi.hello import Hello, hello_of
from ivr.agi.sound import heard
from ivr.agi.speech import PROMPTLY, Agi, Lines, NotAgi

log = structlog.get_logger()

GREETING = 5.0
"""Seconds within which Asterisk has to have said hello."""
FIRST_WAIT, LONGEST_WAIT = 0.02, 0.4
"""Seconds of the waits for a key: short ones after something happened, for then more does."""
THINKING = 0.03
"""Seconds that what is played pauses after a key: the call may want it to stop."""
STATUS = "HOTLINE_STATUS"
"""Channel variable that tells the dialplan how a call ended for us."""
CLOSES = 0.1
"""Seconds after a hang-up until Asterisk has written a recording to its end."""

_BUSY, _REJECTED, _NO_ANSWER, _NORMAL = 17, 21, 19, 16
"""Q.850."""


class Ending(StrEnum):
    """How a session ends, as the dialplan reads it in `STATUS`."""

    SERVED = "served"  # and hung up
    GIVEN_BACK = "given-back"  # the dialplan goes on with the caller
    REFUSED = "refused"  # busy tone
    TURNED_AWAY = "turned-away"  # a sentence, then the busy tone


@dataclass(slots=True, eq=False)
class Answer:
    done: asyncio.Future[None]


@dataclass(slots=True, eq=False)
class Play:
    playback: str
    files: tuple[str, ...]
    begun: bool = False
    stopped: bool = False


@dataclass(slots=True, eq=False)
class Record:
    recording: str
    file: Path
    """Without its ending, as Asterisk is told."""
    limit: float
    silence: float


@dataclass(slots=True, eq=False)
class Dial:
    """One offer: these phones ring together."""

    token: str
    options: str
    seconds: float
    targets: dict[str, str] = field(default_factory=dict)
    """What is dialled, by leg."""
    begun: bool = False


@dataclass(slots=True, eq=False)
class Monitor:
    """Record both sides once they hear each other."""

    file: Path
    done: asyncio.Future[None]


@dataclass(slots=True, eq=False)
class Leave:
    """Set variables, and let the dialplan go on."""

    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class End:
    how: Ending
    file: str = ""
    """A sentence to say first."""


Order = Answer | Play | Record | Dial | Monitor | Leave | End


class Ears(Protocol):
    """What a session tells; every method is called in the event loop."""

    def began(self, session: Session, hello: Hello) -> None: ...

    def typed(self, session: Session, key: str) -> None: ...

    def played(self, session: Session, play: Play, *, failed: bool) -> None: ...

    def took(
        self, session: Session, record: Record, seconds: float | None, spoken: float | None, *, failed: bool
    ) -> None: ...

    def dialled(self, session: Session, dial: Dial, cause: int | None) -> None:
        """Nobody rings or talks any more."""

    def ended(self, session: Session) -> None:
        """It is over: hung up, left to the dialplan, or broken."""


class Session:
    """Orders to one channel, and the thread that carries them out (`run`)."""

    def __init__(self, lines: Lines, ears: Ears, loop: asyncio.AbstractEventLoop) -> None:
        self._lines, self._ears, self._loop = lines, ears, loop
        self._agi = Agi(lines)
        self._orders: deque[Order] = deque()
        self.answered = False
        self.music = False
        """Whether the caller is to hear music whenever nothing else is to be heard."""
        self._plays_music = False
        self.name = ""
        """Ours, once it said hello."""
        self.over = asyncio.Event()
        """Set in the loop when it is told that it ended."""

    # ── from the loop ───────────────────────────────────────────────────────

    def order(self, order: Order, *, at_once: bool = False) -> None:
        """Carry this out after what was ordered before; `at_once` breaks off what is being played."""
        self._orders.append(order)
        if at_once or not self.answered:
            self._lines.wake()

    def stop(self, play: Play) -> None:
        """Play no more of it."""
        play.stopped = True
        self._lines.wake()

    def cut(self) -> None:
        """End it now: Asterisk goes on with its dialplan."""
        self._lines.cut()

    # ── the thread ──────────────────────────────────────────────────────────

    def run(self) -> None:
        """From the hello to the end. Never raises."""
        try:
            hello = hello_of(self._agi.hello(GREETING))
            self._tell(self._ears.began, self, hello)
            while self._carry_out(self._next()):
                pass
        except AGIHangup:
            pass
        except (NotAgi, AGIError) as error:
            log.warning("an AGI session was cut", why=str(error)[:100] or type(error).__name__)
        except Exception:
            log.exception("an AGI session met a bug")
        finally:
            self._lines.close()
            self._tell(self._ears.ended, self)

    def _tell(self, hears: Callable[..., None], *said: object, **more: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody is left who would hear it
            self._loop.call_soon_threadsafe(lambda: hears(*said, **more))

    def _next(self) -> Order:
        """The next order; meanwhile keys are heard."""
        wait = FIRST_WAIT
        while not self._orders:
            if not self.answered:
                if not self._lines.woken():
                    self._lines.allow(PROMPTLY)
                    self._lines.readline()
                    raise NotAgi("something was said that nobody asked for")
                continue
            self._see_to_music()
            key = self._agi.key(wait)
            if key:
                self._tell(self._ears.typed, self, key)
            wait = FIRST_WAIT if key else min(2 * wait, LONGEST_WAIT)
        return self._orders.popleft()

    def _carry_out(self, order: Order) -> bool:
        """Whether there may be more."""
        match order:
            case Answer(done):
                self._agi.order("ANSWER")
                self.answered = True
                self._tell(_settle, done)
            case Play():
                self._play(order)
            case Record():
                self._record(order)
            case Dial():
                self._dial(order)
            case Monitor(file, done):
                self._folder(file)
                result = self._agi.tried("EXEC", "MixMonitor", f"{file}.wav,ab")
                self._tell(_settle, done, None if result == "0" else NotAgi("a talk could not be recorded"))
            case Leave(variables):
                for name, value in variables.items():
                    self._agi.order("SET VARIABLE", name, value)
                return False
            case End():
                self._end(order)
                return False
        return True

    def _see_to_music(self, *, wanted: bool | None = None) -> None:
        wanted = self.music if wanted is None else wanted
        if wanted is not self._plays_music:
            self._agi.order("SET MUSIC", "ON" if wanted else "OFF")
            self._plays_music = wanted

    # ── what is heard ───────────────────────────────────────────────────────

    def _play(self, play: Play) -> None:
        play.begun, failed = True, False
        if not play.stopped:
            self._see_to_music(wanted=False)
        for file in play.files:
            failed |= self._stream(play, file)
            if play.stopped:
                break
        self._tell(self._ears.played, self, play, failed=failed)

    def _stream(self, play: Play, file: str) -> bool:
        """Play one file to its end, whatever is typed meanwhile, until it is to stop; whether it could not be."""
        position = 0
        while True:
            self._lines.calm()
            if play.stopped:
                return False
            if any(isinstance(order, Dial | End | Leave) for order in tuple(self._orders)):
                play.stopped = True  # nobody can hear it while a phone rings for them
                return False
            began = time.monotonic()
            streamed = self._agi.stream(file, position)
            if streamed.failed:
                log.error("a sound could not be played by AGI", sound=file)
                return True
            if streamed.broken and not streamed.position:
                position += int(8000 * (time.monotonic() - began))
                continue
            position = streamed.position
            if not streamed.key:
                return False
            self._tell(self._ears.typed, self, streamed.key)
            if not play.stopped:
                self._lines.woken(THINKING)

    # ── what is recorded ────────────────────────────────────────────────────

    def _folder(self, file: Path) -> None:
        with suppress(OSError):  # of another machine's: who keeps it there makes the folders
            file.parent.mkdir(parents=True, exist_ok=True)

    def _record(self, record: Record) -> None:
        self._see_to_music(wanted=False)
        self._folder(record.file)
        limit, silence = round(record.limit * 1000), max(1, math.ceil(record.silence))
        began, failed, code, how = time.monotonic(), False, "", ""
        try:
            code, how = self._agi.order(
                *("RECORD FILE", str(record.file), "wav", "#", limit, 0, "BEEP", f"s={silence}"),
                within=record.limit + 3 * PROMPTLY,
            )
            failed = how == "randomerror"
        except AGIHangup:
            time.sleep(CLOSES)
            self._tell_recorded(record, began, failed=False, silence=0.0)
            raise
        except AGIAppError:
            failed = True
        if code == str(ord("#")):
            self._tell(self._ears.typed, self, "#")
        self._tell_recorded(record, began, failed=failed, silence=record.silence if how == "timeout" else 0.0)
        if failed:
            self._agi.alive()

    def _tell_recorded(self, record: Record, began: float, *, failed: bool, silence: float) -> None:
        seconds, spoken = heard(record.file.with_name(f"{record.file.name}.wav")) or (None, None)
        if seconds is None and not failed:  # on another machine: what can be told from here
            seconds = time.monotonic() - began
            spoken = max(0.0, seconds - silence)
        self._tell(self._ears.took, self, record, seconds, spoken, failed=failed)

    # ── phones ──────────────────────────────────────────────────────────────

    def _dial(self, dial: Dial) -> None:
        if not dial.targets:
            self._tell(self._ears.dialled, self, dial, None)
            return
        dial.begun = True
        self._see_to_music(wanted=False)
        phones, seconds = "&".join(tuple(dial.targets.values())), max(1, math.ceil(dial.seconds))
        self._agi.tried("EXEC", "Dial", f"{phones},{seconds},{dial.options}", within=None)
        status = self._agi.order("GET VARIABLE", "DIALSTATUS")[1]
        code = self._agi.order("GET VARIABLE", "HANGUPCAUSE")[1]
        self._tell(self._ears.dialled, self, dial, _cause(status, int(code) if code.isdecimal() else 0))

    # ── the end ─────────────────────────────────────────────────────────────

    def _end(self, end: End) -> None:
        self._agi.order("SET VARIABLE", STATUS, end.how)
        if end.how is Ending.GIVEN_BACK:
            self._see_to_music(wanted=False)
            return
        if end.file:
            self._agi.tried("EXEC", "Progress")
            self._agi.tried("EXEC", "Playback", f"{end.file},noanswer", within=60.0)
        with suppress(AGIError):
            if end.how is Ending.SERVED:
                self._agi.order("HANGUP")
            else:
                self._agi.order("EXEC", "Hangup", str(_BUSY))


def _cause(status: str, code: int) -> int | None:
    """Why a phone was not answered, after Q.850."""
    if status == "NOANSWER":
        return _NO_ANSWER
    if status == "ANSWER":
        return _NORMAL
    if code in (_BUSY, _REJECTED):
        return code
    return _BUSY if status == "BUSY" else code or None


def _settle(done: asyncio.Future[None], error: Exception | None = None) -> None:
    if not done.done():
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
