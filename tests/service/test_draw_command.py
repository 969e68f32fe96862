"""Shell: `hotline draw`, as a person types it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from hotline.settings import HOUSE
from ivr.journal import Entry
from records.journal import SqlJournal
from records.migrations import upgrade
from routing.calendar import SHANGHAI
from tests.records.tales import NINE, OUTSIDE, TALKS, entries
from tests.service.whole import app

CONFIG = str(HOUSE / "config")


def draw(*words: str) -> Result:
    return CliRunner().invoke(app, ["draw", *words, "--config", CONFIG])


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """A hotline's data: one call of nine in the morning, one of yesterday noon by the machine's clock."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"

    async def fill() -> None:
        await upgrade(url)
        today = datetime.now(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
        async with SqlJournal(url) as journal:
            for entry in entries(TALKS, "a-1"):
                journal.note(entry)
            for entry in entries(OUTSIDE, "a-2"):
                journal.note(Entry(entry.call, entry.seq, today - timedelta(hours=12) + (entry.at - NINE), entry.event))

    asyncio.run(fill())
    return tmp_path


def test_the_plan_is_drawn_to_standard_output_with_its_version() -> None:
    drawn = draw()
    assert drawn.exit_code == 0
    assert "天津12320公共卫生热线" in "".join(ElementTree.fromstring(drawn.stdout).itertext())  # noqa: S314  (ours)
    assert "方案版本" in drawn.stdout
    assert "方案版本" not in draw("--plain").stdout


def test_the_published_picture_is_drawn_by_the_command_that_its_test_names(tmp_path: Path) -> None:
    out = tmp_path / "plan.svg"
    drawn = draw("--plain", "--out", str(out))
    assert (drawn.exit_code, drawn.stdout) == (0, "")
    assert out.read_bytes() == (HOUSE / "docs/pictures/plan.svg").read_bytes()


def test_an_instant_shows_which_lines_are_closed_then() -> None:
    assert "现在关闭" in draw("--at", "2026-10-01T09:00").stdout
    assert "现在关闭" not in draw("--at", "2026-11-20T10:00").stdout


def test_recorded_calls_stand_on_the_arrows(var: Path) -> None:
    drawn = draw("--from", "2026-10-01", "--to", "2026-10-02", "--var", str(var))
    assert drawn.exit_code == 0
    assert "2026年10月1日 来电 1 通" in drawn.stdout
    assert "1 · 100%" in drawn.stdout
    assert "来电 1 · 接通 1" in drawn.stdout
    some_hours = draw("--from", "2026-10-01T09:00", "--to", "2026-10-01T12:00", "--var", str(var)).stdout
    assert "2026-10-01 09:00 至 2026-10-01 12:00 来电 1 通" in some_hours


def test_yesterday_is_the_day_before_today_in_china(var: Path) -> None:
    yesterday = datetime.now(SHANGHAI) - timedelta(days=1)
    drawn = draw("--yesterday", "--var", str(var))
    assert f"{yesterday.month}月{yesterday.day}日 来电 1 通" in drawn.stdout


def test_mermaid_text_is_drawn_with_calls_too(var: Path) -> None:
    drawn = draw("--format", "mermaid", "--from", "2026-10-01", "--to", "2026-10-02", "--var", str(var))
    assert drawn.stdout.startswith("flowchart LR\n")
    assert "1 咨询 · 1（100%）" in drawn.stdout


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--format", "pdf"], 2, "'pdf' is not one of"),
        (["--at", "noon"], 2, "is not a time"),
        (["--to", "2026-10-01"], 2, "--to needs --from"),
        (["--from", "2026-10-02", "--to", "2026-10-01"], 2, "comes before"),
        (["--yesterday", "--from", "2026-10-02"], 2, "either --yesterday"),
        (["--yesterday", "--var", "nowhere"], 1, "no calls yet"),
        (["--out", "no-such-folder/plan.svg"], 1, "cannot be written"),
    ],
)
def test_bad_words_get_one_clear_line(words: list[str], code: int, told: str) -> None:
    result = draw(*words)
    assert result.exit_code == code
    assert told in " ".join(result.output.replace("│", " ").split())
    assert "Traceback" not in result.output
