"""Quality through the API: sheets, spot checks, scores, averages, satisfaction. An agent sees their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from aiohttp import web

from desk.asked import Asked, choice, instant, maybe_text, only, text, told
from desk.asker import ASKER
from desk.calls_page import limit_of, place, place_of
from desk.ledger import Ledger
from desk.quality_schemas import DRAWN, FIGURE, ITEM, MARKS, MOVES, NEXT, PERIOD, ROW, SCORE, SPAN, TALK
from desk.refusal import Refusal, bad, forbidden
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, MAYBE_TEXT, TEXT, either, listing, things
from paperwork.filing import Changed
from paperwork.orders.office import confidential_lines
from paperwork.quality.book import NoScore, Scores
from paperwork.quality.figures import By, averages, calibration, counted, satisfaction
from paperwork.quality.lots import days_of
from paperwork.quality.rules import QualityRules
from paperwork.quality.samples import NotYet, Samples
from paperwork.quality.score import COUNTED, Illegal, Move, Score, State, percent
from records.audit import Act
from records.clock import wall_time
from records.store import Store
from routing.plan import Plan

_JUDGED = {
    Move.MARKED: "mark",
    Move.SUBMITTED: "submit",
    Move.DISCARDED: "discard",
    Move.SETTLED: "settle",
    Move.CORRECTED: "correct",
}
_AGENTS = {Move.SEEN: "seen", Move.CONTESTED: "contest"}
_ALL_TIME = timedelta(days=366)


class QualityApi:
    """`/api/v1/quality`."""

    def __init__(
        self,
        store: Store,
        ledger: Ledger,
        rules: Callable[[], QualityRules],
        plan: Callable[[], Plan] | None,
        recordings: Callable[[], Collection[str]] | None,
        now: Callable[[], datetime],
    ) -> None:
        self._store, self._ledger, self._rules, self._now = store, ledger, rules, now
        self._plan, self._recordings = plan, recordings
        self._scores, self._samples = Scores(store, rules, self._quiet), Samples(store)

    def _quiet(self) -> frozenset[str]:
        return frozenset() if self._plan is None else confidential_lines(self._plan())

    def routes(self) -> list[Route]:
        read = one_of(Permission.QUALITY_READ)
        own = one_of(Permission.QUALITY_READ, Permission.QUALITY_OWN)
        judge = one_of(Permission.QUALITY)
        base = "/api/v1/quality"
        one = base + "/scores/{id}"
        by = {"enum": [each.value for each in By], "description": "By what; `agent` without it."}
        page = {"limit": "1 to 500, 50 if not given", "after": "`next` of the page before"}
        found = [
            Route(
                "GET",
                base + "/sheets",
                own,
                self._on_sheets,
                "The sheets that talks are judged by, and the plans by which talks are drawn.",
                answer=things(
                    sheets=listing(things(id=TEXT, title=TEXT, version=COUNT, most=COUNT, items=listing(ITEM))),
                    plans=listing(things(id=TEXT, title=TEXT, per_agent=COUNT, per_line=COUNT, shortest=COUNT)),
                ),
            ),
            Route(
                "GET",
                base + "/samples",
                read,
                self._on_samples,
                "The talks that were drawn for spot checks, with the sheets about each.",
                query={"plan": "only of this plan", "period": {**PERIOD, "description": "Only of this period."}},
                answer=things(samples=listing(DRAWN)),
            ),
            Route(
                "POST",
                base + "/samples",
                judge,
                self._on_draw,
                "Draw the talks of a period that is over; what was drawn once stays as it is.",
                body={"plan": TEXT, "period": PERIOD},
                required=("plan", "period"),
                answer=things(samples=listing(DRAWN)),
                refuses=(409,),
            ),
            Route(
                "GET",
                base + "/scores",
                own,
                self._on_list,
                "The sheets that were filled in, newest talks first; an agent sees their own, without drafts.",
                query={
                    **SPAN,
                    "agent": "only of this agent",
                    "line": "only of this line",
                    "state": {"enum": [state.value for state in State], "description": "Only these."},
                    **page,
                },
                answer=things(scores=listing(ROW), next=NEXT),
                refuses=(409,),
            ),
            Route(
                "POST",
                base + "/scores",
                judge,
                self._on_draft,
                "Begin to judge an agent's talk in an ended call.",
                body={
                    "call": TEXT,
                    "agent": TEXT,
                    "sheet": TEXT,
                    "marks": MARKS,
                    "comment": TEXT,
                    "drawn": {**MAYBE_TEXT, "description": "`PLAN PERIOD` of the spot check, if it was drawn."},
                },
                required=("call", "agent", "sheet"),
                answer=SCORE,
                status=201,
                refuses=(404, 409),
            ),
            Route("GET", one, own, self._on_show, "One sheet with all its items.", answer=SCORE, refuses=(409,)),
            Route(
                "GET",
                base + "/averages",
                read,
                self._on_averages,
                "Averages of the sheets that count, with how many are behind each.",
                query={**SPAN, "by": by},
                answer=things(averages=listing(FIGURE), of=either(FIGURE)),
            ),
            Route(
                "GET",
                base + "/calibration",
                read,
                self._on_calibration,
                "Talks that several judged by the same sheet, and how far they are apart.",
                query=SPAN,
                answer=things(talks=listing(TALK)),
            ),
            Route(
                "GET",
                base + "/satisfaction",
                read,
                self._on_satisfaction,
                "What callers answered when they were asked, by agent or line.",
                query={**SPAN, "by": {**by, "enum": ["agent", "line", "all"]}},
                answer=things(answers=listing(FIGURE)),
            ),
        ]
        for move, verb in {**_JUDGED, **_AGENTS}.items():
            body: dict[str, Any] = {"comment": TEXT} if move is not Move.SEEN else {}
            if move in (Move.MARKED, Move.SETTLED, Move.CORRECTED):
                body["marks"] = MARKS
            if move in (Move.SETTLED, Move.CONTESTED, Move.CORRECTED):
                body = {**body, "reason": TEXT}
            found.append(
                Route(
                    "POST",
                    f"{one}/{verb}",
                    judge if move in _JUDGED else one_of(Permission.QUALITY_OWN),
                    self._mover(move, tuple(body)),
                    MOVES[move],
                    body=body or None,
                    required=("reason",) if "reason" in body else (),
                    answer=SCORE,
                    refuses=(409,),
                )
            )
        return found

    # ── sheets and lots ─────────────────────────────────────────────────────

    async def _on_sheets(self, _request: web.Request) -> web.Response:
        rules = self._rules()
        sheets = [
            {
                "id": name,
                "title": sheet.title,
                "version": sheet.version,
                "most": sheet.most,
                "items": [{"item": item, **it.model_dump(mode="json")} for item, it in sheet.items.items()],
            }
            for name, sheet in rules.sheets.items()
        ]
        plans = [{"id": name, **plan.model_dump(mode="json")} for name, plan in rules.plans.items()]
        return web.json_response({"sheets": sheets, "plans": plans})

    async def _on_samples(self, request: web.Request) -> web.Response:
        plan, period = request.query.get("plan"), request.query.get("period")
        _plain(plan, period)
        found = await self._samples.all(plan, period, kept=await self._kept())
        return web.json_response({"samples": [one.to_json() for one in found]})

    async def _on_draw(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "plan", "period")
        name, period = text(asked, "plan"), text(asked, "period")
        plan = self._rules().plans.get(name)
        if plan is None:
            raise bad(f"`plan` is one of {', '.join(self._rules().plans)}")
        try:
            days_of(period)
            await self._ledger.write(request[ASKER].who, Act.SAMPLE_DRAWN, about=f"{name} {period}", reason=None)
            found = await self._samples.draw(
                name, plan, period, quiet=self._quiet(), kept=await self._kept(), now=self._now()
            )
        except NotYet as error:
            raise Refusal(409, "not_yet", str(error)) from None
        except ValueError as error:
            raise bad(str(error)) from None
        return web.json_response({"samples": [one.to_json() for one in found]})

    async def _kept(self) -> Collection[str] | None:
        return None if self._recordings is None else await asyncio.to_thread(self._recordings)

    # ── scores ──────────────────────────────────────────────────────────────

    async def _on_list(self, request: web.Request) -> web.Response:
        limit, after = limit_of(request.query), place_of(request.query)
        agent, line = request.query.get("agent"), request.query.get("line")
        _plain(agent, line)
        state = State(choice(request.query, "state", list(State))) if "state" in request.query else None
        whole = Permission.QUALITY_READ in request[ASKER].permissions
        if not whole:
            mine = self._seat(request)
            if agent not in (None, mine):
                raise forbidden()
            agent = mine
        page = await self._scores.page(
            agent=agent,
            line=line,
            state=state,
            counted=not whole,
            since=instant(request.query, "from"),
            until=instant(request.query, "to"),
            limit=limit,
            after=after,
        )
        rows = [_row(row) for row in page]
        following = place(page[-1]["at"], rows[-1]["id"]) if len(rows) == limit else None
        return web.json_response({"scores": rows, "next": following})

    async def _on_draft(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "call", "agent", "sheet", "marks", "comment", "drawn")
        call, agent, sheet = (text(asked, name, longest=64) for name in ("call", "agent", "sheet"))
        _plain(call, agent, sheet)
        if agent == request[ASKER].agent:
            raise forbidden()
        try:
            score = await self._scores.draft(
                call,
                agent,
                sheet,
                who=request[ASKER].who,
                at=self._now(),
                marks=_marks(asked),
                comment=text(asked, "comment", longest=2000, default=""),
                drawn=maybe_text(asked, "drawn", longest=100),
            )
        except (NoScore, Illegal, Changed) as error:
            raise _refused(error) from None
        return web.json_response(score.to_json(), status=201)

    async def _on_show(self, request: web.Request) -> web.Response:
        return web.json_response((await self._found(request)).to_json())

    def _mover(self, move: Move, fields: tuple[str, ...]) -> Callable[[web.Request], Any]:
        async def on_move(request: web.Request) -> web.Response:
            asked = await told(request)
            only(asked, *fields)
            score = await self._found(request)
            if move in _AGENTS and score.agent != self._seat(request):
                raise forbidden()
            try:
                after = await self._scores.move(
                    score.id,
                    move,
                    who=request[ASKER].who,
                    at=self._now(),
                    marks=_marks(asked),
                    comment=maybe_text(asked, "comment", longest=2000),
                    reason=maybe_text(asked, "reason", longest=2000),
                )
            except (NoScore, Illegal, Changed) as error:
                raise _refused(error) from None
            return web.json_response(after.to_json())

        return on_move

    async def _found(self, request: web.Request) -> Score:
        """The sheet; for an agent one of their own that was submitted, else none."""
        name = request.match_info["id"]
        try:
            score = await self._scores.find(name)
        except NoScore as error:
            raise _refused(error) from None
        permissions = request[ASKER].permissions
        if not permissions & {Permission.QUALITY_READ, Permission.QUALITY} and (
            score.agent != self._seat(request) or score.state not in COUNTED
        ):
            raise Refusal(404, "not_found", "there is no such quality sheet")
        return score

    @staticmethod
    def _seat(request: web.Request) -> str:
        agent = request[ASKER].agent
        if agent is None:
            raise Refusal(409, "no_seat", "this account is no agent of the plan")
        return agent

    # ── figures ─────────────────────────────────────────────────────────────

    async def _on_averages(self, request: web.Request) -> web.Response:
        by = By(choice(request.query, "by", list(By), By.AGENT))
        rows = await counted(self._store, *self._span(request))
        whole = averages(rows, By.ALL)
        return web.json_response({"averages": averages(rows, by), "of": whole[0] if whole else None})

    async def _on_calibration(self, request: web.Request) -> web.Response:
        return web.json_response({"talks": calibration(await counted(self._store, *self._span(request)))})

    async def _on_satisfaction(self, request: web.Request) -> web.Response:
        by = By(choice(request.query, "by", ("agent", "line", "all"), "agent"))
        since, until = self._span(request)
        return web.json_response(
            {"answers": await satisfaction(self._store, since, until, by, self._rules().satisfied)}
        )

    def _span(self, request: web.Request) -> tuple[datetime, datetime]:
        """The asked time; the last year where none is."""
        until = instant(request.query, "to") or self._now() + timedelta(days=1)
        return instant(request.query, "from") or until - _ALL_TIME, until


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    state = State(row["state"])
    share = percent(Decimal(str(row["total"])), Decimal(str(row["most"])))
    return {
        "id": row["paper"].partition(":")[2],
        "state": state.value,
        "state_label": state.label,
        **{name: row[name] for name in ("sheet", "call", "agent", "line", "recording", "by", "total", "most", "fatal")},
        "at": wall_time(row["at"]),
        "percent": float(share),
    }


def _marks(asked: Asked) -> Mapping[str, Any] | None:
    marks = asked.get("marks")
    if marks is None:
        return None
    if not isinstance(marks, Mapping) or len(marks) > 100:
        raise bad("`marks` has points by item")
    return marks


def _plain(*texts: str | None) -> None:
    if any(one is not None and (len(one) > 64 or "\0" in one) for one in texts):
        raise bad("a name has at most 64 characters")


def _refused(error: Exception) -> Refusal:
    if isinstance(error, NoScore):
        return Refusal(404, "not_found", str(error))
    if isinstance(error, Changed):
        return Refusal(409, "changed", "somebody else changed this meanwhile: look again")
    words = str(error)
    return (
        bad(words) if words.startswith(("marks:", "sheet:", "reason:", "a comment")) else Refusal(409, "refused", words)
    )
