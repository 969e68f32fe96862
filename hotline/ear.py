"""What was heard: how loud, which tone, and which of the known prompts, from 8 kHz samples.

Prompts are looked for in windows of 0.6 s, so that one which was cut short by a key, or lost its first word, is
still known. Each window is searched in two passes: the shapes of its spectrum against all that was heard (one
matrix product finds the places worth a look), then sample by sample there (normalised cross-correlation, which no
other words of the same voice pass). Loudness does not matter; A-law, µ-law and G.722 cost a few hundredths.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from hotline.handset import RATE, Samples

Floats = npt.NDArray[np.float32]

SILENCE: Final = -120.0
"""dBFS of nothing at all."""

_HOP: Final = 160  # samples: 20 ms between two spectra
_FRAME: Final = 256
_WINDOW: Final = 30  # spectra in a window: 0.6 s
_STEP: Final = 15  # spectra between two windows of a prompt
_BANDS: Final = 20
_ALIKE: Final = 0.8  # likeness of spectra from which a place is worth a closer look
_LOOKS: Final = 4  # places looked at per window
_SLACK: Final = 2 * _HOP  # samples around a place: spectra tell it to one hop
_SURE: Final = 0.8  # correlation of samples from which a window was heard (the same syllables elsewhere: 0.75)
_FAINT: Final = 25.0  # dB under the prompt's own loudness: a pause, which tells nothing
_JUMP: Final = 0.3  # seconds by which the rest of a prompt may come late (a packet that was lost or waited for)
_LEAST: Final = 0.5  # seconds of a prompt that must be heard to name it


class Span(NamedTuple):
    """From `start` to `end`, in seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Match:
    """A prompt, or a part of it, in what was heard."""

    score: float
    """Correlation of the windows that were found, 0 to 1."""
    at: float
    """Second of the heard sound at which the heard part begins."""
    until: float
    """Second at which it ends."""
    share: float
    """How much of the prompt's sound was heard, 0 to 1."""
    begins: float = 0.0
    """Second of the prompt at which the heard part begins."""


class Heard(NamedTuple):
    """One known prompt in a sequence."""

    name: str
    at: float
    match: Match


def level(audio: Samples) -> float:
    """Loudness (RMS) in dBFS: 0 is a full square wave, `SILENCE` is nothing."""
    if audio.size == 0:
        return SILENCE
    power = float(np.mean(np.square(audio.astype(np.float64) / 32768)))
    return max(SILENCE, 10 * float(np.log10(power))) if power else SILENCE


def tone(audio: Samples, hertz: float, *, width: float = 20.0) -> float:
    """Share (0 to 1) of the sound's energy that lies within `width` of `hertz`; 0 for silence."""
    if audio.size == 0:
        return 0.0
    spectrum = np.square(np.abs(np.fft.rfft(audio * np.hanning(audio.size))))
    whole = float(spectrum.sum())
    near = np.abs(np.fft.rfftfreq(audio.size, 1 / RATE) - hertz) <= width
    return float(spectrum[near].sum()) / whole if whole else 0.0


def silences(audio: Samples, *, below: float = -45.0, at_least: float = 0.3) -> list[Span]:
    """Stretches of `at_least` seconds that stay under `below` dBFS, by frames of 20 ms."""
    return [span for hush, span in _runs(_quiet(audio, below)) if hush and span.end - span.start >= at_least - 1e-9]


def sounding(audio: Samples, *, above: float = -45.0) -> float:
    """Seconds of it that are louder than `above` dBFS, by frames of 20 ms."""
    return float(np.count_nonzero(~_quiet(audio, above))) * _HOP / RATE


def find(prompt: Samples, heard: Samples, *, share: float = 0.5) -> Match | None:
    """The longest part of `prompt` that was `heard`, or None when less than `share` of it was (or half a second)."""
    found = [match for _, match in _matches({"": prompt}, heard) if match.share >= share]
    return max(found, key=_length, default=None)


