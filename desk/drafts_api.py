"""Drafts of a plan: written, kept, published, and taken back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from desk.asked import flag, maybe_text, number, only, reason, text, told
from desk.asker import ASKER
from desk.ledger import Ledger
from desk.refusal import bad, forbidden
from desk.roles import Permission
from desk.route import Route, one_of
from desk.routing_api import FILE, OF, user_of
from desk.routing_port import HIGHEST, REPLACED, Routing, of_asked
from desk.schemas import COUNT, FLAG, MAYBE_TEXT, TEXT, either, listing, things
from desk.users import NAME
from records.audit import Act, Detail

LARGEST: Final = 2 * 1024 * 1024
"""Bytes of a request with a file's text in it."""
LONGEST_TEXT: Final = 1024 * 1024
_DIGEST: Final = re.compile(r"[0-9a-f]{16}")
_TOUCHED: Final = {"type": "object", "additionalProperties": {"enum": ["new", "changed", "gone"]}}
_DRAFT: Final = things(
    user=TEXT,
    source={"enum": ["live", "folder", "version"]},
    number=COUNT,
    began=TEXT,
    changed=TEXT,
    files=listing(FILE),
    touched=_TOUCHED,
    behind=either(things(number=COUNT, files=_TOUCHED)),
)
_DONE: Final = things(result={"enum": ["done", "unchanged"]}, number=COUNT, mark=TEXT, warnings=listing(TEXT))


class DraftsApi:
    """`/api/v1/routing/draft`, `publish`, `rollback`: docs/routing-page.md."""

    def __init__(self, routing: Routing, ledger: Ledger) -> None:
        self._routing, self._ledger = routing, ledger

    def routes(self) -> list[Route]:
        look, publish = one_of(Permission.PLAN_READ), one_of(Permission.PLAN_PUBLISH)
        root = "/api/v1/routing"
        return [
            Route(
                "GET",
                root + "/draft",
                look,
                self._on_draft,
                "One's draft with its texts; `behind` says what changed beneath it since it began.",
                answer=things(draft=either(_DRAFT)),
            ),
            Route(
                "POST",
                root + "/draft",
                look,
                self._on_begin,
                "Begin a draft `from` the live plan, the config folder or a version; who may publish, from another's "
                f"(`user`; {REPLACED} holds what a publication took out of the config folder).",
                body={"from": OF, "user": TEXT, "instead": FLAG},
                answer=_DRAFT,
                status=201,
                refuses=(404, 409),
            ),
            Route("DELETE", root + "/draft", look, self._on_discard, "Discard one's draft.", answer=things(draft={})),
            Route(
                "PUT",
                root + "/draft/file",
                look,
                self._on_write,
                "A file's new text, or null to take it away. `was` is the digest of the text that was seen, null for a "
                "new file: refused when another window has written meanwhile.",
                body={"name": TEXT, "text": MAYBE_TEXT, "was": MAYBE_TEXT},
                required=("name", "text", "was"),
                answer=things(digest=MAYBE_TEXT, touched=_TOUCHED),
                refuses=(404, 409),
                largest=LARGEST,
            ),
            Route(
                "POST",
                root + "/draft/renew",
                look,
                self._on_renew,
                "Put one's draft on what is live now; `both` names the files that both sides changed: there one's own "
                "text stays.",
                body={},
                answer=_DRAFT,
                refuses=(404, 409),
            ),
            Route(
                "GET",
                root + "/draft.zip",
                look,
                self._on_archive,
                "One's draft as a ZIP archive.",
                answer={"type": "string", "format": "binary"},
                media="application/zip",
                refuses=(404,),
            ),
            Route(
                "POST",
                root + "/publish",
                publish,
                self._on_publish,
                "Make one's draft live by way of the config folder, all of it or nothing. Errors always keep it back, "
                "failing test calls unless `despite` says why they may.",
                body={"why": TEXT, "despite": MAYBE_TEXT},
                required=("why",),
                answer=_DONE,
                refuses=(404, 409),
            ),
            Route(
                "POST",
                root + "/rollback",
                publish,
                self._on_rollback,
                "Make a kept version live again, the one before without a number; files are left alone.",
                body={"number": {"type": "integer", "minimum": 1, "maximum": HIGHEST}, "why": TEXT},
                required=("why",),
                answer=_DONE,
                refuses=(404, 409),
            ),
        ]

    async def _on_draft(self, request: web.Request) -> web.Response:
        return web.json_response({"draft": await self._routing.draft(user_of(request))})

    async def _on_begin(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "from", "user", "instead")
        of = of_asked(asked.get("from"), "from", "live")
        other = maybe_text(asked, "user", longest=32)
        if of == "draft":
            raise bad("`from` is live, folder or a version's number")
        if other is not None and other != REPLACED and not NAME.fullmatch(other):
            raise bad("`user` is the name of an account")
        if other is not None and Permission.PLAN_PUBLISH not in request[ASKER].permissions:
            raise forbidden()
        instead = flag(asked, "instead") if "instead" in asked else False
        return web.json_response(await self._routing.begin(user_of(request), of, other, instead=instead), status=201)

    async def _on_discard(self, request: web.Request) -> web.Response:
        await self._routing.discard(user_of(request))
        return web.json_response({"draft": None})

    async def _on_write(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "name", "text", "was")
        if not {"name", "text", "was"} <= set(asked):
            raise bad("send `name`, `text` and `was`")
        was = maybe_text(asked, "was", longest=16)
        if was is not None and not _DIGEST.fullmatch(was):
            raise bad("`was` is the digest of a text")
        content = maybe_text(asked, "text", longest=LONGEST_TEXT)
        name = text(asked, "name", longest=200)
        return web.json_response(await self._routing.write(user_of(request), name, content, was))

    async def _on_renew(self, request: web.Request) -> web.Response:
        only(await told(request))
        return web.json_response(await self._routing.renew(user_of(request)))

    async def _on_archive(self, request: web.Request) -> web.Response:
        content = await self._routing.archive(user_of(request))
        headers = {"Content-Disposition": 'attachment; filename="plan-draft.zip"'}
        return web.Response(body=content, content_type="application/zip", headers=headers)

    async def _on_publish(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "why", "despite")
        why = reason(asked, "why")
        despite = reason(asked, "despite") if asked.get("despite") is not None else None
        who = request[ASKER].who

        async def write(details: Mapping[str, Detail]) -> None:
            more: dict[str, Detail] = {} if despite is None else {"despite": despite}
            await self._ledger.write(who, Act.PLAN_PUBLISHED, about="plan", reason=why, **details, **more)

        done = await self._routing.publish(user_of(request), why, despite, write)
        self._ledger.note(who, Act.PLAN_LIVE, about=f"version {done['number']}", mark=done["mark"])
        return web.json_response(done)

    async def _on_rollback(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "number", "why")
        wanted = number(asked, "number", least=1, most=HIGHEST) if asked.get("number") is not None else None
        why, who = reason(asked, "why"), request[ASKER].who
        about = "the version before" if wanted is None else f"version {wanted}"
        await self._ledger.write(who, Act.PLAN_ROLLED_BACK, about=about, reason=why)
        done = await self._routing.rollback(wanted)
        self._ledger.note(who, Act.PLAN_LIVE, about=f"version {done['number']}", mark=done["mark"])
        return web.json_response(done)
