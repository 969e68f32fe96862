"""Unit: the FastAGI door as it is set up: off, on loopback, its dialplan, what dialplan authors are told."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from hotline.agi import LookUps
from hotline.agi_dialplan import snippet
from hotline.asterisk_program import AsteriskProgram
from hotline.settings import HOUSE, Settings, SettingsError, load
from hotline.switch_config import AGI, modules
from ivr.agi.hello import Errand, Hello
from ivr.door.door import Treatment
from routing.calendar import SHANGHAI
from routing.check import read_plan
from routing.scene import Scene
from tests.routing.plans import SMALL

PLAN = read_plan({"small.yaml": SMALL})
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI)
NIGHT = datetime(2026, 11, 20, 22, 0, tzinfo=SHANGHAI)


def settings(folder: Path, **agi: object) -> Settings:
    return load(var=folder / "var", config=folder, agi=agi)


@pytest.mark.parametrize("page", ["fastagi.md", "fastagi.zh-CN.md"])
def test_the_pages_show_the_dialplan_that_is_tested(page: str) -> None:
    shown = (HOUSE / "docs" / page).read_text("utf-8")
    steps = [line for line in snippet("127.0.0.1:4573").splitlines() if line and not line.startswith(";")]
    assert [line for line in steps if line not in shown.splitlines()] == []


def test_it_is_off_and_its_modules_are_not_loaded(tmp_path: Path) -> None:
    program = AsteriskProgram(("asterisk",), tmp_path, tmp_path, tmp_path, (22, 10, 1))
    assert not set(AGI) & set(modules(program, settings(tmp_path)))
    assert set(AGI) <= set(modules(program, settings(tmp_path, enabled=True)))
    assert settings(tmp_path).agi.risk == ""


def test_an_open_address_wants_to_know_whose_sessions_are_taken_and_is_warned_of(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="networks"):
        settings(tmp_path, enabled=True, host="0.0.0.0")  # noqa: S104
    narrow = settings(tmp_path, enabled=True, host="192.0.2.1", networks=["192.0.2.7/32"])
    assert "no password" in narrow.agi.risk
    assert "more than" not in narrow.agi.risk
    assert "0.0.0.0/0" in settings(tmp_path, enabled=True, host="0.0.0.0", networks=["0.0.0.0/0"]).agi.risk  # noqa: S104
    assert settings(tmp_path, enabled=True).agi.risk == ""


@pytest.mark.parametrize("phone", ["PJSIP/ann", "PJSIP/{phone},60,U(x)", "{phone}", "PJSIP/{phone}&PJSIP/bob"])
def test_a_way_to_dial_names_one_phone(tmp_path: Path, phone: str) -> None:
    with pytest.raises(SettingsError):
        settings(tmp_path, enabled=True, phone=phone)


def asked(errand: Errand, at: datetime = NOON, by_hand: dict[str, bool] | None = None, **arguments: str) -> object:
    def listed(number: str) -> Treatment | None:
        return {"13900000001": Treatment.BLOCK, "13900000002": Treatment.SLOW}.get(number)

    look_up = LookUps(lambda: PLAN, lambda number: Scene(at, number, by_hand=by_hand or {}), listed)
    return look_up(Hello(errand, "PJSIP/trunk-00000001", "1.1", "13900000002", "12320", None, arguments))


def test_a_dialplan_may_ask_whether_a_line_is_open_and_why_not() -> None:
    assert asked(Errand.OPEN, line="desk") == {"HOTLINE_ERROR": "", "HOTLINE_OPEN": "1"}
    assert asked(Errand.WHY_CLOSED, line="desk") == {
        "HOTLINE_ERROR": "",
        "HOTLINE_OPEN": "1",
        "HOTLINE_WHY": "",
        "HOTLINE_OPENS": "",
    }
    monday = datetime(2026, 11, 23, 8, 30, tzinfo=SHANGHAI)
    assert asked(Errand.WHY_CLOSED, NIGHT, line="desk") == {
        "HOTLINE_ERROR": "",
        "HOTLINE_OPEN": "0",
        "HOTLINE_WHY": "周五，服务时间 08:30-16:30",
        "HOTLINE_OPENS": str(int(monday.timestamp())),
    }
    assert asked(Errand.WHY_CLOSED, by_hand={"desk": False}, line="desk") == {
        "HOTLINE_ERROR": "",
        "HOTLINE_OPEN": "0",
        "HOTLINE_WHY": "班长关闭",
        "HOTLINE_OPENS": "",
    }
    assert asked(Errand.OPEN, line="nobody") == {"HOTLINE_ERROR": "no such line", "HOTLINE_OPEN": ""}


def test_a_dialplan_may_ask_who_is_blocked() -> None:
    blocked = {"HOTLINE_ERROR": "", "HOTLINE_BLOCKED": "1", "HOTLINE_SLOW": "0"}
    assert asked(Errand.BLOCKED, number="13900000001") == blocked
    assert asked(Errand.BLOCKED) == {"HOTLINE_ERROR": "", "HOTLINE_BLOCKED": "0", "HOTLINE_SLOW": "1"}
