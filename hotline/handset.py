"""Ear and mouth of one call: 8 kHz samples between us and the SIP stack's sound buffers.

The stack keeps time (it sends a frame each 20 ms, silence when it was given nothing), so the mouth only has to stay
a little ahead. The ear hears nothing at all while the other side sends no packets; `pump` then writes silence, so
that sample `n` of `heard` was heard `n / 8000` seconds after the call was answered. A switch whose machine stands
still for a moment goes on where it stopped: `unbroken` has its words whole, without the silence written in between.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import soxr
from baresip import AudioInfo, AudioNotActive, AudioRestarted

RATE: Final = 8000
"""Samples per second of everything heard and spoken."""

Samples = npt.NDArray[np.int16]

_LEAD: Final = 0.2  # seconds of speech given to the stack in advance: survives a busy moment of our loop
_QUIET: Final = 0.1  # seconds without a packet after which we call it silence
_CHUNK: Final = 3200  # bytes a read: the binding clears a buffer of this size each time


class Audio(Protocol):
    """The sound buffers of one call, as `baresip.CallAudio` has them (16-bit samples as bytes)."""

    def info(self) -> AudioInfo: ...
    def read(self, max_bytes: int) -> bytes: ...
    def write(self, pcm: bytes) -> int: ...
    def flush_tx(self) -> None: ...


def tone(hertz: float, seconds: float = 1.0, *, rate: int = RATE, dbfs: float = -12.0) -> Samples:
    """A sine wave; `dbfs` is its peak against full scale. A whole `hertz` and one second repeat without a click."""
    phase = 2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate
    return (32767 * 10 ** (dbfs / 20) * np.sin(phase)).astype(np.int16)


class Handset:
    """What one call hears and says. Whoever owns it calls `pump` about every 20 ms."""

    def __init__(self, audio: Audio) -> None:
        self._audio = audio
        self._heard = bytearray()
        self._gaps: list[tuple[int, int]] = []  # sample of `_heard` at which silence was written, and how many
        self._began: float | None = None
        self._last_packet = 0.0
        self._narrow: Any = None  # soxr.ResampleStream while the call's codec is wideband
        self._speech: Samples | None = None
        self._rate = RATE  # of `_speech`
        self._spoken = 0  # samples of `_speech` given to the stack
        self._endless = False

    @property
    def heard(self) -> Samples:
        """A copy of all heard since the call was answered: int16 at 8 kHz, silence included."""
        return self.since(0.0)

    def since(self, second: float) -> Samples:
        """A copy of what was heard from `second` after the answer until now."""
        return np.frombuffer(bytes(self._heard[2 * round(second * RATE) :]), np.int16)

    def unbroken(self, begin: float = 0.0, end: float | None = None) -> Samples:
        """A copy of what came in packets between two seconds of `heard`, the gaps between packets left out."""
        first = round(begin * RATE)
        last = len(self._heard) // 2 if end is None else round(end * RATE)
        pieces, at = [], first
        for gap, length in self._gaps:
            pieces.append(self._heard[2 * at : 2 * max(at, min(gap, last))])
            at = max(at, min(gap + length, last))
        pieces.append(self._heard[2 * at : 2 * last])
        return np.frombuffer(b"".join(pieces), np.int16)

    @property
    def seconds(self) -> float:
        """Length of `heard`."""
        return len(self._heard) / 2 / RATE

    @property
    def arrived(self) -> float:
        """Seconds of sound that really came in packets, silence that was sent included."""
        return self.seconds - sum(length for _, length in self._gaps) / RATE

    @property
    def speaking(self) -> bool:
        """Whether something said with `speak` is still on its way."""
        return self._speech is not None

    def speak(self, sound: Samples | float, *, endless: bool = False) -> None:
        """Say `sound` (int16 at 8 kHz) once or `endless`ly, a tone of that many hertz until `hush`.

        Replaces what was being said.
        """
        self.hush()
        self._speech = sound if isinstance(sound, np.ndarray) else tone(sound)
        self._endless = endless or not isinstance(sound, np.ndarray)
        self._rate, self._spoken = RATE, 0

    def hush(self) -> None:
        """Stop speaking: silence from the next frame on."""
        if self._speech is None:
            return
        self._speech = None
        try:
            self._audio.flush_tx()
        except (AudioNotActive, AudioRestarted):
            return  # nothing is under way on a call without media

    def pump(self, now: float) -> None:
        """Take what arrived and give what is due; `now` is the loop's clock in seconds."""
        if self._began is None:
            self._began = self._last_packet = now
        try:
            info = self._audio.info()
            self._hear(now, now - self._began, info.rx_sample_rate)
            self._say(info.tx_sample_rate, info.tx_buffered)
        except (AudioNotActive, AudioRestarted):
            return  # no media yet or any more, or a re-INVITE replaced it: the next pump finds the new streams

    def _hear(self, now: float, elapsed: float, rate: int) -> None:
        arrived = b""
        while piece := self._audio.read(_CHUNK):
            arrived += piece
        fresh = self._narrowed(arrived, rate) if arrived and rate != RATE else arrived
        if now - self._last_packet >= _QUIET:
            missing = round(elapsed * RATE) - (len(self._heard) + len(fresh)) // 2
            self._write_silence(missing)
        if arrived:
            self._last_packet = now
            self._heard += fresh

    def _write_silence(self, samples: int) -> None:
        if samples <= 0:
            return
        at = len(self._heard) // 2
        self._heard += bytes(2 * samples)
        if self._gaps and sum(self._gaps[-1]) == at:
            begin, length = self._gaps.pop()
            self._gaps.append((begin, length + samples))
        else:
            self._gaps.append((at, samples))

    def _narrowed(self, wide: bytes, rate: int) -> bytes:
        if self._narrow is None:
            self._narrow = soxr.ResampleStream(rate, RATE, 1, dtype="int16", quality="MQ")
        narrow: Samples = self._narrow.resample_chunk(np.frombuffer(wide, np.int16))
        return narrow.tobytes()

    def _say(self, rate: int, buffered: int) -> None:
        if self._speech is None or rate == 0:
            return
        if rate != self._rate:
            self._speech = soxr.resample(self._speech, self._rate, rate)
            self._spoken = self._spoken * rate // self._rate
            self._rate = rate
        words = self._words(self._speech, round(_LEAD * rate) - buffered // 2)
        if words.size:
            self._spoken += self._audio.write(words.tobytes()) // 2
        elif self._spoken >= self._speech.size and not self._endless and buffered == 0:
            self._speech = None

    def _words(self, speech: Samples, count: int) -> Samples:
        if count <= 0:
            return speech[:0]
        if self._endless:
            return np.take(speech, np.arange(self._spoken, self._spoken + count), mode="wrap")
        return speech[self._spoken : self._spoken + count]
