"""Unit: what was heard, told from samples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline import ear
from hotline.handset import RATE, Samples, tone
from hotline.sound_file import a_law_code, decoded
from tests.phone.voices import babble, pause

MENU = babble(1, 4.0)
SORRY = babble(2, 3.0)
WAIT = babble(3, 5.0)
PROMPTS = {"menu": MENU, "sorry": SORRY, "wait": WAIT}


def over_the_telephone(sound: Samples, gain: float = 1.0) -> Samples:
    """A-law there and back, at another loudness."""
    return decoded("alaw", a_law_code((sound * gain).astype(np.int16)))


def names(heard: Samples) -> list[str]:
    return [one.name for one in ear.sequence(PROMPTS, heard)]


def test_a_full_scale_square_is_0_dbfs_and_nothing_is_the_floor() -> None:
    square = np.tile(np.array([32767, -32767], np.int16), 400)
    assert ear.level(square) == pytest.approx(0.0, abs=0.01)
    assert ear.level(tone(1000, dbfs=-12)) == pytest.approx(-15.0, abs=0.05)
    assert ear.level(pause(1.0)) == ear.SILENCE
    assert ear.level(pause(0.0)) == ear.SILENCE


def test_a_tone_is_told_from_another_and_from_silence() -> None:
    both = (tone(440).astype(np.int32) + tone(900)).astype(np.int16)
    assert ear.tone(tone(440), 440) > 0.99
    assert ear.tone(tone(440), 480) < 0.01
    assert ear.tone(both, 440) == pytest.approx(0.5, abs=0.02)
    assert ear.tone(pause(1.0), 440) == 0.0
    assert ear.tone(MENU, 440) < 0.5


def test_pauses_are_found_and_short_ones_are_not() -> None:
    sound = np.concatenate([pause(0.5), tone(500, 1.0), pause(0.2), tone(500, 1.0), pause(0.7)])
    assert ear.silences(sound) == [(0.0, 0.5), (2.7, 3.4)]
    assert ear.sounding(sound) == pytest.approx(2.0)


def test_a_prompt_is_found_where_it_was_played() -> None:
    match = ear.find(MENU, over_the_telephone(np.concatenate([pause(1.3), MENU, pause(1.0)]), gain=0.4))
    assert match is not None
    assert match.at == pytest.approx(1.3, abs=0.01)
    assert match.until == pytest.approx(5.3, abs=0.05)
    assert match.share == 1.0
    assert match.score > 0.99


def test_other_words_of_the_same_speaker_are_not_the_prompt() -> None:
    heard = over_the_telephone(np.concatenate([pause(0.5), SORRY, WAIT]))
    assert ear.find(MENU, heard) is None
    assert ear.find(MENU, heard, share=0.0) is None


def test_silence_music_and_an_empty_call_hold_no_prompt() -> None:
    for heard in (pause(0.0), pause(0.1), pause(5.0), tone(440, 5.0)):
        assert ear.find(MENU, heard) is None
        assert ear.sequence(PROMPTS, heard) == []


def test_a_prompt_in_noise_is_found() -> None:
    noise = np.random.default_rng(7).normal(0, 300, MENU.size)  # 20 dB under the voice
    match = ear.find(MENU, over_the_telephone((MENU + noise).astype(np.int16)))
    assert match is not None
    assert match.share > 0.8


def test_a_prompt_that_a_key_cut_short_is_still_known() -> None:
    heard = np.concatenate([pause(0.4), MENU[: round(0.9 * RATE)], SORRY])
    assert names(over_the_telephone(heard)) == ["menu", "sorry"]
    assert ear.find(MENU, heard) is None, "not half of it"
    assert ear.find(MENU, heard, share=0.1) is not None


def test_a_prompt_that_lost_its_beginning_is_still_known() -> None:
    match = ear.find(MENU, over_the_telephone(MENU[round(1.0 * RATE) :]))
    assert match is not None
    assert match.share == pytest.approx(0.7, abs=0.1)


def test_a_prompt_with_a_hole_where_a_packet_came_late_counts_once() -> None:
    heard = np.concatenate([MENU[:16000], pause(0.15), MENU[16000:]])
    found = ear.sequence(PROMPTS, over_the_telephone(heard))
    assert [one.name for one in found] == ["menu"]
    assert found[0].match.share > 0.7


@pytest.mark.parametrize("gap", [0.5, 2.0])
def test_a_prompt_that_stopped_and_went_on_counts_once_and_one_begun_anew_twice(gap: float) -> None:
    went_on = np.concatenate([MENU[:16000], pause(gap), MENU[16000:]])
    (found,) = ear.sequence(PROMPTS, over_the_telephone(went_on))
    assert found.name == "menu"
    assert found.match.share > 0.7
    assert names(over_the_telephone(np.concatenate([MENU[:16000], pause(gap), MENU]))) == ["menu", "menu"]


def test_prompts_are_told_in_the_order_heard_and_a_repeated_one_twice() -> None:
    heard = np.concatenate([pause(0.3), WAIT, pause(0.25), MENU, MENU, pause(1.0), SORRY])
    found = ear.sequence(PROMPTS, over_the_telephone(heard))
    assert [one.name for one in found] == ["wait", "menu", "menu", "sorry"]
    assert [one.at for one in found] == pytest.approx([0.3, 5.55, 9.55, 14.55], abs=0.02)


def test_words_that_two_prompts_share_belong_to_the_one_that_was_said() -> None:
    clause = babble(9, 1.5)
    prompts = {
        "first": np.concatenate([clause, babble(10, 2.0)]),
        "second": np.concatenate([babble(11, 2.0), clause]),
    }
    assert [one.name for one in ear.sequence(prompts, prompts["second"])] == ["second"]
    assert [one.name for one in ear.sequence(prompts, prompts["first"])] == ["first"]


def test_a_digit_shorter_than_a_window_is_known() -> None:
    digits = {str(n): babble(100 + n, 0.4) for n in range(10)}
    heard = np.concatenate([pause(0.5), digits["3"], pause(0.1), digits["7"], pause(0.5)])
    assert [one.name for one in ear.sequence(digits, over_the_telephone(heard))] == ["3", "7"]


def test_a_click_is_too_short_to_know_again() -> None:
    with pytest.raises(ValueError, match="too short"):
        ear.find(tone(440, 0.05), MENU)


@settings(max_examples=40, deadline=None)
@given(
    before=st.floats(0, 3),
    gain=st.floats(0.05, 1.5),
    cut=st.floats(0, 1.5),
    kept=st.floats(1.3, 4.0),
    name=st.sampled_from(sorted(PROMPTS)),
)
def test_any_second_and_more_of_a_prompt_is_known_at_any_loudness(
    before: float, gain: float, cut: float, kept: float, name: str
) -> None:
    part = PROMPTS[name][round(cut * RATE) :][: round(kept * RATE)]
    found = ear.sequence(PROMPTS, over_the_telephone(np.concatenate([pause(before), part, pause(0.5)]), gain))
    assert [one.name for one in found] == [name]
    assert abs(found[0].at - before) < 0.35
    assert found[0].match.until <= before + part.size / RATE + 0.35