def sequence(prompts: Mapping[str, Samples], heard: Samples) -> list[Heard]:
    """Which of `prompts` were heard, in order; one that was heard twice comes twice.

    Words that several prompts share are given to the prompt of which most was heard. What goes on where it stopped,
    after however long a gap, is one hearing: who plays a prompt again begins at its beginning.
    """
    taken = np.zeros(heard.size // _HOP + 1, np.bool_)
    told: list[Heard] = []
    for name, match in sorted(_matches(prompts, heard), key=_weight, reverse=True):
        part = taken[round(match.at * RATE / _HOP) : round(match.until * RATE / _HOP)]
        if part.size and part.mean() < 0.5:
            part[:] = True
            told.append(Heard(name, match.at, match))
    sequence: list[Heard] = []
    for one in sorted(told, key=lambda one: one.at):
        if sequence and _goes_on(sequence[-1], one):
            sequence[-1] = _joined(sequence[-1], one.match)
        else:
            sequence.append(one)
    return sequence


def _goes_on(before: Heard, after: Heard) -> bool:
    """Whether `after` is the rest of a prompt whose sound stopped for a while."""
    stopped = before.match.begins + _length(before.match)
    return before.name == after.name and after.match.begins >= max(_LEAST, stopped - 2 * _STEP * _HOP / RATE)


def _joined(before: Heard, rest: Match) -> Heard:
    """One hearing of two parts."""
    first = before.match
    share = min(1.0, first.share + rest.share)
    return before._replace(match=Match(max(first.score, rest.score), first.at, rest.until, share, first.begins))


def _length(match: Match) -> float:
    return match.until - match.at


def _weight(found: tuple[str, Match]) -> tuple[float, float]:
    return round(_length(found[1]), 1), found[1].share


def _quiet(audio: Samples, below: float) -> npt.NDArray[np.bool_]:
    count = audio.size // _HOP
    frames = audio[: count * _HOP].astype(np.float64).reshape(count, _HOP) / 32768
    quiet: npt.NDArray[np.bool_] = np.mean(np.square(frames), axis=1) < 10 ** (below / 10)
    return quiet


def _runs(flags: npt.NDArray[np.bool_]) -> Iterator[tuple[bool, Span]]:
    start = 0
    for flag, run in groupby(flags.tolist()):
        end = start + len(list(run))
        yield flag, Span(start * _HOP / RATE, end * _HOP / RATE)
        start = end


def _matches(prompts: Mapping[str, Samples], heard: Samples) -> list[tuple[str, Match]]:
    shapes = _shapes(heard)
    unfolded: dict[int, Floats] = {}
    matches: list[tuple[str, Match]] = []
    for name, prompt in prompts.items():
        own = _shapes(prompt)
        width = min(_WINDOW, len(own))
        if width < 5:
            raise ValueError(f"{name or 'the prompt'}: under a tenth of a second, too short to know again")
        if width not in unfolded:
            unfolded[width] = _windows(shapes, width)
        matches += [(name, match) for match in _heard_parts(prompt, own, width, heard, unfolded[width])]
    return matches


def _shapes(audio: Samples) -> Floats:
    """Logarithms of the energies in 20 bands as the ear divides them, one row for each 20 ms."""
    if audio.size < _FRAME:
        return np.zeros((0, _BANDS), np.float32)
    frames = sliding_window_view(audio.astype(np.float32) / 32768, _FRAME)[::_HOP]
    energies = np.square(np.abs(np.fft.rfft(frames * _TAPER, 2 * _FRAME, axis=1))) @ _BANK
    floor = max(float(energies.sum(axis=1).max()) * 1e-4 / _BANDS, 1e-6)
    shapes: Floats = np.log(energies + floor).astype(np.float32)
    return shapes


def _windows(shapes: Floats, width: int) -> Floats:
    """Every stretch of `width` spectra as one row, without its mean (loudness), of length one."""
    if len(shapes) < width:
        return np.zeros((0, width * _BANDS), np.float32)
    rows = sliding_window_view(shapes, (width, _BANDS))[:, 0].reshape(-1, width * _BANDS)
    rows = rows - rows.mean(axis=1, keepdims=True)
    windows: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-3)
    return windows


