"""Unit: ways that a caller would go round and round, or that ring agents for nobody, are told; no others."""

from __future__ import annotations

import pytest

from tests.routing.test_lint import GOOD, changed, told


def closed_leads_to(cases: str, overflow: str = "message") -> list[str]:
    switch = f"  elsewhere: {{switch: [{cases}], otherwise: message}}\n  closed: {{say"
    text = changed("  closed: {say", switch).replace("closed: closed", "closed: elsewhere", 1)
    text = text.replace("3: library", "3: closed").replace("  library: {information: [news]", "  library: {say: news")
    text = text.replace("say: news, choices: news-keys", "say: [news, news-keys]").replace("3: closed", "3: library")
    return [line for line in told(text.replace("overflow: message", f"overflow: {overflow}", 1)) if "silent" in line]


@pytest.mark.parametrize(
    "cases", ["{open: desk, then: desk}", "{hours: office, then: desk}", "{hours: always, open: desk, then: desk}"]
)
def test_a_closed_line_may_lead_to_a_switch_that_leads_back_when_it_is_open(cases: str) -> None:
    assert closed_leads_to(cases) == []


@pytest.mark.parametrize(
    ("cases", "overflow"),
    [
        ("{hours: always, then: desk}", "message"),
        ("{open: night, then: desk}", "message"),
        ("{caller: withheld, then: desk}", "message"),
        ("{open: desk, then: desk}, {caller: withheld, then: desk}", "message"),
        ("{open: desk, then: desk}", "elsewhere"),
    ],
)
def test_a_closed_line_that_leads_back_while_it_is_closed_is_a_round(cases: str, overflow: str) -> None:
    (line,) = closed_leads_to(cases, overflow)
    assert "a silent caller goes round for ever" in line
    assert "elsewhere" in line
    assert "desk" in line


def test_a_question_that_asks_for_ever_whoever_answers() -> None:
    again = 'ticket: {ask: key-ticket, digits: 4-8, leads: {"9": ticket}, then: ticket}'
    text = changed('ticket: {ask: key-ticket, digits: 4-8, leads: {"9": night}, then: desk}', again)
    assert told(text) == ["14:3: keys lead only round and round here: ticket → ticket [no-way-out]"]
    assert told(text.replace('leads: {"9": ticket}', 'leads: {"9": night}')) == []


@pytest.mark.parametrize(
    ("then", "line"),
    [("desk", "desk"), ("onward", "night"), ("main", "desk"), ("goodbye", None), ("library", None)],
)
def test_what_follows_a_survey_may_not_ring_the_next_agent(then: str, line: str | None) -> None:
    nodes = (
        f"  rating: {{survey: rate, answers: {{1: 满意}}, then: {then}}}\n"
        "  goodbye: {end: bye}\n"
        "  onward: {switch: [{hours: always, then: night}], otherwise: goodbye}\n"
    )
    text = changed("nodes:\n", f"nodes:\n{nodes}").replace("  person: desk", "  person: desk\n  survey: rating")
    text = text.replace("  sorry:", "  rate: 满意请按1。\n  bye: 再见。\n  sorry:")
    words = f"6:11: after a talk `rating` leads to the line `{line}` though the caller does nothing [survey-rings]"
    assert [each for each in told(text) if "survey-rings" in each] == ([words] if line else [])


def test_a_line_may_not_be_the_survey_of_another() -> None:
    text = changed("{name: 座席,", "{name: 座席, survey: night,")
    assert told(text) == [
        "19:28: after a talk `night` leads to the line `night` though the caller does nothing [survey-rings]"
    ]
    assert told(GOOD) == []
