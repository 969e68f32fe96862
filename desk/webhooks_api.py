"""Webhooks through the API, for administrators."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiohttp import web

from desk.asked import choice, maybe_text, only, text, told
from desk.asker import ASKER
from desk.calls_page import limit_of, place, place_of
from desk.ledger import Ledger
from desk.refusal import Refusal, bad
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, FLAG, MAYBE_TEXT, MAYBE_TIME, TEXT, TIME, listing, things
from paperwork.webhooks.book import NotAllowed, NoWebhook, State, Unfit, Webhooks
from paperwork.webhooks.events import OFFERED
from paperwork.webhooks.sender import Post, ping
from records.audit import Act, Detail

_EVENTS = {"type": "array", "minItems": 1, "items": {"enum": [event.value for event in OFFERED]}}
_WEBHOOK = {
    "name": TEXT,
    "url": TEXT,
    "events": listing(TEXT),
    "made": TIME,
    "failing": MAYBE_TIME,
    "paused": MAYBE_TIME,
    "why": MAYBE_TEXT,
    "waiting": COUNT,
}
_DELIVERY = things(
    id=TEXT,
    webhook=TEXT,
    event=TEXT,
    state={"enum": [state.value for state in State]},
    made=TIME,
    tries=COUNT,
    next_try=MAYBE_TIME,
    delivered=MAYBE_TIME,
    error=MAYBE_TEXT,
    body={"type": "object"},
)
_NEXT = {"type": ["string", "null"], "description": "`after` of the next page; null after the last."}


class WebhooksApi:
    """`/api/v1/webhooks`."""

    def __init__(self, book: Webhooks, ledger: Ledger, version: str, now: Callable[[], datetime]) -> None:
        self._book, self._ledger, self._version, self._now = book, ledger, version, now

    def routes(self) -> list[Route]:
        manage = one_of(Permission.WEBHOOKS)
        one = "/api/v1/webhooks/{name}"
        return [
            Route(
                "GET",
                "/api/v1/webhooks",
                manage,
                self._on_list,
                "Who is told of what, and what others may be told of.",
                answer=things(webhooks=listing(things(**_WEBHOOK)), events=listing(things(event=TEXT, label=TEXT))),
            ),
            Route(
                "POST",
                "/api/v1/webhooks",
                manage,
                self._on_add,
                "A new receiver; answers with the secret that signs what is sent, shown once.",
                body={"name": TEXT, "url": TEXT, "events": _EVENTS},
                required=("name", "url", "events"),
                answer=things(**_WEBHOOK, secret=TEXT),
                status=201,
            ),
            Route(
                "DELETE",
                one,
                manage,
                self._on_remove,
                "Tell a receiver nothing more, and forget what waits for it.",
                answer=things(removed=TEXT),
            ),
            Route(
                "POST",
                one + "/test",
                manage,
                self._on_test,
                "Send a `ping` now; says whether the receiver took it.",
                answer=things(taken=FLAG, why=MAYBE_TEXT),
            ),
            Route(
                "POST",
                one + "/retry",
                manage,
                self._on_retry,
                "Send again what waits or was given up, or one event; ends a pause.",
                body={"id": MAYBE_TEXT},
                answer=things(again=COUNT),
            ),
            Route(
                "POST",
                one + "/pause",
                manage,
                self._on_pause,
                "Send nothing until it is resumed. What happens in the last seven days before that is told then.",
                answer=things(**_WEBHOOK),
            ),
            Route(
                "POST",
                one + "/resume",
                manage,
                self._on_resume,
                "End a pause; what was given up stays so (`retry` sends that again, too).",
                answer=things(**_WEBHOOK),
            ),
            Route(
                "GET",
                one + "/deliveries",
                manage,
                self._on_deliveries,
                "What was sent to a receiver and what became of it, newest first.",
                query={
                    "state": {"enum": [state.value for state in State], "description": "Only these."},
                    "limit": "1 to 500, 50 if not given",
                    "after": "`next` of the page before",
                },
                answer=things(deliveries=listing(_DELIVERY), next=_NEXT),
            ),
        ]

    async def _on_list(self, _request: web.Request) -> web.Response:
        found = [one.to_json() for one in await self._book.all()]
        return web.json_response(
            {"webhooks": found, "events": [{"event": event.value, "label": event.label} for event in OFFERED]}
        )

    async def _on_add(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "name", "url", "events")
        name, url, events = text(asked, "name"), text(asked, "url", longest=2000), asked.get("events")
        if not isinstance(events, list) or not all(isinstance(event, str) for event in events):
            raise bad(f"`events` is a list of {', '.join(OFFERED)}")
        try:
            secret = await self._book.add(name, url, events, self._now())
        except (Unfit, NotAllowed) as error:
            raise bad(str(error)) from None
        await self._written(request, name, "added", url=url, events=events)
        return web.json_response({**(await self._book.find(name)).to_json(), "secret": secret}, status=201)

    async def _on_remove(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        try:
            await self._book.remove(name)
        except NoWebhook:
            raise _none() from None
        await self._written(request, name, "removed")
        return web.json_response({"removed": name})

    async def _on_test(self, request: web.Request) -> web.Response:
        post = Post(self._book.hosts, self._version)
        try:
            why = await ping(self._book, post, request.match_info["name"], self._now())
        except NoWebhook:
            raise _none() from None
        finally:
            await post.close()
        return web.json_response({"taken": why is None, "why": why})

    async def _on_retry(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "id")
        name = request.match_info["name"]
        try:
            again = await self._book.retry(name, self._now(), maybe_text(asked, "id"))
        except NoWebhook:
            raise _none() from None
        await self._written(request, name, "retried", events=again)
        return web.json_response({"again": again})

    async def _on_pause(self, request: web.Request) -> web.Response:
        return await self._turned(request, "paused", lambda name: self._book.pause(name, self._now()))

    async def _on_resume(self, request: web.Request) -> web.Response:
        return await self._turned(request, "resumed", self._book.resume)

    async def _turned(self, request: web.Request, change: str, turn: Callable[[str], Awaitable[None]]) -> web.Response:
        only(await told(request))
        name = request.match_info["name"]
        try:
            await turn(name)
            found = await self._book.find(name)
        except NoWebhook:
            raise _none() from None
        await self._written(request, name, change)
        return web.json_response(found.to_json())

    async def _on_deliveries(self, request: web.Request) -> web.Response:
        limit, after = limit_of(request.query), place_of(request.query)
        state = choice(request.query, "state", [one.value for one in State]) if "state" in request.query else None
        name = request.match_info["name"]
        try:
            await self._book.find(name)
        except NoWebhook:
            raise _none() from None
        page = await self._book.page(name, state=None if state is None else State(state), limit=limit, after=after)
        last = page[-1] if len(page) == limit else None
        following = last and place(last.made, last.event_id)
        return web.json_response({"deliveries": [one.to_json() for one in page], "next": following})

    async def _written(self, request: web.Request, name: str, change: str, **details: Detail) -> None:
        await self._ledger.write(
            request[ASKER].who, Act.WEBHOOK_CHANGED, about=name, reason=None, change=change, **details
        )


def _none() -> Refusal:
    return Refusal(404, "not_found", "there is no such webhook")
