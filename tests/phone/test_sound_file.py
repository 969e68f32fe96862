"""Unit: sound files as the telephone has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from hotline import ear
from hotline.handset import tone
from hotline.sound_file import a_law_code, decoded, load


def test_the_laws_say_what_g711_prints() -> None:
    """ITU-T G.711: the codes of silence and of the loudest sample, either sign (A-law without its even bits)."""
    assert decoded("alaw", bytes([0xD5, 0x55, 0xAA, 0x2A])).tolist() == [8, -8, 32256, -32256]
    assert decoded("ulaw", bytes([0xFF, 0x7F, 0x80, 0x00])).tolist() == [0, 0, 32124, -32124]


@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=50))
def test_a_law_is_never_further_off_than_half_a_step(samples: list[int]) -> None:
    sound = np.array(samples, np.int16)
    error = np.abs(decoded("alaw", a_law_code(sound)).astype(int) - sound)
    assert (error <= np.maximum(8, np.abs(sound.astype(int)) / 32 + 1)).all()


@pytest.mark.parametrize("kind", ["alaw", "sln", "sln16", "wav"])
def test_each_kind_of_file_holds_the_same_tone(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"beep.{kind}"
    if kind == "alaw":
        path.write_bytes(a_law_code(tone(440, 2.0)))
    elif kind == "wav":
        soundfile.write(path, np.stack([tone(440, 2.0, rate=24000)] * 2, axis=1), 24000)
    else:
        path.write_bytes(tone(440, 2.0, rate=8000 if kind == "sln" else 16000).tobytes())
    sound = load(path)
    assert sound.dtype == np.int16
    assert sound.size == pytest.approx(16000, abs=2)
    assert ear.tone(sound, 440) > 0.99
    assert ear.level(sound) == pytest.approx(-15, abs=0.2)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a sound file"):
        load(tmp_path / "song.mp3")
