"""The cable between a browser and the hotline, for a test to cut: nothing passes, and nobody is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from playwright.async_api import CDPSession, Page

from bench.ports import free_ports

AT_ONCE = 64 * 1024
_WHOLE = {"offline": False, "latency": 1, "downloadThroughput": -1, "uploadThroughput": -1, "packetLoss": 0}
"""A millisecond of latency: Chromium fits a socket for losses only where something is emulated as it is opened."""


class Cable:
    """Pages reach the web through `base`, and their sound goes as it always does. `join` each page before it calls.

    Cut, bytes of either way are kept until it is whole again, as TCP does, and packets of sound are lost.
    """

    def __init__(self, port: int) -> None:
        """`port` is the web's."""
        self._port = port
        self._whole = asyncio.Event()
        self._whole.set()
        self._pages: list[CDPSession] = []
        self.base = ""

    async def join(self, page: Page) -> None:
        """The sound of this page goes by the cable too."""
        session = await page.context.new_cdp_session(page)
        self._pages.append(session)
        await session.send("Network.enable")
        await session.send("Network.emulateNetworkConditions", _WHOLE)

    async def cut(self) -> None:
        """From now on nothing passes."""
        self._whole.clear()
        for session in self._pages:
            await session.send("Network.emulateNetworkConditions", {**_WHOLE, "packetLoss": 100})

    async def mend(self) -> None:
        """All passes again."""
        for session in self._pages:
            await session.send("Network.emulateNetworkConditions", _WHOLE)
        self._whole.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a browser, until either side ends it."""
        await self._whole.wait()
        try:
            there, here = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.close()
            return
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._one_way(reader, here))
                tasks.create_task(self._one_way(there, writer))
        finally:
            writer.close()
            here.close()

    async def _one_way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(AT_ONCE):
                await self._whole.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def cable(port: int) -> AsyncIterator[Cable]:
    """A cable to the web at `port` of this machine."""
    line = Cable(port)
    (own,) = free_ports(1)
    server = await asyncio.start_server(line.carry, "127.0.0.1", own)
    line.base = f"http://127.0.0.1:{own}"
    try:
        yield line
    finally:
        await line.mend()
        server.close()
