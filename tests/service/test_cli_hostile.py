"""Unit: whatever is typed behind a command, it ends with 0, 1 or 2 and words; no traceback, no control character."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from hotline.settings import HOUSE
from tests.service.whole import app

CONFIG = str(HOUSE / "config")
ODD = (
    *(
        "",
        "\x1b[2Jx",
        "a\nb",
        "\x07",
        "\u202e12320",
        "9" * 5000,
        "../../etc/passwd",
        "%s%n",
        "\udcff",
        "[red]x",
        "'; --",
    ),
    *("0001-01-01", "9999-12-31", "0001-01-01T00:00", "9999-12-31T23:59:59-23:59", "１２", "line:\x00", "~", "{}"),
)
COMMANDS = (
    "check ?", "calendar ?", "calendar 2026-10-01 ?", "calendar 2026-10-01 --line ?", "dial ? --at 2026-10-01T09:00",
    "dial 1 --at ?", "dial 1 --at 2026-10-01T09:00 --number ?", "dial 1 --at 2026-10-01T09:00 --front ?",
    "dial 1 --at 2026-10-01T09:00 --wait ?", "diff ?", "replay --from ? --var VAR", "draw --at ?", "draw --format ?",
    "front on ? --var VAR", "front on floods --until ? --var VAR", "line close ? --var VAR",
    "line open immunization --until ? --var VAR", "why ? --var VAR", "why last --lang ? --var VAR",
    "why last --agent ? --at ? --var VAR", "calls --from ? --var VAR", "calls --to ? --var VAR",
    "callbacks cancel ? --var VAR", "desk ? ready --var VAR", "desk vaccine-1 ? --var VAR",
    "lead ? raise ? --var VAR", "floor --agent ? --from ? --var VAR", "rollback ? --var VAR", "call ? --var VAR",
    "call 1 --number ? --var VAR", "test ?", "simulate --agents ? --per-hour 1 --handle 1 --hours 1 --seed 1", "? ?",
    "check --explain ?", "nuisance ? ? --var VAR", "recordings listen ? --reason ? --var VAR", "audit ? --var VAR",
    "records import ? --var VAR", "records retract ? --reason ? --var VAR", "records export --from ? --var VAR",
    "categories show ?", "categories search ?",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_no_argument_is_a_bug_of_ours(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for odd in Random(command).sample(ODD, 2):  # noqa: S311 - no secret
        words = [odd if word == "?" else word.replace("VAR", str(tmp_path / "var")) for word in command.split()]
        config = (
            [] if words[0] in ("check", "diff", "?", odd, "nuisance", "recordings", "audit") else ["--config", CONFIG]
        )
        done = CliRunner().invoke(app, words + config, input="")
        assert done.exception is None or isinstance(done.exception, SystemExit), (words, done.exc_info)
        assert done.exit_code in (0, 1, 2), (words, done.exit_code)
        shown = done.stdout + done.stderr
        assert all(sign.isprintable() or sign == "\n" for sign in shown), (words, shown)
    assert not (tmp_path / "etc").exists()
