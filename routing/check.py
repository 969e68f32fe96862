"""Everything that is wrong with the operators' files, at once.

How they are written, where their names lead, and what callers would meet.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from routing.lint.lint import lint
from routing.lint.silent_rounds import silent_rounds
from routing.names import taken_names, unknown_names, unknown_rules
from routing.plan import Plan
from routing.reading.load import Draft, Problem, Unreadable, draft
from routing.reading.problem import MOST_TOLD, found
from routing.rules.table import ADJUSTABLE

Playable = Callable[[Mapping[str, str]], Container[str]]
"""From sound name → words to the names of those that exist or can be made."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What files were found to be. `errors` keep them from going live, `warnings` don't; both in the files' order."""

    plan: Plan | None
    """None when there is an error."""
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


_MISLEADING = frozenset({"unknown-name", "silent-round", "duplicate-key", "in-two-files", "two-meanings"})
"""What is not met may be met once these are mended."""


def read_plan(files: Mapping[str, str]) -> Plan:
    """The plan written in `files` (name → text), fit to serve callers. Raises Unreadable with every error.

    No clock is looked at: what was good yesterday can be served today.
    """
    checked = check(files)
    if checked.plan is None:
        raise Unreadable(checked.errors)
    return checked.plan


def check(
    files: Mapping[str, str],
    today: date | None = None,
    playable: Playable | None = None,
    unread: Sequence[Problem] = (),
) -> Checked:
    """Everything that can be known of the plan written in `files` (name → text).

    Without `today` nothing is said of what depends on the day, without `playable` nothing of what has no sound.
    `unread` are the problems of files that should be here and could not be read.
    """
    drawn = draft(files, unread)
    problems = [
        *drawn.problems,
        *islice(unknown_names(drawn), MOST_TOLD),
        *taken_names(drawn),
        *unknown_rules(drawn),
        *_rounds(drawn),
    ]
    if drawn.plan is not None:
        sure = drawn.typed_whole and not any(problem.rule in _MISLEADING for problem in problems)
        sounds = None if playable is None else playable(drawn.plan.words)
        told = lint(drawn.plan, drawn.places, today, sounds, sure=sure)
        problems += (kept for one in told if (kept := _as_wanted(drawn.plan, one)) is not None)
    errors = tuple(sorted(one for one in problems if one.severity == "error"))
    warnings = tuple(sorted(one for one in problems if one.severity == "warning"))
    return Checked(None if errors else drawn.plan, errors, warnings)


def _as_wanted(plan: Plan, problem: Problem) -> Problem | None:
    """As severe as the operators want it; None when they turned the rule off."""
    wanted = plan.lint.rules.get(problem.rule) if problem.rule in ADJUSTABLE else None
    if wanted is None:
        return problem
    return None if wanted == "off" else problem.made(wanted)


def _rounds(drawn: Draft) -> Iterator[Problem]:
    """A caller who presses nothing must come to an end: no way of theirs may lead back to where it began."""
    if drawn.plan is None:
        return
    for names in islice(silent_rounds(drawn.plan), MOST_TOLD):
        name = names[-1]
        place = drawn.places.of_key(("lines" if name in drawn.plan.lines else "nodes", name))
        yield found(place, "silent-round", round=" → ".join(names))
