"""Unit: ear and mouth of one call, on sound buffers that a test fills."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from baresip import AudioInfo, AudioNotActive, AudioRestarted

from hotline import ear
from hotline.handset import RATE, Handset, tone


class Buffers:
    """The SIP stack's side: `arrived` is read by the handset, `sent` is what it wrote and the stack played."""

    def __init__(self, rate: int = RATE, room: int = 32768) -> None:
        self.rate = rate
        self.room = room
        self.arrived = b""
        self.waiting = b""
        self.sent = b""
        self.trouble: type[Exception] | None = None

    def info(self) -> AudioInfo:
        if self.trouble:
            raise self.trouble
        return AudioInfo(
            True, True, self.rate, 1, 20, self.rate, 1, len(self.waiting), len(self.arrived), self.room, self.room
        )

    def read(self, max_bytes: int) -> bytes:
        piece, self.arrived = self.arrived[:max_bytes], self.arrived[max_bytes:]
        return piece

    def write(self, pcm: bytes) -> int:
        fits = pcm[: self.room - len(self.waiting)]
        self.waiting += fits
        return len(fits)

    def flush_tx(self) -> None:
        self.waiting = b""

    def play(self, seconds: float) -> None:
        """What the stack's own clock does: send what waits, silence where nothing does."""
        size = 2 * round(seconds * self.rate)
        self.sent += self.waiting[:size].ljust(size, b"\0")
        self.waiting = self.waiting[size:]


def run(handset: Handset, buffers: Buffers, frames: int, arrives: Callable[[int], bytes], begin: int = 0) -> None:
    """`frames` of 20 ms: what `arrives` comes in, the handset is pumped, the stack plays."""
    for frame in range(begin, begin + frames):
        buffers.arrived += arrives(frame)
        handset.pump(100 + frame * 0.02)
        buffers.play(0.02)


def a_frame_of_tone(frame: int) -> bytes:
    return tone(440)[frame % 50 * 160 :][:160].tobytes()


def nothing(frame: int) -> bytes:
    del frame
    return b""


def test_sound_that_comes_after_a_quiet_second_is_heard_at_its_second() -> None:
    buffers = Buffers()
    handset = Handset(buffers)
    run(handset, buffers, 50, nothing)
    run(handset, buffers, 25, a_frame_of_tone, begin=50)
    assert handset.seconds == pytest.approx(1.48, abs=0.03)
    assert ear.silences(handset.heard)[0].end == pytest.approx(0.98, abs=0.03)
    assert ear.tone(handset.since(1.0), 440) > 0.99


def test_sound_that_waited_while_we_were_busy_is_heard_without_a_hole() -> None:
    buffers = Buffers()
    handset = Handset(buffers)
    run(handset, buffers, 10, a_frame_of_tone)
    buffers.arrived = b"".join(a_frame_of_tone(frame) for frame in range(10, 40))
    handset.pump(100 + 39 * 0.02)
    assert np.array_equal(handset.heard, np.tile(tone(440), 2)[: 40 * 160])


def test_words_that_come_haltingly_are_whole_once_the_gaps_are_left_out() -> None:
    buffers = Buffers()
    handset = Handset(buffers)
    words = tone(440, 2.0)
    frames = iter(words.reshape(-1, 160))
    run(handset, buffers, 150, lambda frame: nothing(frame) if frame % 30 >= 20 else next(frames).tobytes())
    assert handset.seconds == pytest.approx(3.0, abs=0.25), "the last gap may not be known of"
    assert len(ear.silences(handset.heard, at_least=0.1)) >= 4
    assert np.array_equal(handset.unbroken(), words)
    assert handset.arrived == 2.0
    assert np.array_equal(handset.unbroken(0.0, 0.4), words[:3200])
    assert np.array_equal(handset.unbroken(0.45, 0.55), words[:0]), "a gap"
    assert np.array_equal(handset.unbroken(0.2, 0.7), words[1600:4160]), "what came before and after a gap"


def test_wideband_sound_is_heard_and_said_at_8_khz() -> None:
    buffers = Buffers(rate=16000)
    handset = Handset(buffers)
    wide = tone(440, 3.0, rate=16000)
    handset.speak(tone(900, 1.0))
    run(handset, buffers, 100, lambda frame: wide[frame * 320 :][:320].tobytes())
    assert handset.seconds == pytest.approx(2.0, abs=0.06)
    assert ear.tone(handset.since(0.5), 440) > 0.99
    said = np.frombuffer(buffers.sent, np.int16)
    assert np.argmax(np.abs(np.fft.rfft(said[:16000]))) == 900
    assert not said[16100:].any()


def test_words_are_said_whole_and_once() -> None:
    buffers = Buffers()
    handset = Handset(buffers)
    words = np.random.default_rng(5).integers(-9000, 9000, 12345).astype(np.int16)
    handset.speak(words)
    assert handset.speaking
    run(handset, buffers, 100, nothing)
    assert not handset.speaking
    assert np.array_equal(np.frombuffer(buffers.sent, np.int16)[: words.size], words)
    assert not any(buffers.sent[2 * words.size :])


def test_a_tone_goes_on_without_a_click_until_hushed() -> None:
    buffers = Buffers()
    handset = Handset(buffers)
    handset.speak(440)
    run(handset, buffers, 130, nothing)
    handset.hush()
    run(handset, buffers, 20, nothing, begin=130)
    said = np.frombuffer(buffers.sent, np.int16)
    assert ear.tone(said[: 130 * 160], 440) > 0.999
    assert not said[131 * 160 :].any()


def test_new_words_replace_the_old_ones() -> None:
    buffers = Buffers()
    handset = Handset(buffers)
    handset.speak(440)
    run(handset, buffers, 50, nothing)
    handset.speak(900)
    run(handset, buffers, 50, nothing, begin=50)
    assert ear.tone(np.frombuffer(buffers.sent, np.int16)[51 * 160 :], 900) > 0.99


@pytest.mark.parametrize("trouble", [AudioNotActive, AudioRestarted])
def test_a_call_whose_sound_is_gone_for_a_moment_goes_on(trouble: type[Exception]) -> None:
    buffers = Buffers()
    handset = Handset(buffers)
    handset.speak(440)
    run(handset, buffers, 25, a_frame_of_tone)
    buffers.trouble = trouble
    run(handset, buffers, 25, nothing, begin=25)
    buffers.trouble = None
    run(handset, buffers, 25, a_frame_of_tone, begin=50)
    assert handset.seconds == pytest.approx(1.5, abs=0.03)
    assert ear.tone(handset.since(1.1), 440) > 0.99
    assert ear.tone(np.frombuffer(buffers.sent, np.int16)[60 * 160 :], 440) > 0.99
