"""Unit: floor, desk, lead and why as they are typed; with an engine on a fake switch, and with none."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from hotline.commands import desk, lead
from hotline.floor_tables import lines_table, tables, times_table
from ivr.events import CallEnded, TalkBegan
from tests.ivr.fake_switch import Behaviour
from tests.service.floor_house import PLAN, PLAN_TEXT, FloorHouse, floor_house
from tests.service.whole import app

NUMBER = "13800138000"
ANSWERS = Behaviour(answers_after=0.02)


@pytest.fixture(autouse=True)
def _short_prompts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.ivr.fake_switch.PROMPT", 0.01)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "plan.yaml").write_text(PLAN_TEXT, "utf-8")
    return folder


def typed(config: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--config", str(config), "--var", str(config.parent)])


async def typed_beside(f: FloorHouse, config: Path, *words: str) -> Result:
    return await asyncio.to_thread(typed, config, *words)


async def test_an_agents_wishes_are_carried_out_and_told_in_one_line(tmp_path: Path, config: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        await f.house.passes(0.01)
        said = await typed_beside(f, config, "desk", "ann", "break", "lunch")
        assert (said.exit_code, said.stderr) == (0, "ann: 小休（午餐）\n")
        assert (await f.agent("ann"))["reason"] == "lunch"
        said = await typed_beside(f, config, "desk", "ann", "hold")
        assert (said.exit_code, said.stderr) == (1, "ann is not in a talk\n")
        said = await typed_beside(f, config, "lead", "chief", "move", "ann", "night=2")
        assert (said.exit_code, said.stderr) == (0, "chief move ann night=2\n")
        said = await typed_beside(f, config, "lead", "ann", "stop")
        assert said.exit_code == 1
        assert "no shift leader" in said.stderr


async def test_the_floor_is_a_table_for_people_and_json_for_programs(tmp_path: Path, config: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        f.house.switch.caller_dials("caller", NUMBER)
        f.house.switch.caller_types("caller", "1")
        await f.house.ledger.noted(TalkBegan)
        said = await typed_beside(f, config, "floor")
        assert said.exit_code == 0
        assert all(word in said.stdout for word in ("咨询", "夜班", "ann", "138****8000", "通话"))
        assert NUMBER not in said.stdout
        said = await typed_beside(f, config, "floor", "--json")
        assert json.loads(said.stdout.splitlines()[-1])["talks"][0]["agent"] == "ann"


async def test_why_and_the_times_of_agents_are_told_when_no_engine_runs_any_more(tmp_path: Path, config: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        f.house.switch.caller_dials("caller", NUMBER)
        f.house.switch.caller_types("caller", "1")
        await f.house.ledger.noted(TalkBegan)
        await f.house.passes(0.05)
        f.house.switch.ends("caller")
        await f.house.ledger.noted(CallEnded)
        await f.written()
    said = await typed_beside(f, config, "why", "last")
    assert said.exit_code == 0
    assert "振铃 ann（咨询" in said.stdout
    said = await typed_beside(f, config, "why", "last", "--lang", "en", "--json")
    assert json.loads(said.stdout)["sentences"][0]["kind"] == "CallArrived"
    day = f.clock.now().date().isoformat()
    said = await typed_beside(f, config, "floor", "--agent", "ann", "--from", day, "--json")
    (ann,) = json.loads(said.stdout)["agents"]
    assert ann["seconds"]["talking"] > 0
    said = await typed_beside(f, config, "floor", "--from", day)
    assert "ann" in said.stdout
    said = await typed_beside(f, config, "floor", "--agent", "nobody", "--from", day)
    assert (said.exit_code, said.stdout, said.stderr.count("\n")) == (1, "", 1)
    assert "there is no agent 'nobody' in the live plan" in said.stderr
    said = await typed_beside(f, config, "floor", "--agent", "chief", "--from", day, "--json")
    assert (said.exit_code, json.loads(said.stdout)["agents"][0]["agent"]) == (0, "chief")


async def test_the_times_of_an_agent_whom_there_is_not_are_an_error_beside_an_engine_too(
    tmp_path: Path, config: Path
) -> None:
    async with floor_house(tmp_path, {}) as f:
        day = f.clock.now().date().isoformat()
        said = await typed_beside(f, config, "floor", "--agent", "nobody", "--from", day)
        assert (said.exit_code, said.stdout, said.stderr.count("\n")) == (1, "", 1)
        assert "there is no agent 'nobody' in the live plan" in said.stderr


async def test_hold_and_resume_say_what_became_of_the_talk(tmp_path: Path, config: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        f.house.switch.caller_dials("caller", NUMBER)
        f.house.switch.caller_types("caller", "1")
        await f.house.ledger.noted(TalkBegan)
        said = await typed_beside(f, config, "desk", "ann", "hold")
        assert said.stderr.startswith("ann: 保持 desk ")
        said = await typed_beside(f, config, "floor")
        assert said.stdout.count("保持") == 2
        said = await typed_beside(f, config, "desk", "ann", "resume")
        assert said.stderr.startswith("ann: 通话 desk ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["floor"], "start it with `hotline up`"),
        (["desk", "ann", "ready"], "start it with `hotline up`"),
        (["lead", "chief", "stop"], "start it with `hotline up`"),
        (["why", "last"], "nothing was written yet"),
        (["floor", "--agent", "ann", "--from", "2026-01-01"], "nothing was written yet"),
    ],
)
def test_where_nothing_runs_or_ran_the_words_say_what_to_do(config: Path, words: list[str], said: str) -> None:
    result = typed(config, *words)
    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("verb", "what", "said"),
    [
        ("sing", None, "'sing' is nothing that can be done; there is ready, break"),
        ("transfer", None, "name whom to: line:ID, agent:ID or number:N"),
        ("extend", "long", "'long' is no number of seconds"),
        ("hold", "on", "hold takes no further word"),
    ],
)
def test_what_an_agent_cannot_want_is_refused_before_anybody_is_asked(verb: str, what: str | None, said: str) -> None:
    with pytest.raises(typer.BadParameter) as refused:
        desk.asked(verb, what)
    assert refused.value.message.startswith(said)


@pytest.mark.parametrize(
    ("verb", "whom", "lines", "said"),
    [
        ("sing", None, None, "'sing' is nothing that can be done"),
        ("listen", None, None, "name the agent, or the call"),
        ("stop", "ann", None, "stop takes no further word"),
        ("move", "ann", None, "name the lines"),
        ("listen", "ann", "desk", "listen takes no lines"),
        ("move", "ann", "desk=first", "'desk=first' is no LINE or LINE=LEVEL"),
    ],
)
def test_what_a_leader_cannot_want_is_refused_before_anybody_is_asked(
    verb: str, whom: str | None, lines: str | None, said: str
) -> None:
    with pytest.raises(typer.BadParameter) as refused:
        lead.asked(verb, whom, lines)
    assert refused.value.message.startswith(said)


def test_lines_are_typed_with_levels_and_back_gives_the_plans() -> None:
    assert lead.levels("desk, night=3") == {"desk": 1, "night": 3}
    assert lead.levels("back") is None


def test_tables_keep_their_columns_under_chinese_headings_and_say_what_they_leave_out() -> None:
    place = {"place": 1, "call": "t-1", "number": "", "waited": 75.0, "expected": None, "urgent": True, "rings": True}
    agents = dict.fromkeys(("offline", "ready", "offered", "talking", "wrap_up", "break"), 0)
    line = {
        "id": "desk",
        "name": "咨询",
        "open": False,
        "why": "国庆节",
        "waiting_calls": 140,
        "longest_wait": 75.0,
        "expected_wait": {"seconds": 3700.0, "low": 1.0, "high": 2.0},
        "agents": agents,
        "outside": True,
        "waiting": [place],
    }
    agent = {
        "id": "ann",
        "name": "甲",
        "leader": True,
        "presence": "break",
        "reason": "lunch",
        "since": None,
        "seconds": 61.0,
        "wish": "own_wish",
        "lines": {"desk": 2},
        "moved": True,
        "phones": {"ann": True, "ann-2": False},
        "on_shift": False,
        "call": None,
        "line": None,
        "talk": None,
        "answered_today": 4,
    }
    alert = {
        "at": "2026-11-20T10:00:00+08:00",
        "kind": "long_talk",
        "agent": "ann",
        "line": "desk",
        "call": "t-1",
        "what": "",
    }
    callback = {
        "ticket": "t-9",
        "line": "desk",
        "number": "138****8000",
        "booked": "2026-11-20T10:00:00.000+08:00",
        "waited": 61.0,
        "tries": 0,
        "abandoned": True,
    }
    floor = {
        "lines": [line],
        "agents": [agent],
        "offers": [],
        "talks": [],
        "callbacks": [callback],
        "alerts": [alert],
    }
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(tables(floor, PLAN.breaks))
    text = console.export_text()
    for words in (
        "另有 139 位在等",
        "国庆节",
        "1:01:40",
        "小休：午餐（之后小休：自己要求） 不在班",
        "ann✔，ann-2✘",
        "通话过长",
    ):
        assert words in text
    assert "挂机者" in text


def test_a_narrow_terminal_cuts_no_id_short() -> None:
    line = {"id": "psychological-aid", "name": "心理援助", "outside": True, "open": True, "why": "周五"}
    line |= {"waiting_calls": 12, "longest_wait": 75.0, "expected_wait": None, "agents": {"ready": 11}}
    console = Console(width=70, record=True, file=io.StringIO())
    console.print(lines_table([line] * 2))
    text = console.export_text()
    assert "…" not in text
    assert "12" in text
    assert "1:15" in text


def test_the_times_of_agents_are_a_table_with_their_sum() -> None:
    seconds = {"offline": 0.0, "ready": 60.0, "offered": 0.0, "talking": 30.0, "wrap_up": 0.0, "break": 10.0}
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(times_table([{"agent": "ann", "seconds": seconds, "breaks": {"lunch": 10.0}}], PLAN.breaks))
    text = console.export_text()
    assert "1:40" in text
    assert "午餐 0:10" in text
