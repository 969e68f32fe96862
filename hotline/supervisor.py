"""The supervisor: a small parent that begins a new engine whenever one dies.

Theory of operation
-------------------
The parent imports everything, then forks: it has no event loop and no thread of its own, so a fork is safe, and a new
engine costs no import. The engine runs in a process group of its own and tells over a pipe, with one letter each, that
it is up, that it lives, that it must not be begun anew. Signals go to the parent, which hands them through; so Ctrl-C
in a terminal is told once.

An engine whose parent dies is killed by the kernel that very instant (`PR_SET_PDEATHSIG`): it touches no call and no
Asterisk, and whoever starts the hotline next takes both over. An engine that says no word for `HUNG` seconds is
killed: callers in silence are worse off than callers who are adopted.

What an engine ends with in a line for people, before any engine of ours was up (a port that is taken, files with
errors), is a person's to mend and ends us too. Later the world may heal by itself, such as a database that is locked:
then it is tried again, with growing pauses.

To systemd we say that we are ready when an engine is, and as long as we look after it that we live: a supervisor that
hangs is begun anew, and finds the calls on Asterisk.

`hotline restart`: the parent executes itself anew, with the code that is on the disk now; its process id and its child
stay. Only when all is imported is the old engine told to hand its calls over (SIGUSR1), and a new one is begun.
"""

from __future__ import annotations

import ctypes
import gc
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from types import FrameType
from typing import Final, NoReturn

import structlog

from hotline.notify import forget, is_watched, notify

log = structlog.get_logger()

YOUNG = 5.0
"""Seconds after it was up within which an engine's death counts as one more failure in a row."""
PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Seconds before the next engine after so many failures in a row; after the last one we give up."""
HUNG = 15.0
"""Seconds without a sign of life after which an engine that was up is killed."""
BUG: Final = 70
"""Exit status of an engine that ended by an exception nobody expected (EX_SOFTWARE)."""

HAND_OVER = signal.SIGUSR1
"""Tells an engine to leave all calls to the one that is begun when it has ended."""

_HANDED = "HOTLINE_SUPERVISES"
"""Environment of a supervisor that begins itself anew: the engine's pid, its pipe and the lock's descriptor."""
_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1


class Word(StrEnum):
    """What an engine tells its supervisor."""

    UP = "u"
    ALIVE = "a"
    FINAL = "f"  # another engine would end the same way
    ANEW = "n"  # begin yourself anew, then an engine that goes on for this one


class Wire:
    """The engine's end of the pipe. Never blocks, never raises: a supervisor that is gone has ended us anyway."""

    def __init__(self, out: int) -> None:
        os.set_blocking(out, False)
        self._out = out

    def tell(self, word: Word) -> None:
        with suppress(OSError):
            os.write(self._out, word.encode())


@dataclass(slots=True)
class _Engine:
    """One engine, as its supervisor knows it."""

    pid: int
    handle: int
    wire: int
    heard: float
    up: float | None = None
    final: bool = False
    hung: bool = False
    hands_over: bool = False

    def close(self) -> None:
        os.close(self.handle)
        os.close(self.wire)


