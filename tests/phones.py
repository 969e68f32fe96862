"""Telephones for system tests: callers, agents, the carrier beyond the trunk, and a phone that died.

The SIP stack can be open once in a process, so a test takes all its phones from the one fixture `exchange`.
`conftest.py` of a folder that wants the fixtures imports them from here.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import AsyncIterator
from typing import Self

import pytest_asyncio

from bench.ports import free_ports
from hotline import ear
from hotline.handset import Samples
from hotline.phone import Exchange, Manner, Phone, answers
from hotline.talk import Talk

CALLER = "13900000001"
"""A number that belongs to nobody."""

AGENT_TONE, CALLER_TONE, CARRIER_TONE, OTHER_TONE = 622.0, 932.0, 1397.0, 523.0
"""Hertz by which a test tells whom it hears: notes that the music on hold, in D major, does not have."""


@pytest_asyncio.fixture(loop_scope="function")
async def exchange() -> AsyncIterator[Exchange]:
    """This test's telephones; open calls are hung up and registrations taken back at its end."""
    async with Exchange(port=free_ports(1)[0]) as exchange:
        yield exchange


@pytest_asyncio.fixture(loop_scope="function")
async def carrier(exchange: Exchange) -> Carrier:
    """The outside world of this test, at `exchange.address`: point the trunk there."""
    return await Carrier.open(exchange)


class Carrier:
    """Every number beyond the trunk: any number dialled at the exchange's address is answered with a tone."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        phone.manner = answers(speaking=CARRIER_TONE)

    @classmethod
    async def open(cls, exchange: Exchange) -> Self:
        return cls(await exchange.phone("carrier", switch=exchange.address, takes_any=True))

    @property
    def dialled(self) -> list[str]:
        """The numbers that were called, in order."""
        return [talk.called for talk in self.phone.talks]

    @property
    def most_at_once(self) -> int:
        """The greatest number of answered calls at one time so far."""
        changes = [(talk.established, 1) for talk in self.phone.talks if talk.established]
        changes += [(talk.ending.at, -1) for talk in self.phone.talks if talk.established and talk.ending]
        live, most = 0, 0
        for _, change in sorted(changes):
            live += change
            most = max(most, live)
        return most


async def agent_phone(
    exchange: Exchange, switch: str, username: str, secret: str, manner: Manner | None = None
) -> Phone:
    """An agent's phone, registered at `switch`; without `manner` the test answers by `ringing`."""
    phone = await exchange.phone(username, switch=switch, secret=secret)
    phone.manner = manner
    await phone.register()
    return phone


async def hears(talk: Talk, hertz: float, within: float = 5.0) -> None:
    """Wait until the last half second of `talk` is that tone, before anything else. Raises TimeoutError."""

    def it_does(talk: Talk) -> bool:
        latest = talk.handset.since(max(0.0, talk.handset.seconds - 0.5))
        return talk.handset.seconds >= 0.5 and ear.level(latest) > -40 and ear.tone(latest, hertz) > 0.6

    await talk.until(it_does, within)


VOICES = (AGENT_TONE, CALLER_TONE, CARRIER_TONE, OTHER_TONE)
"""The tones by which `hears_only` tells voices."""


def voices_in(sound: Samples) -> set[float]:
    """The tones in a sound: each has a good share of all that is heard, and none that is left out is there at all."""
    if ear.level(sound) < -50:
        return set()
    return {hertz for hertz in VOICES if ear.tone(sound, hertz) > 0.04}


async def hears_only(talk: Talk, *voices: float, within: float = 6.0) -> None:
    """Wait until all of these tones and no other are heard for half a second; none at all is silence.

    Raises TimeoutError, which tells what was heard last. A phone that gets no packets hears silence.
    """
    begun = asyncio.get_running_loop().time()
    last: set[float] = set()

    def it_does(talk: Talk) -> bool:
        nonlocal last
        passed = asyncio.get_running_loop().time() - begun
        if talk.handset.seconds < start + 0.7:
            last = set()
            return not voices and passed > 1.5
        latest = talk.handset.since(talk.handset.seconds - 0.5)
        last = voices_in(latest)
        return last == set(voices) and (bool(voices) or ear.level(latest) < -50)

    start = talk.handset.seconds
    try:
        await talk.until(it_does, within)
    except TimeoutError:
        raise TimeoutError(f"expected {sorted(voices)}, heard {sorted(last)}") from None


