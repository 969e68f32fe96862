"""How a sound should be: from what it was made of, so that a file which broke since is not held against itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hotline.handset import RATE, Samples
from hotline.settings import Settings
from hotline.sound_file import load
from hotline.sounds import SHIPPED_MASTERS
from prompts import sound
from prompts.master import Masters, key
from prompts.sound import BadSound
from prompts.voice import voice_name


def references(settings: Settings, words: Mapping[str, str], recordings: Path | None) -> dict[str, Samples | None]:
    """Each sound as the operators recorded it, or a voice spoke it, at 8 kHz.

    A sound whose source is not here any more is taken as it was built; None when that is gone too.
    """
    try:
        masters = Masters([settings.var / "masters", SHIPPED_MASTERS])
    except BadSound:
        masters = Masters([SHIPPED_MASTERS])
    return {
        name: _recorded(name, recordings) if _is_recorded(name, recordings) else _spoken(settings, masters, name, text)
        for name, text in words.items()
    }


def _is_recorded(name: str, recordings: Path | None) -> bool:
    return recordings is not None and (recordings / f"{name}.wav").is_file()


def _recorded(name: str, recordings: Path | None) -> Samples | None:
    assert recordings is not None  # noqa: S101 - asked before
    path = recordings / f"{name}.wav"
    try:
        return _narrow(sound.trim(sound.decode(path.read_bytes(), path)))
    except (BadSound, OSError):
        return None


def _spoken(settings: Settings, masters: Masters, name: str, text: str) -> Samples | None:
    filed = key(text, voice_name())
    if masters.find(filed) is not None:
        try:
            return _narrow(masters.read(filed))
        except (BadSound, OSError):
            pass
    try:
        return load(settings.sounds / f"{name}.alaw")
    except OSError:
        return None


def _narrow(wide: sound.Samples) -> Samples:
    narrow = sound.resample(wide, sound.RATE, RATE)
    return np.round(np.clip(narrow, -1, 1) * 32767).astype(np.int16)
