"""System: a browser's phone registers with the secret that it was given, with no other, and as long as it has it."""

from __future__ import annotations

import asyncio
import re
from hashlib import md5

import aiohttp
import pytest

from hotline.desk_telephones import DeskTelephones
from hotline.operators import read_config
from hotline.secrets import keep_secrets
from hotline.settings import HOUSE, Settings
from ivr.ari.switch import AriSwitch
from tests.switch.test_managed import switch_of

pytestmark = pytest.mark.system

PHONE = "web-ann"


def hashed(*parts: str) -> str:
    return md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()  # RFC 2617


async def register(socket: aiohttp.ClientWebSocketResponse, secret: str, number: int = 1) -> int:
    """The status with which the switch answers in the end."""
    shown = ""
    for step in (1, 2):
        lines = [
            "REGISTER sip:hotline.invalid SIP/2.0",
            f"Via: SIP/2.0/WS browser.invalid;branch=z9hG4bK{number}{step}",
            f"From: <sip:{PHONE}@hotline.invalid>;tag=t{number}",
            f"To: <sip:{PHONE}@hotline.invalid>",
            f"Call-ID: c{number}",
            f"CSeq: {step} REGISTER",
            f"Contact: <sip:{PHONE}@browser.invalid;transport=ws>;expires=60",
            "Max-Forwards: 70",
            *([shown] if shown else []),
            "Content-Length: 0",
        ]
        await socket.send_str("\r\n".join([*lines, "", ""]))
        while not (said := await socket.receive_str(timeout=5)).startswith("SIP/2.0"):
            pass  # it may ask whether we are there
        if not said.startswith("SIP/2.0 401"):
            break
        asked = dict(re.findall(r'(\w+)="([^"]*)"', said))
        uri = "sip:hotline.invalid"
        whole = hashed(
            hashed(PHONE, asked["realm"], secret), asked["nonce"], "00000001", "x", "auth", hashed("REGISTER", uri)
        )
        shown = (
            f'Authorization: Digest username="{PHONE}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", '
            f'uri="{uri}", response="{whole}", algorithm=MD5, cnonce="x", qop=auth, nc=00000001, '
            f'opaque="{asked.get("opaque", "")}"'
        )
    return int(said.split()[1])


async def test_the_secret_of_a_session_opens_the_phone_until_it_is_taken_away(settings: Settings) -> None:
    plan = read_config(HOUSE / "config").plan
    async with (
        switch_of(settings, PHONE),
        AriSwitch(
            f"http://127.0.0.1:{settings.ari.port}", settings.ari.user, keep_secrets(settings.var).ari_password
        ) as switch,
        DeskTelephones(settings, switch, lambda: plan) as telephones,
        asyncio.timeout(60),
    ):
        listening = asyncio.create_task(switch.listen())
        async with await telephones.connect() as socket:
            assert await register(socket, "nothing-yet") != 200
            await telephones.let_in(PHONE, "the-first-secret-of-ann")
            assert await register(socket, "the-first-secret-of-ann", 2) == 200
            await telephones.let_in(PHONE, "the-other-secret-of-ann")
            assert await register(socket, "the-first-secret-of-ann", 3) == 401
            assert await register(socket, "the-other-secret-of-ann", 4) == 200
            await telephones.let_out(PHONE)
            await telephones.let_out(PHONE)
            assert await register(socket, "the-other-secret-of-ann", 5) != 200
        listening.cancel()
