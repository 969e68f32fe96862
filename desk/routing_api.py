"""Where calls go, looked at and tried out in the browser: files, problems, test calls, dry walks, drawings.

Checking and walking is done beside the hotline (`hotline.drafting.workbench`); nothing here changes the live plan.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import orjson
from aiohttp import web

from desk.asked import choice, flag, instant, only, told
from desk.asker import ASKER
from desk.refusal import Refusal, bad
from desk.roles import Permission
from desk.route import Route, one_of
from desk.routing_port import HIGHEST, Of, Routing, Wishing, digest, of_asked
from desk.schemas import COUNT, FLAG, MAYBE_TEXT, TEXT, either, listing, things
from routing.dry_walk import MORE_KEYS
from routing.rehearsal.circumstance import Circumstances
from routing.rules.rule import Rule
from routing.rules.table import RULES
from routing.schema import schema, schema_of_tests

OF: Final[Mapping[str, Any]] = {
    "description": "live, draft (one's own), folder, or a version's number; draft without it.",
    "anyOf": [{"enum": ["live", "draft", "folder"]}, {"type": "integer", "minimum": 1, "maximum": HIGHEST}],
}
FILE: Final = things(name=TEXT, text=TEXT, digest=TEXT)
_BOTH: Final = {"zh": TEXT, "en": TEXT}
_PROBLEM: Final = things(
    part={"enum": ["plan", "tests"]},
    file=TEXT,
    line=COUNT,
    column=COUNT,
    rule=TEXT,
    severity={"enum": ["error", "warning"]},
    **_BOTH,
)
_STEP: Final = things(step=TEXT, say=listing(TEXT), heard=MAYBE_TEXT)
_WALKED: Final = things(step=TEXT, name=MAYBE_TEXT, say=listing(TEXT), heard=MAYBE_TEXT)
_CALL: Final = things(
    **dict.fromkeys(("file", "at", "keys", "expect", "name"), TEXT),
    line=COUNT,
    column=COUNT,
    good=FLAG,
    why=MAYBE_TEXT,
    open={"type": ["boolean", "null"]},
    faults=listing(things(what=TEXT, expected=TEXT, got=TEXT)),
    steps=listing(_STEP),
    end=either(things(kind=TEXT, line=MAYBE_TEXT, open=FLAG)),
)
_CHANGES: Final = things(group=TEXT, **_BOTH, changes=listing(things(**_BOTH)))
_DAY: Final = things(date=TEXT, workday=FLAG, holiday=FLAG, why=TEXT, known=FLAG)
_VERSION: Final = things(
    number=COUNT,
    mark=TEXT,
    kept=TEXT,
    live=FLAG,
    after={"type": ["integer", "null"]},
    who=MAYBE_TEXT,
    why=MAYBE_TEXT,
)
_KEY: Final = re.compile(r"[0-9*#.h]")
MOST_KEYS = 100
MOST_DAYS = 400
_SCENE: Final = tuple(Circumstances.model_fields)


class RoutingApi:
    """`/api/v1/routing`, looking and trying: docs/routing-page.md."""

    def __init__(self, routing: Routing) -> None:
        self._routing = routing

    def routes(self) -> list[Route]:
        look = one_of(Permission.PLAN_READ)
        root = "/api/v1/routing"
        of = {"of": OF}
        return [
            Route(
                "GET",
                root,
                look,
                self._on_state,
                "The live version, how the config folder stands to it, whether it may be published to, and the drafts.",
                answer=things(
                    live=things(number=COUNT, mark=TEXT, since=TEXT),
                    folder=things(
                        **{"is": {"enum": ["live", "set_aside", "refused", "other"]}},
                        digest=TEXT,
                        problems=listing(TEXT),
                    ),
                    why_not=either(things(code=TEXT, **_BOTH)),
                    drafts=listing(things(user=TEXT, changed=TEXT, files=listing(TEXT))),
                    lines=listing(things(id=TEXT, name=TEXT)),
                    front=listing(TEXT),
                    direct=FLAG,
                ),
            ),
            Route(
                "GET",
                root + "/files",
                look,
                self._on_files,
                "The files of a plan and the tables of its test calls, with their texts.",
                query=of,
                answer=things(files=listing(FILE)),
                refuses=(404, 409),
            ),
            Route(
                "POST",
                root + "/check",
                look,
                self._on_check,
                "Every problem at once, as `hotline check` finds it, and what is wrong with the tables of test calls.",
                body=of,
                answer=things(good=FLAG, problems=listing(_PROBLEM)),
                refuses=(404, 409),
            ),
            Route(
                "POST",
                root + "/test",
                look,
                self._on_test,
                "The test calls of the tables, as `hotline test --coverage` makes them.",
                body=of,
                answer=things(
                    problems=listing(_PROBLEM),
                    calls=listing(_CALL),
                    passed=COUNT,
                    failed=COUNT,
                    coverage={"type": "object"},
                ),
                refuses=(404, 409),
            ),
            Route(
                "POST",
                root + "/dial",
                look,
                self._on_dial,
                "What a caller would hear and where they would get to, as `hotline dial`; `end` is null while the "
                "call waits for a key.",
                body={
                    **of,
                    "at": {**TEXT, "description": "When; the hotline's now without it."},
                    "keys": {
                        "type": "array",
                        "items": {"enum": [*"0123456789*#.h", *sorted(MORE_KEYS)]},
                        "maxItems": MOST_KEYS,
                    },
                    "scene": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {name: {} for name in _SCENE},
                        "description": "As in a table of test calls.",
                    },
                    "direct": FLAG,
                },
                answer=things(
                    steps=listing(_WALKED),
                    left=listing(TEXT),
                    end=either(things(kind=TEXT, line=MAYBE_TEXT, name=MAYBE_TEXT, open=FLAG, why=TEXT)),
                ),
                refuses=(404, 409),
            ),
            Route(
                "GET",
                root + "/drawing.svg",
                look,
                self._on_drawing,
                "The plan, drawn; with `calls` the recorded calls of yesterday stand on its arrows.",
                query={
                    **of,
                    "at": "Show which lines are closed then.",
                    "calls": {"enum": ["yesterday"], "description": "Which calls are counted; none without it."},
                },
                answer=TEXT,
                media="image/svg+xml",
                refuses=(404, 409),
            ),
            Route(
                "POST",
                root + "/diff",
                look,
                self._on_diff,
                "What `new` (the draft without it) changes for callers against `old` (live without it), in sentences.",
                body={"old": OF, "new": OF},
                answer=things(
                    groups=listing(_CHANGES),
                    until=TEXT,
                    files=listing(things(file=TEXT, how=TEXT, lines=TEXT)),
                ),
                refuses=(404, 409),
            ),
            Route(
                "GET",
                root + "/versions",
                look,
                self._on_versions,
                "Every version that was live and is kept, the newest first.",
                answer=things(versions=listing(_VERSION)),
            ),
            Route(
                "GET",
                root + "/calendar",
                look,
                self._on_calendar,
                "Each day from today on: open or not, which hours, and why. `known` is false where nobody has "
                "published the year's holidays yet.",
                query={
                    **of,
                    "days": {
                        "type": "integer",
                        "minimum": 1,
                        "maximum": MOST_DAYS,
                        "description": "How many; 60 without it.",
                    },
                },
                answer=things(
                    days=listing(_DAY),
                    hours=listing(things(name=TEXT, days=listing(things(open=listing(TEXT), why=TEXT)))),
                    lines=listing(things(id=TEXT, name=TEXT, hours=TEXT)),
                ),
                refuses=(404, 409),
            ),
            Route(
                "GET",
                root + "/rules",
                look,
                self._on_rules,
                "What files are held to: each rule with its meaning and how to mend what it finds.",
                answer=things(rules=listing(things(id=TEXT, severity=TEXT, adjustable=FLAG, example=TEXT))),
            ),
            Route(
                "GET",
                root + "/schema",
                look,
                self._on_schema,
                "JSON Schemas of the files (`plan`) and of the tables of test calls (`tests`), for editors.",
                answer=things(plan={"type": "object"}, tests={"type": "object"}),
            ),
        ]

    async def _on_state(self, _request: web.Request) -> web.Response:
        plan = self._routing.plan()
        lines = [{"id": name, "name": line.name} for name, line in plan.lines.items()]
        more = {"lines": lines, "front": list(plan.front), "direct": plan.hotline.direct is not None}
        return web.json_response({**await self._routing.state(), **more})

    async def _on_files(self, request: web.Request) -> web.Response:
        only(request.query, "of")
        files = await self._routing.files(user_of(request), of_asked(request.query.get("of")))

        return web.json_response(
            {"files": [{"name": name, "text": text, "digest": digest(text)} for name, text in sorted(files.items())]}
        )

    async def _on_check(self, request: web.Request) -> web.Response:
        return _json(await self._routing.check(user_of(request), await _of(request)))

    async def _on_test(self, request: web.Request) -> web.Response:
        return _json(await self._routing.test(user_of(request), await _of(request)))

    async def _on_dial(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "of", "at", "keys", "scene", "direct")
        keys, scene = asked.get("keys", []), asked.get("scene", {})
        if not isinstance(keys, list) or len(keys) > MOST_KEYS or not all(map(_is_key, keys)):
            raise bad(f"`keys` is a list of at most {MOST_KEYS} keys, like 1, * or . for silence")
        if not isinstance(scene, dict):
            raise bad("`scene` is an object")
        only(scene, *_SCENE)
        at = asked.get("at")
        if at is not None and not isinstance(at, str):
            raise bad("`at` is a time; write it like 2026-10-01T09:00")
        when = instant({} if at is None else {"at": at}, "at")
        direct = flag(asked, "direct") if "direct" in asked else False
        call = Wishing(when, keys, scene, direct)
        return _json(await self._routing.dial(user_of(request), of_asked(asked.get("of")), call))

    async def _on_drawing(self, request: web.Request) -> web.Response:
        query = request.query
        only(query, "of", "at", "calls")
        yesterday = "calls" in query and choice(query, "calls", ("yesterday",)) == "yesterday"
        of = of_asked(query.get("of"))
        drawn = await self._routing.draw(user_of(request), of, instant(query, "at"), yesterday=yesterday)
        policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"  # a picture of its own: no page, no script
        headers = {"Content-Security-Policy": policy, "Content-Disposition": 'inline; filename="plan.svg"'}
        return web.Response(body=drawn, content_type="image/svg+xml", charset="utf-8", headers=headers)

    async def _on_diff(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "old", "new")
        old, new = of_asked(asked.get("old"), "old", "live"), of_asked(asked.get("new"), "new")
        return _json(await self._routing.compare(user_of(request), old, new))

    async def _on_versions(self, _request: web.Request) -> web.Response:
        return web.json_response({"versions": await self._routing.versions()})

    async def _on_calendar(self, request: web.Request) -> web.Response:
        query = request.query
        only(query, "of", "days")
        days = query.get("days", "60")
        if not (days.isascii() and days.isdigit() and len(days) < 5 and 1 <= int(days) <= MOST_DAYS):
            raise bad(f"`days` is a number from 1 to {MOST_DAYS}")
        of = of_asked(query.get("of"), default="live")
        return _json(await self._routing.calendar(user_of(request), of, int(days)))

    async def _on_rules(self, _request: web.Request) -> web.Response:
        return _json(_rules())

    async def _on_schema(self, _request: web.Request) -> web.Response:
        return _json(await asyncio.to_thread(_schemas))


def user_of(request: web.Request) -> str:
    """Whose draft is meant: always the asker's own. Raises Refusal for a machine."""
    user = request[ASKER].user
    if user is None:
        raise Refusal(403, "forbidden", "drafts belong to people")
    return user.name


async def _of(request: web.Request) -> Of:
    asked = await told(request)
    only(asked, "of")
    return of_asked(asked.get("of"))


def _is_key(value: Any) -> bool:
    return isinstance(value, str) and (_KEY.fullmatch(value) is not None or value in MORE_KEYS)


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")


@cache
def _rules() -> bytes:
    return orjson.dumps({"rules": [_rule(rule) for rule in RULES.values()]})


def _rule(rule: Rule) -> dict[str, Any]:
    parts = {"message": rule.message, "meaning": rule.meaning, "mending": rule.mending}
    told = {name: {"zh": both.zh, "en": both.en} for name, both in parts.items()}
    return {"id": rule.id, "severity": rule.severity, "adjustable": rule.adjustable, "example": rule.example, **told}


@cache
def _schemas() -> bytes:
    return orjson.dumps({"plan": schema(), "tests": schema_of_tests()})
