"""Unit: `hotline simulate`, for a steady load and over a database with a made-up day in it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from acd.erlang import steady
from acd.simulation.caller import Abandoned, Answered, TurnedAway
from hotline.operators import read_config
from hotline.simulation.day import Asked, Fate, patience_of
from hotline.simulation.draws import Demand, drawn
from routing.calendar import SHANGHAI
from tests.routing.plans import SMALL
from tests.service.recorded_day import record
from tests.service.whole import app

BEGIN = datetime(2026, 9, 21, 8, 30, tzinfo=SHANGHAI)
"""A Monday, as the office opens."""
DAY = ("--journal", "--from", "2026-09-21", "--to", "2026-09-22")
OFFICE = SMALL.replace("lines: [desk, night]}", "lines: [desk]}\n  bob: {name: 乙, lines: [desk]}")


def simulate(*words: str) -> Result:
    return CliRunner().invoke(app, ["simulate", *words])


def data(*words: str) -> Any:
    told = simulate(*words, "--json")
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


# ── a steady load ───────────────────────────────────────────────────────────

STEADY = ("--agents", "10", "--per-hour", "160", "--handle", "180", "--hours", "20", "--seed", "3")


def test_the_figures_are_exactly_those_of_the_contract() -> None:
    told = data(*STEADY, "--patience", "120")
    assert list(told) == ["offered", "answered", "abandoned", "asa", "service_level", "occupancy"]
    assert told["answered"] + told["abandoned"] == told["offered"]
    assert told["offered"] == pytest.approx(3200, rel=0.08)


def test_they_are_about_what_erlang_s_formula_says() -> None:
    told, theory = data(*STEADY, "--patience", "120"), steady(10, 160, 180, 120)
    assert told["asa"] == pytest.approx(theory.asa, rel=0.35)
    assert told["service_level"] == pytest.approx(theory.service_level, abs=0.05)
    assert told["occupancy"] == pytest.approx(theory.occupancy, abs=0.05)


def test_the_same_seed_gives_the_same_figures_and_another_one_others() -> None:
    assert data(*STEADY) == data(*STEADY)
    assert data(*STEADY) != data(*STEADY[:-1], "4")


def test_more_agents_answer_sooner() -> None:
    few, many = data(*STEADY), data("--agents", "12", *STEADY[2:])
    assert many["asa"] < few["asa"]
    assert many["service_level"] > few["service_level"]


def test_a_wider_time_counts_more_calls_as_answered_in_time() -> None:
    assert data(*STEADY, "--within", "60")["service_level"] > data(*STEADY)["service_level"]


def test_for_people_the_formula_stands_beside() -> None:
    told = simulate(*STEADY, "--patience", "120").stdout
    assert "by formula" in told
    assert "answered within 15 s" in told


def test_seeds_of_each_line_are_their_own() -> None:
    one, two = Demand("a", 60, 100), Demand("b", 60, 100)
    alone = list(drawn([one], 3600, 1))
    assert [caller for caller in drawn([one, two], 3600, 1) if caller.line == "a"] == alone
    assert [caller.at for caller in drawn([two, one], 3600, 1)][:3] != [caller.at for caller in alone][:3]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--agents", "0", "--per-hour", "10", "--handle", "100"), "from 1 to 10000"),
        (("--agents", "x", "--per-hour", "10", "--handle", "100"), "'x' is not a number"),
        (("--agents", "2", "--per-hour", "-1", "--handle", "100"), "more than 0"),
        (("--agents", "2", "--per-hour", "nan", "--handle", "100"), "more than 0"),
        (("--agents", "2", "--per-hour", "10", "--handle", "0"), "more than 0"),
        (("--agents", "2", "--per-hour", "10", "--handle", "100", "--within", "-1"), "0 or more"),
        (("--agents", "2", "--per-hour", "10", "--handle", "100", "--hours", "1e9"), "at most 5000000"),
        (("--agents", "2", "--per-hour", "10"), "--handle"),
        (("--agents", "2", "--handle", "10"), "--per-hour"),
        (("--per-hour", "10", "--handle", "10"), "--agents"),
        (("--agents", "2", "--per-hour", "10", "--handle", "9", "--chart", "x.svg"), "add --journal"),
    ],
)
def test_figures_that_cannot_be_are_wrong_usage(words: tuple[str, ...], told: str) -> None:
    result = simulate(*words)
    assert result.exit_code == 2
    assert told in " ".join(result.output.replace("│", " ").split())
    assert "Traceback" not in result.output


# ── a plan, and a recorded day ──────────────────────────────────────────────


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """An office with two agents, and a Monday on which a hundred callers an hour were too many for them."""
    write(tmp_path / "config", OFFICE)
    return tmp_path


def write(folder: Path, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "plan.yaml").write_text(text, encoding="utf-8")


def recorded(house: Path, per_hour: float = 50.0, closed: int = 0) -> list[Any]:
    plan = read_config(house / "config").plan
    return list(record(house, plan, BEGIN, [Demand("desk", per_hour, 120.0, 90.0)], 8.0, closed=closed))


def at(house: Path) -> tuple[str, ...]:
    return ("--config", str(house / "config"), "--var", str(house))


def test_lines_of_a_plan_share_its_agents_and_keep_its_rules(house: Path) -> None:
    told = data("--lines", "desk=20,night=10", "--handle", "100", *at(house))
    assert set(told["lines"]) == {"desk", "night"}
    assert told["offered"] == sum(of["offered"] for of in told["lines"].values())


def test_a_line_that_the_plan_does_not_have_is_wrong_usage(house: Path) -> None:
    for words in ("nowhere=3", "desk=-3", "desk", ""):
        result = simulate("--lines", words, "--handle", "100", *at(house))
        assert result.exit_code == 2, words


def test_a_day_is_counted_as_it_was(house: Path) -> None:
    told = recorded(house)
    was = data(*DAY, *at(house))["runs"]["recorded"]["desk"]
    assert was["answered"] == sum(isinstance(one, Answered) for one in told)
    assert was["abandoned"] == sum(isinstance(one, Abandoned) for one in told)
    assert was["turned_away"] == sum(isinstance(one, TurnedAway) for one in told)
    assert was["offered"] == was["answered"] + was["abandoned"] + was["turned_away"]


def test_the_day_simulated_as_it_was_comes_close_to_the_record(house: Path) -> None:
    recorded(house)
    runs = data(*DAY, *at(house))["runs"]
    was, simulated = runs["recorded"]["desk"], runs["simulated"]["desk"]
    assert simulated["offered"] == was["offered"]
    assert simulated["answered"] == pytest.approx(was["answered"], rel=0.06)
    assert simulated["abandoned"] == pytest.approx(was["abandoned"], rel=0.3)
    assert simulated["service_level"] == pytest.approx(was["service_level"], abs=0.08)
    assert simulated["asa"] == pytest.approx(was["asa"], rel=0.3)
    assert simulated["occupancy"] == pytest.approx(was["occupancy"], abs=0.06)


def test_more_agents_would_have_answered_more_and_fewer_less(house: Path) -> None:
    recorded(house)
    more = data(*DAY, *at(house), "--agents", "desk=4")["runs"]
    fewer = data(*DAY, *at(house), "--agents", "desk=1")["runs"]
    assert more["changed"]["desk"]["service_level"] > more["simulated"]["desk"]["service_level"] + 0.1
    assert fewer["changed"]["desk"]["answered"] < 0.8 * fewer["simulated"]["desk"]["answered"]
    assert more["simulated"] == fewer["simulated"]


def test_nobody_on_the_line_turns_every_caller_away(house: Path) -> None:
    recorded(house)
    changed = data(*DAY, *at(house), "--agents", "desk=0")["runs"]["changed"]["desk"]
    assert changed["turned_away"] == changed["offered"]


def test_longer_hours_let_in_who_found_the_line_closed(house: Path) -> None:
    recorded(house, closed=20)
    write(house / "longer", OFFICE.replace("8:30-16:30", "8:00-16:30"))
    told = data(*DAY, *at(house), "--changed", str(house / "longer"))
    assert told["closed"] == 20
    assert told["runs"]["changed"]["desk"]["offered"] == told["runs"]["simulated"]["desk"]["offered"] + 20


def test_other_rules_have_other_results(house: Path) -> None:
    recorded(house)
    write(house / "slow", OFFICE.replace("desk: {name: 座席,", "desk: {name: 座席, wrap_up: 2m,"))
    runs = data(*DAY, *at(house), "--changed", str(house / "slow"))["runs"]
    assert runs["changed"]["desk"]["answered"] < runs["simulated"]["desk"]["answered"]


def test_the_chart_is_one_svg_with_each_line_and_run(house: Path) -> None:
    recorded(house)
    file = house / "day.svg"
    told = simulate(*DAY, *at(house), "--agents", "desk=4", "--chart", str(file))
    assert told.exit_code == 0, told.output
    drawn_words = "".join(ElementTree.fromstring(file.read_text("utf-8")).itertext())  # noqa: S314 - our own file
    for words in ("座席", "全部热线", "as recorded", "simulated with the change", "answered within 15 s"):
        assert words in drawn_words


def test_a_chart_that_cannot_be_written_is_told(house: Path) -> None:
    recorded(house)
    told = simulate(*DAY, *at(house), "--chart", str(house / "nowhere" / "day.svg"))
    assert told.exit_code == 1
    assert "cannot be written" in told.output


def test_each_half_hour_is_told_how_many_agents_it_needed(house: Path) -> None:
    recorded(house, per_hour=20.0)
    needs = data(*DAY, *at(house), "--staffing")
    assert {need["line"] for need in needs} == {"desk"}
    assert sum(need["calls"] for need in needs) == data(*DAY, *at(house))["runs"]["recorded"]["desk"]["offered"]
    for need in needs:
        assert need["agents"] >= need["by_formula"] >= 1
        assert need["level"] >= 0.78
        assert need["connected"] >= 0.93
        assert need["on_duty"] <= 2
    told = simulate(*DAY, *at(house), "--staffing").stdout
    assert "09-21 09:00" in told


@pytest.mark.parametrize("words", [("--agents", "desk"), ("--agents", "nowhere=3"), ("--agents", "desk=-1")])
def test_agents_that_cannot_be_are_wrong_usage(house: Path, words: tuple[str, str]) -> None:
    recorded(house, per_hour=5.0)
    assert simulate(*DAY, *at(house), *words).exit_code == 2


def test_a_day_without_calls_or_without_a_record_is_told_in_one_line(house: Path) -> None:
    none = simulate(*DAY, *at(house))
    assert (none.exit_code, "hotline up" in none.output) == (1, True)
    recorded(house, per_hour=5.0)
    empty = simulate("--journal", "--from", "2026-09-01", "--to", "2026-09-02", *at(house))
    assert (empty.exit_code, "--from" in empty.output) == (1, True)


# ── patience ────────────────────────────────────────────────────────────────


def test_patience_counts_the_waits_of_the_answered_as_cut_short() -> None:
    """Ten answered after 30 s and two who hung up after 60 s: 420 s of waiting, 2 ends."""
    asked = [Asked(f"a{n}", float(n), "desk", Fate.ANSWERED, 30.0, 60.0) for n in range(10)]
    asked += [Asked(f"h{n}", float(n), "desk", Fate.HUNG_UP, 60.0) for n in range(2)]
    asked += [Asked("c", 3.0, "desk", Fate.CLOSED), Asked("n", 3.0, "night", Fate.ANSWERED, 80.0, 60.0)]
    assert patience_of(asked) == {"desk": 210.0, "night": 250.0, "": 250.0}


def test_where_nobody_hung_up_patience_has_no_end() -> None:
    assert patience_of([Asked("a", 0.0, "desk", Fate.ANSWERED, 30.0, 60.0)])["desk"] == float("inf")
