"""What callers would meet: a plan whose names and types are right may still serve them badly."""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import date

from routing.lint.callers import callers
from routing.lint.dead_ends import unmet, ways_on
from routing.lint.hours import hours_and_days
from routing.lint.lines import lines_and_agents
from routing.lint.mixups import mixed_up
from routing.lint.talks import after_talks
from routing.lint.waiting import waiting
from routing.lint.words import words_and_keys
from routing.plan import Plan
from routing.reading.problem import Places, Problem


def lint(
    plan: Plan, places: Places, today: date | None, sounds: Container[str] | None, *, sure: bool = True
) -> Iterator[Problem]:
    """Problems with the rules' own severity.

    Not `sure` means that parts of the files are missing from the plan or lead nowhere: then nothing is said that
    those parts might explain.
    """
    yield from words_and_keys(plan, places, sounds)
    yield from mixed_up(plan, places)
    yield from hours_and_days(plan, places, today)
    yield from lines_and_agents(plan, places, sure=sure)
    yield from waiting(plan, places, today, sure=sure)
    yield from callers(plan, places)
    if sure:
        yield from ways_on(plan, places)
        yield from unmet(plan, places)
        yield from after_talks(plan, places)
