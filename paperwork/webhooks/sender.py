"""Sends what is in the outbox: every receiver in a lane of its own, so that one that hangs holds up nobody else.

A lane that is not done soon goes on while the next rounds begin others'.

At least once: a delivery is done when the receiver said so and that is written down; whoever kills us between the two
lets it be sent again, under the same id. The order is not promised.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import monotonic as steady
from time import time
from typing import Final

import aiohttp
import orjson
import structlog
from sqlalchemy.exc import DBAPIError

from ivr.events import CallEnded
from ivr.journal import Entry
from paperwork.webhooks.book import Delivery, Webhook, Webhooks
from paperwork.webhooks.events import Event, Told
from paperwork.webhooks.hosts import Hosts, NotAllowed, resolver
from paperwork.webhooks.pauses import ALARM_AFTER, PAUSED_AFTER, lane_pause
from paperwork.webhooks.signing import headers
from records.behind import may_pass
from records.store import NoDatabase

log = structlog.get_logger(__name__)

PATIENCE: Final = 10.0
"""Seconds that a receiver may take for its answer."""
AT_ONCE: Final = 20
LANE: Final = 10.0
"""Seconds after which a lane begins with nothing more: whoever was paused or removed meanwhile is told no more."""
LOOK_EVERY: Final = 15.0
"""Seconds between two looks for facts that nobody told us of."""
RECENT: Final = timedelta(minutes=15)
WHOLE_EVERY: Final = timedelta(hours=6)
"""So often the whole LOOK_BACK is looked through, for facts that came late."""
GATHER: Final = 1.0
"""Seconds that facts may gather in, and a lane has before the round goes on without it."""
AGAIN: Final = 30.0
"""Seconds until what the database refused is tried again."""
_GONE: Final = 410


class Post:
    """Posts one message to a receiver: no redirects, no proxies, no cookies; its answer's body is not read."""

    def __init__(self, hosts: Hosts, version: str, patience: float = PATIENCE) -> None:
        self._hosts, self._version, self._patience = hosts, version, patience
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, url: str, secret: str, event: Event, id: str, body: bytes) -> int:
        """The status of the answer. Raises NotAllowed, OSError, TimeoutError, aiohttp's ClientError."""
        self._hosts.check(url)  # the settings may have changed
        session = self._opened()
        told = headers(secret, event, id, int(time()), body, self._version)
        async with asyncio.timeout(self._patience):
            answer = await session.post(url, data=body, headers=told, allow_redirects=False)
            answer.close()  # whatever else it says
        return answer.status

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=resolver(self._hosts), force_close=True, limit=20, use_dns_cache=False
            )
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, trust_env=False
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


