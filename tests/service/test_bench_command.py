"""`hotline bench`: when it climbs on, when it stops, and what it refuses in one line."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.capacity import Ladder, Step, climb
from hotline.commands.bench import _WORDS, _page
from tests.service.whole import app

RUNNER = CliRunner()


def step(load: int, *, holds: bool = True) -> Step:
    return Step(load, holds, load, load, 12.0, 4.0, 0.5, 300, "" if holds else "answered late")


def test_steps_are_climbed_until_one_does_not_hold() -> None:
    tried: list[int] = []

    def one(load: int) -> Step:
        tried.append(load)
        return step(load, holds=load < 30)

    ladder = climb("calls", (10, 20, 30, 40), one, lambda part, step: None)
    assert (tried, ladder.holds, ladder.more) == ([10, 20, 30], 20, False)
    assert Ladder("calls", (step(10), step(20))).more
    assert Ladder("calls", (step(10, holds=False),)).holds == 0


def test_the_page_says_what_held_what_did_not_and_that_other_work_ran() -> None:
    machine = {"cpu": "two cores", "system": "Linux", "asterisk": "22.10.1"}
    ladders = {"calls": Ladder("calls", (step(10), step(20, holds=False))), "talks": Ladder("talks", (step(25),))}
    found = {"machine": machine, "began": "2026-11-22T20:00:00+00:00", "load_before": 3.0, "parts": ladders}
    page = _page(found, _WORDS["en"])
    assert "    10  calls a second\n" in page
    assert "    25  recorded talks at once (or more" in page
    assert "did not hold: answered late" in page
    assert "load average 3.0" in page


def test_a_machine_in_service_is_left_alone(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sip:
        sip.bind(("127.0.0.1", 0))
        environment = {"HOTLINE_SIP__PORT": str(sip.getsockname()[1])}
        told = RUNNER.invoke(app, ["bench", "--var", str(tmp_path)], env=environment)
    assert told.exit_code == 1
    assert "in service here" in told.output
    assert "--force" in told.output


def test_what_is_missing_or_unknown_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert RUNNER.invoke(app, ["bench", "agents", "--var", str(tmp_path)]).exit_code == 2
    monkeypatch.setenv("PATH", str(tmp_path))
    told = RUNNER.invoke(app, ["bench", "--force", "--var", str(tmp_path)])
    assert (told.exit_code, "apt-get install sip-tester" in told.output) == (1, True)
