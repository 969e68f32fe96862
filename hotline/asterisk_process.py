"""One running Asterisk process: started in a session of its own, found again by a later engine, watched, ended.

A pidfd names the process: a signal can't hit a stranger that got the same number, and its end is an event,
whether the process is our child or was started by an engine that is gone.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Self


class AsteriskProcess:
    """A live process. Make it with `start` or `find` inside a running loop; `close` it when it no longer matters."""

    def __init__(self, pid: int, child: subprocess.Popen[bytes] | None = None) -> None:
        """Raises ProcessLookupError when it is already gone."""
        self.pid = pid
        self._child = child
        self._handle = os.pidfd_open(pid)
        self._gone = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._handle, self._on_end)

    @classmethod
    def start(cls, command: list[str], log: Path) -> Self:
        """Start it detached: the terminal's Ctrl-C and the engine's death don't reach it. It writes to `log`."""
        log.unlink(missing_ok=True)
        with log.open("ab") as out:  # at its end, also after it was emptied (`hotline.log_rotation`)
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                umask=0o077,  # recordings and logs are nobody else's to read
                start_new_session=True,
                cwd="/",
                env={**os.environ, "TZ": "CST-8"},  # China, whatever the machine says: its logs are read beside ours
            )
        return cls(child.pid, child)

    @classmethod
    def find(cls, pid_file: Path, argument: str) -> Self | None:
        """The live process that `pid_file` names, if one of its arguments is `argument`; else None."""
        pid = live_pid(pid_file, argument)
        if pid is None:
            return None
        try:
            process = cls(pid)
        except ProcessLookupError:
            return None
        if live_pid(pid_file, argument) == pid:  # now that the pidfd holds the number, it cannot be a stranger's
            return process
        process.close()
        return None

    @property
    def alive(self) -> bool:
        return not self._gone.is_set()

    @property
    def status(self) -> str:
        """How it ended, in words; known only of our own child."""
        code = self._child.returncode if self._child else None
        if code is None:
            return "status unknown"
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"

    async def ended(self) -> None:
        """Wait until it is gone."""
        await self._gone.wait()

    async def stop(self, grace: float) -> None:
        """End it: asked first, after `grace` seconds killed. Done already is fine."""
        for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
            if not self.alive:
                break
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self.ended()
        self.close()

    def close(self) -> None:
        """Look away from it; it lives on if it lives. Twice is fine."""
        if self._handle >= 0:
            self._loop.remove_reader(self._handle)
            os.close(self._handle)
            self._handle = -1

    def _on_end(self) -> None:
        self._loop.remove_reader(self._handle)
        if self._child:
            self._child.wait()
        self._gone.set()


def live_pid(pid_file: Path, argument: str) -> int | None:
    """The number in `pid_file`, if a process of that number lives and one of its arguments is `argument`."""
    try:
        pid = int(pid_file.read_text())
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None
    return pid if os.fsencode(argument) in arguments else None
