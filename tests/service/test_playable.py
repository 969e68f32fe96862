"""Unit: a prompt can be played when somebody recorded it, when its words have a master, or when there is a voice."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.operators import look
from hotline.playable import sounds_of
from hotline.settings import HOUSE, Settings, load
from prompts.voice import STANDARD_VOICE

WORDS = {
    "greeting": "您好，欢迎拨打天津12320公共卫生热线。",
    "folded": "您好，\n  欢迎拨打天津12320公共卫生热线。",
    "new": "从来没有说过的话。",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "config" / "recordings").mkdir(parents=True)
    return load(config=tmp_path / "config", var=tmp_path / "var")


def test_words_that_were_spoken_before_have_a_master_however_they_are_folded(settings: Settings) -> None:
    assert sounds_of(settings)(WORDS) == {"greeting", "folded"}


def test_a_recording_of_ones_own_needs_no_master(settings: Settings) -> None:
    (settings.config / "recordings" / "new.wav").write_bytes(b"")
    assert sounds_of(settings)(WORDS) == set(WORDS)


def test_a_voice_can_speak_whatever_is_written(settings: Settings) -> None:
    (settings.var / "voice").mkdir(parents=True)
    (settings.var / "voice" / f"{STANDARD_VOICE}.bin").write_bytes(b"")
    assert sounds_of(settings)(WORDS) == set(WORDS)


def test_masters_that_cannot_be_read_do_not_hide_the_shipped_ones(settings: Settings) -> None:
    (settings.var / "masters").mkdir(parents=True)
    (settings.var / "masters" / "manifest.json").write_text("{")
    assert "greeting" in sounds_of(settings)(WORDS)


def test_everything_that_we_ship_can_be_played_without_a_voice(settings: Settings) -> None:
    _, checked = look(HOUSE / "config", playable=sounds_of(settings))
    assert [str(problem) for problem in checked.warnings if problem.rule == "no-sound"] == []
