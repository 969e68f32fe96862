"""The desk on a real socket with a floor that is made up, its clocks in our hands, and browsers that visit it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pyotp
from aiohttp import web
from prometheus_client import CollectorRegistry

from acd.agent import Presence
from desk.desk import Desk, open_desk
from desk.dossier import Current, Known
from desk.gate import Gate
from desk.ledger import Write
from desk.listening import listening
from desk.passwords import hashed
from desk.refusal import Refusal
from desk.roles import Permission, Role
from desk.tokens import Tokens
from desk.trying import Stand
from desk.users import Users
from hotline.desk_hand import DeskHand
from hotline.desk_routing import DeskRouting
from hotline.desk_telling import DeskTelling
from hotline.drafting.jobs import Jobs, NoPlan, Wrong
from hotline.drafting.workbench import Errors, Senseless
from hotline.mapping import put_place
from hotline.office import basis_of, trees_of
from hotline.operators import read_config
from hotline.settings import HOUSE, Settings, load
from hotline.web import create_app
from ivr.clock import Clock
from ivr.journal import Entry
from paperwork.answers.clerk import AnswerClerk
from paperwork.answers.office import Answers, open_clerk
from paperwork.categories.shelf import Shelf
from paperwork.categories.trees import Trees
from paperwork.orders.office import orders_of
from paperwork.orders.rules import OrderRules
from paperwork.rules import Rules
from records.audit import Audit, Written
from records.migrations import upgrade
from records.retention.holds import Holds
from records.store import Store
from records.vault.ciphers import CIPHERS
from records.vault.keys import KeyFile
from records.vault.vault import Vault
from routing.plan import Plan
from tests.desk.telephones import MadeUpTelephones, made_up_telephones
from tests.paperwork.answers.made_up import MadeUpCodes, MadeUpNames
from tests.service.test_web import MadeUpHotline
from tests.service.town import Town

NUMBER = "13900000011"
WORDS = "correct horse battery staple"
_HASH = hashed(WORDS)
SEATS = {Role.AGENT: "ann", Role.LEADER: "chief"}


@cache
def shipped_trees() -> Trees:
    """The categories that the hotline comes with."""
    return trees_of(HOUSE / "config")


@dataclass
class MadeUpFloor:
    """Keeps what it was told to do."""

    did: list[tuple[str, str, str, Mapping[str, Any]]] = field(default_factory=list)
    waiting: int = 1

    def floor(self, *, private: bool = False) -> dict[str, Any]:
        number = NUMBER if private else "139****0011"
        return {
            "now": "2026-10-01T09:00:00+08:00",
            "plan": "热线",
            "lines": [
                {
                    "id": "desk",
                    "agents": {Presence.READY: 1},
                    "waiting_calls": self.waiting,
                    "waiting": [{"call": "c2", "number": number}],
                }
            ],
            "agents": [{"id": "ann", "presence": "ready"}, {"id": "bob", "presence": "talking"}],
            "offers": [],
            "talks": [{"agent": "bob", "call": "c1", "number": number}],
            "callbacks": [{"number": number}],
            "answers": [{"agent": "ann", "call": "c3"}, {"agent": "bob", "call": "c1"}],
            "alerts": [{"agent": "bob", "kind": "unanswered"}],
        }

    async def desk(self, agent: str, verb: str, asked: Mapping[str, Any]) -> Any:
        if verb == "sing":
            raise Refusal(409, "refused", "'sing' is nothing that can be done")
        self.did.append(("desk", agent, verb, asked))
        return {"id": agent}

    async def lead(self, leader: str, verb: str, asked: Mapping[str, Any]) -> Any:
        self.did.append(("lead", leader, verb, asked))
        return {"id": leader}


@dataclass
class MadeUpCallers:
    """Who calls whom, as a test wants it."""

    current_of: dict[str, Current] = field(default_factory=dict)
    told: dict[str, list[Entry]] = field(default_factory=dict)
    numbers: dict[str, Known] = field(default_factory=dict)

    def current(self, agent: str) -> Current | None:
        return self.current_of.get(agent)

    def facts(self, call: str) -> list[Entry]:
        return self.told.get(call, [])

    def now(self) -> datetime:
        return datetime.now(UTC)

    def known(self, number: str, line: str | None) -> Known:
        return self.numbers.get(number, Known())


class Browser:
    """One browser: its cookies, and what it sends by itself with each request of a page."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session, self.base = session, base
        self.origin: str | None = base

    async def ask(
        self, method: str, path: str, data: Any = None, *, form: bool = False, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any, aiohttp.ClientResponse]:
        """Status, JSON (or text), and the whole answer; redirects are not followed."""
        sent = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if self.origin is not None and method not in ("GET", "HEAD"):
            sent.setdefault("Origin", self.origin)
        body: dict[str, Any] = (
            {} if data is None else {"data" if form or isinstance(data, bytes | str) else "json": data}
        )
        async with self.session.request(
            method, self.base + path, headers=sent, allow_redirects=False, **body
        ) as answer:
            text = await answer.text()
            return answer.status, await answer.json() if answer.content_type == "application/json" else text, answer

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        return (await self.ask("GET", path, headers=headers))[:2]

    async def post(self, path: str, data: Any = None, **headers: str) -> tuple[int, Any]:
        return (await self.ask("POST", path, data, headers=headers))[:2]

    def cookie(self, name: str = "hotline") -> str:
        return next((one.value for one in self.session.cookie_jar if one.key == name), "")

    async def password(self, name: str, words: str = WORDS) -> tuple[int, Any]:
        return await self.post("/api/v1/session", {"name": name, "password": words})


