"""Work orders (转办单) through the API: opened by whoever took the call, managed by leaders, looked at by auditors.

An agent sees and moves their own; of an order of a confidential line everybody else sees only where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from desk.asked import choice, flag, instant, told
from desk.asker import ASKER, Asker
from desk.ledger import Ledger
from desk.orders_schemas import BOARD, ESCALATIONS, LIST, OPENED, UNITS, WHOLE, WORDS
from desk.printed import Printing
from desk.refusal import Refusal, Refusals, bad, forbidden, refusing
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, FLAG, written
from paperwork.answers.names import PlanHouse
from paperwork.filing import Changed
from paperwork.kind import Kind
from paperwork.orders.accused import Unclear
from paperwork.orders.asked import FORMS, Open, Unfit, read
from paperwork.orders.listing import Wanted, escalations_of, page_of
from paperwork.orders.names import HouseNames
from paperwork.orders.orders import Actor, Held, NoOrder, Orders
from paperwork.orders.served import served_of
from paperwork.orders.sheet import sheet_of
from paperwork.orders.shown import fact_json, order_json, typed, veiled, veiled_whole, whole_json, words_json
from paperwork.orders.state import IllegalMove, Move, State
from paperwork.orders.tally import tally_of
from paperwork.orders.words import Clock, Source, Urgency
from paperwork.pinyin import Speller
from paperwork.printing.form import Form
from paperwork.printing.forms.order import order_form
from paperwork.registers.units import Units
from records.audit import Act
from routing.plan import Plan

AGENTS_MOVES: Final = frozenset({Move.HAND_ON, Move.SETTLE, Move.ANSWER, Move.VISIT, Move.URGE, Move.CORRECT})
"""What agents do with their own orders: who answered stays responsible until it is handed on (首问负责)."""
MOST: Final = 500
_BY_HAND: Final = (Source.CALL, Source.MAYOR, Source.OTHER)
_NOT_SAID: Final = frozenset({"recording", "acceptance"})
"""Fields that an order has from where it came in."""

_PRIVATE: Final[Mapping[str, Any]] = {
    "private": {"enum": ["0", "1"], "description": "1 for whole numbers and names: needs numbers.read and a `reason`"},
    "reason": "why; it is audited",
}


class OrdersApi:
    """`/api/v1/orders`. `path` gives a category's path."""

    def __init__(
        self,
        orders: Orders,
        ledger: Ledger,
        plan: Callable[[], Plan] | None,
        path: Callable[[str], str | None],
        printing: Printing,
        speller: Speller,
    ) -> None:
        self._orders, self._ledger, self._plan, self._path = orders, ledger, plan, path
        self._printing, self._speller = printing, speller

    def routes(self) -> list[Route]:
        look = one_of(Permission.ORDERS_READ, Permission.ORDERS_OWN)
        write = one_of(Permission.ORDERS, Permission.ORDERS_OWN)
        every = "/api/v1/orders"
        fields = {name: of for name, of in written(Open)["properties"].items() if name not in _NOT_SAID}
        fields["source"] = {"enum": [str(one) for one in _BY_HAND]}
        return [
            Route("GET", every, look, self._on_list, _LISTED, query={**_FILTERS, **_PRIVATE}, answer=LIST),
            Route(
                "GET",
                every + "/board",
                look,
                self._on_board,
                "How many open orders stand where, and how many are late; an agent's own. Tests never count.",
                answer=BOARD,
            ),
            Route(
                "GET",
                every + "/words",
                look,
                self._on_words,
                "Every word of an order with what people call it.",
                answer=WORDS,
            ),
            Route(
                "GET",
                every + "/units",
                one_of(Permission.ORDERS, Permission.ORDERS_OWN),
                self._on_units,
                "The units that an order can be handed to, with how their names are typed.",
                answer=UNITS,
            ),
            Route(
                "GET",
                every + "/escalations",
                look,
                self._on_escalations,
                "For which orders time ran out, and who was to be told; the newest first. An agent sees those of their "
                "own orders; tests never count.",
                query={"from": "since this time; the last 7 days without it", "limit": _LIMIT},
                answer=ESCALATIONS,
            ),
            Route(
                "GET",
                every + "/{number}",
                look,
                self._on_show,
                "One order with its history, its form (附件9), and what may be done with it.",
                query=_PRIVATE,
                answer=WHOLE,
            ),
            *self._printing.routes(
                every + "/{number}/sheet",
                look,
                self._sheet,
                "附件9, the form of an order (转办单).",
                query=_PRIVATE,
            ),
            Route(
                "POST",
                every,
                write,
                self._on_open,
                "A new order. With `call` that call's answer record fills in what is not said; `settle` settles it "
                "on the spot, `hand_on` hands it on at once; `another` opens a second one for a call.",
                body={**fields, "another": FLAG},
                answer=OPENED,
                status=201,
                refuses=(409,),
            ),
            Route(
                "POST",
                every + "/{number}/{move}",
                write,
                self._on_move,
                "Do something with an order: docs/orders.md has the moves and what each says. `seq` is the one that "
                "was looked at: 409 when somebody was faster.",
                body=_moves_body(),
                answer=WHOLE,
                refuses=(409,),
            ),
        ]

    # ── looking ─────────────────────────────────────────────────────────────

    async def _on_list(self, request: web.Request) -> web.Response:
        asker = request[ASKER]
        wanted, limit = self._wanted(request.query, asker), _limit(request.query)
        now = self._orders.now()
        rows, following = await page_of(self._orders.store, wanted, now, limit=limit, after=request.query.get("after"))
        private = await self._unmasked(request, [row["number"] for row in rows])
        names, closed = await self._names(), self._closed(asker)
        found = []
        for row in rows:
            shown = order_json(row, now, names, private=private)
            found.append(veiled(shown) if row["line"] in closed and row["opened_by"] != asker.who else shown)
        return web.json_response({"orders": found, "next": following})

    def _wanted(self, query: Mapping[str, str], asker: Asker) -> Wanted:
        states = [state for state in query.get("state", "").split(",") if state]
        if strange := [state for state in states if state not in (*State, "open")]:
            raise bad(f"`state`: {strange[0][:40]!r} is none of open, {', '.join(State)}")
        own = None if Permission.ORDERS_READ in asker.permissions else asker.who
        words = {"kind": tuple(Kind), "source": tuple(Source), "urgency": tuple(Urgency), "clock": tuple(Clock)}
        return Wanted(
            states=[State(state) for state in states if state != "open"],
            living="open" in states,
            overdue=choice(query, "overdue", ("0", "1"), "0") == "1",
            due_before=instant(query, "due_before"),
            since=instant(query, "from"),
            until=instant(query, "to"),
            opened_by=own or query.get("opened_by"),
            tests=choice(query, "tests", ("0", "1"), "0") == "1",
            **{name: query.get(name) for name in ("unit", "line", "call")},
            **{name: choice(query, name, of) if name in query else None for name, of in words.items()},
        )

    async def _on_board(self, request: web.Request) -> web.Response:
        asker = request[ASKER]
        own = None if Permission.ORDERS_READ in asker.permissions else asker.who
        tally = await tally_of(self._orders.store, self._orders.now(), opened_by=own)
        names, shown = await self._names(), tally.to_json()
        for unit in shown["units"]:
            unit["unit_name"] = unit["unit"] and names.unit(unit["unit"])
        return web.json_response(shown)

    async def _on_words(self, _request: web.Request) -> web.Response:
        forms = {typed(move): written(form) for move, form in FORMS.items()}
        return web.json_response({**words_json(), "forms": forms})

    async def _on_units(self, _request: web.Request) -> web.Response:
        units = await Units(self._orders.store).all()
        typed = await self._speller.spell(unit.name for unit in units)
        told_of = [
            {"id": unit.id, "name": unit.name, "also": list(unit.entry.also), **typed[unit.name].to_json()}
            for unit in units
        ]
        return web.json_response({"units": told_of})

    async def _on_escalations(self, request: web.Request) -> web.Response:
        asker = request[ASKER]
        since = instant(request.query, "from") or self._orders.now() - timedelta(days=7)
        own = None if Permission.ORDERS_READ in asker.permissions else asker.who
        names = await self._names()
        found = await escalations_of(self._orders.store, since, _limit(request.query), opened_by=own)
        told_of = [
            {"order": one.paper.partition(":")[2], **fact_json(one, names, private=False)["data"], "at": at}
            for one in found
            for at in [fact_json(one, names, private=False)["at"]]
        ]
        for one in told_of:
            one["told"] = [
                {**who, "unit_name": names.unit(who["unit"])} if "unit" in who else who for who in one["told"]
            ]
        return web.json_response({"escalations": told_of})

    async def _on_show(self, request: web.Request) -> web.Response:
        held = await self._held(request)
        private = await self._unmasked(request, [held.order.number])
        return web.json_response(await self._whole(held, request[ASKER], private=private))

    async def _sheet(self, request: web.Request) -> Form:
        held = await self._held(request)
        asker, order = request[ASKER], held.order
        if self._hidden(held, asker):
            raise forbidden()
        private = await self._unmasked(request, [order.number])
        sheet = sheet_of(order, await self._names(), private=private)
        return order_form(sheet, self._printing.hotline(), self._printing.now())

    async def _whole(self, held: Held, asker: Asker, *, private: bool = False) -> dict[str, Any]:
        shown = whole_json(held, self._orders.now(), await self._names(), private=private)
        if Permission.ORDERS not in asker.permissions:
            mine = {typed(move) for move in AGENTS_MOVES} if Permission.ORDERS_OWN in asker.permissions else set()
            shown["moves"] = [move for move in shown["moves"] if move["move"] in mine]
        if self._hidden(held, asker):
            return veiled_whole(shown)
        return shown

    async def _held(self, request: web.Request) -> Held:
        """The order that is meant, if the asker may see it. Raises Refusal."""
        asker = request[ASKER]
        try:
            held = await self._orders.find(request.match_info["number"][:40])
        except NoOrder:
            raise _none() from None
        whole = {Permission.ORDERS_READ, Permission.ORDERS} & asker.permissions
        if not whole and held.order.opened_by != asker.who:
            raise _none()
        return held

    def _closed(self, asker: Asker) -> frozenset[str]:
        return frozenset() if self._plan is None else PlanHouse(self._plan).closed_to(asker.agent)

    def _hidden(self, held: Held, asker: Asker) -> bool:
        """Whether they see no more of it than where it stands."""
        return held.order.body.line in self._closed(asker) and held.order.opened_by != asker.who

    async def _names(self) -> HouseNames:
        return await HouseNames.of(self._orders.store, self._plan and self._plan(), self._path)

    async def _unmasked(self, request: web.Request, numbers: list[str]) -> bool:
        """Whether whole numbers and names are asked for; written down before they are shown. Raises Refusal."""
        if choice(request.query, "private", ("0", "1"), "0") == "0":
            return False
        asker = request[ASKER]
        if Permission.NUMBERS not in asker.permissions:
            raise forbidden()
        why = request.query.get("reason", "").strip()
        if not 1 <= len(why) <= 500 or "\0" in why:
            raise bad("say why in `reason`: whole numbers are written into the audit log")
        await self._ledger.write(asker.who, Act.NUMBERS_SHOWN, about="orders", reason=why, orders=numbers)
        return True

    # ── doing ───────────────────────────────────────────────────────────────

    async def _on_open(self, request: web.Request) -> web.Response:
        asked = dict(await told(request))
        another = flag(asked, "another") if "another" in asked else False
        asked.pop("another", None)
        with refusing(_REFUSALS):
            form = read(Open, asked)
        if form.source not in _BY_HAND or _NOT_SAID & form.model_fields_set:
            raise bad(f"`source` is one of {', '.join(map(str, _BY_HAND))}; what came in by itself has its own way")
        if form.line is not None and self._plan is not None and form.line not in self._plan().lines:
            raise bad(f"`line`: the plan has no line {form.line!r}")
        asker = request[ASKER]
        if form.test and Permission.ORDERS not in asker.permissions:
            raise forbidden()  # nobody takes their own orders out of the count
        if form.call is not None and not await self._may_know(form.call, asker):
            raise bad(f"`call`: nothing is known of a call {form.call!r}")
        with refusing(_REFUSALS):
            order = await self._orders.open(form, _actor(asker), another=another)
        held = await self._orders.find(order.number)
        return web.json_response(await self._whole(held, asker), status=201)

    async def _may_know(self, call: str, asker: Asker) -> bool:
        """Whether they may see what is known of a call: an order copies it. As with answer records (`AnswersApi`)."""
        served = await served_of(self._orders.store, call)
        if asker.agent is not None and asker.agent in served.agents:
            return True
        return Permission.ANSWERS in asker.permissions and not served.closing() & self._closed(asker)

    async def _on_move(self, request: web.Request) -> web.Response:
        asker, move = request[ASKER], _move(request.match_info["move"])
        held = await self._held(request)
        if Permission.ORDERS not in asker.permissions and move not in AGENTS_MOVES:
            raise forbidden()
        asked = dict(await told(request))
        seq = asked.pop("seq", None)
        if seq is not None and (not isinstance(seq, int) or isinstance(seq, bool)):
            raise bad("`seq` is the number of the order's last filing, as it was shown")
        changes = asked.get("changes")
        if move is Move.CORRECT and self._hidden(held, asker) and isinstance(changes, Mapping) and "line" in changes:
            raise forbidden()  # on another line it would lie open
        with refusing(_REFUSALS):
            await self._orders.move(held.order.number, move, asked, _actor(asker), seq=seq)
        return web.json_response(await self._whole(await self._orders.find(held.order.number), asker))


