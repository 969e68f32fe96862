"""A caller of our own, to the millisecond: how long from the INVITE to the answer, and to the first sound."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

_ids = count(1)


@dataclass(slots=True)
class Heard:
    """What became of one INVITE. Seconds from it; None for what never came."""

    number: str
    began: float
    """Unix seconds."""
    answered: float | None = None
    sounded: float | None = None
    status: int | None = None
    """The last final answer."""
    packets: list[float] = field(default_factory=list)
    """When each packet of sound came."""


async def probe(sip: tuple[str, int], number: str, *, stay: float, within: float = 20.0) -> Heard:
    """Call the hotline, listen for `stay` seconds after the answer, hang up. Never raises for what the switch does."""
    loop = asyncio.get_running_loop()
    ear, told = _bound(), asyncio.Queue[str]()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Messages(told), local_addr=("127.0.0.1", 0))
    heard = Heard(number, time.time())
    media, _ = await loop.create_datagram_endpoint(lambda: _Sound(heard), sock=ear)
    port = transport.get_extra_info("sockname")[1]
    call = _Dialog(number, sip, port, ear.getsockname()[1], f"p{next(_ids)}-{port}")
    try:
        began = time.perf_counter()
        transport.sendto(call.invite(), sip)
        async with asyncio.timeout(within):
            while heard.status is None:
                message = await told.get()
                status = int(message[8:11]) if message.startswith("SIP/2.0 ") else 0
                if status >= 200:
                    heard.status = status
                    call.answered_by(message)
                    transport.sendto(call.request("ACK", 1), sip)
        if heard.status == 200:
            heard.answered = time.perf_counter() - began
            await asyncio.sleep(stay)
            transport.sendto(call.request("BYE", 2), sip)
            await asyncio.sleep(0.1)
    except TimeoutError:
        transport.sendto(call.request("CANCEL", 1), sip)
        await asyncio.sleep(0.1)
    finally:
        media.close()
        transport.close()
    heard.sounded = heard.packets[0] - heard.began if heard.packets else None
    return heard


class _Messages(asyncio.DatagramProtocol):
    def __init__(self, told: asyncio.Queue[str]) -> None:
        self._told = told

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        del addr
        self._told.put_nowait(data.decode(errors="replace"))


class _Dialog:
    """The words of one call."""

    def __init__(self, number: str, sip: tuple[str, int], port: int, media: int, id: str) -> None:
        self._number, self._port, self._media, self._id = number, port, media, id
        self._target = f"sip:12320@{sip[0]}:{sip[1]}"
        self._to, self._contact = f"<{self._target}>", self._target

    def invite(self) -> bytes:
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
        lines += [f"m=audio {self._media} RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=ptime:20", ""]
        return self.request("INVITE", 1, "\r\n".join(lines))

    def answered_by(self, message: str) -> None:
        """The other side's tag and address, from its answer."""
        if (found := re.search(r"^To:\s*(.+?)\r?$", message, re.M)) is not None:
            self._to = found[1]
        if (found := re.search(r"^Contact:\s*<([^>]+)>", message, re.M)) is not None:
            self._contact = found[1]

    def request(self, method: str, sequence: int, body: str = "") -> bytes:
        target = self._target if method in ("INVITE", "CANCEL") else self._contact
        branch = f"z9hG4bK{self._id}-{'INVITE' if method == 'CANCEL' else method}"
        lines = [
            f"{method} {target} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self._port};branch={branch}",
            f"From: <sip:{self._number}@127.0.0.1:{self._port}>;tag=probe",
            f"To: {self._to}",
            f"Call-ID: {self._id}",
            f"CSeq: {sequence} {method}",
            f"Contact: <sip:{self._number}@127.0.0.1:{self._port}>",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
            "",
            body,
        ]
        return "\r\n".join(lines).encode()


def _bound() -> socket.socket:
    """A socket for sound, on an even port of the system's choice."""
    while True:
        ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        ear.bind(("127.0.0.1", 0))
        if ear.getsockname()[1] % 2 == 0:
            ear.setblocking(False)
            return ear
        ear.close()


class _Sound(asyncio.DatagramProtocol):
    def __init__(self, heard: Heard) -> None:
        self._heard = heard

    def datagram_received(self, _data: bytes, _addr: tuple[str | Any, int]) -> None:
        self._heard.packets.append(time.time())
