"""Who is told of what, and the outbox: what is to be sent, what was taken, what was given up."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol, cast

import orjson
from sqlalchemy import RowMapping, and_, delete, exists, func, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from paperwork.webhooks.events import OFFERED, Event, since, told
from paperwork.webhooks.hosts import Hosts, NotAllowed
from paperwork.webhooks.pauses import next_try
from paperwork.webhooks.signing import new_secret
from records.clock import wall_time
from records.paper_tables import deliveries, webhooks
from records.rows import insert_once
from records.store import Store

NAME = re.compile(r"[a-z][a-z0-9_-]{1,31}")
MOST_WEBHOOKS: Final = 20
MOST_WAITING: Final = 10_000
"""Events that wait for one receiver; more stay where they are, and are taken up when there is room."""
LOOK_BACK: Final = timedelta(days=7)
"""So late a fact may reach the database and is still told."""
KEPT: Final = timedelta(days=14)
"""What was taken or given up is forgotten then; longer than LOOK_BACK, or it would be told again."""
AT_ONCE: Final = 200
LONGEST_ERROR: Final = 200


class Sealer(Protocol):
    """Seals what must not be read in the database: `desk.factor.Sealer` is one."""

    def seal(self, secret: str, user: str) -> bytes: ...

    def open(self, sealed: bytes, user: str) -> str: ...


class NoWebhook(LookupError):
    """There is no webhook of this name."""


class Unfit(ValueError):
    """It cannot be a webhook as it is asked for."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One receiver. `failing` is since when nothing got through, `paused` since when nothing is sent.

    `why` says for what: without it somebody paused it by hand.
    """

    name: str
    url: str
    events: tuple[Event, ...]
    made: datetime
    failing: datetime | None
    paused: datetime | None
    why: str | None
    waiting: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "url": self.url,
            "events": [event.value for event in self.events],
            "made": wall_time(self.made),
            "failing": self.failing and wall_time(self.failing),
            "paused": self.paused and wall_time(self.paused),
            "why": self.why,
            "waiting": self.waiting,
        }


class State(StrEnum):
    """Of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one receiver."""

    id: str
    webhook: str
    event: Event
    body: str
    made: datetime
    tries: int
    next_try: datetime | None
    delivered: datetime | None
    error: str | None

    @property
    def event_id(self) -> str:
        """What the receiver knows it by."""
        return self.id.removeprefix(f"{self.webhook}:")

    @property
    def state(self) -> State:
        if self.delivered is not None:
            return State.DELIVERED
        return State.GIVEN_UP if self.next_try is None else State.WAITING

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.event_id,
            "webhook": self.webhook,
            "event": self.event.value,
            "state": self.state.value,
            "made": wall_time(self.made),
            "tries": self.tries,
            "next_try": self.next_try and wall_time(self.next_try),
            "delivered": self.delivered and wall_time(self.delivered),
            "error": self.error,
            "body": orjson.loads(self.body),
        }


class Webhooks:
    """The book of receivers and their outbox, in one database."""

    def __init__(self, store: Store, sealer: Sealer, hosts: Hosts) -> None:
        self._store, self._sealer, self.hosts = store, sealer, hosts

    # ── receivers ───────────────────────────────────────────────────────────

    async def add(self, name: str, url: str, events: Iterable[str], now: datetime) -> str:
        """A new one, told of what happens from now on; its secret, to be shown once. Raises Unfit, NotAllowed."""
        if not NAME.fullmatch(name):
            raise Unfit(f"name: {name[:40]!r}: 2 to 32 of a-z, 0-9, hyphen, underscore; a letter first")
        wanted = tuple(dict.fromkeys(events))
        if not wanted or not set(wanted) <= {event.value for event in OFFERED}:
            raise Unfit(f"events: one or more of {', '.join(OFFERED)}")
        secret = new_secret()
        row = {
            "name": name,
            "url": self.hosts.check(url),
            "events": " ".join(wanted),
            "secret": base64.b64encode(self._sealer.seal(secret, f"webhook:{name}")).decode(),
            "made": now,
        }
        async with self._store.writing() as connection:
            count = (await connection.execute(select(func.count()).select_from(webhooks))).scalar_one()
            if count >= MOST_WEBHOOKS:
                raise Unfit(f"there are {MOST_WEBHOOKS} webhooks already: remove one first")
            try:
                await connection.execute(insert(webhooks).values(row))
            except IntegrityError:
                raise Unfit(f"name: there is a webhook {name} already") from None
        return secret

    async def all(self) -> Sequence[Webhook]:
        """All of them, by name, with how much waits for each."""
        waits = (
            select(func.count())
            .where(deliveries.c.webhook == webhooks.c.name, deliveries.c.next_try.is_not(None))
            .scalar_subquery()
        )
        rows = await self._store.rows(select(webhooks, waits.label("waiting")).order_by(webhooks.c.name))
        return [_webhook(row) for row in rows]

    async def find(self, name: str) -> Webhook:
        """Raises NoWebhook."""
        found = next((one for one in await self.all() if one.name == name), None)
        if found is None:
            raise NoWebhook(f"there is no webhook {name[:40]}")
        return found

    async def remove(self, name: str) -> None:
        """It and its outbox. Raises NoWebhook."""
        async with self._store.writing() as connection:
            await connection.execute(delete(deliveries).where(deliveries.c.webhook == name))
            gone = await connection.execute(delete(webhooks).where(webhooks.c.name == name))
            if gone.rowcount != 1:
                raise NoWebhook(f"there is no webhook {name[:40]}")

    async def secret(self, name: str) -> str:
        """What its messages are signed with. Raises NoWebhook, and what the sealer raises."""
        row = await self._store.row(select(webhooks.c.secret).where(webhooks.c.name == name))
        if row is None:
            raise NoWebhook(f"there is no webhook {name[:40]}")
        return self._sealer.open(base64.b64decode(row["secret"]), f"webhook:{name}")

    async def retry(self, name: str, now: datetime, id: str | None = None) -> int:
        """Send again what waits or was given up, or one event of any state; ends a pause. Raises NoWebhook."""
        which = deliveries.c.delivered.is_(None) if id is None else deliveries.c.id == f"{name}:{id}"
        async with self._store.writing() as connection:
            calm = update(webhooks).where(webhooks.c.name == name).values(paused=None, failing=None, why=None)
            if (await connection.execute(calm)).rowcount != 1:
                raise NoWebhook(f"there is no webhook {name[:40]}")
            again = update(deliveries).where(deliveries.c.webhook == name, which)
            done = await connection.execute(again.values(next_try=now, tries=0, delivered=None))
            return int(done.rowcount)

    async def pause(self, name: str, now: datetime) -> None:
        """Send nothing until it is resumed; what happens meanwhile waits in the outbox. Raises NoWebhook."""
        await self._turned(name, paused=now, why=None)

    async def resume(self, name: str) -> None:
        """Send again, from what waits on. Raises NoWebhook."""
        await self._turned(name, paused=None, failing=None, why=None)

    async def _turned(self, name: str, **values: datetime | None) -> None:
        if await self._store.do(update(webhooks).where(webhooks.c.name == name).values(values)) != 1:
            raise NoWebhook(f"there is no webhook {name[:40]}")

    async def failed(self, name: str, why: str, now: datetime, *, pause: bool) -> None:
        """Nothing got through."""
        since = func.coalesce(webhooks.c.failing, literal(now, webhooks.c.made.type))
        values: dict[str, Any] = {"failing": since, "why": why[:LONGEST_ERROR]}
        if pause:
            values["paused"] = now
        await self._store.do(update(webhooks).where(webhooks.c.name == name).values(values))

    # ── the outbox ──────────────────────────────────────────────────────────

    async def gather(self, now: datetime, back: timedelta = LOOK_BACK) -> int:
        """Put every event of the last time into the outbox that is not there yet; how many there were.

        It may be done as often as one likes: an event has one row for each receiver. One that is paused has its events
        put there too: they wait, and none is too old when it goes on. A look over the whole LOOK_BACK begins where the
        last one ended, however long ago that was: the outbox was full, or no engine ran.
        """
        total = 0
        for webhook in await self.all():
            room = MOST_WAITING - webhook.waiting
            for event in webhook.events:
                start = now - back
                if back >= LOOK_BACK and room > 0:
                    start = min(start, await self._reached(webhook.name, event, now))
                while room > 0 and (count := await self._gather(webhook, event, now, start, min(room, AT_ONCE))):
                    total, room = total + count, room - count
        return total

    async def _reached(self, name: str, event: Event, now: datetime) -> datetime:
        """Up to where a receiver's events are in the outbox. Of none there, before all that was not pruned."""
        of = select(func.max(deliveries.c.made).label("at")).where(deliveries.c.webhook == name)
        newest = await self._store.row(of.where(deliveries.c.event == event.value))
        if newest is not None and newest["at"] is not None:
            return cast(datetime, newest["at"])
        waits = select(func.min(deliveries.c.made).label("at")).where(
            deliveries.c.webhook == name, deliveries.c.next_try.is_not(None)
        )
        oldest = await self._store.row(waits)
        return now - KEPT if oldest is None or oldest["at"] is None else min(now - KEPT, oldest["at"])

    async def _gather(self, webhook: Webhook, event: Event, now: datetime, start: datetime, limit: int) -> int:
        of = since(event, max(webhook.made, start)).subquery()
        known = exists().where(deliveries.c.id == literal(f"{webhook.name}:") + of.c.event_id)
        query = select(of).where(~known).order_by(of.c.event_at, of.c.event_id).limit(limit)
        found = [told(event, row) for row in await self._store.rows(query)]
        if not found:
            return 0
        rows = [
            {
                "id": f"{webhook.name}:{one.id}",
                "webhook": webhook.name,
                "event": event.value,
                "body": orjson.dumps(one.body()).decode(),
                "made": one.at,
                "tries": 0,
                "next_try": now,
            }
            for one in found
        ]
        async with self._store.writing() as connection:
            if not await _there(connection, webhook.name):
                return 0
            await connection.execute(insert_once(deliveries, connection.dialect), rows)
        return len(found)

    async def due(self, name: str, now: datetime, limit: int) -> Sequence[Delivery]:
        """What is to be sent now, in the order in which it was due."""
        query = select(deliveries).where(deliveries.c.webhook == name, deliveries.c.next_try <= now)
        query = query.order_by(deliveries.c.next_try, deliveries.c.made, deliveries.c.id).limit(limit)
        return [_delivery(row) for row in await self._store.rows(query)]

    async def next_due(self) -> datetime | None:
        """When the next one is to be sent to anybody who is not paused."""
        query = select(func.min(deliveries.c.next_try).label("at")).join(
            webhooks, webhooks.c.name == deliveries.c.webhook
        )
        row = await self._store.row(query.where(webhooks.c.paused.is_(None)))
        found: datetime | None = None if row is None else row["at"]
        return found

    async def taken(self, done: Delivery, now: datetime) -> None:
        """The receiver has it."""
        one = update(deliveries).where(deliveries.c.id == done.id)
        well = update(webhooks).where(webhooks.c.name == done.webhook).values(failing=None, why=None)
        await self._store.do(well, one.values(delivered=now, next_try=None, error=None, tries=done.tries + 1))

    async def refused(self, it: Delivery, why: str, now: datetime) -> None:
        """The receiver has it not: it is sent again later, or given up."""
        again = next_try(it.tries + 1, now)
        values = {"tries": it.tries + 1, "next_try": again, "error": why[:LONGEST_ERROR]}
        await self._store.do(update(deliveries).where(deliveries.c.id == it.id).values(values))

    async def prune(self, now: datetime) -> int:
        """Forget what was taken or given up long ago."""
        over = and_(deliveries.c.next_try.is_(None), deliveries.c.made < now - KEPT)
        return await self._store.do(delete(deliveries).where(over))

    async def page(
        self, name: str, *, state: State | None = None, limit: int = 50, after: tuple[datetime, str] | None = None
    ) -> Sequence[Delivery]:
        """The outbox of a receiver, newest first, behind a place."""
        query = select(deliveries).where(deliveries.c.webhook == name)
        match state:
            case State.WAITING:
                query = query.where(deliveries.c.next_try.is_not(None))
            case State.DELIVERED:
                query = query.where(deliveries.c.delivered.is_not(None))
            case State.GIVEN_UP:
                query = query.where(deliveries.c.next_try.is_(None), deliveries.c.delivered.is_(None))
        if after is not None:
            at, place = after[0], f"{name}:{after[1]}"
            query = query.where(or_(deliveries.c.made < at, and_(deliveries.c.made == at, deliveries.c.id < place)))
        query = query.order_by(deliveries.c.made.desc(), deliveries.c.id.desc()).limit(limit)
        return [_delivery(row) for row in await self._store.rows(query)]


async def _there(connection: AsyncConnection, name: str) -> bool:
    """Whether a receiver was not removed meanwhile."""
    return (await connection.execute(select(webhooks.c.name).where(webhooks.c.name == name))).first() is not None


def _webhook(row: RowMapping) -> Webhook:
    known = {event.value: event for event in Event}
    events = tuple(known[one] for one in row["events"].split() if one in known)
    return Webhook(
        row["name"], row["url"], events, row["made"], row["failing"], row["paused"], row["why"], row["waiting"]
    )


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(
        row["id"],
        row["webhook"],
        Event(row["event"]),
        row["body"],
        row["made"],
        row["tries"],
        row["next_try"],
        row["delivered"],
        row["error"],
    )


__all__ = ["Delivery", "NoWebhook", "NotAllowed", "Sealer", "State", "Unfit", "Webhook", "Webhooks"]
