"""Lint of what comes after a talk: a phone left off the hook must not ring one agent after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from routing.lint.ways import SILENT, Way, reached, ways
from routing.plan import Plan
from routing.reading.problem import Path, Places, Problem, found


def after_talks(plan: Plan, places: Places) -> Iterator[Problem]:
    on = ways(plan)
    surveys: dict[Path, str] = {}
    for name, rule in plan.lines.items():
        if (survey := plan.survey_of(name)) is not None:
            surveys[("hotline", "survey") if rule.survey is None else ("lines", name, "survey")] = survey
    for path, survey in surveys.items():
        if (line := _rung(plan, on, survey)) is not None:
            yield found(places.of(path), "survey-rings", name=survey, line=line)


def _rung(plan: Plan, on: Mapping[str, tuple[Way, ...]], survey: str) -> str | None:
    """The first line that a caller gets to who does nothing."""
    return next((name for name in reached(on, [survey], SILENT) if name in plan.lines), None)
