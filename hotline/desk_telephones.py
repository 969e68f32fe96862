"""Browsers' telephones on the running switch: whose they are, their secrets, and the WebSocket for their SIP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

import aiohttp
import structlog

from desk.refusal import Refusal
from hotline.browsers import browser_in
from hotline.settings import Settings
from ivr.ari.switch import AriSwitch
from ivr.switch import SwitchError
from routing.plan import Plan

log = structlog.get_logger()

CONNECT = 5.0
"""Seconds that the switch may take to open a WebSocket."""
LARGEST = 64 * 1024
"""Bytes of one message of the switch."""
ASIDE = "127.0.0.3"
"""Where the door's connections come from: this machine, and not the address that the development trunk is known by."""


class DeskTelephones:
    """Is `desk.telephone.Telephones`. `async with` it."""

    def __init__(self, settings: Settings, switch: AriSwitch, plan: Callable[[], Plan]) -> None:
        self._switch, self._plan = switch, plan
        self._url = f"http://{settings.ari.host}:{settings.ari.port}/ws"
        self._from = (ASIDE, 0) if settings.ari.host == "127.0.0.1" else None
        self._enabled = settings.webrtc.enabled
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=0, local_addr=self._from)
        self._http = aiohttp.ClientSession(connector=connector)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.close()

    def phone_of(self, agent: str) -> str | None:
        """The SIP account of an agent's browser; None where there is none."""
        return browser_in(self._plan(), agent) if self._enabled else None

    async def let_in(self, phone: str, secret: str) -> None:
        """Let it register with this secret. Raises Refusal."""
        try:
            await self._switch.let_in(phone, secret)
        except SwitchError as error:
            raise _away(error) from error

    async def let_out(self, phone: str) -> None:
        """Take its secret away. Raises Refusal."""
        try:
            await self._switch.let_out(phone)
        except SwitchError as error:
            raise _away(error) from error

    async def connect(self) -> aiohttp.ClientWebSocketResponse:
        """A WebSocket to the switch that speaks SIP. Raises Refusal."""
        if self._http is None:
            raise RuntimeError("not entered")
        try:
            async with asyncio.timeout(CONNECT):
                return await self._http.ws_connect(
                    self._url,
                    protocols=("sip",),
                    max_msg_size=LARGEST,
                    timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
                )
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise _away(error) from error


def _away(error: Exception) -> Refusal:
    log.warning("a browser's telephone meets no switch", error=str(error) or type(error).__name__)
    return Refusal(503, "switch_away", "the switch does not answer: try again in a moment", {"Retry-After": "2"})