class Sender:
    """A clerk of the office. `alarm` says what is wrong, in words for an operator, or None."""

    def __init__(self, book: Webhooks, post: Post, now: Callable[[], datetime], linger: float = GATHER) -> None:
        self._book, self._post, self._now, self._linger = book, post, now, linger
        self._stirred = asyncio.Event()
        self._whole: datetime | None = None
        self._failures: dict[str, int] = {}
        self._rest_until: dict[str, datetime] = {}
        self._lanes: dict[str, asyncio.Task[None]] = {}
        """Those that are on their way, by receiver: never two to one."""
        self._bugs: set[str] = set()
        """Receivers whose lane met one."""
        self.alarm: str | None = None

    def hear(self, entry: Entry) -> None:
        """A fact of the journal."""
        if isinstance(entry.event, CallEnded):
            self._stirred.set()

    def stir(self) -> None:
        """Something is to be told: look now."""
        self._stirred.set()

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                pause = AGAIN
                try:
                    pause = await self.round()
                except (DBAPIError, NoDatabase, OSError) as error:
                    log.warning("webhooks wait for the database", error=type(error).__name__)
                except Exception:  # an office that ends by it would meet it again at once
                    log.exception("webhooks met a bug")
                await self._rest(pause)
        finally:
            await self._end_lanes()
            await self._post.close()

    async def _end_lanes(self) -> None:
        for lane in (lanes := list(self._lanes.values())):
            lane.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stirred.wait()
            await asyncio.sleep(GATHER)  # what stirred us is being written, and more comes with it
        except TimeoutError:
            pass
        self._stirred.clear()

    async def round(self) -> float:
        """Gather, send what is due, and say in how many seconds to look again."""
        now = self._now()
        if self._whole is None or now - self._whole >= WHOLE_EVERY:
            await self._book.gather(now)
            await self._book.prune(now)
            self._whole = now
        else:
            await self._book.gather(now, RECENT)
        hooks = await self._book.all()
        for hook in hooks:
            if hook.paused is None and self._rest_until.get(hook.name, now) <= now and hook.name not in self._lanes:
                self._lanes[hook.name] = asyncio.create_task(self._go_along(hook))
        if self._lanes:
            await asyncio.wait(list(self._lanes.values()), timeout=self._linger)
        self._look(await self._book.all())
        next_due = await self._book.next_due()
        if next_due is None:
            return LOOK_EVERY
        return min(LOOK_EVERY, max(1.0, (next_due - self._now()).total_seconds()))

    async def _go_along(self, hook: Webhook) -> None:
        """A lane, whatever happens in it."""
        try:
            await self._lane(hook)
        except Exception as error:  # it is no other receiver's business
            self._rest_until[hook.name] = self._now() + timedelta(seconds=AGAIN)
            if may_pass(error):
                log.warning("a webhook waits for the database", webhook=hook.name, error=type(error).__name__)
            else:
                log.exception("a webhook met a bug", webhook=hook.name)
                self._bugs.add(hook.name)
        else:
            self._bugs.discard(hook.name)
        finally:
            del self._lanes[hook.name]

    async def _lane(self, hook: Webhook) -> None:
        """Send what is due until the receiver fails, nothing is left or the lane's time is over."""
        due = await self._book.due(hook.name, self._now(), AT_ONCE)
        if not due:
            return
        try:
            secret = await self._book.secret(hook.name)
        except Exception as error:  # sealed with another key than this machine's
            await self._book.failed(hook.name, f"its secret cannot be read: {error}"[:200], self._now(), pause=True)
            return
        began, sent = steady(), 0
        for one in due:
            if steady() - began > LANE:
                break
            sent += 1
            why, gone = await self._sent(hook, secret, one)
            now = self._now()
            if why is None:
                self._failures.pop(hook.name, None)
                await self._book.taken(one, now)
                continue
            await self._book.refused(one, why, now)
            worn_out = gone or (hook.failing is not None and now - hook.failing >= PAUSED_AFTER)
            await self._book.failed(hook.name, why, now, pause=worn_out)
            failures = self._failures[hook.name] = self._failures.get(hook.name, 0) + 1
            self._rest_until[hook.name] = now + timedelta(seconds=lane_pause(failures))
            log.warning("a webhook did not take an event", webhook=hook.name, webhook_event=one.event, why=why)
            return
        if len(due) == AT_ONCE or sent < len(due):
            self._stirred.set()  # there may be more

    async def _sent(self, hook: Webhook, secret: str, one: Delivery) -> tuple[str | None, bool]:
        """Why the receiver did not take it, or None; and whether it wants nothing more, ever."""
        return await send(self._post, hook.url, secret, one.event, one.event_id, one.body.encode())

    def _look(self, hooks: Sequence[Webhook]) -> None:
        told, now = [], self._now()
        for hook in hooks:
            if hook.paused is not None and hook.why is None:
                continue  # somebody wants it so
            if hook.paused is not None:
                told.append(f"{hook.name} is paused ({hook.why}): `hotline webhooks retry {hook.name}` goes on")
            elif hook.name in self._bugs:
                told.append(f"{hook.name} cannot be told anything, {hook.waiting} events wait: the log says why")
            elif hook.failing is not None and now - hook.failing >= ALARM_AFTER:
                told.append(f"{hook.name} takes nothing ({hook.why}), {hook.waiting} events wait")
        self.alarm = "; ".join(told) or None


async def send(post: Post, url: str, secret: str, event: Event, id: str, body: bytes) -> tuple[str | None, bool]:
    """Why it was not taken, or None; and whether the receiver wants nothing more, ever (410)."""
    try:
        status = await post(url, secret, event, id, body)
    except TimeoutError:
        return "no answer in time", False
    except NotAllowed as error:
        return str(error), False
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return f"{type(error).__name__}: {error}"[:200], False
    return (None, False) if 200 <= status < 300 else (f"answered {status}", status == _GONE)


async def ping(book: Webhooks, post: Post, name: str, now: datetime) -> str | None:
    """Send a `ping` to a receiver at once; why it did not take it, or None. Raises NoWebhook."""
    hook, secret = await book.find(name), await book.secret(name)
    told = Told(Event.PING, f"ping:{now.timestamp():.0f}", now, {"webhook": name})
    return (await send(post, hook.url, secret, told.event, told.id, orjson.dumps(told.body())))[0]
