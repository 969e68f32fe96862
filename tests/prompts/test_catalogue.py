"""Everything that can be said is a closed set of sounds. Kind: unit."""

from __future__ import annotations

import re
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts import speech
from prompts.catalogue import BEEP, Catalogue, UnknownPrompt
from prompts.phrases import Phrase

WORDS = Catalogue({"greeting": "您好。", "goodbye": "再见。"})


@given(st.integers(0, 10**12 - 1))
def test_the_pieces_of_a_number_say_that_number(n: int) -> None:
    assert WORDS.text(WORDS.number(n)) == speech.number(n)


@given(st.integers(0, 10**6))
def test_the_pieces_of_a_position_say_that_position(ahead: int) -> None:
    assert WORDS.text(WORDS.position(ahead)) == speech.position(ahead)


@given(st.integers(0, 10**4))
def test_an_estimate_is_one_whole_sentence(minutes: int) -> None:
    sounds = WORDS.estimate(minutes)
    assert (len(sounds), WORDS.text(sounds)) == (1, speech.estimate(minutes))


@given(st.from_regex(r"[0-9]+(-[0-9]+)?", fullmatch=True, alphabet=st.sampled_from("0123456789-")))
def test_the_pieces_of_a_telephone_number_spell_it(text: str) -> None:
    assert WORDS.text(WORDS.digits(text)) == speech.digits(text)


@given(st.times())
def test_every_minute_of_the_day_can_be_said(at: time) -> None:
    assert WORDS.text(WORDS.clock(at)) == speech.clock(at)
    assert WORDS.text(WORDS.clock24(at)) == speech.clock24(at)


@given(st.dates())
def test_every_day_of_the_year_can_be_said(day: date) -> None:
    assert WORDS.text(WORDS.calendar_date(day)) == speech.calendar_date(day)
    assert WORDS.text(WORDS.weekday(day)) == speech.weekday(day)


def test_the_positions_heard_most_are_one_sound() -> None:
    assert [len(WORDS.position(n)) for n in (0, 1, 20, 21)] == [1, 1, 1, 3]


def test_a_prompt_keeps_its_id_as_the_name_of_its_sound() -> None:
    assert WORDS.prompt("greeting") == ("greeting",)
    assert WORDS.text(("greeting", BEEP, "goodbye")) == "您好。（嘀）再见。"


def test_every_sound_has_a_name_that_is_safe_as_a_file() -> None:
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in WORDS.texts)


def test_no_two_built_in_sounds_say_the_same() -> None:
    own = [text for name, text in WORDS.texts.items() if name not in WORDS.prompts]
    assert len(own) == len(set(own))


def test_a_folded_text_is_the_same_words_as_one_on_a_line() -> None:
    assert Catalogue({"a": "咨询请按1，\n  举报请按2。 HIV test\n"}).prompts["a"] == "咨询请按1，举报请按2。HIV test"


def test_an_unknown_prompt_is_told_by_name() -> None:
    with pytest.raises(UnknownPrompt, match="'hello'"):
        WORDS.prompt("hello")
    with pytest.raises(UnknownPrompt, match="'hello'"):
        WORDS.text(("hello",))


def test_every_bad_prompt_id_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="lower-case") as caught:
        Catalogue({"../etc": "a", "say-x": "b", "beep": "c", "Big": "d", "empty": " "})
    assert [str(caught.value).count(repr(name)) for name in ("../etc", "say-x", "beep", "Big", "empty")] == [1] * 5


def test_an_estimate_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        WORDS.estimate(-1)


@given(st.floats(0, 5000), st.floats(0, 5000))
def test_whatever_is_told_of_a_wait_has_its_sounds(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert WORDS.text(WORDS.wait(low, high)) == "".join(speech.wait_parts(low, high))


def test_the_sentences_of_a_callback_are_sounds() -> None:
    for phrase in Phrase:
        assert WORDS.text(WORDS.phrase(phrase)).endswith(("。", "是"))
