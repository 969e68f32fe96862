"""What shift leaders turn by hand: front message, attack switch, lines, the nuisance list.

The same as `hotline front`, `attack`, `line` and `nuisance` do (`hotline.hand`), and in the audit log as theirs: what
callers in an emergency wait for is written down right after, the rest before it is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from aiohttp import web

from desk.asked import Asked, choice, maybe_text, only, reason, text, told
from desk.asker import ASKER
from desk.ledger import Ledger
from desk.refusal import bad, forbidden
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, FLAG, MAYBE_TEXT, MAYBE_TIME, TEXT, TIME, either, listing, things
from records.audit import Act, Detail


class Wish(Protocol):
    """Something that can be done. `what`, `about` and `details` are for the audit log."""

    @property
    def what(self) -> str: ...

    @property
    def about(self) -> str | None: ...

    @property
    def details(self) -> Mapping[str, Detail]: ...

    async def do(self) -> str | None:
        """Do it; what somebody should know though it is done. Raises Refusal."""
        ...


class Hand(Protocol):
    """What is turned by hand: `hotline.desk_hand` is it. Everything raises Refusal; `who` as in the audit log."""

    def fronts(self) -> list[dict[str, Any]]: ...

    def front_on(self, who: str, name: str, until: str | None) -> Wish: ...

    def front_off(self, who: str) -> Wish: ...

    def attack(self) -> dict[str, Any]: ...

    def attack_on(self, who: str, until: str | None, message: str | None) -> Wish: ...

    def attack_off(self, who: str) -> Wish: ...

    def lines(self) -> list[dict[str, Any]]: ...

    def line_turned(self, who: str, line: str, *, is_open: bool, until: str | None) -> Wish: ...

    def line_normal(self, who: str, line: str) -> Wish | None:
        """None when it follows its hours already."""
        ...

    def nuisance(self, *, private: bool) -> list[dict[str, Any]]: ...

    async def nuisance_call(self, who: str, call: str, treatment: str, why: str, lasts: str | None) -> Wish:
        """List the caller of this call, whatever their number is."""
        ...

    def nuisance_number(self, who: str, number: str, treatment: str, why: str, lasts: str | None) -> Wish: ...

    def nuisance_remove(self, who: str, entry: int) -> Wish: ...


_UNTIL = {
    "type": ["string", "null"],
    "maxLength": 40,
    "description": "until when: 18:00 (of today), or 2026-11-22T18:00",
}
_WHY = {"type": ["string", "null"], "maxLength": 500}
_MUST_WHY = {"type": "string", "minLength": 1, "maxLength": 500}
_NOTICE = {"notice": {"type": ["string", "null"], "description": "what one should know though it is done"}}
_FRONTS = things(
    messages=listing(
        things(name=TEXT, on=FLAG, by=either({"enum": ["hand", "plan"]}), until=MAYBE_TIME, say=listing(TEXT))
    )
)
_ATTACK = things(on=FLAG, by=MAYBE_TEXT, until=MAYBE_TIME)
_LINES = things(
    lines=listing(things(line=TEXT, name=TEXT, open=FLAG, why=TEXT, by={"enum": ["hand", "hours"]}, until=MAYBE_TIME))
)
_TREATMENT = {"enum": ["slow", "block"]}
_LISTED = things(
    entries=listing(things(id=COUNT, pattern=TEXT, treatment=_TREATMENT, reason=TEXT, by=TEXT, since=TIME, until=TIME))
)


class HandApi:
    """`/api/v1/front`, `attack`, `lines`, `nuisance`."""

    def __init__(self, hand: Hand, ledger: Ledger) -> None:
        self._hand, self._ledger = hand, ledger

    def routes(self) -> list[Route]:
        return [*self._switches(), *self._of_lines(), *self._of_numbers()]

    def _switches(self) -> list[Route]:
        see, turn = one_of(Permission.FLOOR, Permission.FLOOR_OWN), one_of(Permission.LEAD)
        return [
            Route("GET", "/api/v1/front", see, self._on_fronts, "The emergency messages, and which is on.",
                  answer=_FRONTS, refuses=(409,)),
            Route("POST", "/api/v1/front/on", turn, self._on_front_on,
                  "Let every caller hear a message of the plan first; for 24 hours if no `until` is given.",
                  body={"name": {"type": "string", "minLength": 1, "maxLength": 100}, "until": _UNTIL, "reason": _WHY},
                  required=("name",), answer=_more(_FRONTS), refuses=(409,)),
            Route("POST", "/api/v1/front/off", turn, self._on_front_off, "Say none that was turned on by hand.",
                  body={"reason": _WHY}, answer=_more(_FRONTS), refuses=(409,)),
            Route("GET", "/api/v1/attack", one_of(Permission.FLOOR), self._on_attack,
                  "Whether the attack switch is on, by whom and until when.", answer=_ATTACK, refuses=(409,)),
            Route("POST", "/api/v1/attack/on", turn, self._on_attack_on,
                  "Let strangers prove to be persons, for two hours if no `until` is given; `front` is said as well.",
                  body={"until": _UNTIL, "front": {"type": ["string", "null"], "maxLength": 100}, "reason": _WHY},
                  answer=_ATTACK, refuses=(409,)),
            Route("POST", "/api/v1/attack/off", turn, self._on_attack_off, "Turn the attack switch off.",
                  body={"reason": _WHY}, answer=_ATTACK, refuses=(409,)),
        ]  # fmt: skip

    def _of_lines(self) -> list[Route]:
        see, turn = one_of(Permission.FLOOR, Permission.FLOOR_OWN), one_of(Permission.LEAD)
        turned = {"until": _UNTIL, "reason": _WHY}
        return [
            Route("GET", "/api/v1/lines", see, self._on_lines,
                  "Which lines are open now, why, and whether a hand or their hours say so.",
                  answer=_LINES, refuses=(409,)),
            Route("POST", "/api/v1/lines/{line}/open", turn, self._on_open,
                  "Open a line outside its hours; for 24 hours if no `until` is given.",
                  body=turned, answer=_more(_LINES), refuses=(409,)),
            Route("POST", "/api/v1/lines/{line}/close", turn, self._on_close,
                  "Close a line: new callers hear so, and those who wait go there too.",
                  body=turned, answer=_more(_LINES), refuses=(409,)),
            Route("POST", "/api/v1/lines/{line}/normal", turn, self._on_normal, "Let a line follow its hours again.",
                  body={"reason": _WHY}, answer=_more(_LINES), refuses=(409,)),
        ]  # fmt: skip

    def _of_numbers(self) -> list[Route]:
        private = {"private": "1 for whole numbers: needs numbers.read and a `reason`, and is audited"}
        return [
            Route("GET", "/api/v1/nuisance", one_of(Permission.NUISANCE_READ), self._on_listed,
                  "Who is served last or blocked, why, by whom and until when.",
                  query={**private, "reason": "why"}, answer=_LISTED, refuses=(409,)),
            Route("POST", "/api/v1/nuisance", one_of(Permission.LEAD), self._on_list,
                  "Serve a caller last (`slow`) or not at all (`block`), named by a `call` of theirs or by a `number`, "
                  "which needs numbers.read. For a week if `for` (30d, 12h) does not say so.",
                  body={
                      "call": {"type": ["string", "null"], "maxLength": 64},
                      "number": {"type": ["string", "null"], "maxLength": 21},
                      "treatment": {"enum": ["slow", "block"]},
                      "reason": _MUST_WHY,
                      "for": {"type": ["string", "null"], "maxLength": 20},
                  },
                  required=("reason",), answer=_LISTED, refuses=(404, 409)),
            Route("DELETE", "/api/v1/nuisance/{id}", one_of(Permission.LEAD), self._on_unlist,
                  "Take an entry off the list.", query={"reason": "why"}, answer=_LISTED, refuses=(404, 409)),
        ]  # fmt: skip

    # ── front message, attack switch ────────────────────────────────────────

    async def _on_fronts(self, _request: web.Request) -> web.Response:
        return web.json_response({"messages": self._hand.fronts()})

    async def _on_front_on(self, request: web.Request) -> web.Response:
        asked = await _fields(request, "name", "until", "reason")
        wish = self._hand.front_on(_who(request), text(asked, "name", longest=100), _until(asked))
        notice = await self._soon(request, wish, asked)
        return web.json_response({"messages": self._hand.fronts(), "notice": notice})

    async def _on_front_off(self, request: web.Request) -> web.Response:
        asked = await _fields(request, "reason")
        notice = await self._soon(request, self._hand.front_off(_who(request)), asked)
        return web.json_response({"messages": self._hand.fronts(), "notice": notice})

    async def _on_attack(self, _request: web.Request) -> web.Response:
        return web.json_response(self._hand.attack())

    async def _on_attack_on(self, request: web.Request) -> web.Response:
        asked = await _fields(request, "until", "front", "reason")
        wish = self._hand.attack_on(_who(request), _until(asked), maybe_text(asked, "front", longest=100))
        await self._first(request, wish, _why(asked))
        return web.json_response(self._hand.attack())

    async def _on_attack_off(self, request: web.Request) -> web.Response:
        asked = await _fields(request, "reason")
        await self._first(request, self._hand.attack_off(_who(request)), _why(asked))
        return web.json_response(self._hand.attack())

    # ── lines ───────────────────────────────────────────────────────────────

    async def _on_lines(self, _request: web.Request) -> web.Response:
        return web.json_response({"lines": self._hand.lines()})

    async def _on_open(self, request: web.Request) -> web.Response:
        return await self._on_turned(request, is_open=True)

    async def _on_close(self, request: web.Request) -> web.Response:
        return await self._on_turned(request, is_open=False)

    async def _on_turned(self, request: web.Request, *, is_open: bool) -> web.Response:
        asked, line = await _fields(request, "until", "reason"), request.match_info["line"]
        wish = self._hand.line_turned(_who(request), line, is_open=is_open, until=_until(asked))
        notice = await self._soon(request, wish, asked)
        return web.json_response({"lines": self._hand.lines(), "notice": notice})

    async def _on_normal(self, request: web.Request) -> web.Response:
        asked = await _fields(request, "reason")
        wish = self._hand.line_normal(_who(request), request.match_info["line"])
        notice = None if wish is None else await self._soon(request, wish, asked)
        return web.json_response({"lines": self._hand.lines(), "notice": notice})

    # ── the nuisance list ───────────────────────────────────────────────────

    async def _on_listed(self, request: web.Request) -> web.Response:
        private = choice(request.query, "private", ("0", "1"), "0") == "1"
        if private and Permission.NUMBERS not in request[ASKER].permissions:
            raise forbidden()
        entries = self._hand.nuisance(private=private)
        if private:
            why = reason(request.query)
            shown = [f"#{entry['id']}" for entry in entries]
            await self._ledger.write(_who(request), Act.NUMBERS_SHOWN, about="nuisance", reason=why, entries=shown)
        return web.json_response({"entries": entries})

    async def _on_list(self, request: web.Request) -> web.Response:
        asked = await _fields(request, "call", "number", "treatment", "reason", "for")
        call, number = maybe_text(asked, "call", longest=64), maybe_text(asked, "number", longest=21)
        why, lasts = reason(asked), maybe_text(asked, "for", longest=20)
        treatment = choice({"treatment": text(asked, "treatment", default="slow")}, "treatment", ("slow", "block"))
        if (call is None) == (number is None):
            raise bad("name a `call` of theirs, or the `number`")
        if number is not None:
            if Permission.NUMBERS not in request[ASKER].permissions:
                raise forbidden()
            wish = self._hand.nuisance_number(_who(request), number, treatment, why, lasts)
        else:
            wish = await self._hand.nuisance_call(_who(request), str(call), treatment, why, lasts)
        await self._first(request, wish, why, **({} if call is None else {"call": call}))
        return web.json_response({"entries": self._hand.nuisance(private=False)})

    async def _on_unlist(self, request: web.Request) -> web.Response:
        entry = request.match_info["id"]
        if not (entry.isascii() and entry.isdecimal() and len(entry) <= 9):
            raise bad("`id` is the number of an entry")
        why = reason(request.query) if request.query.get("reason") else None
        await self._first(request, self._hand.nuisance_remove(_who(request), int(entry)), why)
        return web.json_response({"entries": self._hand.nuisance(private=False)})

    # ── to do it ────────────────────────────────────────────────────────────

    async def _first(self, request: web.Request, wish: Wish, why: str | None, **more: Detail) -> None:
        """Write it down, then do it."""
        details = {**wish.details, **more}
        await self._ledger.write(_who(request), wish.what, about=wish.about, reason=why, **details)
        await wish.do()

    async def _soon(self, request: web.Request, wish: Wish, asked: Asked) -> str | None:
        """Do it, whatever the database is doing."""
        self._ledger.note(_who(request), wish.what, about=wish.about, reason=_why(asked), **wish.details)
        return await wish.do()


def _more(of: Mapping[str, Any]) -> dict[str, Any]:
    return things(**of["properties"], **_NOTICE)


async def _fields(request: web.Request, *names: str) -> Asked:
    asked = await told(request)
    only(asked, *names)
    return asked


def _until(asked: Asked) -> str | None:
    return maybe_text(asked, "until", longest=40)


def _why(asked: Asked) -> str | None:
    return reason(asked) if asked.get("reason") else None


def _who(request: web.Request) -> str:
    return str(request[ASKER].who)
