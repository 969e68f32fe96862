"""The desk, put together: every part of this room, and all routes behind the guard."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from time import monotonic as steady
from typing import Any

from aiohttp import web
from sqlalchemy.exc import DBAPIError

from desk.answers_api import AnswersApi
from desk.audit_api import AuditApi
from desk.audit_chain import Chain, Verify
from desk.caller_api import CallerApi, Callers, Nobody
from desk.calls_api import CallsApi
from desk.categories_api import CategoriesApi, Mapping
from desk.drafts_api import DraftsApi
from desk.exchange_api import ExchangeApi
from desk.factor import Sealer
from desk.floor_api import Floor, FloorApi
from desk.gate import Gate
from desk.guard import Guard
from desk.hand_api import Hand, HandApi
from desk.hearing import Hearing
from desk.imports_api import ImportsApi
from desk.knowledge_api import Knowing, KnowledgeApi
from desk.knowledge_desk import KnowledgeDesk
from desk.ledger import Ledger, Write
from desk.live import Live
from desk.often_api import OftenApi
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
from desk.routing_api import RoutingApi
from desk.routing_port import Routing
from desk.schemas import written
from desk.session_api import SessionApi
from desk.sessions import Lengths, Sessions
from desk.signed_api import SignedApi
from desk.signing_in import SigningIn
from desk.sound_api import SoundApi
from desk.targets_api import TargetsApi
from desk.telephone import Telephone, Telephones
from desk.telling_api import Telling, TellingApi
from desk.tokens import Tokens
from desk.trying import Stand, Trial
from desk.users import Users
from desk.users_api import UsersApi
from desk.webhooks_api import WebhooksApi
from knowledge.article import Article
from paperwork.answers.office import Answers
from paperwork.categories.trees import Trees
from paperwork.orders.asked import FORMS, Open
from paperwork.orders.exchange import Incoming
from paperwork.orders.orders import Orders
from paperwork.pinyin import Speller
from paperwork.printing.press import Press
from paperwork.quality.rules import QualityRules
from paperwork.registers.entries import Register
from paperwork.registers.units import Units
from paperwork.webhooks.book import Webhooks
from paperwork.webhooks.hosts import Hosts
from records.retention.holds import Holds
from records.store import NoDatabase, Store
from records.vault.vault import Vault
from routing.plan import Plan
from routing.reading.problem import Unreadable


@dataclass(frozen=True, slots=True)
class Desk:
    """What the rest of the house asks of it. `ledger.run`, `live.run` and `telephone.run` must run."""

    guard: Guard
    users: Users
    ledger: Ledger
    live: Live
    telephone: Telephone
    trial: Trial
    routes: tuple[Route, ...]
    spell_ahead: Callable[[], Coroutine[Any, Any, None]]
    """Learn how categories and units are typed, so that nobody waits for the dictionary at first use."""

    def give(self, app: web.Application, more: tuple[Route, ...] = ()) -> None:
        """Put all routes, and those of others, into the application, each behind its need."""
        for route in (*self.routes, *more):
            app.router.add_route(route.method, route.path, self.guard.around(route))
        app.on_shutdown.append(self.live.close)
        app.on_shutdown.append(self.telephone.close)


def learn() -> None:
    """Work out what takes a while and is the same for every desk: for a process from which engines are forked."""
    for model in (Article, Incoming, Open, *FORMS.values(), *(register.model for register in Register)):
        written(model)


@asynccontextmanager
async def open_desk(
    url: str,
    gate: Gate,
    floor: Floor,
    telephones: Telephones,
    *,
    key: bytes,
    write: Write,
    verify: Verify | None = None,
    hotline: Callable[[], tuple[str, str]],
    version: str,
    plan: Callable[[], Plan] | None = None,
    trees: Callable[[], Trees] | None = None,
    mapping: Mapping | None = None,
    hosts: Hosts = Hosts(),  # noqa: B008 - a frozen value
    orders: Orders | None = None,
    path: Callable[[str], str | None] = lambda code: None,
    answers: Answers | None = None,
    quality: Callable[[], QualityRules] = QualityRules,
    recordings: Callable[[], Collection[str]] | None = None,
    reports: Reports | None = None,
    vault: Vault | None = None,
    holds: Holds | None = None,
    callers: Callers = Nobody(),  # noqa: B008 - it keeps nothing
    routing: Routing | None = None,
    stand: Stand | None = None,
    hand: Hand | None = None,
    telling: Telling | None = None,
    lengths: Lengths = Lengths(),  # noqa: B008 - a frozen value
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    monotonic: Callable[[], float] = steady,
) -> AsyncIterator[Desk]:
    """The desk on the database at `url`. `key` (32 bytes) seals second factors, `write` and `verify` are the audit
    log's; without `verify` it is not shown.

    `hotline` gives number and name of the hotline, `plan` the live one, `hosts` where webhooks may lead, `orders` the
    work orders, `path` that of a category, `quality` the sheets that talks are judged by, `recordings` the names of
    those that are there, `callers` knows who calls, `routing` the plan's drafts, with `stand` the hotline can be
    tried; without `answers` and `reports` nothing is told of them, without `vault` and `holds` nothing of recordings,
    without `mapping` no
    place of a category is changed, without `hand` and `telling` nothing is
    turned by hand, and no why told. `now` is the machine's own time: codes of the moment depend on it.
    """
    store, passwords, speller = Store(url), Passwords(), Speller()
    knowing = Knowing(store, plan, trees, speller, now)
    chain = None if verify is None else Chain(verify, now)
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
        telephone = Telephone(telephones, sessions, ledger, now)
        trial = Trial(stand, telephone, telephones, users, sessions, passwords, ledger, gate, now)
        printing, making = (Printing(each, lambda: hotline()[1], now) for each in (press, reporter))
        parts = (
            SessionApi(signing_in, gate),
            UsersApi(users, sessions, passwords, ledger, now),
            RegistersApi(store, ledger, plan, now, printing),
            FloorApi(floor, ledger),
            CallerApi(store, callers, plan, path),
            TargetsApi(floor, plan, speller),
            OftenApi(store, plan),
            CallsApi(store, ledger),
            CategoriesApi(store, trees, speller, ledger, mapping),
            KnowledgeApi(knowing, answers),
            KnowledgeDesk(knowing, ledger),
            QualityApi(store, ledger, quality, plan, recordings, now),
            WebhooksApi(Webhooks(store, Sealer(key), hosts), ledger, version, now),
            *(() if chain is None else (AuditApi(store, ledger, chain),)),
            *(() if answers is None else (AnswersApi(answers, ledger, printing),)),
            *_of_recordings(store, ledger, vault, holds, plan, now),
            live,
            telephone,
            trial,
            Pages(signing_in, gate, hotline),
        )
        routes = [route for part in parts for route in part.routes()]
        if hand is not None:
            routes += HandApi(hand, ledger).routes()
        if telling is not None:
            routes += TellingApi(telling, ledger).routes()
        if orders is not None:
            routes += [
                *OrdersApi(orders, ledger, plan, path, printing, speller).routes(),
                *ExchangeApi(orders).routes(),
            ]
        if routing is not None:
            routes += [*RoutingApi(routing).routes(), *DraftsApi(routing, ledger).routes()]
        if reports is not None:
            routes += ReportsApi(reports, ledger, making).routes()
            routes += SignedApi(reports, store, ledger, making, now).routes()
            routes += ImportsApi(reports, store, ledger, making, now).routes()
        routes.append(_described(routes, version))
        ahead = partial(_spell_ahead, store, speller, trees, units=orders is not None)
        yield Desk(guard, users, ledger, live, telephone, trial, tuple(routes), ahead)
    finally:
        passwords.close()
        if chain is not None:
            await chain.close()
        await press.close()
        await reporter.close()
        await knowing.shelf.close()
        await speller.close()
        await store.close()


async def _spell_ahead(store: Store, speller: Speller, trees: Callable[[], Trees] | None, *, units: bool) -> None:
    """What cannot be read now is spelled when somebody asks for it, and they are told what is wrong."""
    names: set[str] = set()
    with suppress(Unreadable, OSError):
        if trees is not None:
            names |= {one.name for one in (await asyncio.to_thread(trees)).categories.values()}
    with suppress(DBAPIError, NoDatabase):
        if units:
            names |= {unit.name for unit in await Units(store).all()}
    await speller.spell(names)


def _of_recordings(
    store: Store,
    ledger: Ledger,
    vault: Vault | None,
    holds: Holds | None,
    plan: Callable[[], Plan] | None,
    now: Callable[[], datetime],
) -> tuple[RecordingsApi | SoundApi, ...]:
    if vault is None or holds is None:
        return ()
    hearing = Hearing(store, ledger, vault, plan, now)
    return RecordingsApi(store, hearing, holds, now), SoundApi(store, hearing)


def _described(routes: list[Route], version: str) -> Route:
    @cache
    def told() -> str:  # anybody may ask, and it takes a tenth of a second: made once
        return json.dumps(description(routes, version))

    async def on_description(_request: web.Request) -> web.Response:
        return web.json_response(text=told())

    return Route("GET", "/api/v1/openapi.json", PUBLIC, on_description, "This description.", answer={"type": "object"})
