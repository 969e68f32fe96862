"""Unit: what Prometheus reads of work orders, from closed lists alone."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from hotline.metrics.papers import OrderGauges, ReportGauges
from paperwork.orders.state import State
from paperwork.orders.tally import Tally
from paperwork.orders.words import Clock


def test_every_state_and_clock_is_told_and_no_unit() -> None:
    registry = CollectorRegistry()
    tally = Tally({State.HANDED_ON: 3}, {Clock.DONE: 1}, {"cdc": (3, 1)})
    registry.register(OrderGauges(lambda: tally))
    told = generate_latest(registry).decode()
    assert 'hotline_orders_open{state="handed_on"} 3.0' in told
    assert 'hotline_orders_open{state="opened"} 0.0' in told
    assert 'hotline_orders_overdue{clock="done"} 1.0' in told
    assert "cdc" not in told
    assert 'state="closed"' not in told


def test_late_reports_are_told_by_their_name_and_none_is_a_nought() -> None:
    registry = CollectorRegistry()
    registry.register(ReportGauges(lambda: {"line": 2}))
    told = generate_latest(registry).decode()
    assert 'hotline_reports_overdue{report="line"} 2.0' in told
    assert 'hotline_reports_overdue{report="monthly"} 0.0' in told