class Supervisor:
    """Keeps one engine running: `run()` once, in a process that has neither an event loop nor a thread."""

    def __init__(
        self, engine: Callable[[Wire], int], leave: Callable[[bool], None], *, lock: int, handed: Handed | None = None
    ) -> None:
        """`engine` is run in the child and gives its exit status: 1 is an error that was told in a line.

        `leave(asked)` runs at the end when no engine is left to do it: `asked` for by a signal it ends what the
        engines left running; else it looks after the callers whom nobody will look after any more. `lock` is the
        descriptor that must stay open for us alone; `handed` the engine that we were begun anew to go on from.
        """
        self._lock, self._handed = lock, handed
        self._work, self._leave = engine, leave
        self._engine: _Engine | None = None
        self._asked: int | None = None
        self._ever_up = False
        self._failures = 0
        self._in_terminal = sys.stderr.isatty()

    def run(self) -> int:
        """Serve until asked to end, or until it makes no sense to go on; our exit status, negative for a signal's."""
        former = {number: signal.getsignal(number) for number in _PASSED_ON}
        for number in _PASSED_ON:
            signal.signal(number, self._pass_on)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)  # blocked by who began us anew
        while True:
            engine = self._go_on() or self._begin(former)
            status = self._watch(engine)
            self._engine = None
            engine.close()
            if (end := self._end_of(engine, status)) is not None:
                return end
            if (end := self._pause()) is not None:
                return end

    # ── one engine ──────────────────────────────────────────────────────────

    def _begin(self, former: dict[signal.Signals, signal._HANDLER]) -> _Engine:
        sys.stdout.flush()
        sys.stderr.flush()
        ours, theirs = os.pipe()
        parent = os.getpid()
        gc.collect()
        gc.freeze()  # the engine begins with all of it: neither looked through nor copied page by page
        signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)  # none may meet our handlers in the child
        pid = os.fork()
        if pid == 0:
            os.close(ours)
            for number, handler in former.items():
                signal.signal(number, handler)
            self._be_engine(parent, Wire(theirs))
        os.close(theirs)
        os.set_blocking(ours, False)
        engine = self._engine = _Engine(pid, os.pidfd_open(pid), ours, time.monotonic())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
        return engine

    def _go_on(self) -> _Engine | None:
        """The engine that runs already, told to hand over, when we were begun anew beside it."""
        handed, self._handed = self._handed, None
        if handed is None:
            return None
        engine = self._engine = _Engine(handed.engine, os.pidfd_open(handed.engine), handed.wire, time.monotonic())
        engine.up, self._ever_up, engine.hands_over = engine.heard, True, True
        signal.pidfd_send_signal(engine.handle, HAND_OVER)
        return engine

    def _be_engine(self, parent: int, wire: Wire) -> NoReturn:
        """The child's whole life."""
        status = BUG
        try:
            die_with(parent)
            forget()
            os.setpgid(0, 0)
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # a terminal's background may still write to it
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
            status = self._work(wire)
        except KeyboardInterrupt:
            status = 128 + signal.SIGINT
        except BaseException:
            log.critical("the engine met a bug and ends", exc_info=True)
        finally:
            with suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(status)

    def _watch(self, engine: _Engine) -> int:
        """Wait for the engine's end; its exit status, negative for a signal's."""
        poll = select.poll()
        poll.register(engine.handle, select.POLLIN)
        poll.register(engine.wire, select.POLLIN)
        watched = is_watched()
        while True:
            ready = {handle for handle, _ in poll.poll(1000)}
            if watched:
                notify("WATCHDOG=1")
            if engine.wire in ready and not self._hear(engine):
                poll.unregister(engine.wire)  # it ends, and is silent in it
            if engine.handle in ready:
                return os.waitstatus_to_exitcode(os.waitpid(engine.pid, 0)[1])
            if engine.up is not None and not engine.hung and time.monotonic() - engine.heard > HUNG:
                engine.hung = True
                log.error("the engine gives no sign of life and is killed", engine=engine.pid, seconds=HUNG)
                signal.pidfd_send_signal(engine.handle, signal.SIGKILL)

    def _hear(self, engine: _Engine) -> bool:
        """Take in what the engine told; False when it will tell nothing more."""
        try:
            said = os.read(engine.wire, 4096)
        except BlockingIOError:
            return True
        if said:
            engine.heard = time.monotonic()
        for word in said.decode():
            match word:
                case Word.UP:
                    engine.up, self._ever_up = engine.heard, True
                    notify("READY=1", f"STATUS=engine {engine.pid} serves")
                case Word.FINAL:
                    engine.final = True
                case Word.ANEW:
                    self._begin_anew(engine)
        return bool(said)

    # ── between engines ─────────────────────────────────────────────────────

    def _end_of(self, engine: _Engine, status: int) -> int | None:
        """Our own exit status, when this engine's end is ours; else the failure is told and counted."""
        if status == 0 and not engine.hands_over:
            return 0
        if self._asked is not None:
            self._leave(True)
            return status
        if engine.hands_over:
            log.info("the engine handed over", engine=engine.pid, status=status)
            self._failures = 0
            return None
        if status == 1 and (engine.final or not self._ever_up):
            return 1
        self._failures += 1
        if engine.up is not None and time.monotonic() - engine.up >= YOUNG:
            self._failures = 1
        notify("STATUS=the engine died; callers stay on Asterisk, another one begins")
        log.error("the engine died; callers stay on Asterisk", engine=engine.pid, how=_told(status, engine.hung))
        return None

    def _pause(self) -> int | None:
        """Wait before the next engine; our exit status when there will be none."""
        if not self._failures:
            return None
        if self._failures > len(PAUSES):
            log.critical(
                "the engine died again and again; callers are left to the dialplan: mend it, then `hotline up`",
                failures=self._failures,
            )
            self._leave(False)
            return 1
        until = time.monotonic() + PAUSES[self._failures - 1]
        while self._asked is None and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))  # a signal alone does not end a sleep
        if self._asked is not None:
            self._leave(True)
            return 0
        return None

    def _begin_anew(self, engine: _Engine) -> None:
        """Execute our own program again; comes back only when that fails."""
        log.info("the supervisor begins anew", engine=engine.pid)
        signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)
        for descriptor in (engine.wire, self._lock):
            os.set_inheritable(descriptor, True)
        os.environ[_HANDED] = f"{engine.pid} {engine.wire} {self._lock}"
        sys.stdout.flush()
        sys.stderr.flush()
        try:
            os.execv(sys.executable, program())  # noqa: S606 - our own words
        except OSError as error:
            log.error("the supervisor could not begin anew", error=str(error))
            del os.environ[_HANDED]
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)

    def _pass_on(self, number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGHUP or (self._in_terminal and not sys.stderr.isatty()):
            self._asked = number
            notify("STOPPING=1")
        if self._engine is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._engine.handle, number)


@dataclass(frozen=True, slots=True)
class Handed:
    """What a supervisor leaves to itself when it begins anew."""

    engine: int
    wire: int
    lock: int

    @classmethod
    def take(cls) -> Handed | None:
        """What was left to this process, once; None when it was begun by somebody else."""
        left = os.environ.pop(_HANDED, None)
        if left is None:
            return None
        handed = cls(*map(int, left.split()))
        for descriptor in (handed.wire, handed.lock):
            os.set_inheritable(descriptor, False)
        return handed


def program() -> list[str]:
    """The words that this process was started with."""
    return [sys.executable, *sys.orig_argv[1:]]


def die_with(parent: int) -> None:
    """Let the kernel kill this process when `parent`, which forked it, is no more."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it was gone before it could be asked for
        os._exit(BUG)


def _told(status: int, hung: bool) -> str:
    if hung:
        return "it hung"
    if status < 0:
        return f"signal {signal.Signals(-status).name}"
    return "a bug: see above" if status == BUG else f"exit status {status}"
