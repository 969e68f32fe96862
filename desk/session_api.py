"""Signing in and out, one's own account."""

from __future__ import annotations

from aiohttp import web

from desk.asked import only, text, told
from desk.asker import ASKER, VISITOR, Asker
from desk.cookies import let_in, let_out
from desk.factor import Enrolment
from desk.gate import Gate
from desk.refusal import not_signed_in
from desk.route import HALF, OPEN, SIGNED_IN, Route
from desk.schemas import FLAG, MAYBE_TEXT, SESSION, TEXT, listing, things
from desk.sessions import Session, Stage
from desk.signing_in import Entered, SigningIn
from desk.users import User

_TEXT = {"type": "string"}
_STAGE = {"enum": [stage.value for stage in Stage]}
_ENTERED = things(stage=_STAGE, name=TEXT)
"""`stage` says what is still to be done."""


def own(request: web.Request) -> tuple[Session, User]:
    """The session of a person. Raises Refusal for a machine."""
    asker = request.get(ASKER)
    if asker is None or asker.session is None or asker.user is None:
        raise not_signed_in()
    return asker.session, asker.user


class SessionApi:
    """`/api/v1/session` and `/api/v1/me`."""

    def __init__(self, signing_in: SigningIn, gate: Gate) -> None:
        self._signing_in, self._gate = signing_in, gate

    def routes(self) -> list[Route]:
        return [
            Route(
                "POST",
                "/api/v1/session",
                OPEN,
                self._on_password,
                "Sign in; `stage` says what is still to be done.",
                body={"name": _TEXT, "password": _TEXT},
                required=("name", "password"),
                answer=_ENTERED,
                refuses=(401, 403),
            ),
            Route("GET", "/api/v1/session", HALF, self._on_look, "How far one has come in.", answer=_ENTERED),
            Route(
                "DELETE",
                "/api/v1/session",
                HALF,
                self._on_out,
                "Sign out.",
                answer=things(stage={"type": "null"}),
            ),
            Route(
                "POST",
                "/api/v1/session/factor",
                HALF,
                self._on_factor,
                "The second factor: a code of the moment, or a recovery code.",
                body={"code": _TEXT},
                required=("code",),
                answer=_ENTERED,
                refuses=(409,),
            ),
            Route(
                "POST",
                "/api/v1/session/enrolment",
                HALF,
                self._on_enrol,
                "A new second factor: its secret and QR code, shown once.",
                answer=things(secret=TEXT, uri=TEXT, picture=TEXT),
                refuses=(409,),
            ),
            Route(
                "POST",
                "/api/v1/session/enrolment/confirm",
                HALF,
                self._on_confirm,
                "The new second factor shows the right code: in force. Answers with the recovery codes, shown once.",
                body={"code": _TEXT},
                required=("code",),
                answer=things(stage=_STAGE, name=TEXT, recovery_codes=listing(TEXT)),
                refuses=(409,),
            ),
            Route(
                "POST",
                "/api/v1/session/password",
                HALF,
                self._on_change,
                "A new password of one's own; all other sessions end.",
                body={"old": _TEXT, "new": _TEXT},
                required=("old", "new"),
                answer=_ENTERED,
                refuses=(409,),
            ),
            Route(
                "GET",
                "/api/v1/me",
                SIGNED_IN,
                self._on_me,
                "Who one is and what one may do.",
                answer=things(
                    name=TEXT,
                    shown=TEXT,
                    role=TEXT,
                    agent=MAYBE_TEXT,
                    permissions=listing(TEXT),
                    second_factor=FLAG,
                    session=SESSION,
                ),
            ),
        ]

    async def _on_password(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "name", "password")
        name, password = text(asked, "name"), text(asked, "password")
        before = request.get(ASKER)
        entered = await self._signing_in.password(name, password, request[VISITOR])
        if before is not None and before.session is not None:
            await self._signing_in.sign_out(before.session)
        return self._entered(request, entered)

    async def _on_look(self, request: web.Request) -> web.Response:
        session, user = own(request)
        return web.json_response({"stage": session.stage, "name": user.name})

    async def _on_out(self, request: web.Request) -> web.Response:
        session, _ = own(request)
        await self._signing_in.sign_out(session)
        answer = web.json_response({"stage": None})
        let_out(answer, secure=self._gate.secure(request))
        return answer

    async def _on_factor(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "code")
        session, user = own(request)
        return self._entered(
            request, await self._signing_in.factor(session, user, text(asked, "code"), request[VISITOR])
        )

    async def _on_enrol(self, request: web.Request) -> web.Response:
        session, user = own(request)
        made: Enrolment = await self._signing_in.enrol(session, user)
        return web.json_response({"secret": made.secret, "uri": made.uri, "picture": made.picture})

    async def _on_confirm(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "code")
        session, user = own(request)
        entered, codes = await self._signing_in.confirm(session, user, text(asked, "code"), request[VISITOR])
        return self._entered(request, entered, recovery_codes=codes)

    async def _on_change(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "old", "new")
        session, user = own(request)
        entered = await self._signing_in.change(session, user, text(asked, "old"), text(asked, "new"), request[VISITOR])
        return self._entered(request, entered)

    def _entered(self, request: web.Request, entered: Entered, **more: object) -> web.Response:
        answer = web.json_response({"stage": entered.stage, "name": entered.user.name, **more})
        let_in(answer, entered.secret, entered.device, secure=self._gate.secure(request))
        return answer

    async def _on_me(self, request: web.Request) -> web.Response:
        session, user = own(request)
        return web.json_response(me(request[ASKER], session, user))


def me(asker: Asker, session: Session, user: User) -> dict[str, object]:
    """Who somebody is, for themselves."""
    return {
        "name": user.name,
        "shown": user.shown,
        "role": user.role,
        "agent": user.agent,
        "permissions": sorted(asker.permissions),
        "second_factor": user.factor_on,
        "session": session.to_json(),
    }
