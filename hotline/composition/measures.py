"""What Prometheus and the traces are told."""

from __future__ import annotations

from importlib.metadata import version

from prometheus_client import CollectorRegistry

from hotline.composition.parts import Parts
from hotline.metrics.calls import CallMetrics
from hotline.metrics.database import DatabaseGauges
from hotline.metrics.door import DoorGauges, DoorMetrics, OutboundGauges
from hotline.metrics.floor import CrowdGauges, FloorGauges, TalkMetrics
from hotline.metrics.house import (
    AlarmGauges,
    BackupGauge,
    DiskGauges,
    EngineGauges,
    JournalGauges,
    PlanGauges,
    TermGauges,
    processes,
)
from hotline.metrics.menus import MenuMetrics, keys_of
from hotline.metrics.requests import RateGauge, RequestMetrics
from hotline.metrics.switch import LinkGauges
from hotline.tracing.export import traces
from routing.calendar import known_for


async def measure(parts: Parts) -> None:
    """Register every gauge and counter, with what calls of before tell."""
    journal, live, plan, settings = parts.journal, parts.live, parts.first_plan, parts.settings
    parts.registry = CollectorRegistry()
    parts.metrics = CallMetrics(parts.registry, plan.lines, version=version("hotline"))
    parts.menus = MenuMetrics(parts.registry, plan.nodes, keys_of(plan))
    parts.requests = RequestMetrics(parts.registry, plan.lines)
    parts.crowd, parts.database = CrowdGauges(plan.lines, parts.view), DatabaseGauges(settings.database_url)
    for measure in (
        parts.crowd,
        parts.database,
        LinkGauges(parts.switch),
        JournalGauges(journal),
        AlarmGauges(parts.alarms),
        PlanGauges(live, parts.view.front),
        DiskGauges({"state": settings.var, "recordings": settings.recordings}, settings.disk.reserve),
        TermGauges(parts.clock.now, lambda: known_for(live.now.plan.calendar), parts.until),
        BackupGauge(settings.var),
        EngineGauges(parts.pulse.late, lambda: parts.desk.live.listeners),
        *processes(lambda: parts.hatch.pid),
        FloorGauges(
            parts.floor,
            parts.clock.monotonic,
            lines=lambda: live.now.plan.lines,
            breaks=lambda: live.now.plan.breaks,
            alerts=parts.watch.counts,
            callbacks=lambda: len(parts.callbacks.tickets),
            empty=parts.shifts.empty,
            soon_empty=parts.shifts.soon_empty,
        ),
        DoorGauges(parts.keeper.door, listed=parts.nuisance.living, attack=parts.attack),
        OutboundGauges(parts.outbound),
        parts.tester,
        RateGauge(lambda: parts.today.last_24_hours()),
    ):
        parts.registry.register(measure)
    journal.subscribe(DoorMetrics(parts.registry).hear)
    journal.subscribe(TalkMetrics(parts.registry).hear)
    for entries in parts.past.left:
        parts.metrics.remember(entries)
        parts.menus.remember(entries)
    journal.subscribe(parts.metrics.hear)
    journal.subscribe(parts.menus.hear)
    journal.subscribe(parts.view.hear)
    journal.subscribe(parts.memory.hear)
    traced = await parts.stack.enter_async_context(traces(settings, parts.past.left))
    if traced is not None:
        journal.subscribe(traced)
