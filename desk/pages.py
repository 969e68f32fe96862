"""The sign-in pages: forms that work without a script, step by step, in Chinese and English."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from aiohttp import web
from markupsafe import Markup

from desk.asked import form
from desk.asker import ASKER, VISITOR
from desk.cookies import let_in, let_out
from desk.gate import Gate
from desk.refusal import Refusal
from desk.route import HALF, OPEN, Route
from desk.session_api import own
from desk.sessions import Stage
from desk.signing_in import Entered, SigningIn
from desk.words import PERMISSIONS, ROLES, language_of, words_of
from routing.calendar import SHANGHAI

_OWN_PATH = re.compile(r"/(?:[A-Za-z0-9_-][A-Za-z0-9_/-]*)?(?:\?[A-Za-z0-9_=&.%-]*)?")
_FOLDER = Path(__file__).parent / "pages"
_STYLE = (_FOLDER / "sign-in.css").read_text("utf-8")
STYLE_HASH = f"'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
"""What the Content-Security-Policy must allow."""
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, undefined=jinja2.StrictUndefined
)
_TEMPLATES.filters["wall"] = lambda at: f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _after(request: web.Request) -> str:
    """Where somebody wanted to go before they had to sign in: a page of ours, by its path alone."""
    wanted = request.query.get("then", "")
    return wanted if _OWN_PATH.fullmatch(wanted) else "/"


def _asked(request: web.Request) -> str:
    """The query of the next step: the language, and where it leads in the end."""
    then = {"then": _after(request)} if "then" in request.query else {}
    return urlencode({"lang": language_of(request), **then})


class Pages:
    """`/sign-in` and `/sign-out`."""

    def __init__(self, signing_in: SigningIn, gate: Gate, hotline: Callable[[], tuple[str, str]]) -> None:
        self._signing_in, self._gate, self._hotline = signing_in, gate, hotline

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/sign-in", OPEN, self._on_page, "The next step of signing in, or who one is.", page=True),
            Route("POST", "/sign-in", OPEN, self._on_form, "Take the step.", page=True),
            Route("POST", "/sign-out", HALF, self._on_out, "Sign out.", page=True),
        ]

    async def _on_page(self, request: web.Request) -> web.Response:
        if request.get(ASKER) is None:
            return self._page(request, "password")
        session, user = own(request)
        stage = session.stage
        wants = request.query.get("do")
        if stage is Stage.IN and wants is None and "then" in request.query:
            raise web.HTTPSeeOther(_after(request))
        if stage is Stage.IN and wants == "change":
            return self._page(request, "change", due=False, name=user.name)
        if stage is Stage.IN and not (wants == "enrol" and not user.factor_on):
            return self._page(request, "in", user=user, since=session.began, may=request[ASKER].permissions)
        return await self._stage(request, Stage.ENROL if stage is Stage.IN else stage)

    async def _stage(self, request: web.Request, stage: Stage, **more: Any) -> web.Response:
        """The page of a stage that is still to be done."""
        if stage is Stage.ENROL:
            session, user = own(request)
            made = await self._signing_in.enrol(session, user)
            return self._page(request, "enrol", secret=made.secret, picture=Markup(made.picture), **more)  # noqa: S704 - ours
        name = {Stage.FACTOR: "factor", Stage.PASSWORD: "change"}[stage]
        return self._page(request, name, due=stage is Stage.PASSWORD, name=own(request)[1].name, **more)

    async def _on_form(self, request: web.Request) -> web.Response:
        fields = await form(request)
        try:
            return await self._take(request, fields)
        except Refusal as refusal:
            return await self._again(request, fields, refusal)

    async def _take(self, request: web.Request, fields: Mapping[str, str]) -> web.Response:
        visitor, step = request[VISITOR], fields.get("step")
        if step == "password":
            name, password = fields.get("name", "").strip().lower(), fields.get("password", "")
            entered = await self._signing_in.password(name, password, visitor)
            if request.get(ASKER) is not None:
                await self._signing_in.sign_out(own(request)[0])
            return self._entered(request, entered)
        session, user = own(request)
        match step:
            case "factor":
                entered = await self._signing_in.factor(session, user, fields.get("code", ""), visitor)
            case "enrol":
                entered, codes = await self._signing_in.confirm(session, user, fields.get("code", ""), visitor)
                answer = self._page(request, "codes", codes=codes)
                let_in(answer, entered.secret, entered.device, secure=self._gate.secure(request))
                return answer
            case "change":
                old, new = fields.get("old", ""), fields.get("new", "")
                entered = await self._signing_in.change(session, user, old, new, visitor)
            case _:
                raise Refusal(400, "not_due", "there is no such step")
        return self._entered(request, entered)

    def _entered(self, request: web.Request, entered: Entered) -> web.Response:
        there = _after(request) if entered.stage is Stage.IN else f"/sign-in?{_asked(request)}"
        answer = web.Response(status=303, headers={"Location": there})
        let_in(answer, entered.secret, entered.device, secure=self._gate.secure(request))
        return answer

    async def _again(self, request: web.Request, fields: Mapping[str, str], refusal: Refusal) -> web.Response:
        """The same page, with what was wrong."""
        words = words_of(language_of(request))
        told: dict[str, Any] = {"wrong": words.get(refusal.code, words["failed"]), "status": refusal.status}
        if request.get(ASKER) is None or fields.get("step") == "password":
            return self._page(request, "password", name=fields.get("name", ""), **told)
        stage = own(request)[0].stage
        match fields.get("step"), stage:
            case ("enrol", Stage.IN) if not own(request)[1].factor_on:
                return await self._stage(request, Stage.ENROL, **told)
            case ("change", Stage.IN):
                return self._page(request, "change", due=False, name=own(request)[1].name, **told)
            case (_, Stage.IN):
                return self._page(request, "password", **told)
        return await self._stage(request, stage, **told)

    async def _on_out(self, request: web.Request) -> web.Response:
        await self._signing_in.sign_out(own(request)[0])
        answer = web.Response(status=303, headers={"Location": f"/sign-in?lang={language_of(request)}"})
        let_out(answer, secure=self._gate.secure(request))
        return answer

    def _page(
        self, request: web.Request, page: str, *, status: int = 200, wrong: str = "", **more: Any
    ) -> web.Response:
        language = language_of(request)
        number, name = self._hotline()
        title = {"password": "sign_in", "in": "you"}.get(page, page)
        text = _TEMPLATES.get_template("sign-in.html").render(
            page=page,
            title=title,
            language=language,
            asked=_asked(request),
            w=words_of(language),
            roles=ROLES,
            permissions=PERMISSIONS,
            number=number,
            hotline=name,
            wrong=wrong,
            style=Markup(_STYLE),  # noqa: S704 - ours
            **({"name": "", "due": False} | more),
        )
        return web.Response(text=text, status=status, content_type="text/html")
