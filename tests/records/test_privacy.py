"""Unit: how much of a number may be seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.privacy import mask, mask_prose, unveil_prose


@pytest.mark.parametrize(
    ("number", "seen"),
    [
        ("13800138000", "138****8000"),
        ("02287654321", "022****4321"),
        ("87654321", "****4321"),
        ("1001", "**01"),
        ("1", "*"),
        ("", ""),
    ],
)
def test_a_number_keeps_what_helps_to_tell_callers_apart(number: str, seen: str) -> None:
    assert mask(number) == seen


@given(st.text("0123456789+#", min_size=1))
def test_no_number_is_ever_seen_whole_and_its_length_stays(number: str) -> None:
    assert "*" in mask(number)
    assert len(mask(number)) == len(number)


@given(
    st.lists(st.sampled_from(["13900000042", "13911110042", "022-00000001", "139****0042", "请回电", "，", "周一 "]))
)
def test_what_was_shown_masked_comes_back_as_it_was(parts: list[str]) -> None:
    kept = "、".join(parts)
    assert unveil_prose(mask_prose(kept), kept) == kept


def test_who_may_not_see_a_number_writes_around_it() -> None:
    kept = "请回电13900000042或022-00000001"
    assert unveil_prose("周一起请回电022*****0001，不行再打139****0042。022*****0001有人", kept) == (
        "周一起请回电022-00000001，不行再打13900000042。022-00000001有人"
    )
    assert unveil_prose("不用回电", kept) == "不用回电"


@pytest.mark.parametrize("text", ["请回电139****0043", "请回电139****0042"])
def test_a_masked_number_that_nobody_can_make_whole_is_not_kept(text: str) -> None:
    with pytest.raises(ValueError, match="masked"):
        unveil_prose(text, "13900000042、13911110042")
