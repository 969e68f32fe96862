"""From YAML text to a Plan, or to every problem at once with file, line and column.

Files are read (`source`), put together here, and typed part by part: one node that is wrong hides no other.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from routing.plan import Plan
from routing.reading.encoding import LARGEST_FILE
from routing.reading.include import INCLUDE, wrong_includes
from routing.reading.mistyped import mistyped, part_of
from routing.reading.problem import MOST_TOLD, NOWHERE, Path, Place, Places, Problem, Unreadable, found
from routing.reading.source import MOST_VALUES, read

__all__ = ["LARGEST_FILE", "MOST_VALUES", "Draft", "Path", "Place", "Places", "Problem", "Unreadable", "draft", "load"]

_ROUNDS = 4
"""A union may tell of a further mistake once the first is gone."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the files say, as far as they could be understood."""

    whole: Mapping[str, Any]
    """All files put together, as written."""
    places: Places
    problems: tuple[Problem, ...]
    names_known: bool
    """No names were passed over: one that is not here is nowhere."""
    plan: Plan | None
    """The parts whose types are right; None when not even the hotline itself is."""
    typed_whole: bool
    """The plan holds all parts."""


def load(files: Mapping[str, str]) -> tuple[Plan, Places]:
    """The plan written in `files` (name → text), types checked and no more. Raises Unreadable."""
    drawn = draft(files)
    if drawn.plan is None or drawn.problems:
        raise Unreadable(drawn.problems)
    return drawn.plan, drawn.places


def draft(files: Mapping[str, str], unread: Sequence[Problem] = ()) -> Draft:
    """All that can be known of the plan written in `files` (name → text), and in others that could not be read.

    The files' top-level keys are put together; a mapping such as `nodes` may be spread over several files.
    """
    whole: dict[str, Any] = {}
    values: dict[Path, Place] = {}
    keys: dict[Path, Place] = {}
    problems: list[Problem] = [*unread]
    lost: set[Path] = {()} if unread else set()
    left = MOST_VALUES
    for name in sorted(files):
        source = read(name, files[name], left)
        problems += source.problems[:MOST_TOLD]
        lost |= source.lost
        left -= len(source.places)
        if source.value is not None:
            problems += wrong_includes(source.value, Places(source.places, source.keys))
            source.value.pop(INCLUDE, None)  # whoever reads the files has followed it
            problems += _merge(whole, source.value, source.keys, keys, ())
            values = {**source.places, **values}
            keys = {**source.keys, **keys}
    if not files and not unread:
        return Draft({}, Places({}, {}), (found(NOWHERE, "no-files"),), names_known=False, plan=None, typed_whole=False)
    if files:
        values.setdefault((), Place(min(files), 1, 1))
    places = Places(values, keys)
    plan, wrong = _typed(whole, places)
    told = [problem for problem in wrong if not _explained(problem, wrong, lost)]
    names_known = not any(len(path) < 2 or path == ("calendar", "hours") for path in lost)
    typed_whole = not wrong and not lost and plan is not None
    return Draft(whole, places, (*problems, *told), names_known, plan, typed_whole)


def _explained(problem: Problem, others: Iterable[Problem], lost: Container[Path]) -> bool:
    """Whether what seems to be missing is there, misspelt or in what could not be read."""
    if problem.rule not in ("missing", "node-kind"):
        return False
    values = dict(problem.values)
    path = () if values["where"] == "file" else tuple(values["where"].split("."))
    if path in lost or () in lost:
        return True
    return any(
        other.rule == "unknown-key"
        and other.near == values.get("key")
        and dict(other.values)["where"] == values["where"]
        for other in others
    )


def _merge(
    whole: dict[str, Any], part: dict[str, Any], places: Mapping[Path, Place], before: Mapping[Path, Place], path: Path
) -> Iterable[Problem]:
    for key, value in part.items():
        here = (*path, key)
        if key not in whole:
            whole[key] = value
        elif isinstance(value, dict) and isinstance(whole[key], dict) and _may_be_spread(here):
            yield from _merge(whole[key], value, places, before, here)
        else:
            first = before.get(here, NOWHERE)
            yield found(places[here], "in-two-files", key=".".join(map(str, here)), first=f"{first.file}:{first.line}")


def _may_be_spread(path: Path) -> bool:
    """Sections may stand in several files, and the tables within some; a node or a line stands in one."""
    return len(path) == 1 or (len(path) == 2 and path[0] in ("calendar", "variants"))


def _typed(whole: Mapping[str, Any], places: Places) -> tuple[Plan | None, list[Problem]]:
    """The plan without the parts that are wrong, and what is wrong with them."""
    problems: dict[tuple[Place, str, str], Problem] = {}
    rest = dict(whole)
    for _ in range(_ROUNDS):
        try:
            plan = Plan.model_validate(rest)
        except ValidationError as error:
            details = error.errors(include_url=False)
            for detail in details[:MOST_TOLD]:
                problem = mistyped(detail, whole, places)
                problems.setdefault((problem.place, problem.rule, problem.message), problem)
            parts = [part_of(detail["loc"], rest) for detail in details[:MOST_TOLD]]
            if None in parts or len(details) > MOST_TOLD:
                return None, list(problems.values())
            for part in parts:
                rest = _without(rest, part or ())
        else:
            return plan, list(problems.values())
    return None, list(problems.values())


def _without(whole: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The same without what the path leads to; nothing is changed in place."""
    key = str(path[0])
    if len(path) == 1 or key not in whole:
        return {name: value for name, value in whole.items() if name != key}
    inner = whole[key]
    return {**whole, key: _without(inner, path[1:])} if isinstance(inner, Mapping) else dict(whole)
