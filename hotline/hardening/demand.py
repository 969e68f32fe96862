"""One thing that the switch is held to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from hotline.hardening.evidence import Evidence
from routing.rules.rule import Both


class NotApplicable(Exception):
    """There is nothing to hold the switch to here; the text says why."""

    def __init__(self, why: Both) -> None:
        super().__init__(why.en)
        self.why = why


Check = Callable[[Evidence], Iterator[str]]
"""What is wrong, each as a name and a value that anybody finds again: `maxcalls = 0`. Raises NotApplicable."""


class Demand(NamedTuple):
    """What is demanded, why, how to mend it, and how it is looked at."""

    id: str
    what: Both
    why: Both
    mending: Both
    written: Check | None = None
    """Looks at the configuration files."""
    running: Check | None = None
    """Looks at what the running Asterisk answers, and what the machine knows of it."""
    must: bool = True
    """False: good to have; its lack is a warning."""


class State(Enum):
    """How a demand is met."""

    OK = "ok"
    NOT_GOOD = "not good"
    WARNING = "warning"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One demand, held against one system."""

    demand: Demand
    state: State
    wrong: tuple[str, ...] = ()
    why_not: Both | None = None
    """Why it does not apply."""


def hold(demand: Demand, evidence: Evidence) -> Finding:
    """Whether the system meets the demand, on paper and, where it runs, in truth."""
    if not evidence.runs and not demand.written:
        return Finding(demand, State.NOT_APPLICABLE, why_not=Both("nothing runs", "没有在运行"))
    try:
        wrong = list(demand.written(evidence)) if demand.written else []
        if demand.running and evidence.runs:
            wrong += demand.running(evidence)
    except NotApplicable as error:
        return Finding(demand, State.NOT_APPLICABLE, why_not=error.why)
    if not wrong:
        return Finding(demand, State.OK)
    return Finding(demand, State.NOT_GOOD if demand.must else State.WARNING, tuple(dict.fromkeys(wrong)))
