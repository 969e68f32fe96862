"""What the floor can be asked beside how it stands: why, for how long, what is wrong, who is called back, who is on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from aiohttp import web

from desk.asked import choice, instant, only, reason, told
from desk.asker import ASKER
from desk.ledger import Ledger
from desk.refusal import Refusal, bad, forbidden
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, FLAG, MAYBE_TEXT, MAYBE_TIME, TEXT, TIME, either, listing, things
from records.audit import Act


class Telling(Protocol):
    """What a running hotline can be asked: `hotline.desk_telling` is it. Everything raises Refusal."""

    async def why_call(self, call: str, language: str) -> dict[str, Any]:
        """The account of a call, its newest facts too; `last` is the newest call."""
        ...

    async def why_agent(self, agent: str, at: datetime | None, language: str) -> dict[str, Any]:
        """Why an agent was or was not rung around an instant, now if none is given."""
        ...

    async def times(self, since: datetime | None, until: datetime | None, agent: str | None) -> dict[str, Any]:
        """How long agents did what."""
        ...

    def alarms(self) -> dict[str, Any]:
        """What is wrong: what stands, and the alerts of the last hour."""
        ...

    async def callbacks(self, *, living: bool, private: bool) -> list[dict[str, Any]]:
        """Those of the last 32 days, newest last."""
        ...

    def cancel(self, ticket: str) -> dict[str, Any]:
        """Call nobody back for this ticket."""
        ...

    def living(self, call: str) -> dict[str, Any] | None:
        """A call that goes on; None when there is no such."""
        ...


_NUMBER = {"type": "number"}
_SENTENCES = listing(things(at=TIME, kind=TEXT, text=TEXT, data={"type": "object"}))
_LANGUAGE = {"lang": {"enum": ["zh", "en"], "description": "of the sentences; zh if not given"}}
_TIMES = things(**{"from": TIME, "to": TIME, "agents": listing({"type": "object"})})
_ALERT = things(at=TIME, kind=TEXT, agent=MAYBE_TEXT, line=MAYBE_TEXT, call=MAYBE_TEXT, what=TEXT)
_TICKET = things(
    ticket=TEXT, line=TEXT, number=TEXT, call=TEXT, booked=TIME, waited=_NUMBER, tries=COUNT, abandoned=FLAG,
    end=MAYBE_TEXT, closed=MAYBE_TIME,
)  # fmt: skip
_LIVING = things(
    call=TEXT, number=MAYBE_TEXT, dialled=TEXT, began=TIME, seconds=_NUMBER, state=TEXT, line=MAYBE_TEXT,
    waited=_NUMBER, agents=listing(TEXT), flagged=FLAG, lane=TEXT, nuisance=either(TEXT), callback=FLAG, recorded=TEXT,
)  # fmt: skip


class TellingApi:
    """`/api/v1/calls/{call}/why`, `…/live`, `agents/{agent}/why`, `floor/times`, `alarms`, `callbacks`."""

    def __init__(self, telling: Telling, ledger: Ledger) -> None:
        self._telling, self._ledger = telling, ledger

    def routes(self) -> list[Route]:
        every, floor = one_of(Permission.CALLS), one_of(Permission.FLOOR)
        own = one_of(Permission.FLOOR, Permission.FLOOR_OWN)
        private = {"private": "1 for whole numbers: needs numbers.read and a `reason`, and is audited", "reason": "why"}
        span = {"from": "from this time on; midnight if not given", "to": "and before this time; now if not given"}
        return [
            Route("GET", "/api/v1/calls/{call}/why", every, self._on_why_call,
                  "Each fact of a call in a sentence, with the reasons of each look for an agent; `last`: the newest.",
                  query=_LANGUAGE, answer=things(call=TEXT, sentences=_SENTENCES), refuses=(404,)),
            Route("GET", "/api/v1/calls/{call}/live", own, self._on_living,
                  "A call that goes on; an agent sees the one that they have.", answer=_LIVING, refuses=(404,)),
            Route("GET", "/api/v1/agents/{agent}/why", every, self._on_why_agent,
                  "Why an agent was rung, or was not, within a minute of `at`.",
                  query={"at": "when; now if not given", **_LANGUAGE},
                  answer=things(agent=TEXT, sentences=_SENTENCES), refuses=(404,)),
            Route("GET", "/api/v1/floor/times", own, self._on_times,
                  "How long agents did what: seconds by presence, of breaks by reason, and each stint; an agent's own.",
                  query={**span, "agent": "only this one"},
                  answer=_TIMES, refuses=(404, 409)),
            Route("GET", "/api/v1/alarms", floor, self._on_alarms,
                  "What is wrong: obstacles and alarms that stand, in words, and the alerts of the last hour.",
                  answer=things(ready=FLAG, obstacles=listing(TEXT), standing=listing(TEXT), alerts=listing(_ALERT))),
            Route("GET", "/api/v1/callbacks", floor, self._on_callbacks,
                  "Who did not want to wait, of the last 32 days, newest last, and what became of it.",
                  query={"open": {"enum": ["0", "1"], "description": "1: only those that live"}, **private},
                  answer=things(callbacks=listing(_TICKET))),
            Route("POST", "/api/v1/callbacks/{ticket}/cancel", one_of(Permission.LEAD), self._on_cancel,
                  "Call nobody back for this one; refused once the caller's phone rings.",
                  body={"reason": {"type": ["string", "null"], "maxLength": 500}},
                  answer=things(ticket=TEXT, end=TEXT), refuses=(404, 409)),
        ]  # fmt: skip

    # ── why ─────────────────────────────────────────────────────────────────

    async def _on_why_call(self, request: web.Request) -> web.Response:
        call, language = _name(request.match_info["call"]), _language(request)
        return web.json_response(await self._telling.why_call(call, language))

    async def _on_why_agent(self, request: web.Request) -> web.Response:
        agent, at = _name(request.match_info["agent"]), instant(request.query, "at")
        return web.json_response(await self._telling.why_agent(agent, at, _language(request)))

    async def _on_times(self, request: web.Request) -> web.Response:
        query, asker = request.query, request[ASKER]
        agent = _name(query["agent"]) if "agent" in query else None
        if Permission.FLOOR not in asker.permissions:
            if asker.agent is None:
                raise Refusal(409, "no_seat", "this account is no agent of the plan")
            agent = asker.agent
        since, until = instant(query, "from"), instant(query, "to")
        return web.json_response(await self._telling.times(since, until, agent))

    # ── what goes on ────────────────────────────────────────────────────────

    async def _on_living(self, request: web.Request) -> web.Response:
        asker = request[ASKER]
        found = self._telling.living(_name(request.match_info["call"]))
        hidden = Permission.FLOOR not in asker.permissions and (
            found is None or asker.agent is None or asker.agent not in found["agents"]
        )
        if found is None or hidden:
            raise Refusal(404, "not_found", "no such call goes on")
        return web.json_response(found)

    async def _on_alarms(self, _request: web.Request) -> web.Response:
        return web.json_response(self._telling.alarms())

    # ── callbacks ───────────────────────────────────────────────────────────

    async def _on_callbacks(self, request: web.Request) -> web.Response:
        asker, query = request[ASKER], request.query
        private = choice(query, "private", ("0", "1"), "0") == "1"
        if private and Permission.NUMBERS not in asker.permissions:
            raise forbidden()
        why = reason(query) if private else None
        found = await self._telling.callbacks(living=choice(query, "open", ("0", "1"), "0") == "1", private=private)
        if private:
            tickets = [one["ticket"] for one in found]
            await self._ledger.write(asker.who, Act.NUMBERS_SHOWN, about="callbacks", reason=why, tickets=tickets)
        return web.json_response({"callbacks": found})

    async def _on_cancel(self, request: web.Request) -> web.Response:
        asked, ticket = await told(request), _name(request.match_info["ticket"])
        only(asked, "reason")
        why = reason(asked) if asked.get("reason") else None
        done = self._telling.cancel(ticket)
        self._ledger.note(request[ASKER].who, "callback_cancelled", about=ticket, reason=why)
        return web.json_response(done)


def _language(request: web.Request) -> str:
    return choice(request.query, "lang", ("zh", "en"), "zh")


def _name(value: str) -> str:
    if not 1 <= len(value) <= 100 or not value.isprintable():
        raise bad("a name has 1 to 100 signs")
    return value
