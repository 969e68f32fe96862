"""The accounts, for administrators; auditors look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from desk.asked import flag, maybe_text, only, text, told
from desk.asker import ASKER
from desk.ledger import Ledger
from desk.passwords import Passwords, TooMany, made
from desk.refusal import Refusal, bad, busy
from desk.roles import Permission, Role
from desk.route import Route, one_of
from desk.schemas import COUNT, SESSION, TEXT, USER, listing, things
from desk.sessions import Sessions
from desk.users import Unfit, User, Users
from records.audit import Act, Detail

_TEXT = {"type": "string"}
_MAYBE = {"type": ["string", "null"]}
_ROLE = {"type": "string", "enum": [role.value for role in Role]}


class UsersApi:
    """`/api/v1/users`. Passwords are made here and shown once: nobody chooses another's."""

    def __init__(
        self, users: Users, sessions: Sessions, passwords: Passwords, ledger: Ledger, now: Callable[[], datetime]
    ) -> None:
        self._users, self._sessions, self._passwords = users, sessions, passwords
        self._ledger, self._now = ledger, now

    def routes(self) -> list[Route]:
        look = one_of(Permission.USERS_READ)
        manage = one_of(Permission.USERS)
        one = "/api/v1/users/{name}"
        return [
            Route(
                "GET",
                "/api/v1/users",
                look,
                self._on_list,
                "All accounts.",
                answer=things(users=listing(things(**USER))),
            ),
            Route(
                "POST",
                "/api/v1/users",
                manage,
                self._on_add,
                "A new account; answers with its first password, shown once.",
                body={"name": _TEXT, "shown": _TEXT, "role": _ROLE, "agent": _MAYBE},
                required=("name", "role"),
                answer=things(**USER, password=TEXT),
                status=201,
            ),
            Route(
                "PATCH",
                one,
                manage,
                self._on_change,
                "Another role or seat, or disabled; all sessions of theirs end.",
                body={"role": _ROLE, "agent": _MAYBE, "disabled": {"type": "boolean"}},
                answer=things(**USER),
                refuses=(409,),
            ),
            Route(
                "POST",
                one + "/password",
                manage,
                self._on_password,
                "A new password, made and shown once.",
                answer=things(name=TEXT, password=TEXT),
                refuses=(409,),
            ),
            Route(
                "DELETE",
                one + "/factor",
                manage,
                self._on_factor,
                "Take the second factor away.",
                answer=things(**USER),
                refuses=(409,),
            ),
            Route(
                "GET",
                one + "/sessions",
                look,
                self._on_sessions,
                "Where they are signed in.",
                answer=things(sessions=listing(SESSION)),
            ),
            Route(
                "DELETE",
                one + "/sessions",
                manage,
                self._on_out,
                "End all sessions of theirs.",
                answer=things(ended=COUNT),
            ),
        ]

    async def _on_list(self, _request: web.Request) -> web.Response:
        return web.json_response({"users": [user.to_json() for user in await self._users.all()]})

    async def _on_add(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "name", "shown", "role", "agent")
        name, role = text(asked, "name"), _role(text(asked, "role"))
        password = made()
        try:
            await self._users.add(
                name,
                text(asked, "shown", default=name),
                role,
                agent=maybe_text(asked, "agent"),
                password=await self._hash(password),
                must_change=True,
                now=self._now(),
            )
        except Unfit as error:
            raise bad(str(error)) from None
        await self._changed(request, name, "added", role=role)
        return web.json_response({**(await self._named(name)).to_json(), "password": password}, status=201)

    async def _on_change(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "role", "agent", "disabled")
        user = await self._meant(request)
        role = _role(text(asked, "role")) if "role" in asked else user.role
        agent = maybe_text(asked, "agent") if "agent" in asked else user.agent
        try:
            if "role" in asked or "agent" in asked:
                await self._users.set_role(user.name, role, agent)
                await self._changed(request, user.name, "role", role=role, agent=agent)
            if "disabled" in asked:
                disabled = flag(asked, "disabled")
                await self._users.set_disabled(user.name, disabled)
                await self._changed(request, user.name, "disabled" if disabled else "enabled")
        except Unfit as error:
            raise bad(str(error)) from None
        return web.json_response((await self._named(user.name)).to_json())

    async def _on_password(self, request: web.Request) -> web.Response:
        user, password = await self._meant(request), made()
        await self._users.set_password(user.name, await self._hash(password), must_change=True)
        await self._changed(request, user.name, "password_reset")
        return web.json_response({"name": user.name, "password": password})

    async def _on_factor(self, request: web.Request) -> web.Response:
        user = await self._meant(request)
        await self._users.reset_factor(user.name)
        await self._changed(request, user.name, "second_factor_reset")
        return web.json_response((await self._named(user.name)).to_json())

    async def _on_sessions(self, request: web.Request) -> web.Response:
        user = await self._named(request.match_info["name"])
        found = await self._sessions.of(user.name, self._now())
        return web.json_response({"sessions": [session.to_json() for session in found]})

    async def _on_out(self, request: web.Request) -> web.Response:
        user = await self._named(request.match_info["name"])
        ended = await self._sessions.end_all(user.name)
        await self._changed(request, user.name, "signed_out", sessions=ended)
        return web.json_response({"ended": ended})

    async def _meant(self, request: web.Request) -> User:
        """Whom an administrator changes; not themselves: what they may do themselves asks for their password."""
        user = await self._named(request.match_info["name"])
        asker = request[ASKER]
        if asker.user is not None and user.name == asker.user.name:
            raise Refusal(409, "yourself", "another administrator must do this to you")
        return user

    async def _named(self, name: str) -> User:
        user = await self._users.find(name) if len(name) <= 64 else None
        if user is None:
            raise Refusal(404, "not_found", "there is no such user")
        return user

    async def _hash(self, password: str) -> str:
        try:
            return await self._passwords.hash(password)
        except TooMany:
            raise busy() from None

    async def _changed(self, request: web.Request, name: str, change: str, **details: Detail) -> None:
        await self._ledger.write(
            request[ASKER].who, Act.ACCOUNT_CHANGED, about=name, reason=None, change=change, **details
        )


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        raise bad(f"`role` is one of {', '.join(Role)}") from None
