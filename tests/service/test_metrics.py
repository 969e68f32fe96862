"""Unit: what a scrape tells after calls were noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from acd.agent import Presence
from hotline.live import Result
from hotline.metrics.calls import CallMetrics
from hotline.metrics.family import OTHER
from hotline.metrics.floor import CrowdGauges
from hotline.metrics.house import JournalGauges, PlanGauges
from hotline.metrics.switch import LinkGauges
from ivr.outcomes import OfferResult, Outcome, Reason, StatusResult
from tests.records.tales import (
    GIVES_UP_WAITING,
    INQUIRES,
    LEAVES_MESSAGE,
    OVERFLOWS,
    TALES,
    TALKS,
    WAITS,
    Fact,
    entries,
)

LINES = ("immunization", "general", "booking")


@dataclass
class StillFloor:
    """Two callers wait for vaccines; one agent is ready, two talk."""

    def waits(self, line: str) -> Sequence[float]:
        return [31.5, 2.0] if line == "immunization" else []

    def presences(self) -> Mapping[Presence, int]:
        return Counter({Presence.READY: 1, Presence.TALKING: 2})


@dataclass
class StillLink:
    up: bool = True
    depth: int = 7
    trip: float = 0.004


@dataclass
class StillJournal:
    spilled: int = 3
    refused: int = 0
    lost: int = 0

    def lag(self) -> int:
        return 12


@dataclass
class StillPlan:
    """The third version, after a good, a bad and two idle wishes."""

    number: int = 3
    mark: str = "3f2a"
    loaded: datetime = datetime(2026, 11, 20, tzinfo=UTC)
    refused: Sequence[str] = ("plan.yaml:3:1: unknown key",)
    results: Mapping[Result, int] = field(
        default_factory=lambda: {Result.DONE: 1, Result.REFUSED: 1, Result.UNCHANGED: 2}
    )


@dataclass
class Hotline:
    """One hotline's metrics, and a scrape of them as `name{label=value}` to number."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    calls: CallMetrics = field(init=False)

    def __post_init__(self) -> None:
        self.calls = CallMetrics(self.registry, LINES, version="0.1.0")
        for measured in (CrowdGauges(LINES, StillFloor()), LinkGauges(StillLink()), JournalGauges(StillJournal())):
            self.registry.register(measured)

    def tell(self, facts: list[Fact], call: str) -> None:
        for entry in entries(facts, call):
            self.calls.hear(entry)

    def scrape(self) -> dict[str, float]:
        text = generate_latest(self.registry).decode()
        return {
            sample.name + ("{" + ",".join(f"{k}={v}" for k, v in sorted(sample.labels.items())) + "}")
            if sample.labels
            else sample.name: sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


def test_a_talk_is_counted_with_its_wait_its_offers_and_its_end() -> None:
    hotline = Hotline()
    hotline.tell(TALKS, "a-1")
    seen = hotline.scrape()
    assert seen["hotline_calls_total{outcome=talked,reason=other_side_hung_up}"] == 1
    assert seen["hotline_offers_total{result=unanswered}"] == 1
    assert seen["hotline_offers_total{result=answered}"] == 1
    assert seen["hotline_line_calls_total{line=immunization}"] == 1
    assert seen["hotline_answered_within_15_seconds_total{line=immunization}"] == 0
    assert seen["hotline_wait_seconds_sum{line=immunization}"] == 26.8
    assert seen["hotline_wait_seconds_bucket{le=15.0,line=immunization}"] == 0
    assert seen["hotline_wait_seconds_bucket{le=30.0,line=immunization}"] == 1
    assert seen["hotline_talk_seconds_sum{line=immunization}"] == 120
    assert seen["hotline_calls_in_progress"] == 0


def test_an_overflow_is_a_call_of_both_lines_and_the_second_answered_it_in_time() -> None:
    hotline = Hotline()
    hotline.tell(OVERFLOWS, "a-1")
    seen = hotline.scrape()
    assert [seen[f"hotline_line_calls_total{{line={line}}}"] for line in LINES] == [1, 1, 0]
    assert [seen[f"hotline_answered_within_15_seconds_total{{line={line}}}"] for line in LINES] == [0, 1, 0]
    assert seen["hotline_talk_seconds_sum{line=general}"] == 30


def test_a_caller_who_gives_up_has_waited_and_was_not_answered_in_time() -> None:
    hotline = Hotline()
    hotline.tell(GIVES_UP_WAITING, "a-1")
    seen = hotline.scrape()
    assert seen["hotline_wait_seconds_count{line=immunization}"] == 1
    assert seen["hotline_answered_within_15_seconds_total{line=immunization}"] == 0
    assert seen["hotline_calls_total{outcome=abandoned,reason=caller_hung_up}"] == 1


def test_messages_and_living_calls_are_counted() -> None:
    hotline = Hotline()
    hotline.tell(LEAVES_MESSAGE, "a-1")
    hotline.tell(WAITS, "a-2")
    hotline.tell(WAITS, "a-3")
    seen = hotline.scrape()
    assert seen["hotline_messages_total"] == 1
    assert seen["hotline_calls_in_progress"] == 2


def test_a_call_of_an_earlier_run_counts_when_it_ends_and_not_as_living() -> None:
    hotline = Hotline()
    hotline.tell(TALKS[-2:], "a-0")
    seen = hotline.scrape()
    assert seen["hotline_calls_total{outcome=talked,reason=other_side_hung_up}"] == 1
    assert seen["hotline_calls_in_progress"] == 0
    assert seen["hotline_talk_seconds_count{line=immunization}"] == 0


def test_a_call_that_an_engine_before_began_lives_until_it_ends_and_its_talk_counts() -> None:
    hotline, tale = Hotline(), entries(TALKS, "a-0")
    hotline.calls.remember(tale[:-3])
    assert hotline.scrape()["hotline_calls_in_progress"] == 1
    hotline.tell(TALKS[-3:], "a-0")
    seen = hotline.scrape()
    assert seen["hotline_calls_in_progress"] == 0
    assert seen["hotline_talk_seconds_sum{line=immunization}"] == 120
    assert seen["hotline_line_calls_total{line=immunization}"] == 0, "the engine before counted it"


def test_the_floor_the_link_and_the_journal_are_measured_at_the_scrape() -> None:
    seen = Hotline().scrape()
    assert [seen[f"hotline_waiting_calls{{line={line}}}"] for line in LINES] == [2, 0, 0]
    assert [seen[f"hotline_longest_wait_seconds{{line={line}}}"] for line in LINES] == [31.5, 0, 0]
    assert {p: seen[f"hotline_agents{{presence={p}}}"] for p in Presence} == {
        **dict.fromkeys(Presence, 0),
        Presence.READY: 1,
        Presence.TALKING: 2,
    }
    assert (seen["hotline_ari_link_up"], seen["hotline_ari_event_queue_depth"]) == (1, 7)
    assert (seen["hotline_journal_lag_entries"], seen["hotline_journal_spilled_total"]) == (12, 3)
    assert seen["hotline_build_info{version=0.1.0}"] == 1


def test_a_line_of_a_new_plan_is_counted_by_its_name_and_one_that_is_gone_as_other() -> None:
    hotline = Hotline()
    hotline.calls.know(["general"])
    hotline.tell(OVERFLOWS, "a-1")
    seen = hotline.scrape()
    assert seen[f"hotline_line_calls_total{{line={OTHER}}}"] == 1
    assert seen["hotline_line_calls_total{line=general}"] == 1


def test_the_live_plan_and_what_came_of_wishes_to_change_it_are_told() -> None:
    hotline, plan = Hotline(), StillPlan()
    hotline.registry.register(PlanGauges(plan))
    seen = hotline.scrape()
    results = {result: seen[f"hotline_plan_reloads_total{{result={result}}}"] for result in Result}
    assert results == {Result.DONE: 1, Result.REFUSED: 1, Result.UNCHANGED: 2}
    assert seen["hotline_plan_refused"] == 1
    assert seen["hotline_plan_version_info{number=3,version=3f2a}"] == 1
    assert seen["hotline_plan_loaded_timestamp_seconds"] == plan.loaded.timestamp()
    plan.refused, plan.number = (), 4
    seen = hotline.scrape()
    assert seen["hotline_plan_refused"] == 0
    assert "hotline_plan_version_info{number=3,version=3f2a}" not in seen


def test_two_hotlines_in_one_process_do_not_meet() -> None:
    one, other = Hotline(), Hotline()
    one.tell(TALKS, "a-1")
    assert other.scrape()["hotline_line_calls_total{line=immunization}"] == 0


def test_what_came_of_asking_for_an_order_is_counted() -> None:
    hotline = Hotline()
    hotline.tell(INQUIRES, "a-1")
    counted = hotline.scrape()
    assert {name: counted[f"hotline_status_asked_total{{result={name}}}"] for name in StatusResult} == {
        "told": 1.0,
        "unmatched": 1.0,
        "refused": 0.0,
        "late": 0.0,
        "failed": 0.0,
    }


@given(st.lists(st.tuples(st.sampled_from(TALES), st.integers(0, 20)), max_size=12))
def test_labels_stay_in_their_closed_lists_and_no_number_is_one(told: list[tuple[list[Fact], int]]) -> None:
    hotline = Hotline()
    hotline.calls.know(["general"])
    for number, (tale, length) in enumerate(told):
        hotline.tell(tale[:length], f"a-{number}")
    allowed: dict[str, set[str]] = {
        "line": {*LINES, OTHER},
        "outcome": set(Outcome),
        "reason": set(Reason),
        "result": {*OfferResult, *StatusResult},
        "presence": set(Presence),
        "version": {"0.1.0"},
    }
    for family in text_string_to_metric_families(generate_latest(hotline.registry).decode()):
        assert family.name.startswith("hotline_")
        assert family.documentation
        for sample in family.samples:
            assert all(value in allowed[name] for name, value in sample.labels.items() if name != "le")
