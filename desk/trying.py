"""Trying the hotline in a browser: a newcomer calls from one tab and answers in another. On this machine alone.

Whoever starts the hotline is told an address with a key that works once. The page behind it gets a ticket; with that
it is a caller whose calls no count has, and may sign a tab in as an agent of the plan. None of it is there once the
web, or the switch, listens to anybody else: then the routes refuse, and the trial's account is disabled.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from aiohttp import web

from desk.asked import only, text, told
from desk.asker import VISITOR
from desk.cookies import let_in
from desk.gate import Gate
from desk.ledger import Ledger
from desk.passwords import Passwords
from desk.refusal import Refusal
from desk.roles import Role
from desk.route import OPEN, Route
from desk.schemas import TEXT, listing, things
from desk.sessions import Sessions, Stage
from desk.telephone import REALM, Telephone, Telephones
from desk.users import Users

log = structlog.get_logger()

USER = "trial"
"""The account of whoever tries to be an agent."""
WHO = "try:page"
"""As the audit log has whoever tries to be a caller."""


@dataclass(frozen=True, slots=True)
class Stand:
    """With what the hotline can be tried: the caller's phone, and who could be the agent."""

    phone: str
    agents: Callable[[], list[tuple[str, str, list[str]]]]
    """Those on duty, the best first: id, name, names of lines."""


class Trial:
    """`/api/v1/try…`. Without a stand there is nothing to try, and every route refuses."""

    def __init__(
        self,
        stand: Stand | None,
        telephone: Telephone,
        telephones: Telephones,
        users: Users,
        sessions: Sessions,
        passwords: Passwords,
        ledger: Ledger,
        gate: Gate,
        now: Callable[[], datetime],
    ) -> None:
        self._stand = stand if gate.here_alone else None
        self._telephone, self._telephones, self._users, self._sessions = telephone, telephones, users, sessions
        self._passwords, self._ledger, self._gate, self._now = passwords, ledger, gate, now
        self.key = "" if self._stand is None else secrets.token_urlsafe(16)
        """Opens the page once; empty where nothing can be tried."""
        self._tickets: set[str] = set()

    def routes(self) -> list[Route]:
        refuses = (409, 503)
        return [
            Route(
                "POST",
                "/api/v1/try",
                OPEN,
                self._on_key,
                "A ticket for whoever shows the key that was told when the hotline began; the key works once.",
                body={"key": TEXT},
                required=("key",),
                answer=things(ticket=TEXT),
                refuses=refuses,
            ),
            Route(
                "POST",
                "/api/v1/try/credentials",
                OPEN,
                self._on_credentials,
                "With what the trial's caller registers.",
                body={"ticket": TEXT},
                required=("ticket",),
                answer=things(phone=TEXT, secret=TEXT, realm=TEXT),
                refuses=refuses,
            ),
            Route(
                "GET",
                "/api/v1/try/phone",
                OPEN,
                self._on_socket,
                "A WebSocket (`sip`) to the switch for the trial's caller.",
                query={"ticket": "of this page", "tab": "8 to 64 letters or digits that name this tab"},
                required=("ticket", "tab"),
                refuses=refuses,
                socket=True,
            ),
            Route(
                "POST",
                "/api/v1/try/agent",
                OPEN,
                self._on_agent,
                "Signs this browser in as an agent of the plan who has no account, with an agent's rights alone.",
                body={"ticket": TEXT},
                required=("ticket",),
                answer=things(agent=TEXT, name=TEXT, lines=listing(TEXT)),
                refuses=refuses,
            ),
        ]

    async def begin(self) -> None:
        """Where nothing can be tried, what was tried before is over."""
        if self._stand is not None:
            return
        user = await self._users.find(USER)
        if user is not None and not user.disabled:
            await self._users.set_disabled(USER, True)
            self._ledger.note("engine:web", "trial_ended", about=USER)

    # ── the page ────────────────────────────────────────────────────────────

    def _there(self, request: web.Request) -> Stand:
        """Raises Refusal. What the settings say is held against each request: nobody from elsewhere tries anything."""
        if self._stand is None or not self._gate.here_alone:
            raise Refusal(409, "no_trial", "the hotline can be tried on its own machine alone")
        return self._stand

    def _ticket(self, request: web.Request, ticket: str) -> Stand:
        stand = self._there(request)
        if ticket not in self._tickets:
            raise Refusal(409, "no_ticket", "open the address that the hotline told when it began")
        return stand

    async def _on_key(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "key")
        self._there(request)
        key = text(asked, "key")
        if not self.key or not secrets.compare_digest(key.encode(), self.key.encode()):
            raise Refusal(409, "bad_key", "this key was used, or never was one: the hotline tells one when it begins")
        self.key = ""
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        self._ledger.note(WHO, "trial_began", about=request[VISITOR].address)
        return web.json_response({"ticket": ticket})

    async def _on_credentials(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "ticket")
        stand = self._ticket(request, text(asked, "ticket"))
        secret = secrets.token_urlsafe(24)
        await self._telephones.let_in(stand.phone, secret)
        return web.json_response({"phone": stand.phone, "secret": secret, "realm": REALM})

    async def _on_socket(self, request: web.Request) -> web.StreamResponse:
        stand = self._ticket(request, request.query.get("ticket", ""))
        return await self._telephone.serve(request, stand.phone, stand.phone, WHO, None, dials=True)

    async def _on_agent(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "ticket")
        stand = self._ticket(request, text(asked, "ticket"))
        agent, name, lines = await self._seat(stand)
        user = await self._users.find(USER)
        if user is None:
            nobodys = await self._passwords.hash(secrets.token_urlsafe(32))
            await self._users.add(
                USER, "试用", Role.AGENT, agent=agent, password=nobodys, must_change=False, now=self._now()
            )
        elif user.disabled or user.agent != agent:
            await self._users.set_disabled(USER, False)
            await self._users.set_role(USER, Role.AGENT, agent)
        visitor = request[VISITOR]
        secret = await self._sessions.begin(
            USER, Stage.IN, address=visitor.address, browser=visitor.browser, now=self._now()
        )
        await self._ledger.write(WHO, "trial_agent", about=agent)
        answer = web.json_response({"agent": agent, "name": name, "lines": lines})
        let_in(answer, secret, None, secure=self._gate.secure(request))
        return answer

    async def _seat(self, stand: Stand) -> tuple[str, str, list[str]]:
        """The best agent whom nobody else is."""
        users = await self._users.all()
        taken = {user.agent for user in users if user.name != USER}
        before = {user.agent for user in users if user.name == USER}
        free = [one for one in stand.agents() if one[0] not in taken]
        if free:
            return next((one for one in free if one[0] in before), free[0])
        raise Refusal(409, "no_agent", "every agent of the plan who is on duty has an account: sign in with one")
