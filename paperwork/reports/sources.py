"""What a report is made from, and what was asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from paperwork.reports.placing import Trees
from paperwork.reports.reading import Reading
from paperwork.reports.report import Period
from paperwork.rules import Rules


@dataclass(frozen=True, slots=True)
class Sources:
    """`hotline` is its name in the plan, `lines` the names of its lines, `now` when the report is made."""

    store: Reading
    trees: Trees
    rules: Rules
    hotline: str
    now: datetime
    lines: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see. Without a `tree` or `decimals` the rules decide."""

    period: Period
    line: str | None = None
    tree: str | None = None
    decimals: int | None = None