class Bench:
    """Does the worker's jobs here, without its process: that is held by tests/service/test_workbench.py."""

    def __init__(self, settings: Settings) -> None:
        self._jobs = Jobs(settings)

    async def do(self, job: str, **asked: Any) -> bytes:
        try:
            return await asyncio.to_thread(self._jobs.do, job, orjson.loads(orjson.dumps(asked)))
        except NoPlan:
            raise Errors("the files hold errors") from None
        except Wrong as error:
            raise Senseless(str(error)) from None

    async def close(self) -> None:
        return


@dataclass
class DeskHouse:
    """The desk, and what stands behind it."""

    desk: Desk
    floor: MadeUpFloor
    users: Users
    tokens: Tokens
    audit: Audit
    app: web.Application
    base: str
    answers: Answers
    clerk: AnswerClerk
    callers: MadeUpCallers
    telephones: MadeUpTelephones
    url: str = ""
    vault: Vault | None = None
    town: Town | None = None
    """The config folder behind the drafts."""
    routing: DeskRouting | None = None
    later: timedelta = timedelta(0)
    """How far our clocks are ahead of the machine's."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Of each user with a second factor, what their app knows."""
    codes: dict[str, list[str]] = field(default_factory=dict)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.later

    async def settle(self, role: Role, name: str | None = None, *, words: str = "") -> str:
        """An account with this role, whose password is WORDS and is their own."""
        name = name or role.value
        password = hashed(words) if words else _HASH
        await self.users.add(
            name, name, role, agent=SEATS.get(role), password=password, must_change=False, now=self.now()
        )
        return name

    def code(self, name: str) -> str:
        """What their app shows; each call is in the next time step, so that none is used twice."""
        self.later += timedelta(seconds=30)
        return pyotp.TOTP(self.secrets[name]).at(self.now())

    @asynccontextmanager
    async def browser(self, role: Role | None = None, name: str | None = None) -> AsyncIterator[Browser]:
        """A new browser; with a role, signed in as such a user (who is made when there is none)."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            browser = Browser(session, self.base)
            if role is not None:
                await self.sign_in(browser, role, name)
            yield browser

    async def sign_in(self, browser: Browser, role: Role, name: str | None = None) -> None:
        name = name or role.value
        if await self.users.find(name) is None:
            await self.settle(role, name)
        status, told = await browser.password(name)
        assert status == 200, told
        if told["stage"] == "enrol":
            _, made = await browser.post("/api/v1/session/enrolment")
            self.secrets[name] = made["secret"]
            status, told = await browser.post("/api/v1/session/enrolment/confirm", {"code": self.code(name)})
            self.codes[name] = told["recovery_codes"]
        elif told["stage"] == "factor":
            status, told = await browser.post("/api/v1/session/factor", {"code": self.code(name)})
        assert (status, told["stage"]) == (200, "in"), told

    async def written(self) -> list[Written]:
        """Everything in the audit log."""
        await self.desk.ledger.flush()
        return await self.audit.entries()

    async def token(self, *scopes: Permission) -> str:
        return await self.tokens.add(f"m{len(await self.tokens.all())}x", scopes, timedelta(days=1), self.now())


@cache
def shipped() -> Plan:
    """The plan that the hotline comes with."""
    return read_config(HOUSE / "config").plan


@asynccontextmanager
async def desk_house(
    var: Path, gate: Gate | None = None, url: str | None = None, write: Write | None = None
) -> AsyncIterator[DeskHouse]:
    """A desk that listens on loopback, whatever its gate believes; with a `url` on that database.

    `write` takes the place of the audit log.
    """
    if url is None:
        url = f"sqlite+aiosqlite:///{var / 'hotline.db'}"
        await upgrade(url)
    audit, floor, gate = Audit(url, var), MadeUpFloor(), gate or Gate("127.0.0.1")
    callers = MadeUpCallers()
    house: DeskHouse
    store = Store(url)
    keys = KeyFile(var / "keys.json")
    keys.rotate(CIPHERS["AES-256-GCM"], datetime.now(UTC))
    vault = Vault(var / "recordings", keys)
    (var / "town").mkdir()
    town = Town(var / "town")
    routing = DeskRouting(load(config=town.config, var=var), town.start(), lambda: house.now(), Bench)
    telling = DeskTelling(url, shipped, Clock())
    async with (
        made_up_telephones() as telephones,
        open_clerk(url, house=MadeUpNames(), codes=MadeUpCodes(), now=lambda: house.now()) as office,
        open_desk(
            url,
            gate,
            floor,
            telephones,
            stand=Stand("web--caller", lambda: [("ann", "安", ["免疫"]), ("bob", "波", [])]),
            key=b"k" * 32,
            write=write or audit.write,
            verify=audit.verify,
            hotline=lambda: ("12320", "小热线"),
            version="0",
            answers=office.answers,
            reports=basis_of(url, shipped_trees, Rules, shipped, lambda: house.now()),
            plan=shipped,
            vault=vault,
            holds=Holds(url, var),
            callers=callers,
            hand=DeskHand(var, shipped, lambda: house.now(), number_of=telling.number_of),
            telling=telling,
            trees=Shelf(town.config, HOUSE / "config").trees,
            mapping=partial(put_place, town.config),
            routing=routing,
            orders=orders_of(store, plan=shipped, rules=OrderRules, now=lambda: house.now()),
            now=lambda: house.now(),
            monotonic=lambda: house.later.total_seconds(),
        ) as desk,
    ):
        app = create_app(MadeUpHotline(), CollectorRegistry(), desk)
        users, tokens = Users(store), Tokens(store)
        house = DeskHouse(
            *(desk, floor, users, tokens, audit, app, ""),
            *(office.answers, office.clerk, callers, telephones, url, vault),
        )
        house.town, house.routing = town, routing
        async with listening(app, Gate("127.0.0.1"), 0) as port, asyncio.TaskGroup() as tasks:
            house.base = f"http://127.0.0.1:{port}"
            office.answers.listeners.append(desk.live.changed)
            works = [tasks.create_task(work) for work in (desk.ledger.run(), desk.live.run(), desk.telephone.run())]
            try:
                yield house
            finally:
                for work in works:
                    work.cancel()
    await routing.close()
    await store.close()
