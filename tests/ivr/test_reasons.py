"""Unit: the floor's reasons survive the journal."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from acd.decision import Bar, Barred, Decision, Ranked
from acd.line import Strategy
from ivr.events import CallRaised, Considered, LineGaveUp
from ivr.journal import from_data, to_data
from ivr.outcomes import WaitEnd

_NAMES = st.sampled_from(["vaccine-1", "vaccine-2", "general-1", "夜班"])
_SECONDS = st.integers(0, 10**7).map(lambda ms: ms / 1000)
_DECISIONS = st.builds(
    Decision,
    strategy=st.sampled_from(Strategy),
    waited=_SECONDS,
    ahead=st.integers(0, 1000),
    priority=st.integers(-5, 100),
    urgent=st.booleans(),
    chosen=st.lists(_NAMES, max_size=3).map(tuple),
    ranked=st.lists(
        st.builds(Ranked, _NAMES, st.integers(1, 9), _SECONDS, st.booleans()),
        max_size=4,
    ).map(tuple),
    barred=st.dictionaries(
        st.sampled_from(Bar), st.builds(Barred, st.lists(_NAMES, max_size=3).map(tuple), st.integers(1, 500))
    ),
    outside=st.booleans(),
    over=st.lists(st.sampled_from(["general", "night"]), max_size=2).map(tuple),
)


@given(_DECISIONS, st.none() | st.integers(1, 10**6))
def test_a_decision_comes_back_from_the_journal_as_it_was(decision: Decision, offer: int | None) -> None:
    event = Considered("general", offer, decision)
    assert from_data("Considered", json.loads(json.dumps(to_data(event)))) == event


@given(st.sampled_from(WaitEnd), st.none() | st.integers(0, 9), st.none() | _SECONDS)
def test_a_limit_comes_back_with_what_it_allowed_and_what_was_found(
    why: WaitEnd, limit: int | None, seconds: float | None
) -> None:
    event = LineGaveUp("general", why, limit, seconds, seconds)
    assert from_data("LineGaveUp", json.loads(json.dumps(to_data(event)))) == event


def test_an_entry_that_knows_no_measure_can_still_be_read() -> None:
    assert from_data("LineGaveUp", {"line": "general", "why": "too_many"}) == LineGaveUp("general", WaitEnd.TOO_MANY)
    assert from_data("CallRaised", to_data(CallRaised("chief"))) == CallRaised("chief")
