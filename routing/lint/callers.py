"""Lint of what callers and agents may do: limits that never hold, places kept for everybody, numbers abroad."""

from __future__ import annotations

from collections.abc import Iterator

from routing.caller_rule import CallerLimit
from routing.outbound_rule import is_international
from routing.plan import Plan
from routing.reading.problem import Path, Places, Problem, found
from routing.written import is_called_by


def callers(plan: Plan, places: Places) -> Iterator[Problem]:
    rules = plan.callers
    limits: list[tuple[Path, CallerLimit]] = [(("callers", "number"), rules.number)]
    limits += [(("callers", "prefixes", at), prefix) for at, prefix in enumerate(rules.prefixes)]
    limits.append((("callers", "withheld"), rules.withheld))
    for path, limit in limits:
        yield from _limit(path, limit, places)
    for at, prefix in enumerate(rules.prefixes):
        if all(_within(pattern, (*rules.trusted, *rules.priority)) for pattern in prefix.numbers):
            yield found(places.of(("callers", "prefixes", at)), "limit-of-trusted", numbers=", ".join(prefix.numbers))
    if any(is_called_by(pattern, plan.hotline.number) for pattern in rules.direct):
        yield found(places.of(("callers", "direct")), "kept-for-all", number=plan.hotline.number)
    for at, pattern in enumerate(plan.hotline.may_dial or ()):
        if pattern.endswith("*") and is_international(pattern[:-1]) and not plan.outbound.international:
            yield found(places.of(("hotline", "may_dial", at)), "abroad-closed", pattern=pattern)


def _limit(path: Path, limit: CallerLimit, places: Places) -> Iterator[Problem]:
    """A longer time that allows no more than a shorter one leaves that one without a meaning."""
    if limit.per_10m is not None and limit.per_hour is not None and limit.per_hour < limit.per_10m:
        at = (*path, "per_10m")
        yield found(places.of(at), "limit-never-met", ten=limit.per_10m, hour=limit.per_hour)


def _within(pattern: str, others: tuple[str, ...]) -> bool:
    """Whether every number that fits the pattern fits one of the others."""
    return any(
        pattern == other or (other.endswith("*") and pattern.rstrip("*").startswith(other[:-1])) for other in others
    )
