"""What is heard without words: music on hold and the beep, both computed here and so free to ship.

The music is 72 seconds of slow broken chords in D over a quiet pad. All partials lie between 290 and 3,200 Hz, where
a telephone carries sound, and what rings on at the end rings into the beginning, so the loop has no seam.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from prompts import sound
from prompts.sound import Samples

MUSIC_LUFS: Final = -27.0
"""Quieter than speech: announcements must stand out from it."""

VERSION: Final = 1
"""Raise it when the music or the beep changes."""

_BEAT_S = 0.75
_BEATS_A_BAR = 4
_CHORDS = (
    (62, 66, 69, 73),  # D major seventh
    (62, 66, 71, 74),  # B minor
    (62, 67, 71, 74),  # G
    (64, 67, 69, 73),  # A seventh
    (62, 66, 69, 76),  # D with the ninth
    (66, 69, 73, 78),  # F sharp minor
    (62, 67, 71, 76),  # E minor seventh
    (64, 69, 73, 76),  # A
)
"""Notes (MIDI) of one bar each, low to high; the eight bars come three times, each time with its own tune."""

# fmt: off
_TUNES: Final[tuple[tuple[tuple[int, ...], ...], ...]] = (
    (
        (78, 0, 81, 78), (83, 0, 81, 0), (79, 0, 78, 76), (76, 0, 0, 0),
        (78, 0, 81, 85), (85, 0, 81, 0), (83, 81, 79, 0), (76, 0, 0, 0),
    ),
    (
        (0, 0, 74, 76), (78, 0, 0, 0), (83, 0, 81, 79), (81, 0, 0, 0),
        (0, 0, 86, 85), (81, 0, 0, 0), (79, 78, 76, 0), (73, 0, 0, 0),
    ),
    (
        (86, 0, 0, 85), (83, 0, 78, 0), (81, 0, 79, 0), (76, 0, 79, 0),
        (78, 0, 0, 81), (85, 0, 0, 0), (83, 0, 79, 0), (81, 0, 0, 0),
    ),
)
# fmt: on
"""Three tunes of eight bars, a note (MIDI) for each beat; 0 is a rest."""

_ORDER = (0, 2, 1, 3, 2, 1, 3, 2)


def beep() -> Samples:
    """The tone before a recording: 0.4 s of 1,000 Hz at -23 LUFS, faded, 24 kHz."""
    t = np.arange(int(0.4 * sound.RATE)) / sound.RATE
    edge = np.minimum(1, np.minimum(t, t[::-1]) / 0.02)
    tone = np.sin(2 * np.pi * 1000 * t) * np.sin(edge * np.pi / 2) ** 2
    return sound.level(tone.astype(np.float32))


@cache
def music() -> Samples:
    """One turn of the music on hold, 72 s at `MUSIC_LUFS`, 24 kHz; the same samples each time."""
    beats = len(_TUNES) * len(_CHORDS) * _BEATS_A_BAR
    track = np.zeros(int(beats * _BEAT_S * sound.RATE))
    for turn, tune in enumerate(_TUNES):
        for bar, chord in enumerate(_CHORDS):
            first = (turn * len(_CHORDS) + bar) * _BEATS_A_BAR
            for note in chord[:3]:
                _lay(track, first * _BEAT_S, _pad(note + 12 * (note < 64)), 0.05)
            for half, place in enumerate(_ORDER):
                _lay(track, (first + half / 2) * _BEAT_S, _bell(chord[place], 1.6), 0.16 if half else 0.2)
            for beat in range(_BEATS_A_BAR):
                if tune[bar][beat]:
                    _lay(track, (first + beat) * _BEAT_S, _bell(tune[bar][beat], 2.6), 0.3)
    whole = sound.level(track.astype(np.float32), MUSIC_LUFS)
    whole.setflags(write=False)
    return whole


def _lay(track: npt.NDArray[np.float64], at: float, tone: Samples, gain: float) -> None:
    """Add a tone at a time in seconds; what passes the end of the track goes on at its beginning."""
    places = (np.arange(len(tone)) + int(at * sound.RATE)) % len(track)
    track[places] += gain * tone


def _hertz(note: int) -> float:
    return float(440 * 2 ** ((note - 69) / 12))


@cache
def _bell(note: int, seconds: float) -> Samples:
    """A soft mallet: partials that die sooner the higher they are."""
    t = np.arange(int(seconds * sound.RATE)) / sound.RATE
    tone = np.zeros_like(t)
    for partial, strength, life in ((1, 1.0, 0.7), (2, 0.35, 0.4), (3, 0.12, 0.22), (4, 0.05, 0.12)):
        pitch = partial * _hertz(note)
        if pitch < 3200:
            tone += strength * np.exp(-t / life) * np.sin(2 * np.pi * pitch * t)
    attack, release = np.minimum(1, t / 0.012), np.minimum(1, (seconds - t) / 0.15)
    return (tone * attack * release).astype(np.float32)


@cache
def _pad(note: int) -> Samples:
    """A breath under a bar, swelling in and out over its neighbours."""
    seconds = _BEATS_A_BAR * _BEAT_S * 1.3
    t = np.arange(int(seconds * sound.RATE)) / sound.RATE
    swell = np.sin(np.pi * t / seconds) ** 2
    pitch = _hertz(note)
    tone = (
        np.sin(2 * np.pi * pitch * t)
        + 0.5 * np.sin(2 * np.pi * pitch * 1.003 * t)
        + 0.2 * np.sin(4 * np.pi * pitch * t)
    )
    return (swell * tone).astype(np.float32)
