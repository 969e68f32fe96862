"""The parts of a hotline, by name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from ssl import SSLContext

from prometheus_client import CollectorRegistry

from acd.floor import Floor
from desk.desk import Desk
from desk.gate import Gate
from hotline.alarms import Alarms
from hotline.attack import AttackWatch
from hotline.backoffice.hatch import Hatch, Opens
from hotline.by_hand import ByHandWatch
from hotline.confidence import Confidence
from hotline.disk import DiskWatch
from hotline.doorkeeper import Keeper
from hotline.draining import Draining
from hotline.fallback_calls import FallbackCalls
from hotline.floor_door import FloorDoor
from hotline.floor_watch import FloorWatch
from hotline.front import FrontWatch
from hotline.live import Live, Opening
from hotline.living_facts import LivingFacts
from hotline.managed import ManagedAsterisk
from hotline.metrics.calls import CallMetrics
from hotline.metrics.database import DatabaseGauges
from hotline.metrics.floor import CrowdGauges
from hotline.metrics.menus import MenuMetrics
from hotline.metrics.requests import RequestMetrics
from hotline.nuisance import NuisanceWatch
from hotline.past import Past
from hotline.pulse import Pulse
from hotline.sealing import Sealing
from hotline.secrets import Secrets
from hotline.settings import Settings
from hotline.shifts import Shifts
from hotline.switch_refused import SwitchLost
from hotline.testcalls.synthetic import SyntheticCaller
from hotline.today import TodayWatch
from hotline.view import HotlineView
from hotline.wishes import Wishes
from ivr.agi.switch import AgiSwitch
from ivr.ari.switch import AriSwitch
from ivr.callbacks.board import Callbacks
from ivr.clock import Clock
from ivr.guesses import Guesses
from ivr.lead.supervision import Supervision
from ivr.memory import CallerMemory
from ivr.outbound import OutboundToday
from ivr.outlook import Outlook
from ivr.reconcile import Reconciler
from ivr.switch import Switch
from ivr.switchboard import Switchboard
from paperwork.answers.hands import Hands
from paperwork.answers.office import Answers
from paperwork.categories.shelf import Shelf
from paperwork.orders.orders import Orders
from paperwork.reports.basis import Basis
from paperwork.rules_shelf import RulesShelf
from records.journal import SqlJournal
from records.presences import Presences
from records.store import Store
from records.vault.vault import Vault
from routing.plan import Plan


class Parts:
    """In the order in which they are built; none is replaced later.

    What is built earlier may name a later part in what it does once the hotline is up, never before.
    """

    # ── what it begins with ───────────────────────────────────────────────────────

    settings: Settings
    opening: Opening
    managed: bool
    """Whether Asterisk is ours."""
    supervised: bool
    """An error of ours leaves an Asterisk with calls on it to the engine that comes next."""
    office: Opens
    """Opens the back office, here or apart."""
    stack: AsyncExitStack
    first_plan: Plan
    """The one that the hotline began with."""
    gate: Gate
    tls: SSLContext | None
    desk_key: bytes
    """Signs the desk's sessions."""
    until: dict[str, datetime]
    """When certificates end, by their names."""
    secrets: Secrets
    clock: Clock
    floor: Floor
    began: datetime
    """When this engine did."""

    # ── switch ────────────────────────────────────────────────────────────────────

    asterisk: ManagedAsterisk | None
    """None where the operator runs it."""
    switch: AriSwitch
    agi: AgiSwitch
    exchange: Switch
    """All calls, whichever way they came in."""

    # ── books ─────────────────────────────────────────────────────────────────────

    vault: Vault
    journal: SqlJournal
    presences: Presences
    past: Past

    # ── plans ─────────────────────────────────────────────────────────────────────

    memory: CallerMemory
    live: Live

    # ── floor ─────────────────────────────────────────────────────────────────────

    pulse: Pulse
    nuisance: NuisanceWatch
    attack: AttackWatch
    keeper: Keeper
    board: Switchboard
    supervision: Supervision
    watch: FloorWatch
    front: FrontWatch
    by_hand: ByHandWatch
    outbound: OutboundToday
    orders: Store
    guesses: Guesses
    outlook: Outlook
    shifts: Shifts
    callbacks: Callbacks

    # ── watches ───────────────────────────────────────────────────────────────────

    disk: DiskWatch
    tester: SyntheticCaller
    alarms: Alarms
    view: HotlineView

    # ── measures ──────────────────────────────────────────────────────────────────

    registry: CollectorRegistry
    metrics: CallMetrics
    menus: MenuMetrics
    requests: RequestMetrics
    database: DatabaseGauges
    crowd: CrowdGauges

    # ── papers ────────────────────────────────────────────────────────────────────

    facts: LivingFacts
    confidence: Confidence
    trees: Shelf
    rules: RulesShelf
    hands: Hands
    answers: Answers
    hatch: Hatch
    today: TodayWatch
    reports: Callable[[], Basis]
    work_orders: Orders
    unattended: FallbackCalls

    # ── pages ─────────────────────────────────────────────────────────────────────

    door: FloorDoor
    wishes: Wishes
    desk: Desk
    web_port: int

    # ── works ─────────────────────────────────────────────────────────────────────

    reconciler: Reconciler
    sealing: Sealing
    draining: Draining
    ruin: asyncio.Future[SwitchLost]
    """Done when our Asterisk ended again and again."""

    def plan(self) -> Plan:
        """The plan that new calls get."""
        return self.live.now.plan
