"""An order to Asterisk over ARI: sent by keep-alive HTTP, and again when the link broke under it.

We choose the names of legs, bridges, playbacks and recordings; a repeated originate gets 409 and rings nobody twice.
So every order may be sent again, and is, when its answer did not come: one that began while the link broke waits for
the link and is sent once more, and what is there already then counts as done. Only a switch that nobody listens at any
more, and a link that does not come back, fail a call. What was on a switch that died is gone: until another is met,
every order is answered so at once, and none of a life before is sent to it.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Self

import aiohttp
import orjson

from ivr.switch import ChannelGone, HandedOver, SwitchError

ORDER_TIMEOUT = 5.0
ORDER_PATIENCE = 15.0
"""Seconds that an order waits for a link that broke, before it fails whoever gave it."""
HANDSHAKE = 2.0
"""Seconds for what a new link begins with: a try that hangs must not outlast the fault."""
CONNECTIONS = 16
TRIP_WEIGHT = 0.1
"""Of the newest order in the mean of how long they take."""
TRY_EVERY = 0.025
"""Seconds after which what was just made is spoken to again: Stasis may not know it for a moment."""


class ThereAlready(SwitchError):
    """Something of this name exists."""


class NotSent(SwitchError):
    """No answer came: the switch may have carried it out, or not. `refused`: nobody listens there."""

    def __init__(self, words: str, *, refused: bool) -> None:
        super().__init__(words)
        self.refused = refused


class Orders:
    """The way of orders to one Asterisk. `async with` it."""

    def __init__(self, url: str, user: str, password: str) -> None:
        """`url` like `http://127.0.0.1:8088`."""
        self._url = url.rstrip("/")
        self._headers = {"Authorization": aiohttp.encode_basic_auth(user, password)}
        self._http: aiohttp.ClientSession | None = None
        self._started: str | None = None
        """Which life of Asterisk was met last: its `startup_time`."""
        self._trip = 0.0
        self._link = asyncio.Event()
        """There is a link, or it is known that nobody listens there."""
        self._refused = False
        self._died = False
        """It is known to be dead, and no other was met yet."""
        self._lives = 0
        """Grows with each death: an order of a life before is not sent again."""
        self._listener: asyncio.Task[object] | None = None
        """Builds links up: its orders wait for none."""
        self._left = False
        """Another engine goes on with everything."""

    async def __aenter__(self) -> Self:
        self._http = self._new_session()
        return self

    def _new_session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            headers=self._headers,
            connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=30),
            timeout=aiohttp.ClientTimeout(total=ORDER_TIMEOUT),
            json_serialize=lambda data: orjson.dumps(data).decode(),
        )

    async def __aexit__(self, *exc: object) -> None:
        if self._http is not None:
            await self._http.close()

    @property
    def trip(self) -> float:
        """Seconds that an order takes lately, with its way to the switch and back."""
        return self._trip

    def died(self) -> None:
        """The switch's process ended, and all that was on it: until another is met, every order is refused at once.

        Orders on their way fail as well, and none is sent to who comes next: it would meet nothing of what it is about.
        """
        self._died = True
        self._lives += 1
        self._link.set()  # nothing is to be waited for

    async def _renew(self) -> None:
        """Leave connections that may hang as the link did: orders on their way fail at once, and are sent again."""
        old, self._http = self._http, self._new_session()
        if old is not None:
            await old.close()

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            raise SwitchError("the switch is not in use: enter it with `async with`")
        return self._http

    async def _order(self, method: str, path: str, body: object = None, there: str = "", **query: str) -> Any:
        """Carry one order out. Raises ChannelGone for what is no more, SwitchError for the rest.

        When the link breaks under it, it is sent again as soon as there is another; with `there`, which is where the
        switch would have what it makes, only if it is not.
        """
        give_up, life = asyncio.get_running_loop().time() + ORDER_PATIENCE, self._lives
        again, listens = False, asyncio.current_task() is self._listener
        while True:
            if not listens and (self._died or self._lives != life):
                raise ChannelGone(f"{method} {path}: the switch died")
            try:
                if again and there and await self._exists(there):
                    return None
                return await self._send(method, path, body, query)
            except NotSent as error:
                if listens or (not await self._linked_again(error, give_up) and self._lives == life):
                    raise
                again = True
            except ThereAlready:
                if not again:
                    raise
                return None  # it was carried out, and the answer lost

    async def _exists(self, path: str) -> bool:
        try:
            await self._send("GET", path, None, {})
        except ChannelGone:
            return False
        return True

    async def _linked_again(self, error: NotSent, give_up: float) -> bool:
        """Wait for a link over which an order may be sent again, or the switch's death; False when that is no use."""
        if error.refused or self._left or self._started is None:
            return False
        await asyncio.sleep(TRY_EVERY)
        try:
            async with asyncio.timeout_at(give_up):
                await self._link.wait()
        except TimeoutError:
            return False
        return not self._refused and asyncio.get_running_loop().time() < give_up

    async def _send(self, method: str, path: str, body: object, query: dict[str, str]) -> Any:
        if self._left:
            raise HandedOver(f"{method} {path}: the next engine has the switch")
        began = time.monotonic()
        limit = HANDSHAKE if asyncio.current_task() is self._listener else ORDER_TIMEOUT
        try:
            url, timeout = f"{self._url}/ari{path}", aiohttp.ClientTimeout(total=limit)
            async with self._session().request(method, url, params=query, json=body, timeout=timeout) as reply:
                said = await reply.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NotSent(f"{method} {path}: {error or type(error).__name__}", refused=nobody_listens(error)) from error
        finally:
            self._trip += TRIP_WEIGHT * (time.monotonic() - began - self._trip)
        if reply.status < 300:
            try:
                return orjson.loads(said) if said else None
            except orjson.JSONDecodeError as error:
                raise SwitchError(f"{method} {path}: answered with no JSON: {error}") from error
        words = f"{method} {path}: {reply.status} {said[:200].decode(errors='replace')}"
        if _means_gone(reply.status, method, path):
            raise ChannelGone(words)
        raise ThereAlready(words) if reply.status == 409 else SwitchError(words)

    async def _unless_gone(self, method: str, path: str, **query: str) -> None:
        try:
            await self._order(method, path, **query)
        except ChannelGone:
            return

    async def _length(self, path: str) -> int:
        """Bytes of what an order would bring; the bytes themselves stay where they are."""
        try:
            async with self._session().get(f"{self._url}/ari{path}") as reply:
                if reply.status == 404:
                    raise ChannelGone(path)
                if reply.status != 200 or reply.content_length is None:
                    raise SwitchError(f"GET {path}: {reply.status}")
                return reply.content_length
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise SwitchError(f"GET {path}: {error or type(error).__name__}") from error


def nobody_listens(error: BaseException) -> bool:
    return isinstance(error, aiohttp.ClientConnectorError)


def _means_gone(status: int, method: str, path: str) -> bool:
    """Whether a refusal says that what was spoken to is no more, or is just leaving."""
    if path.endswith(("/addChannel", "/removeChannel")):
        return status in (400, 404, 412, 422)
    return status in (404, 412) or (status == 409 and method == "DELETE")
