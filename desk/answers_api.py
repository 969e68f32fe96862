"""The answer records (接听记录单, form 6) through the API: filled by who talked, judged by leaders.

Names and contacts are masked; whole ones are asked for with a reason, and audited. Papers of a confidential line are
for whoever talked, and for the leaders whom the line names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from aiohttp import web

from desk.answers_schemas import ANY, BODY, PRIVATE, RECORD, ROW, SEQ, YES
from desk.answers_seen import seen
from desk.asked import Asked, choice, instant, number, only, text, told
from desk.asker import ASKER, Asker
from desk.ledger import Ledger
from desk.printed import Printing
from desk.refusal import Refusal, Refusals, bad, forbidden, not_now, refusing, unfit
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, MAYBE_TEXT, TEXT, TIME, listing, things
from paperwork.answers.book import NoRecord
from paperwork.answers.complete import Unfit
from paperwork.answers.office import Answers
from paperwork.answers.page import MOST, Wanted, incomplete, page_of
from paperwork.answers.record import Illegal, Record
from paperwork.answers.sheet import sheet_of
from paperwork.answers.telling import Teller, sheet_data
from paperwork.answers.words import State
from paperwork.filing import Changed
from paperwork.kind import Kind
from paperwork.printing.form import Form
from paperwork.printing.forms.answer import answer_form
from paperwork.sheet import Sheet
from records.audit import Act
from records.clock import wall_time


class AnswersApi:
    """`/api/v1/answers`."""

    def __init__(self, answers: Answers, ledger: Ledger, printing: Printing) -> None:
        self._answers, self._ledger, self._printing = answers, ledger, printing

    def routes(self) -> list[Route]:
        look = one_of(Permission.ANSWERS, Permission.ANSWERS_OWN)
        fill = one_of(Permission.ANSWERS_OWN, Permission.ANSWERS_SIGN)
        sign = one_of(Permission.ANSWERS_SIGN)
        every, one = "/api/v1/answers", "/api/v1/answers/{call}"
        return [
            Route(
                "GET",
                every,
                look,
                self._on_list,
                "Answer records, newest first; an agent sees those of calls that they talked in.",
                query={
                    "from": "Calls that were answered from this time on.",
                    "to": "And before this time.",
                    "line": "Of this line.",
                    "agent": "Somebody who talked in the call.",
                    "owner": "Who has to fill it now.",
                    "state": {"enum": [state.value for state in State]},
                    "kind": {"enum": [kind.value for kind in Kind]},
                    "category": "Of this code.",
                    "number": "The record's own number, like 2026-000123.",
                    "work_order": "Handed on with this one.",
                    "test": {**YES, "description": "1: only tests; 0: none."},
                    "missing": {**YES, "description": "1: those that lack something though their call is over."},
                    "late": {**YES, "description": "1: those of them that lack it for too long."},
                    "order": {"enum": ["newest", "oldest"]},
                    "limit": {"type": "string", "description": f"1 to {MOST}, 50 if not given."},
                    "after": "`next` of the page before.",
                    **PRIVATE,
                },
                answer=things(answers=listing(ROW), next=MAYBE_TEXT),
                refuses=(409,),
            ),
            Route(
                "GET",
                every + "/incomplete",
                look,
                self._on_incomplete,
                "How many records lack something, of each line and who has to fill them, and since when the oldest.",
                answer=things(
                    groups=listing(
                        things(
                            line=TEXT,
                            line_name=TEXT,
                            owner=TEXT,
                            owner_name=TEXT,
                            incomplete=COUNT,
                            late=COUNT,
                            oldest=TIME,
                        )
                    )
                ),
                refuses=(409,),
            ),
            Route(
                "GET",
                every + "/fields",
                look,
                self._on_fields,
                "What a form asks for: labels, choices, lengths, and what each kind requires.",
                answer=things(fields=listing(ANY), kinds=listing(ANY), states=listing(ANY), grace={"type": "number"}),
            ),
            Route("GET", one, look, self._on_show, "One record.", query=PRIVATE, answer=RECORD),
            Route(
                "GET",
                one + "/history",
                look,
                self._on_history,
                "All that was filed in a record, in order.",
                query=PRIVATE,
                answer=things(filings=listing(things(seq=COUNT, at=TIME, who=TEXT, kind=TEXT, fields=listing(ANY)))),
            ),
            Route(
                "GET",
                one + "/sheet",
                look,
                self._on_sheet,
                "附件6: the fields in the form's order, as they are printed.",
                query=PRIVATE,
                answer=things(form=TEXT, title=TEXT, number=TEXT, fields=listing(ANY), more=listing(ANY)),
            ),
            *self._printing.routes(one + "/sheet", look, self._form, "附件6 as it is signed.", query=PRIVATE),
            Route(
                "PUT",
                one,
                fill,
                self._on_fill,
                "Write into fields; those that are not named stay. 409 `changed` when somebody wrote since `seq`.",
                body={"seq": SEQ, **BODY},
                required=("seq",),
                answer=RECORD,
                refuses=(409, 422),
            ),
            Route(
                "POST",
                one + "/sign",
                sign,
                self._on_sign,
                "管理部门审定意见: judge a complete record; from then on it is only corrected.",
                body={"seq": SEQ, "opinion": TEXT, "name": TEXT},
                required=("seq", "opinion"),
                answer=RECORD,
                refuses=(409, 422),
            ),
            Route(
                "POST",
                one + "/correct",
                sign,
                self._on_correct,
                "Correct fields of a signed record, with a reason; the form shows both.",
                body={"seq": SEQ, "reason": TEXT, **BODY},
                required=("seq", "reason"),
                answer=RECORD,
                refuses=(409, 422),
            ),
        ]

    # ── looking ─────────────────────────────────────────────────────────────

    async def _on_list(self, request: web.Request) -> web.Response:
        asker, query = request[ASKER], request.query
        wanted = self._wanted(asker, query)
        rows, following = await page_of(self._answers.book.store, wanted)
        private = await self._whole(request, [row["call"] for row in rows], own=wanted.own is not None)
        teller = self._teller()
        return web.json_response({"answers": [teller.row(row, private=private) for row in rows], "next": following})

    async def _on_incomplete(self, request: web.Request) -> web.Response:
        wanted, answers = self._wanted(request[ASKER], {"missing": "1"}), self._answers
        groups = await incomplete(answers.book.store, answers.book.rules(), self._answers.now(), wanted)
        told = [
            {
                **group,
                "line_name": answers.house.line(group["line"]),
                "owner_name": answers.house.agent(group["owner"]),
                "oldest": wall_time(group["oldest"]),
            }
            for group in groups
        ]
        return web.json_response({"groups": told})

    async def _on_fields(self, _request: web.Request) -> web.Response:
        return web.json_response(self._teller().fields())

    async def _on_show(self, request: web.Request) -> web.Response:
        record = await self._seen(request)
        private = await self._whole(request, [record.call], own=request[ASKER].agent in record.agents)
        return web.json_response(self._teller().record(record, private=private))

    async def _on_history(self, request: web.Request) -> web.Response:
        record = await self._seen(request)
        private = await self._whole(request, [record.call], own=request[ASKER].agent in record.agents)
        facts = await self._answers.book.history(record.call)
        return web.json_response({"filings": self._teller().history(facts, private=private)})

    async def _on_sheet(self, request: web.Request) -> web.Response:
        return web.json_response(sheet_data(await self._sheet(request)))

    async def _form(self, request: web.Request) -> Form:
        return answer_form(await self._sheet(request), self._printing.hotline(), self._answers.now())

    async def _sheet(self, request: web.Request) -> Sheet:
        record = await self._seen(request)
        private = await self._whole(request, [record.call], own=request[ASKER].agent in record.agents)
        return sheet_of(record, self._answers.house, self._answers.book.codes, private=private)

    # ── writing ─────────────────────────────────────────────────────────────

    async def _on_fill(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "seq", *BODY)
        record, asker = await self._seen(request), request[ASKER]
        if asker.agent not in record.agents and Permission.ANSWERS_SIGN not in asker.permissions:
            raise forbidden()
        if "test" in asked and Permission.ANSWERS_SIGN not in asker.permissions:
            raise forbidden()  # nobody takes their own calls out of the count
        fields = {name: value for name, value in asked.items() if name != "seq"}
        with refusing(_REFUSALS):
            record = await self._answers.book.fill(
                record.call, fields, seq=_seq(asked), who=asker.who, at=self._answers.now()
            )
        return web.json_response(self._teller().record(record))

    async def _on_sign(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "seq", "opinion", "name")
        record, asker = await self._seen(request), request[ASKER]
        name = text(asked, "name", longest=60, default=_shown_name(asker))
        with refusing(_REFUSALS):
            record = await self._answers.book.sign(
                record.call,
                text(asked, "opinion", longest=2000),
                name,
                seq=_seq(asked),
                who=asker.who,
                at=self._answers.now(),
            )
        self._ledger.note(asker.who, "answer_signed", about=record.call, number=record.number)
        return web.json_response(self._teller().record(record))

    async def _on_correct(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "seq", "reason", *BODY)
        record, asker = await self._seen(request), request[ASKER]
        fields = {name: value for name, value in asked.items() if name not in ("seq", "reason")}
        with refusing(_REFUSALS):
            record = await self._answers.book.correct(
                record.call,
                fields,
                text(asked, "reason", longest=2000),
                seq=_seq(asked),
                who=asker.who,
                at=self._answers.now(),
            )
        self._ledger.note(asker.who, "answer_corrected", about=record.call, number=record.number, fields=sorted(fields))
        return web.json_response(self._teller().record(record))

    # ── who may what ────────────────────────────────────────────────────────

    def _teller(self) -> Teller:
        answers = self._answers
        return Teller(answers.house, answers.book.codes, answers.book.rules())

    async def _seen(self, request: web.Request) -> Record:
        """The record that is asked for, if they may see it; else there is none. Raises Refusal."""
        return await seen(self._answers, request[ASKER], request.match_info["call"])

    def _wanted(self, asker: Asker, query: Mapping[str, str]) -> Wanted:
        """What is asked for, cut to what they may see. Raises Refusal."""
        own = None
        if Permission.ANSWERS not in asker.permissions:
            if asker.agent is None:
                raise Refusal(409, "no_seat", "this account is no agent of the plan")
            own = asker.agent
            if query.get("agent") not in (None, own):
                raise forbidden()
        late = _yes(query, "late")
        grace = timedelta(seconds=self._answers.book.rules().grace)
        limit = query.get("limit", "50")
        if not (limit.isascii() and limit.isdigit() and len(limit) < 6 and 1 <= int(limit) <= MOST):
            raise bad(f"`limit` is a number from 1 to {MOST}")
        names = ("line", "owner", "category", "number", "work_order")
        for name in (*names, "agent"):
            if len(query.get(name, "")) > 80 or "\0" in query.get(name, ""):
                raise bad(f"`{name}` is a text of at most 80 characters")
        return Wanted(
            since=instant(query, "from"),
            until=instant(query, "to"),
            **{name: query.get(name) for name in names},
            agent=own if own is not None else query.get("agent"),
            state=choice(query, "state", [*State]) if "state" in query else None,
            kind=choice(query, "kind", [*Kind]) if "kind" in query else None,
            test=_yes(query, "test") if "test" in query else None,
            missing=_yes(query, "missing"),
            late=self._answers.now() - grace if late else None,
            hidden=() if own is not None else sorted(self._answers.house.closed_to(asker.agent)),
            own=asker.agent,
            oldest=choice(query, "order", ("newest", "oldest"), "newest") == "oldest",
            limit=int(limit),
            after=_place(query),
        )

    async def _whole(self, request: web.Request, calls: list[str], *, own: bool) -> bool:
        """Whether whole names and contacts are asked for; written down before they are shown. Raises Refusal.

        Who talked with the callers may ask for them, too.
        """
        if not _yes(request.query, "private"):
            return False
        asker = request[ASKER]
        if Permission.NUMBERS not in asker.permissions and not own:
            raise forbidden()
        reason = request.query.get("reason", "").strip()
        if not 1 <= len(reason) <= 500 or "\0" in reason:
            raise bad("say why in `reason`: whole names and contacts are written into the audit log")
        await self._ledger.write(asker.who, Act.NUMBERS_SHOWN, about="answers", reason=reason, calls=calls)
        return True


_REFUSALS: Refusals = {
    Unfit: lambda error: unfit(str(error), error.fields),
    Changed: lambda _: Refusal(409, "changed", "somebody wrote into this record meanwhile: read it again"),
    Illegal: not_now,
    NoRecord: lambda _: Refusal(404, "not_found", "there is no answer record of this call"),
}


def _shown_name(asker: Asker) -> str | None:
    return None if asker.user is None else asker.user.shown


def _seq(asked: Asked) -> int:
    return number(asked, "seq", least=1)


def _yes(query: Mapping[str, str], name: str) -> bool:
    return choice(query, name, ("0", "1"), "0") == "1"


def _place(query: Mapping[str, str]) -> tuple[datetime, str] | None:
    if (place := query.get("after")) is None:
        return None
    at, _, call = place.partition("~")
    found = instant({"after": at}, "after")
    if found is None or not call or len(call) > 64 or "\0" in call:
        raise bad("`after` is `next` of the page before")
    return found, call