_LIMIT = {"type": "string", "pattern": "^[1-9][0-9]{0,2}$", "description": f"1 to {MOST}, 50 if not given"}
_FLAG = {"enum": ["0", "1"]}
_LISTED = "Orders, newest first; an agent sees their own."
_FILTERS: Final[Mapping[str, Any]] = {
    "state": "words of `/api/v1/orders/words` with commas between; `open`: all that are not closed",
    "unit": "the unit it was handed to last",
    "line": "the line it came in on",
    "kind": {"enum": [str(kind) for kind in Kind], "description": "one kind"},
    "source": {"enum": [str(one) for one in Source], "description": "where it came from"},
    "urgency": {"enum": [str(one) for one in Urgency], "description": "its urgency"},
    "clock": {"enum": [str(one) for one in Clock], "description": "the clock that runs"},
    "call": "the call it came from",
    "opened_by": "who opened it: desk:NAME",
    "overdue": {**_FLAG, "description": "1: those whose clock has run out"},
    "due_before": "those whose clock runs out before this time",
    "from": "opened from this time on",
    "to": "and before this time",
    "tests": {**_FLAG, "description": "1: those of tests too"},
    "limit": _LIMIT,
    "after": "`next` of the page before",
}


def _moves_body() -> dict[str, Any]:
    """All fields of all moves: which of them each takes is told by `/api/v1/orders/words`."""
    fields: dict[str, Any] = {}
    for form in FORMS.values():
        for name, of in written(form)["properties"].items():
            fields.setdefault(name, of)
    return {"seq": COUNT, **fields}


def _limit(query: Mapping[str, str]) -> int:
    limit = query.get("limit", "50")
    if not (limit.isascii() and limit.isdigit() and len(limit) < 6 and 1 <= int(limit) <= MOST):
        raise bad(f"`limit` is a number from 1 to {MOST}")
    return int(limit)


def _move(word: str) -> Move:
    known = {typed(move): move for move in FORMS}
    if word not in known:
        raise Refusal(404, "not_found", f"there is no such move; there is {', '.join(known)}")
    return known[word]


def _actor(asker: Asker) -> Actor:
    return Actor(asker.who, asker.who.partition(":")[2] if asker.user is None else asker.user.shown)


def _cannot(error: IllegalMove) -> Refusal:
    if isinstance(error, Unclear):
        return Refusal(409, "which_unit", str(error), units={unit.id: unit.name for unit in error.units})
    return Refusal(409, "refused", str(error))


_REFUSALS: Refusals = {
    Unfit: lambda error: bad(str(error)),
    IllegalMove: _cannot,
    Changed: lambda _: Refusal(409, "changed", "somebody else changed this order meanwhile: look again"),
}


def _none() -> Refusal:
    return Refusal(404, "not_found", "there is no such order")
