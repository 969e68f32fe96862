"""The exchange with the mayor's hotline (12345): orders in, answers out, by a machine with the scope or by a leader."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from desk.asked import choice, instant, only, told
from desk.asker import ASKER
from desk.refusal import Refusal, bad
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import MAYBE_TEXT, MAYBE_TIME, TEXT, TIME, listing, things, written
from paperwork.filing import Changed
from paperwork.orders.exchange import Incoming, Refused, answers_of, rows_of, take, to_csv
from paperwork.orders.orders import Actor, Orders

_TAKEN = things(number=TEXT, order=TEXT, what={"enum": ["new", "known", "withdrawn"]})
_ANSWER = things(
    **dict.fromkeys(("number", "order", "state", "state_label"), TEXT),
    **dict.fromkeys(("unit", "result", "result_label", "text", "answer", "satisfaction", "returned"), MAYBE_TEXT),
    **dict.fromkeys(("changed", "opened"), TIME),
    **dict.fromkeys(("accepted", "handed_on", "done_by", "done", "answered", "closed"), MAYBE_TIME),
)


class ExchangeApi:
    """`/api/v1/exchange/12345`: docs/exchange-12345.md."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def routes(self) -> list[Route]:
        need = one_of(Permission.EXCHANGE)
        path = "/api/v1/exchange/12345"
        return [
            Route(
                "POST",
                path,
                need,
                self._on_take,
                "Hand orders over, all of them or none: a number that is known changes nothing; `withdrawn` takes one "
                "back. `csv` is a file's text instead of `orders`.",
                body={"orders": listing(written(Incoming)), "csv": TEXT},
                answer=things(orders=listing(_TAKEN)),
                refuses=(409, 422),
            ),
            Route(
                "GET",
                path,
                need,
                self._on_answers,
                "How the orders stand that were handed over, and what came of them.",
                query={
                    "from": "those in which something happened since this time; all without it",
                    "format": {"enum": ["json", "csv"], "description": "JSON without it"},
                },
                answer=things(orders=listing(_ANSWER)),
            ),
        ]

    async def _on_take(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "orders", "csv")
        if ("csv" in asked) is ("orders" in asked):
            raise bad("send `orders`, or a file's text as `csv`")
        who = request[ASKER].who
        try:
            if "csv" in asked:
                if not isinstance(asked["csv"], str):
                    raise bad("`csv` is the text of a file")
                rows = rows_of(asked["csv"], "csv")
            else:
                rows = rows_of(json.dumps({"orders": asked["orders"]}), "json")
            taken = await take(self._orders, rows, Actor(who, "12345"))
        except Refused as error:
            raise Refusal(422, "refused", f"nothing was taken in: {error}"[:4000]) from None
        except Changed:
            raise Refusal(409, "changed", "the same orders came in at the same time: send them again") from None
        return web.json_response({"orders": [one.to_json() for one in taken]})

    async def _on_answers(self, request: web.Request) -> web.Response:
        found: list[dict[str, Any]] = await answers_of(self._orders, instant(request.query, "from"))
        if choice(request.query, "format", ("json", "csv"), "json") == "csv":
            return web.Response(text=to_csv(found), content_type="text/csv")
        return web.json_response({"orders": found})
