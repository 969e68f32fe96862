"""Made-up speakers for tests: babble with pitch, syllables and pauses, the same for the same seed."""

from __future__ import annotations

import numpy as np

from hotline.handset import RATE, Samples

_SYLLABLE = 0.22


def babble(seed: int, seconds: float = 4.0) -> Samples:
    """`seconds` of syllables at about −20 dBFS that nobody else says."""
    chance = np.random.default_rng(seed)
    count = round(_SYLLABLE * RATE)
    syllables = [_syllable(chance, count) for _ in range(round(seconds / _SYLLABLE) + 1)]
    sound = np.concatenate(syllables)[: round(seconds * RATE)]
    voice: Samples = (sound / np.sqrt(np.mean(np.square(sound))) * 3276).clip(-32768, 32767).astype(np.int16)
    return voice


def _syllable(chance: np.random.Generator, count: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    pitch = chance.uniform(150, 260) * np.linspace(1, chance.uniform(0.8, 1.25), count)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    formants = chance.uniform((300, 800, 2200), (900, 2000, 3200))
    sound = np.zeros(count)
    for harmonic in range(1, 14):
        nearest = np.min(np.abs(formants - harmonic * pitch.mean()))
        sound += np.exp(-np.square(nearest / 250)) * np.sin(harmonic * phase + chance.uniform(0, 6))
    return np.asarray(sound * np.hanning(count) * chance.uniform(0.5, 1.0))


def pause(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.int16)
