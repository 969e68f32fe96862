"""The desk, put together: every part of this room, and all routes behind the guard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic as steady

from aiohttp import web

from desk.answers_api import AnswersApi
from desk.calls_api import CallsApi
from desk.categories_api import CategoriesApi
from desk.exchange_api import ExchangeApi
from desk.factor import Sealer
from desk.floor_api import Floor, FloorApi
from desk.gate import Gate
from desk.guard import Guard
from desk.ledger import Ledger, Write
from desk.live import Live
from desk.openapi import description
from desk.orders_api import OrdersApi
from desk.pages import Pages
from desk.passwords import Passwords
from desk.printed import Printing
from desk.quality_api import QualityApi
from desk.recordings_api import RecordingsApi
from desk.registers_api import RegistersApi
from desk.reports_api import Live as Reports
from desk.reports_api import ReportsApi
from desk.route import PUBLIC, Route
from desk.session_api import SessionApi
from desk.sessions import Lengths, Sessions
from desk.signing_in import SigningIn
from desk.tokens import Tokens
from desk.users import Users
from desk.users_api import UsersApi
from desk.webhooks_api import WebhooksApi
from paperwork.answers.office import Answers
from paperwork.categories.trees import Trees
from paperwork.orders.orders import Orders
from paperwork.printing.press import Press
from paperwork.quality.rules import QualityRules
from paperwork.webhooks.book import Webhooks
from paperwork.webhooks.hosts import Hosts
from records.retention.holds import Holds
from records.store import Store
from records.vault.vault import Vault
from routing.plan import Plan


@dataclass(frozen=True, slots=True)
class Desk:
    """What the rest of the house asks of it. `ledger.run` and `live.run` must run."""

    guard: Guard
    users: Users
    ledger: Ledger
    live: Live
    routes: tuple[Route, ...]

    def give(self, app: web.Application, more: tuple[Route, ...] = ()) -> None:
        """Put all routes, and those of others, into the application, each behind its need."""
        for route in (*self.routes, *more):
            app.router.add_route(route.method, route.path, self.guard.around(route))
        app.on_shutdown.append(self.live.close)


@asynccontextmanager
async def open_desk(
    url: str,
    gate: Gate,
    floor: Floor,
    *,
    key: bytes,
    write: Write,
    hotline: Callable[[], tuple[str, str]],
    version: str,
    plan: Callable[[], Plan] | None = None,
    trees: Callable[[], Trees] | None = None,
    hosts: Hosts = Hosts(),  # noqa: B008 - a frozen value
    orders: Orders | None = None,
    path: Callable[[str], str | None] = lambda code: None,
    answers: Answers | None = None,
    quality: Callable[[], QualityRules] = QualityRules,
    recordings: Callable[[], Collection[str]] | None = None,
    reports: Reports | None = None,
    vault: Vault | None = None,
    holds: Holds | None = None,
    lengths: Lengths = Lengths(),  # noqa: B008 - a frozen value
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    monotonic: Callable[[], float] = steady,
) -> AsyncIterator[Desk]:
    """The desk on the database at `url`. `key` (32 bytes) seals second factors, `write` is the audit log's.

    `hotline` gives number and name of the hotline, `plan` the live one, `hosts` where webhooks may lead, `orders` the
    work orders, `path` that of a category, `quality` the sheets that talks are judged by, `recordings` the names of
    those that are there; without `answers` and `reports` nothing is told of them, without `vault` and `holds` nothing
    of recordings. `now` is the machine's own time: codes of the moment depend on it.
    """
    store, passwords = Store(url), Passwords()
    press, reporter = Press(), Press()  # nobody waits for a month's report to print one sheet
    try:
        users, sessions, tokens, ledger = Users(store), Sessions(store, lengths), Tokens(store), Ledger(write)
        signing_in = SigningIn(
            users,
            sessions,
            passwords,
            Sealer(key),
            ledger,
            hotline=lambda: " ".join(hotline()),
            now=now,
            monotonic=monotonic,
        )
        guard = Guard(gate, sessions, tokens, ledger, now=now, monotonic=monotonic)
        live = Live(floor, sessions, now)
        printing, making = (Printing(each, lambda: hotline()[1], now) for each in (press, reporter))
        parts = (
            SessionApi(signing_in, gate),
            UsersApi(users, sessions, passwords, ledger, now),
            RegistersApi(store, ledger, plan, now, printing),
            FloorApi(floor, ledger),
            CallsApi(store, ledger),
            CategoriesApi(store, trees),
            QualityApi(store, ledger, quality, plan, recordings, now),
            WebhooksApi(Webhooks(store, Sealer(key), hosts), ledger, version, now),
            *(() if answers is None else (AnswersApi(answers, ledger, printing),)),
            *(() if vault is None or holds is None else (RecordingsApi(store, ledger, vault, holds, plan, now),)),
            live,
            Pages(signing_in, gate, hotline),
        )
        routes = [route for part in parts for route in part.routes()]
        if orders is not None:
            routes += [*OrdersApi(orders, ledger, plan, path, printing).routes(), *ExchangeApi(orders).routes()]
        if reports is not None:
            routes += ReportsApi(reports, ledger, making).routes()
        routes.append(_described(routes, version))
        yield Desk(guard, users, ledger, live, tuple(routes))
    finally:
        passwords.close()
        await press.close()
        await reporter.close()
        await store.close()


def _described(routes: list[Route], version: str) -> Route:
    async def on_description(_request: web.Request) -> web.Response:
        return web.json_response(description(routes, version))

    return Route("GET", "/api/v1/openapi.json", PUBLIC, on_description, "This description.", answer={"type": "object"})
