"""Sound files as the telephone has them, read into 8 kHz samples."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import soxr

from hotline.handset import RATE, Samples


def load(path: Path) -> Samples:
    """The sound in `path`: headerless `.alaw`, `.ulaw`, `.sln` (8 kHz), `.sln16` (16 kHz), or `.wav`.

    Raises ValueError for any other kind.
    """
    kind = path.suffix.removeprefix(".")
    if kind in _CODES:
        return decoded(kind, path.read_bytes())
    if kind in _RATES:
        return at_8_khz(np.frombuffer(path.read_bytes(), "<i2").astype(np.int16), _RATES[kind])
    if kind == "wav":
        return wav(path.read_bytes())
    raise ValueError(f"{path}: not a sound file that the telephone has")


def wav(code: bytes) -> Samples:
    """What a WAV file says, its channels mixed."""
    sound, rate = soundfile.read(io.BytesIO(code), dtype="int16", always_2d=True)
    return at_8_khz(sound.mean(axis=1).astype(np.int16), rate)


def decoded(law: str, code: bytes) -> Samples:
    """What `alaw` or `ulaw` code says."""
    return _CODES[law][np.frombuffer(code, np.uint8)]


def a_law_code(sound: Samples) -> bytes:
    """`sound` as A-law, each sample the nearest code."""
    middles = (_LEVELS[1:].astype(np.int32) + _LEVELS[:-1]) // 2
    return _ORDER[np.searchsorted(middles, sound)].astype(np.uint8).tobytes()


def at_8_khz(sound: Samples, rate: int) -> Samples:
    """`sound` of `rate` samples per second at 8 kHz, filtered first."""
    if rate == RATE:
        return sound
    narrow: Samples = soxr.resample(sound, rate, RATE)
    return narrow


def _a_law() -> Samples:
    """What each A-law code stands for (ITU-T G.711, table 1), times 8 to fill 16 bits."""
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    size = np.where(exponent == 0, 2 * mantissa + 1, (2 * mantissa + 33) << np.maximum(exponent - 1, 0))
    return (np.where(code & 0x80, size, -size) * 8).astype(np.int16)


def _u_law() -> Samples:
    """What each µ-law code stands for (ITU-T G.711, table 2), times 4 to fill 16 bits."""
    code = np.arange(256) ^ 0xFF
    exponent, mantissa = (code >> 4) & 7, code & 15
    size = ((2 * mantissa + 33) << exponent) - 33
    return (np.where(code & 0x80, -size, size) * 4).astype(np.int16)


_CODES: Final = {"alaw": _a_law(), "ulaw": _u_law()}
_ORDER: Final = np.argsort(_CODES["alaw"], kind="stable")
_LEVELS: Final = _CODES["alaw"][_ORDER]
_RATES: Final = {"sln": RATE, "sln16": 2 * RATE}
