"""Unit: what a scrape tells of the floor."""

from __future__ import annotations

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from acd.agent import Agent, BreakReason
from acd.floor import Floor
from acd.line import Line
from acd.signals import AlertKind, BreakBegan, CallJoined, PhoneAnswered, PhoneUp, Ring, TalkEnded
from hotline.metrics.floor import FloorGauges, TalkMetrics
from ivr.callbacks.events import CallbackClosed
from ivr.events import (
    AgentAway,
    AgentBack,
    CallerHeld,
    Flagged,
    HeldTooLong,
    LineGaveUp,
    PassedBack,
    PassedOn,
    RecordingPaused,
)
from ivr.journal import Event
from ivr.outcomes import CallbackEnd, WaitEnd
from tests.records.tales import entries


@dataclass
class Scraped:
    """A floor of one line and two agents, and a scrape of it as `name{label=value}` to number."""

    floor: Floor = field(
        default_factory=lambda: Floor(
            [Line("desk", wrap_up_for=0.0)], [Agent("ann", ("ann",), {"desk": 1}), Agent("bob", ("bob",), {"desk": 1})]
        )
    )
    breaks: dict[str, str] = field(default_factory=lambda: {"lunch": "午餐"})
    alerts: dict[AlertKind, int] = field(default_factory=dict)
    now: float = 0.0
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    talks: TalkMetrics = field(init=False)

    def __post_init__(self) -> None:
        self.talks = TalkMetrics(self.registry)
        self.registry.register(
            FloorGauges(
                self.floor,
                lambda: self.now,
                lines=lambda: ["desk"],
                breaks=lambda: self.breaks,
                alerts=lambda: self.alerts,
                callbacks=lambda: 3,
                empty=lambda: ["desk"],
                soon_empty=lambda: [],
            )
        )

    def tell(self, *events: Event) -> None:
        for entry in entries([(second, event) for second, event in enumerate(events)]):
            self.talks.hear(entry)

    def scrape(self) -> dict[str, float]:
        return {
            sample.name + ("{" + ",".join(f"{k}={v}" for k, v in sorted(sample.labels.items())) + "}")
            if sample.labels
            else sample.name: sample.value
            for family in text_string_to_metric_families(generate_latest(self.registry).decode())
            for sample in family.samples
        }


def test_agents_on_a_break_are_counted_by_the_plans_reasons_and_others_by_one() -> None:
    scraped = Scraped()
    for agent, reason in (("ann", "lunch"), ("bob", BreakReason.OWN_WISH)):
        scraped.floor.handle(PhoneUp(agent), 0.0)
        scraped.floor.handle(BreakBegan(agent, reason), 1.0)
    seen = scraped.scrape()
    assert seen["hotline_agents_on_break{reason=lunch}"] == 1
    assert seen["hotline_agents_on_break{reason=own_wish}"] == 1
    scraped.breaks = {}
    seen = scraped.scrape()
    assert "hotline_agents_on_break{reason=lunch}" not in seen
    assert seen["hotline_agents_on_break{reason=other}"] == 1


def test_a_wait_is_told_once_it_can_be_and_talks_and_rings_are_counted() -> None:
    scraped = Scraped()
    assert "hotline_expected_wait_seconds{line=desk}" not in scraped.scrape()
    floor = scraped.floor
    floor.handle(PhoneUp("ann"), 0.0)
    for number in range(6):
        (ring,) = (o for o in floor.handle(CallJoined(f"c{number}", "desk"), number * 100.0) if isinstance(o, Ring))
        assert scraped.scrape()["hotline_offers_ringing"] == 1
        floor.handle(PhoneAnswered(ring.offer), number * 100.0 + 5)
        assert scraped.scrape()["hotline_talks"] == 1
        floor.handle(TalkEnded(ring.offer), number * 100.0 + 60)
    scraped.now = 700.0
    assert scraped.scrape()["hotline_expected_wait_seconds{line=desk}"] > 0


def test_alerts_impossible_states_callbacks_and_empty_lines_are_told() -> None:
    scraped = Scraped(alerts={AlertKind.MENDED: 2})
    seen = scraped.scrape()
    assert seen["hotline_impossible_states_total"] == 2
    assert seen["hotline_floor_alerts_total{kind=mended}"] == 2
    assert seen["hotline_floor_alerts_total{kind=long_talk}"] == 0
    assert (seen["hotline_callbacks_booked"], seen["hotline_line_empty{line=desk}"]) == (3, 1)
    assert seen["hotline_line_soon_empty{line=desk}"] == 0


def test_what_agents_do_with_callers_is_counted_by_kind() -> None:
    scraped = Scraped()
    scraped.tell(
        AgentAway(1),
        AgentBack(1, again=True),
        RecordingPaused(1, "ann"),
        CallerHeld(1),
        HeldTooLong(1, 180.0),
        PassedOn(1, "agent", "bob", warm=True),
        PassedOn(1, "number", "02287654321", warm=False),
        PassedBack("agent", "ann"),
        Flagged("ann"),
        LineGaveUp("desk", WaitEnd.EXPECTED_WAIT, 0, 600.0, 700.0),
        CallbackClosed(CallbackEnd.EXPIRED),
    )
    seen = scraped.scrape()
    ones = [name for name, value in seen.items() if value == 1 and not name.startswith("hotline_line_empty")]
    assert sorted(ones) == [
        "hotline_agents_away_total",
        "hotline_agents_back_total{again=yes}",
        "hotline_callbacks_closed_total{end=expired}",
        "hotline_flagged_calls_total",
        "hotline_given_up_total{why=expected_wait}",
        "hotline_holds_too_long_total",
        "hotline_holds_total",
        "hotline_recording_pauses_total",
        "hotline_transfers_back_total{to=agent}",
        "hotline_transfers_total{to=agent,warm=yes}",
        "hotline_transfers_total{to=number,warm=no}",
    ]
    assert "02287654321" not in str(seen)
