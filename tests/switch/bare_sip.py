"""A SIP caller of forty lines, for what a proper telephone would not do: any From, any source, raw payloads."""

from __future__ import annotations

import asyncio
import re
import uuid
from dataclasses import dataclass, field
from typing import Self

PAYLOADS = {"ulaw": 0, "alaw": 8, "g722": 9}


class Inbox(asyncio.DatagramProtocol):
    """Datagrams as they came."""

    def __init__(self) -> None:
        self.mail: asyncio.Queue[tuple[bytes, tuple[str, int]]] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.mail.put_nowait((data, addr))


@dataclass
class BareCaller:
    """One INVITE to `switch` (host, port) from loopback address `source`."""

    switch: tuple[str, int]
    user: str = "13800000000"
    source: str = "127.0.0.1"
    codec: str = "alaw"
    number: str = "12320"
    call_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    early: list[int] = field(default_factory=list)
    """Statuses that came before the final one."""
    _to: str = ""
    _mouth: tuple[str, int] = ("", 0)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._sip, self._signals = await loop.create_datagram_endpoint(Inbox, (self.source, 0))
        self._rtp, self._sound = await loop.create_datagram_endpoint(Inbox, (self.source, 0))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._sip.close()
        self._rtp.close()

    async def invite(self) -> int:
        """The final status; a 200 is acknowledged."""
        port = self._rtp.get_extra_info("sockname")[1]
        payload = PAYLOADS[self.codec]
        sdp = (
            f"v=0\r\no=- 1 1 IN IP4 {self.source}\r\ns=-\r\nc=IN IP4 {self.source}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP {payload}\r\na=sendrecv\r\n"
        )
        self._send("INVITE", 1, sdp)
        while True:
            async with asyncio.timeout(5):
                reply = (await self._signals.mail.get())[0].decode()
            status = int(reply.split(" ", 2)[1])
            if status >= 200:
                self._to = re.findall(r"(?im)^to:.*?(;tag=\S+)", reply)[0]
                self._send("ACK", 1)
                return status
            self.early.append(status)

    async def hang_up(self) -> int:
        """The status of our BYE."""
        self._send("BYE", 2)
        while True:
            async with asyncio.timeout(5):
                reply = (await self._signals.mail.get())[0].decode()
            if "2 BYE" in reply:
                return int(reply.split(" ", 2)[1])

    async def hear(self, size: int) -> bytes:
        """The next `size` bytes of coded sound."""
        heard = b""
        while len(heard) < size:
            async with asyncio.timeout(5):
                packet, self._mouth = await self._sound.mail.get()
            if packet[1] & 0x7F == PAYLOADS[self.codec]:
                heard += packet[12:]
        return heard

    def speak(self, sound: bytes) -> None:
        """Send `sound` at once, in packets of 20 ms, to where sound was heard from."""
        for number, start in enumerate(range(0, len(sound), 160)):
            head = bytes([0x80, PAYLOADS[self.codec]]) + number.to_bytes(2) + start.to_bytes(4) + b"bare"
            self._rtp.sendto(head + sound[start : start + 160], self._mouth)

    def _send(self, method: str, cseq: int, body: str = "") -> None:
        host, port = self.switch
        mine = "{}:{}".format(*self._sip.get_extra_info("sockname"))
        lines = [
            f"{method} sip:{self.number}@{host}:{port} SIP/2.0",
            f"Via: SIP/2.0/UDP {mine};branch=z9hG4bK{method}{self.call_id}",
            f"From: <sip:{self.user}@{self.source}>;tag={self.call_id[:8]}",
            f"To: <sip:{self.number}@{host}>{self._to}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:{self.user}@{mine}>",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._sip.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), self.switch)
