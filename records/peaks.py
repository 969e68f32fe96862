"""The shape of a recorded sound: how far it swings in each of many stretches, for each channel by itself. Pure.

A WAV file may be unfinished (its talk goes on, or the machine stopped in the midst): its head says 0 bytes then, or
more than there are. What is there counts.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

_PCM, _EXTENSIBLE = 1, 0xFFFE
_UNKNOWN: Final = (0, 0xFFFFFFFF)
"""Lengths of who did not know yet how long the sound would be."""

Samples = npt.NDArray[np.int16]


class NoSound(ValueError):
    """This is no WAV file of 16 bits."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What a WAV file holds. `samples` has a row for each instant and a column for each channel.

    `cut`: it ends before its head says that it does, or its head does not say.
    """

    rate: int
    samples: Samples
    cut: bool

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


@dataclass(frozen=True, slots=True)
class Side:
    """One channel: the lowest and the highest sample of each stretch, -32768 to 32767."""

    low: tuple[int, ...]
    high: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Peaks:
    """The shape of a sound. Stretch `i` of `n` has the samples from `i·frames/n` until before `(i+1)·frames/n`."""

    rate: int
    frames: int
    cut: bool
    sides: tuple[Side, ...]

    @property
    def seconds(self) -> float:
        return self.frames / self.rate

    def to_json(self) -> dict[str, Any]:
        names = _NAMES.get(len(self.sides)) or tuple(str(number) for number in range(1, len(self.sides) + 1))
        return {
            "seconds": round(self.seconds, 3),
            "rate": self.rate,
            "cut": self.cut,
            "sides": [
                {"side": name, "low": list(side.low), "high": list(side.high)}
                for name, side in zip(names, self.sides, strict=True)
            ],
        }


_NAMES: Final = {1: ("both",), 2: ("left", "right")}


def sound_of(wav: bytes) -> Sound:
    """The samples of a WAV file, as many as are there. Raises NoSound."""
    if len(wav) < 12 or wav[:4] != b"RIFF" or wav[8:12] != b"WAVE":
        raise NoSound("it does not begin like a WAV file")
    form: tuple[int, int] | None = None
    at = 12
    while at + 8 <= len(wav):
        name, size = wav[at : at + 4], int.from_bytes(wav[at + 4 : at + 8], "little")
        at += 8
        if name == b"fmt ":
            form = _form(wav[at : at + size])
        elif name == b"data":
            if form is None:
                raise NoSound("its samples come before their form")
            return _samples(memoryview(wav)[at:], size, *form)
        at += size + size % 2  # each chunk begins at an even place
    if form is None:
        raise NoSound("it does not say what its samples are")
    return Sound(form[0], np.zeros((0, form[1]), np.int16), cut=True)


def _form(chunk: bytes) -> tuple[int, int]:
    """Samples a second, and channels."""
    if len(chunk) < 16:
        raise NoSound("it does not say what its samples are")
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if tag not in (_PCM, _EXTENSIBLE) or bits != 16 or not channels or not rate:
        raise NoSound(f"its samples are of {bits} bits, form {tag}, not of 16 bits PCM")
    return rate, channels


def _samples(data: memoryview, size: int, rate: int, channels: int) -> Sound:
    told = len(data) if size in _UNKNOWN else size
    there = min(told, len(data))
    whole = there - there % (2 * channels)
    samples = np.frombuffer(data[:whole], "<i2").astype(np.int16, copy=False).reshape(-1, channels)
    return Sound(rate, samples, cut=whole < told or (size in _UNKNOWN and whole > 0))


def peaks_of(sound: Sound, columns: int) -> Peaks:
    """Its shape in so many stretches; in fewer where there are not as many samples."""
    frames, channels = sound.samples.shape
    columns = min(columns, frames)
    if columns < 1:
        return Peaks(sound.rate, 0, sound.cut, (Side((), ()),) * channels)
    starts = np.arange(columns, dtype=np.int64) * frames // columns
    low = np.minimum.reduceat(sound.samples, starts, axis=0)
    high = np.maximum.reduceat(sound.samples, starts, axis=0)
    sides = tuple(Side(tuple(low[:, one].tolist()), tuple(high[:, one].tolist())) for one in range(channels))
    return Peaks(sound.rate, frames, sound.cut, sides)
