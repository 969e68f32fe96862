"""Unit: the shape of a sound is that of its samples, however it was recorded and wherever its file ends."""

from __future__ import annotations

import io
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.peaks import NoSound, Peaks, Side, peaks_of, sound_of

SAMPLE = st.integers(-32768, 32767)


def wav(samples: list[int], channels: int = 1, rate: int = 8000) -> bytes:
    whole = io.BytesIO()
    with wave.open(whole, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(one.to_bytes(2, "little", signed=True) for one in samples))
    return whole.getvalue()


def by_hand(samples: list[int], channels: int, columns: int) -> tuple[Side, ...]:
    """Stretch by stretch, sample by sample."""
    frames = len(samples) // channels
    columns = min(columns, frames)
    sides = []
    for channel in range(channels):
        own = samples[channel : frames * channels : channels]
        stretches = [own[i * frames // columns : (i + 1) * frames // columns] for i in range(columns)]
        sides.append(Side(tuple(map(min, stretches)), tuple(map(max, stretches))))
    return tuple(sides)


@given(st.lists(SAMPLE, max_size=300), st.integers(1, 3), st.integers(1, 120), st.sampled_from([8000, 16000]))
def test_a_shape_is_what_a_look_at_every_sample_gives(
    samples: list[int], channels: int, columns: int, rate: int
) -> None:
    samples = samples[: len(samples) - len(samples) % channels]
    found = peaks_of(sound_of(wav(samples, channels, rate)), columns)
    assert found == Peaks(rate, len(samples) // channels, False, by_hand(samples, channels, columns))
    assert sum(len(side.low) for side in found.sides) == channels * min(columns, len(samples) // channels)


@given(st.lists(SAMPLE, min_size=1, max_size=60), st.integers(1, 2), st.data())
def test_of_a_file_that_was_cut_off_all_that_is_there_is_shown(
    samples: list[int], channels: int, data: st.DataObject
) -> None:
    samples = samples * channels
    whole = wav(samples, channels)
    left = data.draw(st.integers(44, len(whole) - 1))
    kept = samples[: (left - 44) // 2 // channels * channels]
    found = peaks_of(sound_of(whole[:left]), 50)
    assert (found.frames, found.cut) == (len(kept) // channels, True)
    assert found.sides == by_hand(kept, channels, 50)


@pytest.mark.parametrize("told", [0, 0xFFFFFFFF, 1_000_000])
def test_a_talk_that_is_being_recorded_is_shown_as_far_as_it_came(told: int) -> None:
    whole = bytearray(wav([1, -2, 3]))
    whole[40:44] = told.to_bytes(4, "little")
    found = peaks_of(sound_of(bytes(whole)), 2)
    assert (found.sides, found.cut) == ((Side((1, -2), (1, 3)),), True)


def test_nothing_has_no_shape_and_an_odd_byte_is_no_sample() -> None:
    assert peaks_of(sound_of(wav([])), 100) == Peaks(8000, 0, False, (Side((), ()),))
    whole = bytearray(wav([5, 6]) + b"x")
    whole[40:44] = (5).to_bytes(4, "little")
    assert peaks_of(sound_of(bytes(whole)), 9).sides == (Side((5, 6), (5, 6)),)


def test_chunks_before_and_behind_the_sound_are_no_sound() -> None:
    plain = wav([7, -7])
    note = b"LIST" + (3).to_bytes(4, "little") + b"abc\0"
    told = plain[:36] + note + plain[36:] + note
    assert peaks_of(sound_of(told), 2).sides == (Side((7, -7), (7, -7)),)


def test_both_sides_of_a_talk_are_told_apart_where_the_recording_has_them() -> None:
    told = peaks_of(sound_of(wav([1, 100, -2, 50], channels=2)), 1).to_json()
    assert told["sides"] == [{"side": "left", "low": [-2], "high": [1]}, {"side": "right", "low": [50], "high": [100]}]
    assert (told["seconds"], told["cut"]) == (0.0, False)


@pytest.mark.parametrize(
    "spoilt",
    [b"", b"RIFF", wav([1])[:20], b"RIFX" + wav([1])[4:], wav([1]).replace(b"\x10\0data", b"\x08\0data")],
)
def test_what_is_no_sound_of_16_bits_is_refused(spoilt: bytes) -> None:
    with pytest.raises(NoSound):
        sound_of(spoilt)
