"""Unit: what is read from legs: the time to the next ring, phones that rang twice, callers who were overtaken."""

from __future__ import annotations

from bench.curves import curves
from bench.wire import Leg, next_rings, overtaken, rung_twice

A1 = Leg("ann", "c1", 1.0, 2.0)
A2 = Leg("ann", "c2", 2.25, 4.0)
B3 = Leg("bob", "c3", 2.5, None)


def test_the_next_ring_is_counted_from_the_same_agents_own_hang_up() -> None:
    assert next_rings([A1, B3, A2]) == [0.25]


def test_a_phone_that_rings_during_a_call_was_rung_twice() -> None:
    during = Leg("ann", "c4", 1.5, 3.0)
    assert rung_twice([A1, A2, B3]) == []
    assert rung_twice([A1, during]) == ["ann was rung for c4 during the call with c1"]


def test_a_caller_offered_to_two_phones_was_rung_for_twice() -> None:
    assert rung_twice([A1, Leg("bob", "c1", 3.0, 4.0)]) == ["c1 was offered to 2 phones"]


def test_who_joined_first_and_was_rung_for_later_was_overtaken() -> None:
    assert overtaken([A1, A2, B3], ["c1", "c2", "c3"]) == {}
    assert overtaken([A1, A2, B3], ["c3", "c1", "c2"]) == {"c3": 1.5}
    assert overtaken([A2], ["c1", "c2"]) == {"c1": float("inf")}


def test_a_curve_climbs_from_nothing_to_everything_within_the_picture() -> None:
    picture = curves([("Times", {"ours": [0.1, 10.0, 9999.0]}, ((5, "p50"),))])
    assert "M0.0,200H0.0V133.3" in picture
    assert "H640.0V0.0" in picture
    assert "ours (3)" in picture
