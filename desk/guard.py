"""What every request goes through: an id, our own name, a limit, a body that fits, and who asks for what.

Outermost first: `told` (errors in one shape), `named` (Host), `paced` (rates), `bounded` (bodies). Who may ask for a
route is looked at around the route itself (`Guard.around`).
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
import structlog
from aiohttp import web
from sqlalchemy.exc import DBAPIError

from desk.asker import ASKER, ID, VISITOR, Asker
from desk.cookies import device_of, session_of
from desk.gate import Gate
from desk.ledger import Ledger
from desk.rates import Rates, neighbourhood
from desk.refusal import Refusal, elsewhere, forbidden, not_signed_in, of_http, wait
from desk.route import Door, Handler, Route
from desk.sessions import Sessions
from desk.signing_in import Visitor
from desk.tokens import Tokens
from records.store import NoDatabase

log = structlog.get_logger()

LARGEST_BODY = 64 * 1024
BODY_PATIENCE = 10.0
"""Seconds that a body may take to come."""
SLOWEST = 256 * 1024
"""Bytes a second of the line on which a larger one may come, where one is expected."""
PER_ADDRESS = (400.0, 100.0)
"""Requests at once and a second. An institution comes from one address."""
PER_USER = (100.0, 25.0)
_BEARER = re.compile(r"[Bb]earer +([A-Za-z0-9_-]{1,128})")


class Guard:
    """The middlewares and the check of who asks."""

    def __init__(
        self,
        gate: Gate,
        sessions: Sessions,
        tokens: Tokens,
        ledger: Ledger,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self.gate = gate
        self._sessions, self._tokens, self._ledger = sessions, tokens, ledger
        self._now, self._monotonic = now, monotonic
        self._addresses = Rates(burst=PER_ADDRESS[0], per_second=PER_ADDRESS[1])
        self._users = Rates(burst=PER_USER[0], per_second=PER_USER[1])

    def middlewares(self) -> list[Any]:
        return [self.told(), self.named(), self.paced(), bounded]

    # ── every request ───────────────────────────────────────────────────────

    def told(self) -> Any:
        """Gives the request its id, and every refusal its one shape."""

        @web.middleware
        async def tell(request: web.Request, handler: Handler) -> web.StreamResponse:
            request[ID] = secrets.token_hex(8)
            try:
                return await handler(request)
            except Refusal as refusal:
                return answer_of(request, refusal)
            except web.HTTPException as error:
                if error.status < 400:
                    raise
                return answer_of(request, of_http(error))
            except (DBAPIError, NoDatabase) as error:
                why = str(error.orig if isinstance(error, DBAPIError) else error)
                log.error("the web cannot use the database", request=request[ID], error=why)
                return answer_of(request, Refusal(503, "no_database", "the database does not answer: try again"))
            except Exception:
                log.exception("a request failed", request=request[ID], path=request.path)
                return answer_of(request, Refusal(500, "internal", "this went wrong on our side"))

        return tell

    def named(self) -> Any:
        """Lets nobody in who asks for somebody else."""

        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            probe = not self.gate.here_alone and request.path in ("/healthz", "/readyz")
            if not probe and not self.gate.knows(request):
                raise Refusal(
                    421, "other_host", "this name is not one of `web.names`; on this machine, use http://127.0.0.1"
                )
            address = self.gate.address(request)
            browser = request.headers.get("User-Agent", "")
            request[VISITOR] = Visitor(address, browser, device_of(request, secure=self.gate.secure(request)))
            return await handler(request)

        return check

    def paced(self) -> Any:
        """Holds each address to its share."""

        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            place = neighbourhood(request[VISITOR].address)
            if request.path not in ("/healthz", "/readyz") and (
                seconds := self._addresses.take(place, self._monotonic())
            ):
                raise wait(seconds)
            return await handler(request)

        return check

    # ── who asks ────────────────────────────────────────────────────────────

    def around(self, route: Route) -> Handler:
        """The route's handler behind its need."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            if route.need.door is Door.PUBLIC or (route.local and self.gate.here_alone):
                return await route.handler(request)  # nobody is looked for: it answers though the database does not
            asker = await self._asker(request)
            by_page = asker is None or asker.session is not None
            if by_page and (route.changes or route.socket) and not self.gate.own_page(request):
                raise elsewhere()
            if asker is not None:
                request[ASKER] = asker
                if seconds := self._users.take(asker.who, self._monotonic()):
                    raise wait(seconds)
            await self._admit(route, asker, request)
            if route.largest is not None:
                request = request.clone(client_max_size=route.largest)
                await _taken_in(request, route.largest)
            return await route.handler(request)

        guarded.largest = route.largest  # type: ignore[attr-defined]
        return guarded

    async def _admit(self, route: Route, asker: Asker | None, request: web.Request) -> None:
        if route.need.door is Door.OPEN:
            return
        if asker is None:
            if route.page:
                raise web.HTTPSeeOther("/sign-in")
            raise not_signed_in()
        if not route.need.met_by(asker):
            if not asker.inside:
                if route.page:
                    raise web.HTTPSeeOther("/sign-in")
                raise not_signed_in()
            self._ledger.note(asker.who, "refused", about=f"{route.method} {route.path}")
            raise forbidden()

    async def _asker(self, request: web.Request) -> Asker | None:
        """By the token where one is shown, else by the cookie. Raises Refusal for a token that is worth nothing."""
        shown = request.headers.get("Authorization")
        if shown is not None:
            found = _BEARER.fullmatch(shown)
            token = None if found is None else await self._tokens.find(found[1], self._now())
            if token is None:
                raise Refusal(401, "bad_token", "this token is worth nothing", {"WWW-Authenticate": "Bearer"})
            return Asker(f"token:{token.name}", token.scopes)
        secret = session_of(request, secure=self.gate.secure(request))
        pair = None if secret is None else await self._sessions.find(secret, self._now())
        if pair is None:
            return None
        session, user = pair
        return Asker(f"desk:{user.name}", user.permissions, session, user)


@web.middleware
async def bounded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Takes bodies in whole, up to a size and within a time; larger ones only once it is known who asks."""
    if getattr(request.match_info.handler, "largest", None) is None:
        await _taken_in(request, LARGEST_BODY)
    return await handler(request)


async def _taken_in(request: web.Request, largest: int) -> None:
    """The body, read. Raises Refusal."""
    if not request.can_read_body:
        return
    too_large = Refusal(413, "too_large", f"a request has at most {largest} bytes", {"Connection": "close"})
    if (request.content_length or 0) > largest:
        raise too_large
    if "Content-Encoding" in request.headers:
        raise Refusal(415, "bad_type", "send the body as it is, not compressed", {"Connection": "close"})
    try:
        async with asyncio.timeout(BODY_PATIENCE + largest // SLOWEST):
            await request.read()
    except TimeoutError:
        raise Refusal(408, "too_slow", "the request did not come to its end", {"Connection": "close"}) from None
    except web.HTTPRequestEntityTooLarge:
        raise too_large from None
    except (web.RequestPayloadError, ConnectionError) as error:
        raise Refusal(400, "bad_request", "the body is broken", {"Connection": "close"}) from error


def answer_of(request: web.BaseRequest, refusal: Refusal) -> web.Response:
    """The refusal as people and programs get it."""
    data: dict[str, Any] = {"error": refusal.code, "message": refusal.words, "request": request.get(ID, "")}
    if refusal.fields:
        data["fields"] = refusal.fields
    if refusal.units:
        data["units"] = refusal.units
    return web.Response(
        body=orjson.dumps(data), status=refusal.status, headers=refusal.headers, content_type="application/json"
    )
