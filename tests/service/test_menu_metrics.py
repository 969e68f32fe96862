"""Unit: what menus, requests and our own test calls add to the counts."""

from __future__ import annotations

from dataclasses import replace

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics

from hotline.metrics.calls import CallMetrics
from hotline.metrics.menus import MenuMetrics, keys_of
from hotline.metrics.requests import RateGauge, RequestMetrics, turn_of
from hotline.operators import read_config
from hotline.settings import HOUSE
from ivr.events import CallArrived, CallEnded, StepHeard
from ivr.journal import Entry, Event
from ivr.outcomes import Outcome, Reason
from records.connect import Formula
from records.legs import Request, Turn
from records.today import Today
from tests.records.tales import GIVES_UP_WAITING, NINE, TALKS, entries

LINES = ("immunization", "general")


def walk(
    *steps: StepHeard,
    call: str = "a-1",
    outcome: Outcome = Outcome.LEFT,
    during: str | None = None,
    test: bool = False,
) -> list[Entry]:
    end = CallEnded(outcome, Reason.CALLER_HUNG_UP, during)
    facts: list[Event] = [CallArrived("", "12320", "c", "p", test), *steps, end]
    return [Entry(call, seq, NINE, fact) for seq, fact in enumerate(facts, 1)]


def told(registry: CollectorRegistry) -> set[str]:
    return {line for line in generate_latest(registry).decode().splitlines() if line[0] != "#"}


def test_each_step_is_counted_with_its_key_and_who_hangs_up_there() -> None:
    registry = CollectorRegistry()
    menus = MenuMetrics(registry, ["greeting", "main"])
    greeting, pressed = StepHeard("greeting", (), None), StepHeard("main", (), "1", asked=True)
    silent, old = StepHeard("main", (), None, asked=True), StepHeard("of-an-older-plan", (), "9", asked=True)
    for facts in (walk(greeting, silent, pressed), walk(greeting, old, call="a-2"), walk(call="a-3")):
        for fact in facts:
            menus.hear(fact)
    assert {
        'hotline_menu_steps_total{key="none",node="greeting"} 2.0',
        'hotline_menu_steps_total{key="silence",node="main"} 1.0',
        'hotline_menu_steps_total{key="1",node="main"} 1.0',
        'hotline_menu_steps_total{key="9",node="other"} 1.0',
        'hotline_menu_hang_ups_total{node="greeting"} 0.0',
        'hotline_menu_hang_ups_total{node="main"} 1.0',
        'hotline_menu_hang_ups_total{node="other"} 2.0',
    } == told(registry)


def test_who_is_led_on_by_a_key_and_hangs_up_there_is_counted_there() -> None:
    registry = CollectorRegistry()
    menus = MenuMetrics(registry, ["main", "consult"])
    pressed = StepHeard("main", (), "1", asked=True)
    for facts in (walk(pressed, during="consult"), walk(call="a-2", during="main"), walk(call="a-3", during="gone")):
        for fact in facts:
            menus.hear(fact)
    assert {line for line in told(registry) if "hang_ups" in line} == {
        'hotline_menu_hang_ups_total{node="main"} 1.0',
        'hotline_menu_hang_ups_total{node="consult"} 1.0',
        'hotline_menu_hang_ups_total{node="other"} 1.0',
    }


def test_a_key_of_a_menu_is_there_before_anybody_pressed_it() -> None:
    registry, plan = CollectorRegistry(), read_config(HOUSE / "config").plan
    MenuMetrics(registry, plan.nodes, keys_of(plan))
    of_main = {line for line in told(registry) if line.startswith("hotline_menu_steps") and 'node="main"' in line}
    keys = ("1", "2", "3", "silence")
    assert of_main == {f'hotline_menu_steps_total{{key="{key}",node="main"}} 0.0' for key in keys}


def test_whom_something_came_of_did_not_hang_up_in_a_menu() -> None:
    registry = CollectorRegistry()
    menus = MenuMetrics(registry, ["main"])
    for fact in walk(StepHeard("main", (), "1", asked=True), outcome=Outcome.TALKED):
        menus.hear(fact)
    assert 'hotline_menu_hang_ups_total{node="main"} 0.0' in told(registry)


