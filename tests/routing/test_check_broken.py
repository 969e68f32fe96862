"""Unit: files that are broken on purpose are told with place, rule and the words that a person needs, and no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

import pytest

from routing.check import check
from routing.reading.problem import Problem
from tests.routing.broken import HOTLINES, LED, SPELLED, TYPED, Broken

TODAY = date(2026, 6, 1)
ALL = (*SPELLED, *TYPED, *LED)


def told(files: Mapping[str, str]) -> list[Problem]:
    checked = check(files, TODAY)
    return sorted((*checked.errors, *checked.warnings))


def new_in(files: Mapping[str, str], sound: Mapping[str, str]) -> list[Problem]:
    """What is told of these files beyond what is told of sound ones, wherever it has moved."""
    known = Counter((problem.rule, problem.message) for problem in told(sound))
    problems = []
    for problem in told(files):
        if known[problem.rule, problem.message]:
            known[problem.rule, problem.message] -= 1
        else:
            problems.append(problem)
    return problems


def test_there_are_more_than_fifty() -> None:
    assert len(set(ALL)) == len(ALL) >= 50


@pytest.mark.parametrize("broken", ALL, ids=lambda broken: f"{broken.rules[0]}: {broken.wrong.strip()}"[:60])
def test_each_is_told_where_it_is_and_nothing_follows_from_it(broken: Broken) -> None:
    files, places = broken.made()
    problems = new_in(files, HOTLINES[broken.file])
    assert [(problem.place, problem.rule) for problem in problems] == list(zip(places, broken.rules, strict=True))
    for words in broken.words:
        assert words in str(problems[0])
    assert problems[0].said("zh") != problems[0].said("en")
