"""A telephone in a process of its own, so that a test can kill it, or freeze it, without a word to anybody.

`python -m tests.lone_phone agent SWITCH USERNAME SECRET ANSWERS_AFTER udp|tcp`: registers, says `registered` on stdout,
`ringing` for a call, `returning` too when it is told to come back to a talk, `answered` once it has answered it; below
zero it never answers. It speaks while it talks.
`python -m tests.lone_phone caller SWITCH NUMBER KEYS`: calls the hotline, presses the keys, and says `answered`.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Literal

from hotline.phone import Exchange
from tests.phones import AGENT_TONE

Transport = Literal["udp", "tcp"]


class LonePhone:
    """The other end of such a process."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def says(self, word: str, within: float = 15.0) -> None:
        """Wait until the phone did so. Raises TimeoutError."""
        assert self._process.stdout is not None
        async with asyncio.timeout(within):
            while (line := await self._process.stdout.readline()).decode().strip() != word:
                assert line, f"the phone ended before it was {word}"

    def vanish(self) -> None:
        """No BYE, no unregister: the process is killed."""
        self._process.kill()

    def freeze(self) -> None:
        """It is there, and answers nobody."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)


def lone_phone(
    switch: str, username: str, secret: str, answers_after: float = -1.0, transport: Transport = "udp"
) -> AbstractAsyncContextManager[LonePhone]:
    """A registered phone whose process lives as long as this."""
    return _process("registered", "agent", switch, username, secret, str(answers_after), transport)


def lone_caller(switch: str, number: str, keys: str) -> AbstractAsyncContextManager[LonePhone]:
    """A caller whose call was answered, and whose process lives as long as this."""
    return _process("answered", "caller", switch, number, keys)


@asynccontextmanager
async def _process(says: str, *words: str) -> AsyncIterator[LonePhone]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.lone_phone", *words, stdout=PIPE)
    try:
        phone = LonePhone(process)
        await phone.says(says)
        yield phone
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def _serve(switch: str, username: str, secret: str, answers_after: float, transport: Transport) -> None:
    async with Exchange() as exchange:
        phone = await exchange.phone(username, switch=switch, secret=secret, transport=transport)
        await phone.register()
        _say("registered")
        while True:
            try:
                ring = await phone.ringing(3600.0)
            except TimeoutError:
                continue
            _say("ringing")
            if ring.talk.returns:
                _say("returning")
            if answers_after < 0:
                continue
            await asyncio.sleep(answers_after)
            talk = await ring.answer()
            talk.speak(AGENT_TONE, endless=True)
            _say("answered")


async def _call(switch: str, number: str, keys: str) -> None:
    async with Exchange() as exchange:
        talk = await (await (await exchange.phone(number, switch=switch)).dial("12320")).answered()
        await talk.press(keys)
        _say("answered")
        await talk.ended(3600.0)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["agent", switch, username, secret, answers_after, transport]:
            asyncio.run(_serve(switch, username, secret, float(answers_after), "tcp" if transport == "tcp" else "udp"))
        case ["caller", switch, number, keys]:
            asyncio.run(_call(switch, number, keys))