def test_an_engine_that_adopts_a_call_knows_where_it_was_and_counts_no_step_twice() -> None:
    registry, facts = CollectorRegistry(), walk(StepHeard("main", (), "1", asked=True))
    menus = MenuMetrics(registry, ["main"])
    menus.remember(facts[:-1])
    menus.hear(facts[-1])
    assert told(registry) == {'hotline_menu_hang_ups_total{node="main"} 1.0'}


def test_our_own_test_calls_are_counted_as_such_and_nowhere_else() -> None:
    registry = CollectorRegistry()
    calls, menus = CallMetrics(registry, LINES, version="0"), MenuMetrics(registry, ["main"])
    requests = RequestMetrics(registry, LINES)
    today = Today(Formula(), NINE)
    today.tell = requests.count
    before = told(registry)
    test = [replace(one, event=replace(one.event, test=True)) if isinstance(one.event, CallArrived) else one
            for one in entries(TALKS)]  # fmt: skip
    for fact in (*test, *walk(StepHeard("main", (), "1", asked=True), call="a-2", test=True)):
        for hear in (calls.hear, menus.hear, today.hear):
            hear(fact)
    changed = told(registry) - before
    assert changed == {
        'hotline_test_calls_total{outcome="talked"} 1.0',
        'hotline_test_calls_total{outcome="left"} 1.0',
    }


def test_what_asking_for_a_line_came_to_is_told_once_and_by_the_reports_own_rules() -> None:
    registry = CollectorRegistry()
    requests, today = RequestMetrics(registry, LINES), Today(Formula(), NINE)
    today.tell = requests.count
    for tale, call in ((TALKS, "a-1"), (GIVES_UP_WAITING, "a-2")):
        for fact in entries(tale, call):
            today.hear(fact)
    in_all = {
        line for line in told(registry) if line.startswith("hotline_requests_total") and not line.endswith(" 0.0")
    }
    whole = today.whole()
    assert (whole.answered, whole.abandoned + whole.short) == (1, 1)
    assert len(in_all) == 2
    assert all(line.endswith(" 1.0") for line in in_all)


def test_the_limits_of_the_formula_divide_the_answered_and_the_abandoned() -> None:
    def turned(turn: Turn, seconds: float) -> str:
        return turn_of(Request(at=NINE, line="general", turn=turn, seconds=seconds), Formula())

    assert [turned(Turn.ANSWERED, seconds) for seconds in (15.0, 15.001)] == ["answered_in_time", "answered_late"]
    assert [turned(Turn.ABANDONED, seconds) for seconds in (4.999, 5.0)] == ["abandoned_soon", "abandoned"]
    assert turned(Turn.GIVEN_UP, 3.0) == "given_up"


def test_the_rate_is_absent_while_nobody_asked() -> None:
    registry, now = CollectorRegistry(), [(0, 0)]
    registry.register(RateGauge(lambda: now[0]))
    assert told(registry) == {"hotline_connect_rate_24h_requests 0.0"}
    now[0] = (8, 6)
    assert told(registry) == {"hotline_connect_rate_24h_ratio 0.75", "hotline_connect_rate_24h_requests 8.0"}


def test_a_count_of_calls_tells_which_call_it_came_from() -> None:
    registry = CollectorRegistry()
    calls = CallMetrics(registry, LINES, version="0")
    for fact in entries(TALKS, "a-mws2wfhk"):
        calls.hear(fact)
    text: bytes = openmetrics(registry)  # type: ignore[no-untyped-call]
    lines = [line for line in text.decode().splitlines() if '# {call="a-mws2wfhk"}' in line]
    assert {line.split("{")[0] for line in lines} >= {
        "hotline_calls_total", "hotline_offers_total", "hotline_wait_seconds_bucket", "hotline_talk_seconds_bucket",
    }  # fmt: skip
