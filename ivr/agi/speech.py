"""What is said on one AGI session: bounded lines over a socket, and pyst2's commands over them.

pyst2's `AGI` is used without its `__init__`, which installs a signal handler, and over streams of our own: the end of
the socket and FastAGI's `HANGUP` raise `AGIHangup` there, nothing that is said is written to stderr, and no argument
can begin a second command.

Asterisk carries out one command after the other, and a new one breaks off what is being played: Asterisk then says
nothing of the one that was broken off. `Agi.stream` makes use of that, so whoever has another order for a session that
plays wakes it (`Lines.wake`).
"""

from __future__ import annotations

import os
import re
import select
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from asterisk.agi import AGI, AGIAppError, AGIHangup, AGIUnknownError

from ivr.switch import SwitchError

LONGEST_LINE = 2048
"""Bytes of one line; Asterisk's own buffer is as long."""
MOST_LINES = 128
"""Lines of one answer, or of the hello: Asterisk says about thirty, and one for each argument of the dialplan's."""
PROMPTLY = 10.0
"""Seconds that Asterisk may take for what it does at once."""
LONGEST_SOUND = 300.0
"""Seconds that one file may last."""
KEYS = "0123456789*#ABCD"

_BAD = re.compile(r"[^\x20-\x7e\u00a0-\uffff]")
"""What no argument may hold: a line's end begins a command of its own."""


class NotAgi(SwitchError):
    """The other side does not speak AGI: too long, too slow, or not what was asked for."""


class Lines:
    """Text lines over a socket, as pyst2 reads and writes them; `wake` ends what may be broken off, or an idle wait."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._socket.setblocking(False)
        self._wakes = os.eventfd(0, os.EFD_NONBLOCK)
        self._open, self._opening = True, threading.Lock()
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self._with_wakes = select.poll()
        self._with_wakes.register(self._socket, select.POLLIN)
        self._with_wakes.register(self._wakes, select.POLLIN)
        self._buffer = bytearray()
        self._until: float | None = None
        self._left = MOST_LINES

    def close(self) -> None:
        """By the thread that reads, at its end."""
        with self._opening:  # what is closed may be another's number the next moment
            self._open = False
            self._socket.close()
            os.close(self._wakes)

    def cut(self) -> None:
        """From any thread: whoever reads or writes finds the end."""
        with self._opening, suppress(OSError):
            if self._open:
                self._socket.shutdown(socket.SHUT_RDWR)

    def wake(self) -> None:
        """From any thread: end an idle wait, or break off what is played."""
        with self._opening:
            if self._open:
                os.eventfd_write(self._wakes, 1)

    def calm(self) -> None:
        """By the thread: forget that we were woken. Whoever wakes us says why before."""
        with suppress(BlockingIOError):
            os.eventfd_read(self._wakes)

    def allow(self, seconds: float | None) -> None:
        """What is read from now on has to be there within so many seconds, and be no more than an answer may be."""
        self._until = None if seconds is None else time.monotonic() + seconds
        self._left = MOST_LINES

    # ── for pyst2 ───────────────────────────────────────────────────────────

    def readline(self) -> str:
        """The next line, without its end. Raises AGIHangup, NotAgi."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > LONGEST_LINE:
                raise NotAgi("a line without end")
            self._wait(self._poll)
            self._receive()
        line = bytes(self._buffer[:end]).decode("utf-8", "replace").strip()
        del self._buffer[: end + 1]
        self._left -= 1
        if end > LONGEST_LINE or self._left < 0:
            raise NotAgi("more was said than AGI has to say")
        if line == "HANGUP":
            raise AGIHangup("the caller hung up")
        return line

    def write(self, text: str) -> None:
        """One command. Raises NotAgi when it is not one line, AGIHangup when nobody listens."""
        if not text.endswith("\n") or _BAD.search(text[:-1]):
            raise NotAgi("not one command")
        data = memoryview(text.encode())
        try:
            while data:
                try:
                    data = data[self._socket.send(data) :]
                except BlockingIOError:
                    waits = select.poll()
                    waits.register(self._socket, select.POLLOUT)
                    if not waits.poll(PROMPTLY * 1000):
                        raise NotAgi("nothing is read") from None
        except OSError as error:
            raise AGIHangup("the session ended") from error

    def flush(self) -> None:
        """Each line is sent at once."""

    # ── waiting ─────────────────────────────────────────────────────────────

    def woken(self, seconds: float | None = None) -> bool:
        """Wait for a line, or to be woken, so many seconds at most (None: for ever); whether we were woken.

        Raises AGIHangup when the socket ended.
        """
        if b"\n" in self._buffer:
            return False
        ready = {number for number, _ in self._with_wakes.poll(None if seconds is None else seconds * 1000)}
        if self._socket.fileno() in ready:
            self._receive()
        if self._wakes not in ready:
            return False
        self.calm()
        return True

    @property
    def has_line(self) -> bool:
        """Something was said."""
        return b"\n" in self._buffer

    @property
    def rest(self) -> float | None:
        """Seconds that are left for an answer."""
        return None if self._until is None else max(0.0, self._until - time.monotonic())

    def _wait(self, poll: select.poll) -> None:
        rest = self.rest
        if rest == 0.0 or not poll.poll(None if rest is None else rest * 1000):
            raise NotAgi("too slow")

    def _receive(self) -> None:
        try:
            told = self._socket.recv(4096)
        except BlockingIOError:
            return
        except OSError as error:
            raise AGIHangup("the session ended") from error
        if not told:
            raise AGIHangup("the session ended")
        self._buffer += told


