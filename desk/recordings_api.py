"""Recordings through the API: found, heard with an entry in the audit log each time, and kept whatever their term.

Who listens says why. A line that is confidential names who may listen to it; nobody else may, whatever their role.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from aiohttp import web
from sqlalchemy import select

from desk.asked import choice, only, text, told
from desk.asked import reason as why_of
from desk.asker import ASKER, Asker
from desk.calls_page import MOST, limit_of
from desk.ledger import Ledger
from desk.refusal import Refusal, bad, forbidden
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import FLAG, MAYBE_TEXT, TEXT, TIME, either, listing, things
from records.audit import Act
from records.found import Sought, find
from records.recordings import FALLBACK, MESSAGES, TALKS, Recording, kept_in, told_by, whose
from records.retention.holds import Hold, Holds
from records.store import Store
from records.tables import journal
from records.vault.ciphers import Tampered
from records.vault.keys import KeysError
from records.vault.vault import NoRecording, Vault
from routing.plan import Plan

AGAIN = timedelta(minutes=10)
"""A player asks for a recording in pieces: within this time the same person, reason and recording are one listening."""
_KINDS = (TALKS, MESSAGES, FALLBACK)
_ONE = things(
    **{"recording": TEXT, "kind": {"enum": list(_KINDS)}, "call": TEXT, "day": TEXT, "line": MAYBE_TEXT},
    **{"agent": MAYBE_TEXT, "seconds": {"type": "number"}, "held": FLAG, "may_hear": FLAG},
    score=either(things(total={"type": "number"}, most={"type": "number"})),
)
_HOLD = things(call=TEXT, at=TIME, who=TEXT, reason=TEXT)


class RecordingsApi:
    """`/api/v1/recordings`, `holds`."""

    def __init__(
        self,
        store: Store,
        ledger: Ledger,
        vault: Vault,
        holds: Holds,
        plan: Callable[[], Plan] | None,
        now: Callable[[], datetime],
    ) -> None:
        self._store, self._ledger, self._vault, self._holds = store, ledger, vault, holds
        self._plan, self._now = plan, now
        self._heard: dict[tuple[str, str, str], datetime] = {}
        """Who hears what and why → when that was written down."""

    def routes(self) -> list[Route]:
        hear, hold = one_of(Permission.RECORDINGS), one_of(Permission.HOLDS)
        return [
            Route(
                "GET",
                "/api/v1/recordings",
                hear,
                self._on_list,
                "What was recorded, newest first.",
                query={
                    "from": "made on this day or later, like 2026-10-01",
                    "to": "and before this day",
                    "line": "of this line",
                    "agent": "of this agent",
                    "call": "of this call",
                    "kind": {"enum": list(_KINDS)},
                    "least": "seconds at least",
                    "most": "seconds at most",
                    "scored": {"enum": ["0", "1"], "description": "whether there is a quality sheet of it"},
                    "held": {"enum": ["0", "1"], "description": "whether it is kept whatever its term"},
                    "limit": f"1 to {MOST}, 50 if not given",
                    "after": "`next` of the page before",
                },
                answer=things(recordings=listing(_ONE), next=either(TEXT)),
            ),
            Route(
                "GET",
                "/api/v1/recordings/sound",
                hear,
                self._on_sound,
                "The sound as WAV, whole or a range of it; written down with the reason before anything is sent.",
                query={
                    "recording": "its name",
                    "reason": "why",
                    "download": {"enum": ["0", "1"], "description": "1: to be kept as a file, which is another deed"},
                },
                required=("recording", "reason"),
                media="audio/wav",
                refuses=(404, 416),
            ),
            Route(
                "GET",
                "/api/v1/holds",
                one_of(Permission.RECORDINGS, Permission.AUDIT),
                self._on_holds,
                "Calls of which nothing is deleted until somebody releases them.",
                answer=things(holds=listing(_HOLD)),
            ),
            Route(
                "POST",
                "/api/v1/holds",
                hold,
                self._on_hold,
                "Keep everything of a call, whatever its terms.",
                body={"call": TEXT, "reason": TEXT},
                required=("call", "reason"),
                answer=things(holds=listing(_HOLD)),
                status=201,
                refuses=(404,),
            ),
            Route(
                "POST",
                "/api/v1/holds/{call}/release",
                hold,
                self._on_release,
                "Let the terms of a held call count again.",
                body={"reason": TEXT},
                required=("reason",),
                answer=things(holds=listing(_HOLD)),
                refuses=(404,),
            ),
        ]

    # ── looking ─────────────────────────────────────────────────────────────

    async def _on_list(self, request: web.Request) -> web.Response:
        query, limit = request.query, limit_of(request.query)
        sought = Sought(
            _day(query, "from"),
            _day(query, "to"),
            _name(query, "line"),
            _name(query, "agent"),
            _name(query, "call"),
            choice(query, "kind", _KINDS) if "kind" in query else None,
            _seconds(query, "least"),
            _seconds(query, "most"),
            _flag(query, "scored"),
            _flag(query, "held"),
        )
        async with self._store.reading() as connection:
            found = await find(connection, self._vault, sought, limit=limit + 1, after=_place(query))
        page = found[:limit]
        told = [{**one.to_json(), "may_hear": self._may_hear(request[ASKER], one.recording)} for one in page]
        following = f"{page[-1].listed}~{page[-1].recording.name}" if len(found) > limit else None
        return web.json_response({"recordings": told, "next": following})

    # ── listening ───────────────────────────────────────────────────────────

    async def _on_sound(self, request: web.Request) -> web.Response:
        name, why = text(request.query, "recording", longest=200), why_of(request.query)
        one = await self._one(name)
        asker: Asker = request[ASKER]
        if not self._may_hear(asker, one):
            raise forbidden()
        download = choice(request.query, "download", ("0", "1"), "0") == "1"
        await self._write_down(asker, one, why, Act.RECORDING_EXPORTED if download else Act.RECORDING_HEARD)
        try:
            sound = await asyncio.to_thread(self._vault.read, name)
        except NoRecording:
            raise _none() from None
        except (Tampered, KeysError, OSError) as error:
            raise Refusal(503, "no_sound", f"the recording cannot be read: {error}") from None
        answer = _part(request, sound)
        if download:
            answer.headers["Content-Disposition"] = f'attachment; filename="{name.rpartition("/")[2]}.wav"'
        return answer

    async def _one(self, name: str) -> Recording:
        try:
            kept = await asyncio.to_thread(self._vault.about, name)
        except (NoRecording, ValueError):
            raise _none() from None
        async with self._store.reading() as connection:
            return (await told_by(connection, [kept]))[0]

    def _may_hear(self, asker: Asker, one: Recording) -> bool:
        """A confidential line names who may listen; one that the plan does not have any more names nobody."""
        if self._plan is None or one.line is None:
            return True
        rule = self._plan().lines.get(one.line)
        if rule is None or rule.confidential is None:
            return True
        return asker.agent is not None and asker.agent in rule.confidential.listeners

    async def _write_down(self, asker: Asker, one: Recording, why: str, deed: Act) -> None:
        """First: what cannot be written down is not heard."""
        key, now = (asker.who, one.name, f"{deed}:{why}"), self._now()
        self._heard = {each: at for each, at in self._heard.items() if now - at < AGAIN}
        if key not in self._heard:
            line = {} if one.line is None else {"line": one.line}
            await self._ledger.write(asker.who, deed, about=one.name, reason=why, call=one.call, **line)
            self._heard[key] = now

    # ── keeping ─────────────────────────────────────────────────────────────

    async def _on_holds(self, _request: web.Request) -> web.Response:
        return await self._all_holds()

    async def _on_hold(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "call", "reason")
        call, why = text(asked, "call", longest=200), why_of(asked)
        call = whose(call) if "/" in call else call
        if not call or "\0" in call or not await self._known(call):
            raise Refusal(404, "not_found", "there is no such call")
        await self._holds.place(Hold(call, self._now(), request[ASKER].who, why))
        return await self._all_holds(201)

    async def _on_release(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "reason")
        hold = Hold(request.match_info["call"], self._now(), request[ASKER].who, why_of(asked))
        if not await self._holds.release(hold):
            raise Refusal(404, "not_found", "this call is not held")
        return await self._all_holds()

    async def _all_holds(self, status: int = 200) -> web.Response:
        return web.json_response({"holds": [one.to_json() for one in await self._holds.all()]}, status=status)

    async def _known(self, call: str) -> bool:
        query = select(journal.c.call).where(journal.c.call == call).limit(1)
        if await self._store.row(query) is not None:
            return True
        return bool(await asyncio.to_thread(lambda: kept_in(self._vault, call=call)))


def _part(request: web.Request, sound: bytes) -> web.Response:
    """The sound, or the range of it that a player asks for."""
    headers = {"Accept-Ranges": "bytes"}
    try:
        asked = request.http_range
    except ValueError:
        asked = slice(None)  # another unit, or more ranges than one: the whole is an answer to that
    if asked.start is None and asked.stop is None:
        return web.Response(body=sound, content_type="audio/wav", headers=headers)
    start, stop, _ = asked.indices(len(sound))
    if start >= len(sound) or start >= stop:
        raise Refusal(416, "no_range", f"the sound has {len(sound)} bytes")
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(sound)}"
    return web.Response(body=sound[start:stop], status=206, content_type="audio/wav", headers=headers)


def _none() -> Refusal:
    return Refusal(404, "not_found", "there is no such recording")


def _place(query: Mapping[str, str]) -> tuple[date, str] | None:
    if "after" not in query:
        return None
    day, found, name = query["after"].partition("~")
    if not found or not 1 <= len(name) <= 200:
        raise bad("`after` is `next` of the page before")
    at = _day({"after": day}, "after")
    return None if at is None else (at, name)


def _day(query: Mapping[str, str], name: str) -> date | None:
    if name not in query:
        return None
    try:
        return date.fromisoformat(query[name])
    except ValueError:
        raise bad(f"`{name}` is a day like 2026-10-01") from None


def _seconds(query: Mapping[str, str], name: str) -> float | None:
    if (value := query.get(name)) is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 7):
        raise bad(f"`{name}` is a number of seconds")
    return float(value)


def _flag(query: Mapping[str, str], name: str) -> bool | None:
    return choice(query, name, ("0", "1")) == "1" if name in query else None


def _name(query: Mapping[str, str], name: str) -> str | None:
    if name not in query:
        return None
    value = text(query, name, longest=200)
    if not value or "\0" in value:
        raise bad(f"`{name}` has 1 to 200 characters")
    return value