async def hears_music(talk: Talk, within: float = 6.0) -> None:
    """Wait until half a second of sound was heard in which nobody speaks. Raises TimeoutError."""
    start = talk.handset.seconds

    def it_does(talk: Talk) -> bool:
        latest = talk.handset.since(max(0.0, talk.handset.seconds - 0.5))
        return talk.handset.seconds >= start + 0.7 and ear.level(latest) > -45 and not voices_in(latest)

    await talk.until(it_does, within)


async def hear_each_other(one: Talk, other: Talk, within: float = 5.0) -> None:
    """Both speak in their own tone, and each must hear the other's. Raises TimeoutError."""
    one.speak(CALLER_TONE)
    other.speak(AGENT_TONE)
    await hears(one, AGENT_TONE, within)
    await hears(other, CALLER_TONE, within)
    one.hush()
    other.hush()


async def hears_prompt(talk: Talk, prompt: Samples, within: float = 10.0, *, share: float = 0.5) -> ear.Match:
    """Wait until `share` of `prompt` was heard on `talk`. Raises TimeoutError."""
    enough = 0.5

    def more_was_heard(talk: Talk) -> bool:
        return talk.handset.seconds >= enough or talk.ending is not None

    async with asyncio.timeout(within):
        while True:
            await talk.until(more_was_heard, within)
            enough, over = talk.handset.seconds + 0.5, talk.ending is not None
            match = await asyncio.to_thread(ear.find, prompt, talk.unbroken, share=share)  # the loop serves the phones
            if match is not None:
                return match
            if over:
                raise TimeoutError("the call ended before the prompt was heard")


async def register_and_vanish(switch: str, username: str, secret: str) -> None:
    """Register a phone that is dead a moment later: the switch rings it, and nobody ever replies.

    Raises TimeoutError when the registrar does not answer, PermissionError when it refuses.
    """
    host, _, port = switch.partition(":")
    loop = asyncio.get_running_loop()
    replies: asyncio.Queue[str] = asyncio.Queue(maxsize=10)
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Replies(replies), local_addr=("127.0.0.1", 0), remote_addr=(host, int(port))
    )
    try:
        own = "{}:{}".format(*transport.get_extra_info("sockname"))
        call_id = secrets.token_hex(8)
        authorization = ""
        for attempt in (1, 2):
            transport.sendto(_register(switch, own, username, call_id, attempt, authorization).encode())
            async with asyncio.timeout(5):
                reply = await replies.get()
            if reply.startswith("SIP/2.0 200"):
                return
            authorization = _authorization(reply, switch, username, secret)
        raise PermissionError(f"{username}: {reply.splitlines()[0]}")
    finally:
        transport.close()


class _Replies(asyncio.DatagramProtocol):
    def __init__(self, replies: asyncio.Queue[str]) -> None:
        self._replies = replies

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._replies.put_nowait(data.decode())


def _register(switch: str, own: str, username: str, call_id: str, sequence: int, authorization: str) -> str:
    """RFC 3261 §10.2."""
    lines = [
        f"REGISTER sip:{switch} SIP/2.0",
        f"Via: SIP/2.0/UDP {own};branch=z9hG4bK{secrets.token_hex(8)};rport",
        "Max-Forwards: 70",
        f"From: <sip:{username}@{switch}>;tag={call_id}",
        f"To: <sip:{username}@{switch}>",
        f"Call-ID: {call_id}",
        f"CSeq: {sequence} REGISTER",
        f"Contact: <sip:{username}@{own}>;expires=600",
        *([f"Authorization: {authorization}"] if authorization else []),
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""])


def _authorization(challenge: str, switch: str, username: str, secret: str) -> str:
    """RFC 2617 with quality `auth`."""
    asked = dict(re.findall(r'(realm|nonce|opaque)="([^"]*)"', challenge))
    uri, cnonce = f"sip:{switch}", secrets.token_hex(8)
    who = _md5(f"{username}:{asked['realm']}:{secret}")
    response = _md5(f"{who}:{asked['nonce']}:00000001:{cnonce}:auth:{_md5(f'REGISTER:{uri}')}")
    said = {"username": username, "uri": uri, "cnonce": cnonce, "response": response, **asked}
    return "Digest " + ", ".join(f'{name}="{value}"' for name, value in said.items()) + ", qop=auth, nc=00000001"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
