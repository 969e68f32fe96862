"""The composition root: the one place where everything is built and joined."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

import structlog

from hotline.accounts import secrets_of
from hotline.alarms import Alarms
from hotline.arrangement import floor_of
from hotline.backoffice.hatch import Hatch, Opens, within
from hotline.browsers import furnished
from hotline.certificates import expiries
from hotline.clock import clock_of
from hotline.composition.books import open_books
from hotline.composition.floor import open_floor
from hotline.composition.measures import measure
from hotline.composition.pages import open_pages
from hotline.composition.papers import open_papers
from hotline.composition.parts import Parts
from hotline.composition.plans import load_plans
from hotline.composition.switch import reach_switch, start_asterisk
from hotline.composition.watches import set_watches
from hotline.composition.works import begin_works
from hotline.draining import Draining
from hotline.live import Live, Opening
from hotline.managed import ManagedAsterisk
from hotline.operators import Published, mark_of
from hotline.settings import Settings
from hotline.switch_refused import SwitchLost
from hotline.view import HotlineView
from hotline.web_gate import gate_of, key_of, tls_of
from hotline.wishes import Wishes
from ivr.ari.switch import AriSwitch
from ivr.lead.supervision import Supervision
from ivr.reconcile import Reconciler
from ivr.switchboard import Switchboard
from records.journal import SqlJournal

log = structlog.get_logger()

STOREYS: Final = (
    start_asterisk,
    open_books,
    reach_switch,
    load_plans,
    open_floor,
    set_watches,
    measure,
    open_papers,
    open_pages,
    begin_works,
)
"""Each stands on those before it; they are torn down the other way round."""


@dataclass(frozen=True, slots=True)
class Running:
    """The parts of a hotline that is up."""

    switch: AriSwitch
    board: Switchboard
    journal: SqlJournal
    view: HotlineView
    asterisk: ManagedAsterisk | None
    web_port: int
    live: Live
    wishes: Wishes
    supervision: Supervision
    reconciler: Reconciler
    ruin: asyncio.Future[SwitchLost]
    """Done when our Asterisk ended again and again."""
    alarms: Alarms
    draining: Draining
    hatch: Hatch
    key: str
    """Opens the page on which the hotline can be tried, once; empty where it cannot be."""


@asynccontextmanager
async def running(
    settings: Settings, opening: Opening | Published, *, managed: bool, supervised: bool = False, office: Opens = within
) -> AsyncIterator[Running]:
    """A whole hotline, up: with an Asterisk of its own (`managed`), or on the one that the operator runs.

    When it is `supervised`, an error of ours leaves an Asterisk with calls on it to the engine that comes next.
    `office` opens the back office, here or apart.
    Raises SwitchRefused, SecretsError, OSError (an address that is taken), each with one line for people.
    """
    parts = Parts()
    parts.settings, parts.managed, parts.supervised, parts.office = settings, managed, supervised, office
    opening = opening if isinstance(opening, Opening) else Opening(opening, seen=mark_of(settings.config))
    parts.opening = replace(opening, published=furnished(opening.published, settings))
    parts.first_plan = parts.opening.published.plan
    parts.gate, parts.tls, parts.desk_key = gate_of(settings), tls_of(settings), key_of(settings.var)
    parts.until = expiries(settings)
    parts.secrets = secrets_of(settings, parts.first_plan)
    parts.clock, parts.floor = clock_of(settings), floor_of(parts.first_plan)
    parts.began = parts.clock.now()
    async with AsyncExitStack() as parts.stack:
        for storey in STOREYS:
            await storey(parts)
        yield Running(
            switch=parts.switch,
            board=parts.board,
            journal=parts.journal,
            view=parts.view,
            asterisk=parts.asterisk,
            web_port=parts.web_port,
            live=parts.live,
            wishes=parts.wishes,
            supervision=parts.supervision,
            reconciler=parts.reconciler,
            ruin=parts.ruin,
            alarms=parts.alarms,
            draining=parts.draining,
            hatch=parts.hatch,
            key=parts.desk.trial.key,
        )
