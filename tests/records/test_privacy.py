"""Unit: how much of a number may be seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.privacy import mask


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
