"""The paperwork: answer records, work orders and reports, and the back office that writes them."""

from __future__ import annotations

from functools import partial

from hotline.backoffice.hatch import Hatch
from hotline.backoffice.messages import Begin, Book
from hotline.composition.parts import Parts
from hotline.confidence import Confidence
from hotline.fallback_calls import FallbackCalls
from hotline.knowledge import planted
from hotline.living_facts import LivingFacts
from hotline.metrics.papers import AnswerGauges, OrderGauges, RadarGauges, ReportGauges
from hotline.office import basis_of
from hotline.settings import HOUSE
from hotline.today import TodayWatch
from paperwork.answers.codes import TreeCodes
from paperwork.answers.hands import Hands
from paperwork.answers.names import PlanHouse
from paperwork.answers.office import open_book
from paperwork.answers.watch import Handed, Standing
from paperwork.categories.shelf import Shelf
from paperwork.orders.office import orders_of, quiet_lines
from paperwork.reports.connect_sheet import chosen_formula
from paperwork.rules_shelf import RulesShelf


async def open_papers(parts: Parts) -> None:
    """The desk's half of the paperwork; the other is behind the hatch."""
    clock, journal, live = parts.clock, parts.journal, parts.live
    past, registry, settings = parts.past, parts.registry, parts.settings
    parts.facts = LivingFacts()
    parts.facts.remember(past.left)
    journal.subscribe(parts.facts.hear)
    parts.confidence = Confidence(settings, parts.plan, journal.flush)
    parts.confidence.remember(past.left)
    journal.subscribe(parts.confidence.hear)
    parts.rules, parts.trees = RulesShelf(settings.config), Shelf(settings.config, HOUSE / "config")
    parts.hands = Hands(lambda: parts.rules.rules().answers)
    parts.answers = await parts.stack.enter_async_context(
        open_book(
            settings.database_url,
            house=PlanHouse(parts.plan),
            hands=parts.hands,
            rules=lambda: parts.rules.rules().answers,
            codes=TreeCodes(parts.trees.trees),
            now=clock.now,
        )
    )

    def seen(what: Handed | Standing) -> None:
        parts.hands.take(what)
        parts.desk.live.changed()

    parts.hatch = Hatch(
        parts.office,
        begin=lambda: Begin(settings, live.now.plan, clock.offset, parts.began, journal.lag()),
        seen=seen,
        lag=journal.lag,
        flush=journal.flush,
    )
    journal.subscribe(parts.hatch.hear)
    journal.elsewhere, parts.presences.elsewhere = (
        partial(parts.hatch.write, Book.JOURNAL),
        partial(parts.hatch.write, Book.PRESENCES),
    )
    parts.today = TodayWatch(
        settings.database_url,
        clock.now,
        lambda: chosen_formula(parts.rules.rules().reports),
        (journal, parts.presences),
        past.left,
        parts.requests.count,
    )
    journal.subscribe(parts.today.hear)
    parts.presences.heard = parts.today.moved
    if past.known:
        await parts.today.read()
    parts.reports = basis_of(settings.database_url, parts.trees.trees, parts.rules.rules, parts.plan, clock.now)
    await planted(settings, parts.orders, clock.now())
    parts.work_orders = orders_of(
        parts.orders,
        plan=parts.plan,
        rules=lambda: parts.rules.rules().orders,
        now=clock.now,
        codes=TreeCodes(parts.trees.trees),
        link=parts.answers.book.hand_on,
    )
    parts.work_orders.changed.append(parts.hatch.orders_changed)
    registry.register(OrderGauges(lambda: parts.hatch.tally))
    registry.register(RadarGauges(lambda: parts.hatch.rising))
    registry.register(ReportGauges(lambda: parts.hatch.late))
    registry.register(AnswerGauges(parts.hands, lambda: live.now.plan.lines))
    parts.unattended = FallbackCalls(
        parts.orders,
        journal,
        parts.vault,
        None if parts.asterisk is None else settings.var / "asterisk" / "log",
        node=settings.node,
        dialled=lambda: live.now.plan.hotline.number,
        quiet=lambda: quiet_lines(live.now.plan),
        now=clock.now,
        shift=clock.offset,
    )
