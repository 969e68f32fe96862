"""Unit: the nuisance list is kept, runs out, is told masked, and every change of it is written down first."""

from __future__ import annotations

import asyncio
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hotline.cli import app_of
from hotline.nuisance import FILE, NuisanceWatch, add, find, listed, remove
from ivr.door.door import Treatment
from records.migrations import upgrade

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BOT, ANN = "13900000099", "13900000001"
APP = app_of(["nuisance", "audit"])


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """The folder of a hotline that was started once."""
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"))
    return tmp_path


def typed(var: Path, *words: str) -> Result:
    return CliRunner().invoke(APP, [*words, "--var", str(var)])


def _add(var: Path, pattern: str, treatment: Treatment, until: datetime = NOW + DAY) -> None:
    add(var, pattern, treatment, "swears", "os:ann", NOW, until)


def test_an_engine_sees_at_once_who_is_listed_and_when_it_is_over(tmp_path: Path) -> None:
    now = [NOW]
    watch = NuisanceWatch(tmp_path, lambda: now[-1])
    assert watch(BOT) is None
    _add(tmp_path, BOT, Treatment.BLOCK)
    assert (watch(BOT), watch(ANN), watch.living()) == (Treatment.BLOCK, None, 1)
    now.append(NOW + DAY)
    assert (watch(BOT), watch.living()) == (None, 0)
    assert NuisanceWatch(tmp_path, lambda: NOW)(BOT) is Treatment.BLOCK, "a restart forgets nothing"


def test_the_entry_that_fits_best_decides(tmp_path: Path) -> None:
    watch = NuisanceWatch(tmp_path, lambda: NOW)
    _add(tmp_path, "1390*", Treatment.BLOCK)
    _add(tmp_path, "1390000009*", Treatment.SLOW)
    _add(tmp_path, "withheld", Treatment.SLOW)
    assert [watch(number) for number in (ANN, BOT, "", "02200000001")] == [
        Treatment.BLOCK,
        Treatment.SLOW,
        Treatment.SLOW,
        None,
    ]
    _add(tmp_path, BOT, Treatment.BLOCK)
    assert watch(BOT) is Treatment.BLOCK


def test_listing_again_changes_the_entry_and_removing_ends_it(tmp_path: Path) -> None:
    _add(tmp_path, BOT, Treatment.SLOW)
    _add(tmp_path, BOT, Treatment.BLOCK, NOW + 2 * DAY)
    (entry,) = listed(tmp_path)
    assert (entry.treatment, entry.until, entry.id) == (Treatment.BLOCK, NOW + 2 * DAY, 2)
    remove(tmp_path, find(listed(tmp_path), "#2"))
    assert listed(tmp_path) == []


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    _add(tmp_path, BOT, Treatment.SLOW)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "{", "{}x", '[{"id": 1}]', "[1]", '{"a": 1}', "\x00"])
def test_a_damaged_file_changes_nobody_s_treatment(var: Path, text: str) -> None:
    watch = NuisanceWatch(var, lambda: NOW)
    _add(var, BOT, Treatment.BLOCK)
    assert watch(BOT) is Treatment.BLOCK
    (var / FILE).write_text(text)
    assert watch(BOT) is Treatment.BLOCK
    told = typed(var, "nuisance", "list")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "is damaged" in told.stderr


def test_the_command_lists_masks_and_writes_down(var: Path) -> None:
    done = typed(var, "nuisance", "add", BOT, "--reason", "骚扰座席", "--for", "30d", "--block")
    assert done.exit_code == 0, done.stderr
    assert "#1 139****0099 is blocked until" in done.stderr
    (row,) = json.loads(typed(var, "nuisance", "list", "--json").stdout)
    assert (row["pattern"], row["treatment"], row["reason"]) == ("139****0099", "block", "骚扰座席")
    whole = json.loads(typed(var, "nuisance", "list", "--json", "--private", "--reason", "a complaint").stdout)
    assert whole[0]["pattern"] == BOT
    assert typed(var, "nuisance", "remove", "#1", "--reason", "a mistake").exit_code == 0
    log = [json.loads(line) for line in typed(var, "audit", "list", "--json").stdout.splitlines()]
    assert [entry["what"] for entry in log] == ["nuisance_added", "numbers_shown", "nuisance_removed"]
    assert log[0]["reason"] == "骚扰座席"
    assert BOT not in json.dumps(log)
    assert typed(var, "nuisance", "list").stderr.strip() == "nobody is on the nuisance list"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((BOT,), "say why"),
        (("anybody", "--reason", "x"), "is no number"),
        (("1*", "--reason", "x"), "is no number"),
        ((BOT, "--reason", "x", "--for", "0d"), "write how long"),
        ((BOT, "--reason", "x", "--for", "400d"), "write how long"),
        ((BOT, "--reason", "x", "--for", "for ever"), "write how long"),
    ],
)
def test_what_makes_no_sense_is_told_and_changes_nothing(var: Path, words: tuple[str, ...], told: str) -> None:
    refused = typed(var, "nuisance", "add", *words)
    assert refused.exit_code == 2
    assert told in " ".join(refused.stderr.replace("│", " ").split())
    assert listed(var) == []


def test_where_nothing_can_be_written_down_nobody_is_listed(tmp_path: Path) -> None:
    refused = typed(tmp_path, "nuisance", "add", BOT, "--reason", "swears")
    assert refused.exit_code == 1
    assert "no hotline was ever started" in refused.stderr
    assert listed(tmp_path) == []


def test_removing_who_is_not_listed_is_told(var: Path) -> None:
    assert "is not on the list" in typed(var, "nuisance", "remove", ANN).stderr
