"""One mono sound as numbers: cut, levelled, and written as the bytes that Asterisk plays.

Samples are float32 in -1..1. The telephone formats are headerless, as Asterisk's format_pcm and format_sln read them.
"""

from __future__ import annotations

import io
import math
import os
import tempfile
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile
import soxr
from G722 import G722

with warnings.catch_warnings():  # the standard audioop announces its end until 3.13; pydub looks for ffmpeg
    warnings.simplefilter("ignore")
    import audioop

    from pydub import AudioSegment
    from pydub.silence import detect_leading_silence

Samples = npt.NDArray[np.float32]

RATE: Final = 24_000
"""Samples a second of a master."""
SPEECH_LUFS: Final = -23.0
"""Loudness of speech (EBU R 128)."""
PEAK: Final = 0.7
"""The highest sample after levelling: room for the telephone codecs."""

_SILENCE_DB = -38.0
_KEEP_MS = 30
_FADE_MS = 8
_METER_S = 0.5


class BadSound(ValueError):
    """A sound file that cannot be used; the message is one line for people."""


def decode(data: bytes, path: Path) -> Samples:
    """A sound file's content, any rate and number of channels, as mono at `RATE`. Raises BadSound naming `path`."""
    try:
        frames, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise BadSound(f"{path}: not a sound file ({error.error_string})") from error
    mono: Samples = frames.mean(axis=1)
    if not len(mono):
        raise BadSound(f"{path}: the file has no sound in it")
    if not np.isfinite(mono).all():
        raise BadSound(f"{path}: the file has samples that are not numbers")
    return resample(mono, rate, RATE)


def resample(sound: Samples, rate: int, to: int) -> Samples:
    """The same sound at another rate, anti-aliased."""
    return sound if rate == to else soxr.resample(sound, rate, to, quality="VHQ").astype(np.float32)


def pcm(sound: Samples) -> bytes:
    """16-bit little-endian samples."""
    return np.round(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()


def _segment(sound: Samples) -> AudioSegment:
    return AudioSegment(pcm(sound), sample_width=2, frame_rate=RATE, channels=1)


def _samples(segment: AudioSegment) -> Samples:
    return (np.frombuffer(segment.raw_data, "<i2") / 32767).astype(np.float32)


def trim(sound: Samples) -> Samples:
    """Without the silence at both ends, faded in and out, at `RATE`. Raises BadSound when all is silence.

    What lies 38 dB under the peak counts as silence; 30 ms of it stay, for soft first and last consonants.
    """
    segment = _segment(sound)
    floor = segment.max_dBFS + _SILENCE_DB
    head = detect_leading_silence(segment, floor, chunk_size=5)
    tail = detect_leading_silence(segment.reverse(), floor, chunk_size=5)
    if not segment.max or head + tail >= len(segment):
        raise BadSound("there is only silence in it")
    kept = segment[max(0, head - _KEEP_MS) : len(segment) - max(0, tail - _KEEP_MS)]
    return _samples(kept.fade_in(_FADE_MS).fade_out(_FADE_MS))


def join(sounds: Iterable[tuple[Samples, int]]) -> Samples:
    """One after the other, each followed by its pause in milliseconds; the last pause is left out."""
    whole: list[Samples] = []
    for sound, pause in sounds:
        whole += (sound, np.zeros(RATE * pause // 1000, np.float32))
    return np.concatenate(whole[:-1])


def loudness(sound: Samples, rate: int = RATE) -> float:
    """Integrated loudness in LUFS (ITU-R BS.1770). A sound under half a second is measured as if repeated."""
    import pyloudnorm  # it brings scipy: a second that no other command should wait for

    least = int(_METER_S * rate)
    if len(sound) < least:
        sound = np.tile(sound, math.ceil(2 * least / len(sound)))
    return float(pyloudnorm.Meter(rate).integrated_loudness(sound))


def level(sound: Samples, target: float = SPEECH_LUFS, rate: int = RATE) -> Samples:
    """At `target` LUFS, no sample above `PEAK`: what would rise above it is bent down softly, then raised again."""
    for _ in range(4):
        now = loudness(sound, rate)
        if not math.isfinite(now):
            raise BadSound("it is too quiet to be levelled")
        sound = _bend((sound * 10 ** ((target - now) / 20)).astype(np.float32))
    return sound


def _bend(sound: Samples) -> Samples:
    """Samples up to 0.8 of the peak unchanged, louder ones pressed under it along a tangent curve."""
    knee = 0.8 * PEAK
    over = np.abs(sound) > knee
    bent = sound.copy()
    bent[over] = np.sign(sound[over]) * (knee + (PEAK - knee) * np.tanh((np.abs(sound[over]) - knee) / (PEAK - knee)))
    return bent


def _g722(sound: Samples) -> bytes:
    even = np.frombuffer(pcm(sound), "<i2")
    return bytes(G722(16_000, 64_000).encode(even[: len(even) // 2 * 2]))


def _alaw(sound: Samples) -> bytes:
    return bytes(audioop.lin2alaw(pcm(sound), 2))


def _ulaw(sound: Samples) -> bytes:
    return bytes(audioop.lin2ulaw(pcm(sound), 2))


FORMATS: Final[dict[str, tuple[int, Callable[[Samples], bytes]]]] = {
    "alaw": (8_000, _alaw),
    "ulaw": (8_000, _ulaw),
    "g722": (16_000, _g722),
    "sln16": (16_000, pcm),
}
"""File extension to rate and encoding: what Asterisk plays untranscoded to G.711 and G.722, and best to Opus."""


def write_formats(sound: Samples, folder: Path, name: str) -> None:
    """Write `name` in each of `FORMATS` into `folder`, each file whole or not at all. Raises OSError."""
    at_rate = {rate: resample(sound, RATE, rate) for rate in {rate for rate, _ in FORMATS.values()}}
    for extension, (rate, encode) in FORMATS.items():
        write_whole(folder / f"{name}.{extension}", encode(at_rate[rate]))


def write_whole(path: Path, data: bytes) -> None:
    """Write the file so that a reader meets the old one or the new one, never half of it. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
