"""Shell: quality from the command line."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hotline.cli import app_of
from paperwork.quality.rules import QualityRules
from records.migrations import upgrade
from records.store import Store
from tests.paperwork.quality.house import call_row, calls_in

APP = app_of(["quality"])
AT = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
MARKS = [f"{name}={item.points}" for name, item in QualityRules().sheets["service"].items.items()]


@pytest.fixture
def var(tmp_path: Path) -> Path:
    async def fill() -> None:
        url = f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"
        await upgrade(url)
        store = Store(url)
        await calls_in(store, *(call_row(f"a-{n}", AT + timedelta(minutes=n)) for n in range(3)))
        await store.close()

    asyncio.run(fill())
    return tmp_path


def typed(var: Path, *words: str) -> Result:
    return CliRunner().invoke(APP, ["quality", *words, "--var", str(var)])


def test_a_talk_is_judged_listed_shown_and_averaged(var: Path) -> None:
    made = typed(var, "score", "a-1", *MARKS, "--agent", "ann", "--comment", "很好", "--json")
    assert made.exit_code == 0, made.stderr
    score = json.loads(made.stdout)
    assert (score["state"], score["percent"], score["comment"]) == ("submitted", 100.0, "很好")
    assert json.loads(typed(var, "list", "--json").stdout)["id"] == score["id"]
    assert "公共卫生热线服务质量评分表：100/100" in typed(var, "show", score["id"]).stdout
    told = json.loads(typed(var, "averages", "--from", "2026-01-01", "--to", "2026-02-01", "--json").stdout)
    assert [(one["of"], one["percent"], one["count"]) for one in told["averages"]] == [("ann", 100.0, 1)]
    lacking = typed(var, "score", "a-1", "greeting=5", "--agent", "ann")
    assert (lacking.exit_code, "not judged yet" in lacking.stderr) == (1, True)
    assert typed(var, "score", "a-1", "greeting", "--agent", "ann").exit_code == 2
    assert typed(var, "show", "nothing").exit_code == 1


def test_a_period_without_recordings_on_the_disk_draws_nothing_and_says_so(var: Path) -> None:
    drawn = typed(var, "sample", "monthly", "2026-01", "--json")
    assert (drawn.exit_code, json.loads(drawn.stdout)) == (0, [])
    verified = typed(var, "sample", "monthly", "2026-01", "--verify", "--json")
    assert (verified.exit_code, len(json.loads(verified.stdout)["missing"])) == (1, 3)
    assert typed(var, "sample", "monthly", "2999-01").exit_code == 1
    assert typed(var, "sample", "nothing", "2026-01").exit_code == 2
    assert "一票否决" in typed(var, "sheets").stdout
