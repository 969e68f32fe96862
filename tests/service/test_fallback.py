"""Unit: the plan's dialplan, made with the settings of a hotline, and shown by `hotline compile`."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline.asterisk_program import AsteriskProgram
from hotline.by_hand import ByHand, keep
from hotline.fallback import dialplan_of
from hotline.front import Front, turn_on
from hotline.operators import read_config
from hotline.secrets import Secrets
from hotline.settings import HOUSE, Settings, load
from hotline.switch_config import render
from ivr.clock import Clock
from routing.calendar import SHANGHAI
from routing.plan import Plan
from tests.service.whole import app

run = CliRunner().invoke
WORKDAY = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(var=tmp_path, config=HOUSE / "config")


@pytest.fixture
def plan() -> Plan:
    return read_config(HOUSE / "config").plan


def extensions(settings: Settings, dialplan: str) -> str:
    program = AsteriskProgram(("asterisk",), settings.var, settings.var, settings.var, (22, 10, 1))
    return render(settings, Secrets("ari-password", {}), [], program, dialplan)["extensions.conf"]


def test_callers_walk_the_plan_when_the_engine_is_away(settings: Settings, plan: Plan) -> None:
    text = extensions(settings, dialplan_of(plan, settings, Clock()))
    assert "?tester)\n same => n,Goto(plan-start,s,1)\n" in text
    assert "\n[plan-start]\nexten => s,1,Answer()\n" in text


def test_callers_hear_one_recording_where_the_plan_has_no_dialplan(settings: Settings, plan: Plan) -> None:
    odd = plan.model_copy(update={"agents": {"a;b": plan.agents["vct-1"]}})
    text = extensions(settings, dialplan_of(odd, settings, Clock()))
    assert "?tester)\n same => n,Answer()\n same => n,Playback(hotline/fallback)\n" in text
    assert "plan-start" not in text


def test_another_day_on_the_engine_s_clock_is_another_day_without_it(settings: Settings, plan: Plan) -> None:
    assert "Set(NOW=$[${EPOCH} + 28800])" in dialplan_of(plan, settings, Clock())
    assert "Set(NOW=$[${EPOCH} + 115200])" in dialplan_of(plan, settings, Clock(timedelta(days=1)))


def test_a_message_that_was_turned_on_is_in_the_dialplan(settings: Settings, plan: Plan) -> None:
    clock = Clock.starting_at(WORKDAY)
    assert "front-outbreak" not in dialplan_of(plan, settings, clock)
    turn_on(settings.var, Front("outbreak", WORKDAY + timedelta(hours=1)))
    assert "Set(FIRST=hotline/front-outbreak&)" in dialplan_of(plan, settings, clock)
    (settings.var / "front.json").write_text("{")
    assert "front-outbreak" not in dialplan_of(plan, settings, clock)


def test_only_a_number_is_shown_to_outside_numbers(tmp_path: Path, plan: Plan) -> None:
    shown = load(var=tmp_path, config=HOUSE / "config", trunk={"caller_id": "02212320"})
    assert "@trunk,30,imf(02212320))" in dialplan_of(plan, shown, Clock())
    odd = load(var=tmp_path, config=HOUSE / "config", trunk={"caller_id": "hotline)"})
    assert "@trunk,30,im)" in dialplan_of(plan, odd, Clock())


def test_compile_writes_what_calls_go_through(tmp_path: Path) -> None:
    out = tmp_path / "plan.conf"
    told = run(app, ["compile", "--config", str(HOUSE / "config"), "--out", str(out)])
    assert told.exit_code == 0
    assert told.stdout == ""
    assert "calls begin at plan-start,s,1" in told.stderr
    shown = run(app, ["compile", "--config", str(HOUSE / "config")])
    assert shown.stdout == out.read_text(encoding="utf-8")
    assert shown.stdout.startswith("; The plan")


def test_compile_says_what_is_in_the_way(tmp_path: Path) -> None:
    told = run(app, ["compile", "--config", str(HOUSE / "config"), "--out", str(tmp_path / "no" / "plan.conf")])
    assert (told.exit_code, told.stderr.count("\n")) == (1, 1)
    assert "cannot be written" in told.stderr
    assert run(app, ["compile", "--config", str(tmp_path / "none")]).exit_code == 1


def test_a_line_that_was_closed_by_hand_is_closed_in_the_dialplan_until_its_time(
    settings: Settings, plan: Plan
) -> None:
    keep(settings.var, {"immunization": ByHand(False, WORKDAY), "booking": ByHand(True, WORKDAY)})
    text, until = dialplan_of(plan, settings, Clock()), int(WORKDAY.timestamp()) + 8 * 3600
    for line, name in (("immunization", "closed"), ("booking", "open")):
        assert f"GotoIf($[${{NOW}} < {until}]?{name},1)" in text.partition(f"[plan-line-{line}]")[2].partition("\n[")[0]
    assert text.count(f"GotoIf($[${{NOW}} < {until}]") == 2