class _Hit(NamedTuple):
    """A window of a prompt that was heard: samples from the prompt's start, from the sound's start, correlation."""

    inside: int
    at: int
    score: float


def _heard_parts(prompt: Samples, own: Floats, width: int, heard: Samples, unfolded: Floats) -> list[Match]:
    size = (width - 1) * _HOP + _FRAME
    starts = sorted({*range(0, len(own) - width + 1, _STEP), len(own) - width})
    telling = [start for start in starts if level(prompt[start * _HOP : start * _HOP + size]) > level(prompt) - _FAINT]
    likeness = _windows(own, width)[telling] @ unfolded.T
    hits = [
        hit
        for row, start in zip(likeness, telling, strict=True)
        for hit in _closer(prompt[start * _HOP :][:size], start * _HOP, heard, _peaks(row))
    ]
    least = min(_LEAST, 0.8 * size / RATE)
    parts = (_match(part, size, len(telling)) for part in _parts(hits))
    return [match for match in parts if match.until - match.at >= least]


def _peaks(row: Floats) -> list[int]:
    """The likeliest places, no two within a tenth of a second."""
    places: list[int] = []
    candidates = np.flatnonzero(row > _ALIKE)
    for place in candidates[np.argsort(-row[candidates])].tolist():
        if all(abs(place - other) > 5 for other in places):
            places.append(place)
            if len(places) == _LOOKS:
                break
    return places


def _closer(window: Samples, inside: int, heard: Samples, places: Sequence[int]) -> Iterator[_Hit]:
    """Those of `places` where the samples themselves agree."""
    wanted = window.astype(np.float32)
    norm = float(np.linalg.norm(wanted))
    for place in places:
        begin = max(0, place * _HOP - _SLACK)
        around = heard[begin : place * _HOP + window.size + _SLACK].astype(np.float32)
        if around.size < window.size or not norm:
            continue
        length = 1 << (around.size - 1).bit_length()
        product = np.fft.irfft(np.fft.rfft(around, length) * np.conj(np.fft.rfft(wanted, length)), length)
        energy = np.cumsum(np.concatenate(([0.0], np.square(around, dtype=np.float64))))
        powers = energy[window.size :] - energy[: -window.size]
        scores = product[: powers.size] / (norm * np.sqrt(np.maximum(powers, 1.0)))
        best = int(np.argmax(scores))
        if scores[best] >= _SURE:
            yield _Hit(inside, begin + best, float(scores[best]))


def _parts(hits: list[_Hit]) -> Iterator[list[_Hit]]:
    """Windows that follow each other in the prompt as in the sound belong to one hearing of it."""
    part: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.at - hit.inside, hit.inside)):
        if part and hit.at - hit.inside - (part[-1].at - part[-1].inside) > _JUMP * RATE:
            yield part
            part = []
        part.append(hit)
    if part:
        yield part


def _match(part: list[_Hit], size: int, telling: int) -> Match:
    return Match(
        score=sum(hit.score for hit in part) / len(part),
        at=min(hit.at for hit in part) / RATE,
        until=(max(hit.at for hit in part) + size) / RATE,
        share=len({hit.inside for hit in part}) / telling,
        begins=min(hit.inside for hit in part) / RATE,
    )


def _bank() -> Floats:
    """Which of the 257 frequencies belongs to which band: equal steps of the mel scale from 150 to 3600 Hz."""
    low, high = 1127 * np.log(1 + np.array([150, 3600]) / 700)
    edges = 700 * (np.exp(np.linspace(low, high, _BANDS + 1) / 1127) - 1)
    frequencies = np.fft.rfftfreq(2 * _FRAME, 1 / RATE)[:, np.newaxis]
    return ((frequencies >= edges[:-1]) & (frequencies < edges[1:])).astype(np.float32)


_BANK: Final = _bank()
_TAPER: Final = np.hanning(_FRAME).astype(np.float32)
