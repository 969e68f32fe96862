"""The synthetic caller: what it dials, what it takes for wrong, and that nobody is rung for it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from bench.ports import free_ports
from hotline.handset import RATE, Samples, tone
from hotline.operators import Published, read_config
from hotline.settings import HOUSE, Settings, SettingsError, load
from hotline.testcalls.account import NUMBER
from hotline.testcalls.errand import Errand, NoErrand, errand_of, paths
from hotline.testcalls.heard import Heard, Sounded
from hotline.testcalls.listening import told
from hotline.testcalls.process import CallFailed
from hotline.testcalls.reference import references
from hotline.testcalls.synthetic import SyntheticCaller
from hotline.testcalls.verdict import Result, judge
from ivr.door.verdict import Lane, Why
from ivr.events import CallAnswered, CallArrived, CallEnded, CallScreened, EndReached, Offered, StepHeard
from ivr.journal import Entry, Event
from ivr.outcomes import Outcome, Reason
from ivr.switch import Arrived
from routing.calendar import SHANGHAI
from routing.scene import Scene
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import CALLER, LoopClock, house
from tests.service.whole import app

DAY = Scene(datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI), NUMBER)
NIGHT = Scene(datetime(2026, 11, 20, 22, 0, tzinfo=SHANGHAI), NUMBER)
PUBLISHED = read_config(HOUSE / "config")
PLAN = PUBLISHED.plan

# ── the errand ──────────────────────────────────────────────────────────────


def test_every_way_through_the_menus_is_walked_and_none_that_asks_for_more_than_keys() -> None:
    by_day = paths(PLAN, DAY)
    assert {("3",), *((("1", key)) for key in "1234567"), ("2", "1"), ("2", "2")} == set(by_day)
    assert ("1", "7", "4") in paths(PLAN, NIGHT), "the recordings that are heard at night"


def test_an_errand_says_what_is_heard_until_each_key_and_ends_where_somebody_would_be_rung() -> None:
    errand = errand_of(PLAN, "v1", ("1", "4"), DAY)
    assert [(leg.sounds, leg.key) for leg in errand.legs] == [
        (("greeting", "main-menu"), "1"),
        (("consult-menu",), "4"),
    ]
    assert (errand.end.kind, errand.end.line) == ("line", "immunization")
    closed = errand_of(PLAN, "v1", ("1", "4"), NIGHT)
    assert closed.legs[-1].sounds == ("closed-immunization",)
    assert closed.end.kind == "message", "it is told of, and not taken"
    assert set(closed.words) == {"greeting", "main-menu", "consult-menu", "closed-immunization"}


@pytest.mark.parametrize(
    ("keys", "why"), [("2,3", "asks for more"), ("1,h", "presses keys"), ("3,1", "asks only for 3")]
)
def test_a_path_that_no_test_call_can_go_is_refused_with_the_reason(keys: str, why: str) -> None:
    with pytest.raises(NoErrand, match=why):
        errand_of(PLAN, "v1", keys.split(","), DAY)


def test_it_is_off_unless_asked_for_and_does_not_call_all_the_time(tmp_path: Path) -> None:
    assert load(var=tmp_path).test_calls.every == 0
    with pytest.raises(SettingsError, match="at least 30 seconds"):
        load(var=tmp_path, test_calls={"every": 5})
    with pytest.raises(SettingsError, match="paths"):
        load(var=tmp_path, test_calls={"every": 300, "paths": ["1;4"]})


# ── by ear ──────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def spoken() -> dict[str, Samples]:
    """Two shipped prompts, from their masters."""
    words = errand_of(PLAN, "v1", ("1", "4"), DAY).words
    found = references(Settings(), words, None)
    return {name: sound for name, sound in found.items() if sound is not None}


def _played(*sounds: Samples) -> Samples:
    pause = np.zeros(RATE // 2, np.int16)
    return np.concatenate([part for sound in sounds for part in (pause, sound)] + [pause])


def test_prompts_are_known_by_ear_and_a_silent_one_from_a_wrong_one(spoken: dict[str, Samples]) -> None:
    greeting, menu, other = (spoken[name] for name in ("greeting", "main-menu", "consult-menu"))
    leg = ("greeting", "main-menu")
    assert [one.heard for one in told(leg, _played(greeting, menu), spoken)] == [True, True]
    silent = told(leg, _played(greeting, np.zeros_like(menu)), spoken)
    assert ([one.heard for one in silent], silent[1].else_heard < 0.5) == ([True, False], True)
    wrong = told(leg, _played(greeting, other), spoken)
    assert ([one.heard for one in wrong], wrong[1].else_heard > 0.5) == ([True, False], True)
    cut = told(leg, _played(greeting, menu[: menu.size // 3]), spoken)
    assert [one.heard for one in cut] == [True, False]


def test_a_prompt_whose_source_is_gone_has_to_sound_and_no_more() -> None:
    assert told(("old",), tone(440.0, 2.0), {"old": None})[0].heard
    assert not told(("old",), np.zeros(2 * RATE, np.int16), {"old": None})[0].heard


# ── the verdict ─────────────────────────────────────────────────────────────

ERRAND = errand_of(PLAN, PUBLISHED.version, ("1", "4"), DAY)
GOOD = ((Sounded("greeting", True, 0.0), Sounded("main-menu", True, 0.0)), (Sounded("consult-menu", True, 0.0),))
HEARD = Heard(True, "", 20.0, 20.0, False, GOOD)
ARRIVED = CallArrived(NUMBER, "12320", "c1", PUBLISHED.version, True, True)
ON_THE_WAY: list[Event] = [
    ARRIVED,
    CallAnswered(),
    StepHeard("main", ("main-menu",), "1", asked=True),
    StepHeard("consult", ("consult-menu",), "4", asked=True),
]
FACTS: list[Event] = [
    *ON_THE_WAY,
    EndReached("line", "immunization", True, "周五"),
    CallEnded(Outcome.INFORMED, Reason.COMPLETED),
]
SILENT = (GOOD[0], (Sounded("consult-menu", False, 0.1),))
WRONG = (GOOD[0], (Sounded("consult-menu", False, 4.0),))
AWAY: list[Event] = [ARRIVED, CallScreened(Lane.AWAY, Why.RATE), CallEnded(Outcome.REJECTED, Reason.OVERLOAD)]


@pytest.mark.parametrize(
    ("heard", "facts", "result", "says"),
    [
        (HEARD, FACTS, Result.PASSED, ""),
        (Heard(False, "503 Service Unavailable", 0.0, 0.0, False, ()), None, Result.NO_ANSWER, "503"),
        (Heard(False, "486 Busy Here", 0.0, 0.0, False, ()), AWAY, Result.TURNED_AWAY, "all is busy"),
        (Heard(True, "", 0.0, 20.0, False, GOOD), FACTS, Result.NO_SOUND, "no sound came"),
        (HEARD, None, Result.FALLBACK, "no engine"),
        (Heard(True, "", 20.0, 20.0, False, SILENT), FACTS, Result.SILENT_PROMPT, "consult-menu was silent"),
        (Heard(True, "", 20.0, 20.0, False, WRONG), FACTS, Result.WRONG_PROMPT, "consult-menu was not heard"),
        (Heard(True, "", 20.0, 20.0, False, WRONG), FACTS[:2], Result.KEYS_NOT_TAKEN, "key 1 was pressed"),
        (Heard(True, "", 9.0, 9.0, True, GOOD[:1]), FACTS[:3], Result.CUT_OFF, "hung up after 9 s"),
        (HEARD, ON_THE_WAY, Result.ELSEWHERE, "led nowhere"),
        (HEARD, [*ON_THE_WAY, EndReached("message", "immunization", False, "")], Result.ELSEWHERE, "led to message"),
    ],
    ids=lambda given: given.value if isinstance(given, Result) else "",
)
def test_each_thing_that_goes_wrong_has_its_own_name(
    heard: Heard, facts: list[Event] | None, result: Result, says: str
) -> None:
    verdict = judge(ERRAND, heard, facts)
    assert (verdict.result, says in verdict.why) == (result, True)
    assert verdict.passed == (result is Result.PASSED)


# ── the caller in the engine ────────────────────────────────────────────────


class _Line:
    """Makes calls that come out as they are told to, and tells the facts of each."""

    def __init__(self, *results: bool) -> None:
        self.results, self.walked = list(results), list[str]()
        self.caller: SyntheticCaller | None = None

    async def __call__(self, settings: Settings, errand: Errand, *_: object, within: float) -> Heard:
        assert within > 60
        self.walked.append(errand.path)
        good = self.results.pop(0) if self.results else True
        call = f"a-{len(self.walked)}"
        facts: list[Event] = [ARRIVED, *(StepHeard("m", (), key, asked=True) for key in errand.keys)]
        facts += [EndReached(errand.end.kind, errand.end.line, errand.end.open, ""), FACTS[-1]]
        assert self.caller is not None
        for seq, fact in enumerate(facts, start=1):
            self.caller.hear(Entry(call, seq, LoopClock().now(), fact))
        legs = tuple(tuple(Sounded(name, good, 0.0) for name in leg.sounds) for leg in errand.legs)
        return Heard(True, "", 9.0, 9.0, False, legs)


def _caller(tmp_path: Path, line: Any, *given: str, live: list[Published] | None = None) -> SyntheticCaller:
    settings = load(var=tmp_path, config=HOUSE / "config", test_calls={"every": 300, "paths": given})
    published = live or [PUBLISHED]
    caller = SyntheticCaller(settings, lambda: published[0], lambda _: DAY, drains=lambda: False, call=line)
    if isinstance(line, _Line):
        line.caller = caller
    return caller


async def test_a_path_that_failed_is_an_alarm_until_the_same_path_passes(tmp_path: Path) -> None:
    caller = _caller(tmp_path, line := _Line(True, False, True, True), "3", "1,4")
    assert (await caller.call()).passed
    assert caller.alarm is None
    assert (await caller.call()).result is Result.SILENT_PROMPT
    assert caller.alarm is not None
    assert "test call 1,4: prompt greeting was silent" in caller.alarm
    await caller.call()
    assert line.walked == ["3", "1,4", "1,4"], "one that failed is walked again soon"
    assert caller.alarm is None
    assert (caller.results[Result.PASSED], caller.results[Result.SILENT_PROMPT]) == (2, 1)


async def test_without_paths_of_its_own_it_walks_all_of_the_plan_in_turn(tmp_path: Path) -> None:
    caller = _caller(tmp_path, line := _Line())
    for _ in range(11):
        assert (await caller.call()).passed
    assert len(set(line.walked[:10])) == 10
    assert line.walked[10] == line.walked[0]


async def test_a_path_that_the_plan_has_at_another_hour_is_left_out_and_none_at_all_is_told(tmp_path: Path) -> None:
    caller = _caller(tmp_path, line := _Line(), "1,7,4", "3")
    for _ in range(3):
        assert (await caller.call()).passed
    assert line.walked == ["3", "3", "3"]
    none = _caller(tmp_path, _Line(), "1,7,4")
    assert (await none.call()).result is Result.NOT_MADE
    assert none.alarm is not None
    assert "no path of test_calls.paths" in none.alarm


async def test_a_telephone_of_ours_that_fails_is_told_as_that(tmp_path: Path) -> None:
    async def broken(*_: object, within: float) -> Heard:
        raise CallFailed(f"it was not over within {within:.0f} s")

    caller = _caller(tmp_path, broken, "3")
    assert (await caller.call()).result is Result.NOT_MADE
    assert caller.alarm is not None


async def test_a_call_under_which_the_plan_was_changed_is_made_again(tmp_path: Path) -> None:
    live = [PUBLISHED]

    class Changing(_Line):
        async def __call__(self, *given: Any, within: float) -> Heard:
            live[0] = Published(PLAN, "another")
            return await super().__call__(*given, within=within)

    caller = _caller(tmp_path, line := Changing(False, True), "3", live=live)
    assert (await caller.call()).passed
    assert line.walked == ["3", "3"]


# ── nobody is rung ──────────────────────────────────────────────────────────


@pytest.mark.looptime
async def test_the_engine_lets_it_go_at_the_door_of_a_line_and_rings_nobody() -> None:
    async with house(ann=Behaviour()) as h:
        h.switch.channels.add(CALLER)
        h.switch.callers.add(CALLER)
        h.switch.tell(Arrived(CALLER, NUMBER, "12320", tester=True))
        await h.passes(3.0)
        h.switch.caller_types(CALLER, "1")
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.INFORMED, Reason.COMPLETED)
        assert [end.kind for end in h.ledger.of(EndReached)] == ["line"]
        assert not h.ledger.of(Offered)
        arrived = h.ledger.of(CallArrived)[0]
        assert (arrived.test, arrived.tester) == (True, True)


# ── by hand ─────────────────────────────────────────────────────────────────


def test_the_command_tells_that_nobody_answers_where_nothing_runs(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    given = ["call-test", "3", "--json", "--var", str(tmp_path), "--config", str(HOUSE / "config")]
    told = CliRunner().invoke(app, given, env={"HOTLINE_SIP__PORT": str(port)})
    assert told.exit_code == 1, told.output
    answer = json.loads(told.stdout)
    assert (answer["result"], answer["passed"], answer["keys"]) == ("no_answer", False, ["3"])
    wrong = CliRunner().invoke(app, ["call-test", "2,3", *given[2:]], env={"HOTLINE_SIP__PORT": str(port)})
    assert wrong.exit_code == 1
    assert "asks for more than a key" in wrong.stderr
