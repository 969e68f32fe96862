"""A caller who means well, and how long it waited: from the INVITE to the answer, and to the first sound."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass

from bench.attacker import attacker
from bench.torture import Letter, sdp

PATIENCE = 10.0
"""Seconds until a caller counts as not served."""


@dataclass(frozen=True, slots=True)
class Served:
    """What came of one call. Seconds; None: not within `PATIENCE`."""

    answered: float | None
    heard: float | None
    status: int | None = None
    """Of a refusal."""


class _Ear(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.first: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self.first.done() and len(data) > 100:  # sound, no RTCP
            self.first.set_result(asyncio.get_running_loop().time())


async def call(switch: tuple[str, int], number: str, source: str = "127.0.0.1") -> Served:
    """One call that is hung up as soon as something is heard."""
    loop = asyncio.get_running_loop()
    sound, ear = await loop.create_datagram_endpoint(_Ear, (source, 0))
    try:
        async with attacker(switch, source) as phone:
            phone.hangs_up = False
            port = sound.get_extra_info("sockname")[1]
            letter = Letter(phone.own, f"{switch[0]}:{switch[1]}", mark=uuid.uuid4().hex, body=sdp(phone.own, port))
            letter.replaced = {"From": f"<sip:{number}@{source}>;tag={letter.mark[:8]}"}
            begun = loop.time()
            phone.send(bytes(letter))
            try:
                async with asyncio.timeout(PATIENCE):
                    answered = await phone.answered
                    if phone.status != 200:
                        return Served(None, None, phone.status)
                    heard = await ear.first
            except TimeoutError:
                return Served(None, None)
            finally:
                phone.hang_up()
            await phone.over(2.0)
            return Served(answered - begun, heard - begun)
    finally:
        sound.close()
