"""A wire that can be cut: from one TCP port to another, until it is reset, or swallows everything in silence."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Wire:
    """Used from other threads than the one it runs in."""

    def __init__(self, port: int, to: int) -> None:
        self._port, self._to = port, to
        self._loop = asyncio.new_event_loop()
        self._flows = asyncio.Event()
        self._pipes: set[asyncio.StreamWriter] = set()
        self._up = threading.Event()

    def reset(self) -> None:
        """Every connection is reset; new ones are taken at once."""
        asyncio.run_coroutine_threadsafe(self._reset(), self._loop).result()

    def swallow(self) -> None:
        """Nothing comes through from now on, and nobody is told."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def flow(self) -> None:
        """Everything comes through again, what was swallowed too: TCP loses nothing."""
        self._loop.call_soon_threadsafe(self._flows.set)

    def run(self, ended: threading.Event) -> None:
        """Carry, in this thread, until `ended`."""
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve(ended))
        self._loop.close()

    async def _serve(self, ended: threading.Event) -> None:
        self._flows.set()
        server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._up.set()
        async with server:
            await asyncio.to_thread(ended.wait)
            await self._reset()

    def wait_until_up(self) -> None:
        self._up.wait(10)

    async def _connected(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        try:
            far, forth = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            back.transport.abort()
            return
        self._pipes |= {back, forth}
        with suppress(OSError):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._carry(near, forth))
                tasks.create_task(self._carry(far, back))
        self._pipes -= {back, forth}

    async def _carry(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await self._flows.wait()
                to.write(data)
                await to.drain()
        with suppress(OSError):
            to.close()

    async def _reset(self) -> None:
        for pipe in tuple(self._pipes):
            raw = pipe.get_extra_info("socket")
            if raw is not None:
                with suppress(OSError):
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            pipe.transport.abort()


@contextmanager
def wire(port: int, to: int) -> Iterator[Wire]:
    """A wire from one port of loopback to another, for as long as the block runs."""
    one, ended = Wire(port, to), threading.Event()
    thread = threading.Thread(target=one.run, args=(ended,), name="wire")
    thread.start()
    one.wait_until_up()
    try:
        yield one
    finally:
        ended.set()
        thread.join()
