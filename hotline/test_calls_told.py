"""Test calls and dry walks as data: for `--json` and for the desk."""

from __future__ import annotations

from typing import Any

from routing.calendar import SHANGHAI
from routing.dry_walk import DryWalk
from routing.rehearsal.coverage import Share
from routing.rehearsal.verdict import Verdict


def failure_data(verdict: Verdict) -> dict[str, Any]:
    """A test call that did not lead where it must, step by step."""
    case, walk = verdict.case, verdict.walk
    return {
        "file": case.place.file,
        "line": case.place.line,
        "column": case.place.column,
        "at": case.at.astimezone(SHANGHAI).isoformat(),
        "keys": case.keys,
        "why": case.call.why,
        "faults": [{"what": fault.what, "expected": fault.expected, "got": fault.got} for fault in verdict.faults],
        "steps": steps_data(walk) if walk else [],
        "end": {"kind": walk.end.kind, "line": walk.end.line, "open": walk.end.open} if walk else None,
    }


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    """A test call, good or not; the steps are told of those that are not."""
    told = failure_data(verdict)
    if verdict.good:
        told["steps"] = []
    case = verdict.case
    return {**told, "good": verdict.good, "name": case.name, "expect": str(case.expect), "open": case.call.open}


def steps_data(walk: DryWalk) -> list[dict[str, Any]]:
    return [{"step": step.step, "say": list(step.say), "heard": step.heard} for step in walk.steps]


def share_data(share: Share) -> dict[str, Any]:
    return {"all": share.all, "percent": round(share.percent, 1), "missed": list(share.missed)}
