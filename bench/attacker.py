"""Somebody on loopback who means no good: any source address, any bytes, and an ear for what came of it."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import cast


class Attacker(asyncio.DatagramProtocol):
    """Sends what it likes from one address, and counts how it is answered; a call that it gets it hangs up."""

    def __init__(self, switch: tuple[str, int]) -> None:
        self._switch = switch
        self.answers: Counter[int] = Counter()
        """Final answers by status."""
        self.admitted: list[str] = []
        """First lines of what only a call gets: ringing, progress, an answer to an INVITE."""
        self.hangs_up = True
        """At once, whatever call it got; else when told to."""
        self.answered: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        """When the first INVITE had its final answer."""
        self.status = 0
        self._bye: bytes | None = None
        self._over = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._door = cast(asyncio.DatagramTransport, transport)

    @property
    def own(self) -> str:
        """HOST:PORT of this end."""
        return "{}:{}".format(*self._door.get_extra_info("sockname"))

    def send(self, message: bytes) -> None:
        self._door.sendto(message, self._switch)

    def close(self) -> None:
        self._door.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text = data.decode("utf-8", "surrogateescape")
        status = re.match(r"SIP/2\.0 (\d{3})", text)
        if status is None:
            self.send(_reply(text))
            return
        code, invite = int(status[1]), re.search(r"(?im)^cseq:\s*\d+\s+INVITE", text) is not None
        if code >= 200:
            self.answers[code] += 1
        if invite and (100 < code < 300):
            self.admitted.append(text.split("\r\n", 1)[0])
        if not invite and code >= 200:
            self._over.set()
        if invite and code >= 200:
            self.send(_next("ACK", text, self.own))
            if not self.answered.done():
                self.status = code
                self.answered.set_result(asyncio.get_running_loop().time())
        if invite and 200 <= code < 300:
            self._bye = _next("BYE", text, self.own)
            if self.hangs_up:
                self.hang_up()

    def hang_up(self) -> None:
        """End the call that was got, if there is one."""
        if self._bye is not None:
            self.send(self._bye)

    async def over(self, within: float) -> None:
        """Wait until the BYE was answered, so long at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._over.wait()

    def error_received(self, exc: Exception) -> None:
        """Nobody listens any more: the test sees that by other means."""


@asynccontextmanager
async def attacker(switch: tuple[str, int], source: str) -> AsyncIterator[Attacker]:
    """One attacker at a loopback address of its own."""
    loop = asyncio.get_running_loop()
    _, here = await loop.create_datagram_endpoint(lambda: Attacker(switch), (source, 0))
    try:
        yield here
    finally:
        here.close()


def _head(text: str, name: str) -> str:
    found = re.search(rf"(?im)^{name}:\s*(.*?)\r?$", text)
    return found[1] if found else ""


def _reply(request: str) -> bytes:
    names = ("Via", "From", "To", "Call-ID", "CSeq")
    lines = ["SIP/2.0 200 OK", *(f"{name}: {_head(request, name)}" for name in names), "Content-Length: 0", "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")


def _next(method: str, answer: str, own: str) -> bytes:
    number = re.match(r"\d+", _head(answer, "CSeq"))
    sequence = int(number[0]) if number else 1
    target = re.search(r"<([^>]+)>", _head(answer, "Contact") or _head(answer, "To"))
    lines = [
        f"{method} {target[1] if target else 'sip:12320@127.0.0.1'} SIP/2.0",
        f"Via: SIP/2.0/UDP {own};branch=z9hG4bK{method}{abs(hash(answer))}",
        *(f"{name}: {_head(answer, name)}" for name in ("From", "To", "Call-ID")),
        f"CSeq: {sequence if method == 'ACK' else sequence + 1} {method}",
        "Max-Forwards: 70",
        "Content-Length: 0",
        *("", ""),
    ]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")


async def slow_connections(switch: tuple[str, int], source: str, count: int) -> list[asyncio.StreamWriter]:
    """Connections over which a request never ends. Close each when done."""
    writers = []
    for _ in range(count):
        _, writer = await asyncio.open_connection(*switch, local_addr=(source, 0))
        writer.write(b"INVITE sip:12320@127.0.0.1 SIP/2.0\r\nVia: ")
        writers.append(writer)
    return writers


async def drip(writers: Iterable[asyncio.StreamWriter]) -> int:
    """One more byte on each; how many are still open."""
    still = 0
    for writer in writers:
        if not writer.is_closing():
            writer.write(b"x")
            still += 1
    return still