class _Nowhere:
    """Where pyst2 writes all that is said, the keys of callers too."""

    def write(self, text: str) -> None:
        """Nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """How a file ended: at its end, with a key, broken off by us, or not at all (`failed`)."""

    key: str = ""
    position: int = 0
    """Samples that were played."""
    broken: bool = False
    failed: bool = False


class Agi(AGI):  # type: ignore[misc]
    """pyst2's commands on one session, from one thread. Raises AGIHangup, NotAgi."""

    def __init__(self, lines: Lines) -> None:
        """pyst2's own is left out on purpose."""
        self.lines = lines
        self.stdin = self.stdout = lines
        self.stderr = _Nowhere()
        self._got_sighup = False
        self.env: dict[str, str] = {}

    def hello(self, seconds: float) -> Mapping[str, str]:
        """What Asterisk says first. Raises NotAgi when it is not said within so many seconds."""
        self.lines.allow(seconds)
        self._get_agi_env()
        return self.env

    def order(self, command: str, *arguments: str | int, within: float | None = PROMPTLY) -> tuple[str, str]:
        """Carry a command out; its result and what is said beside. Raises AGIAppError when it failed."""
        self.lines.allow(within)
        return self._result(self.execute(command, *map(self._quote, arguments)))

    def tried(self, command: str, *arguments: str | int, within: float | None = PROMPTLY) -> str:
        """The same, for what may fail: its result, `-1` then. Raises AGIHangup when the caller is gone."""
        try:
            return self.order(command, *arguments, within=within)[0]
        except AGIHangup:
            raise
        except (AGIAppError, AGIUnknownError):
            self.alive()
            return "-1"

    def alive(self) -> None:
        """Raises AGIHangup when the channel hung up: a command that failed says the same then."""
        try:
            self.order("CHANNEL STATUS")
        except (AGIAppError, AGIUnknownError) as error:
            raise AGIHangup("the caller hung up") from error

    def key(self, seconds: float) -> str:
        """A key that is typed within so many seconds, or nothing."""
        self.lines.allow(seconds + PROMPTLY)
        try:
            return str(self.wait_for_digit(max(1, round(seconds * 1000))))
        except AGIHangup:
            raise
        except AGIAppError as error:
            raise AGIHangup("the caller hung up") from error

    def stream(self, file: str, position: int = 0) -> Streamed:
        """Play a file from that sample until its end, a key, or until we are woken."""
        self.lines.allow(LONGEST_SOUND)
        self.send_command("STREAM FILE", self._quote(file), self._quote(KEYS), position)
        broken = self._waits_or_breaks_off()
        try:
            told = self.get_result()
        except AGIHangup:
            raise
        except AGIAppError:
            if broken:
                self.lines.allow(PROMPTLY)
                self.get_result()
            self.alive()
            return Streamed(failed=True)
        if "endpos" not in told:  # it was broken off, and this is the answer to what did it
            return Streamed(broken=True)
        if broken:
            self.lines.allow(PROMPTLY)
            self.get_result()
        code, at = self._result(told)[0], told["endpos"][0]
        key = chr(int(code)) if code not in ("", "0") else ""
        return Streamed(key if key in KEYS else "", int(at) if at.isdecimal() else 0, broken=broken)

    def _waits_or_breaks_off(self) -> bool:
        """Wait for the answer, or break off with a command that says nothing; whether we did."""
        while not self.lines.has_line:
            rest = self.lines.rest
            if rest == 0.0:
                raise NotAgi("a sound without end")
            if self.lines.woken(rest):
                self.lines.allow(PROMPTLY)
                self.send_command("NOOP")
                return True
        return False

    def get_result(self, stdin: object = None) -> dict[str, tuple[str, str]]:
        """As pyst2 does; what is no answer at all raises NotAgi."""
        del stdin
        try:
            found: dict[str, tuple[str, str]] = super().get_result()
        except ValueError as error:
            raise NotAgi("no answer of AGI's") from error
        return found

    def _quote(self, string: object) -> str:
        text = str(string).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{text}"'

    @staticmethod
    def _result(told: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
        return told["result"]
