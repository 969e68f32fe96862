"""The neural voice. Kind: unit for what it refuses, system for real speech (needs `make voice`)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prompts import sound
from prompts.voice import KokoroVoice, Unspeakable, VoiceMissing

VOICE_FILE = Path(__file__).parents[2] / "var" / "voice" / "zf_xiaobei.bin"


def test_a_voice_is_named_before_it_is_loaded() -> None:
    assert KokoroVoice(VOICE_FILE).name == "kokoro-82m/zf_xiaobei"


def test_a_missing_voice_tells_the_command_that_mends_it(tmp_path: Path) -> None:
    with pytest.raises(VoiceMissing, match="run `make voice`") as caught:
        KokoroVoice(tmp_path / "zf_nobody.bin").speak("您好。")
    assert "\n" not in str(caught.value)


@pytest.mark.system
def test_the_voice_speaks_a_sentence_clause_by_clause() -> None:
    assert VOICE_FILE.is_file(), f"{VOICE_FILE} is missing: run `make voice`"
    samples, rate = KokoroVoice(VOICE_FILE).speak("您好，欢迎拨打12320。")
    assert rate == sound.RATE
    assert 1.8 < len(samples) / rate < 5  # ten syllables and one pause
    assert np.isfinite(samples).all()
    assert sound.loudness(samples) > -40
    pause = np.abs(samples[: len(samples) // 2 * 2].reshape(2, -1)[0])
    assert (pause < 0.001).sum() > 0.2 * rate  # the comma after the greeting is heard


@pytest.mark.system
def test_the_voice_refuses_words_that_it_would_garble() -> None:
    assert VOICE_FILE.is_file(), f"{VOICE_FILE} is missing: run `make voice`"
    with pytest.raises(Unspeakable, match="HIV"):
        KokoroVoice(VOICE_FILE).speak("HIV检测。")
