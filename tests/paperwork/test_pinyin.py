"""Unit, with the real dictionary in its process: names as they are typed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from hotline.office import trees_of
from hotline.settings import HOUSE
from paperwork.pinyin import Spelled, Speller


async def test_names_are_spelled_in_the_reading_that_their_words_have() -> None:
    typed = await Speller().spell(["预约挂号", "2型糖尿病", "重症、长期", "艾滋病咨询（VCT）", ""])
    assert typed["预约挂号"] == Spelled("yu yue gua hao", "yygh")
    assert typed["2型糖尿病"] == Spelled("2 xing tang niao bing", "2xtnb")
    assert typed["重症、长期"] == Spelled("zhong zheng chang qi", "zzcq")
    assert typed["艾滋病咨询（VCT）"] == Spelled("ai zi bing zi xun v c t", "azbzxvct")
    assert typed[""] == Spelled("", "")


async def test_every_category_of_the_house_can_be_typed_and_is_asked_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = {one.name for one in trees_of(HOUSE / "config").categories.values()}
    speller = Speller()
    typed = await speller.spell(names)
    assert not [name for name in names if not typed[name].pinyin.isascii() or not typed[name].initials]
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert await speller.spell(names) == typed


async def test_without_the_dictionary_common_characters_have_their_first_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert await Speller().spell(["预约挂号"]) == {"预约挂号": Spelled("", "yygh")}


async def test_who_cannot_wait_has_first_letters_at_once_and_the_dictionarys_word_when_it_is_there() -> None:
    speller = Speller()
    assert speller.at_hand(["预约挂号"]) == {"预约挂号": Spelled("", "yygh")}
    await asyncio.sleep(0)  # the dictionary is being asked: whoever waits for it, waits for that one
    assert await speller.spell(["预约挂号"]) == speller.at_hand(["预约挂号"])
    assert speller.at_hand(["预约挂号"])["预约挂号"].pinyin == "yu yue gua hao"
    assert set(speller.at_hand(["预约挂号", "重症"])) == {"预约挂号", "重症"}
    await speller.close()


async def test_a_dictionary_that_cannot_be_asked_is_not_asked_again_with_each_look(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken, asked = tmp_path / "python", tmp_path / "asked"
    broken.write_text(f"#!/bin/sh\necho once >> {asked}\nexit 1\n")
    broken.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(broken))
    speller = Speller()
    for _ in range(3):
        assert speller.at_hand(["预约挂号"]) == {"预约挂号": Spelled("", "yygh")}
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))
    assert asked.read_text() == "once\n"
