"""What a test call says of the hotline: what was heard, held against what was to be heard. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from hotline.testcalls.errand import Errand
from hotline.testcalls.heard import Heard, Sounded
from ivr.events import CallEnded, CallScreened, EndReached, StepHeard
from ivr.journal import Event
from ivr.outcomes import Outcome

SOMETHING: Final = 0.5
"""Seconds of sound that nobody was to hear, from which a prompt counts as another one."""


class Result(StrEnum):
    """How a test call came out: the closed list of the metric."""

    PASSED = "passed"
    NO_ANSWER = "no_answer"  # the switch refused, or nobody answered
    TURNED_AWAY = "turned_away"  # the door: all is busy
    NO_SOUND = "no_sound"  # answered, and not one packet of sound came
    KEYS_NOT_TAKEN = "keys_not_taken"  # we hear the hotline, it does not hear us
    SILENT_PROMPT = "silent_prompt"
    WRONG_PROMPT = "wrong_prompt"  # another sound, or only a piece of it
    CUT_OFF = "cut_off"  # hung up on us on the way
    ELSEWHERE = "elsewhere"  # the keys led to another end than the plan says
    FALLBACK = "fallback"  # Asterisk alone took the call: no engine does
    NOT_MADE = "not_made"  # our own telephone could not be opened, or hung


@dataclass(frozen=True, slots=True)
class Verdict:
    """One test call. `why` is a sentence for operators, empty when it passed."""

    result: Result
    path: str
    why: str = ""
    seconds: float = 0.0
    heard: tuple[str, ...] = ()
    """The sounds that were heard, in order."""

    @property
    def passed(self) -> bool:
        return self.result is Result.PASSED

    def to_json(self) -> dict[str, Any]:
        """The same as data."""
        return {
            "result": self.result.value,
            "passed": self.passed,
            "keys": [] if self.path == "no keys" else self.path.split(","),
            "why": self.why,
            "seconds": self.seconds,
            "heard": list(self.heard),
        }


def not_made(path: str, why: str) -> Verdict:
    """Of a call that came to nothing through our own fault."""
    return Verdict(Result.NOT_MADE, path, f"the test call could not be made: {why}")


def judge(errand: Errand, heard: Heard, facts: Sequence[Event] | None) -> Verdict:
    """The first thing that is wrong, as a caller would meet it. `facts` are the call's; None: no engine was there."""
    result, why = _found(errand, heard, facts or ())
    sounds = tuple(one.name for leg in heard.legs for one in leg if one.heard)
    return Verdict(result, errand.path, why, heard.seconds, sounds)


def _found(errand: Errand, heard: Heard, facts: Sequence[Event]) -> tuple[Result, str]:
    if any(isinstance(fact, CallScreened) for fact in facts) and _rejected(facts):
        return Result.TURNED_AWAY, "the door let the test call not in: callers hear that all is busy"
    if not heard.answered:
        return Result.NO_ANSWER, f"the hotline did not answer ({heard.reason})"
    if heard.arrived == 0:
        return Result.NO_SOUND, "the hotline answered, and no sound came: prompts cannot be played, or packets are lost"
    if not facts:
        return Result.FALLBACK, "no engine took the test call: Asterisk serves callers alone, by the fallback plan"
    taken = sum(isinstance(fact, StepHeard) and fact.heard is not None for fact in facts)
    for number, leg in enumerate(heard.legs):
        if number > taken:
            return Result.KEYS_NOT_TAKEN, f"key {errand.keys[number - 1]} was pressed, and the hotline did not hear it"
        for one in leg:
            if not one.heard:
                return _wrong(one)
    if heard.cut_off or len(heard.legs) < len(errand.legs):
        return Result.CUT_OFF, f"the hotline hung up after {heard.seconds:.0f} s, before the path was over"
    return _reached(errand, facts)


def _rejected(facts: Sequence[Event]) -> bool:
    return any(isinstance(fact, CallEnded) and fact.outcome is Outcome.REJECTED for fact in facts)


def _wrong(one: Sounded) -> tuple[Result, str]:
    if one.else_heard < SOMETHING:
        return Result.SILENT_PROMPT, f"prompt {one.name} was silent"
    return Result.WRONG_PROMPT, f"prompt {one.name} was not heard, but something else: its file is wrong, or cut short"


def _reached(errand: Errand, facts: Sequence[Event]) -> tuple[Result, str]:
    end = errand.end
    reached = next((fact for fact in facts if isinstance(fact, EndReached)), None)
    if reached is None and end.kind != "hangup":
        return Result.ELSEWHERE, f"the path should lead to {_shown(end.kind, end.line)}, and led nowhere"
    if reached is not None and (reached.kind, reached.line, reached.open) != (end.kind, end.line, end.open):
        got, wanted = _shown(reached.kind, reached.line), _shown(end.kind, end.line)
        return Result.ELSEWHERE, f"the path should lead to {wanted}, and led to {got}"
    return Result.PASSED, ""


def _shown(kind: str, line: str | None) -> str:
    return kind if line is None else f"{kind} {line}"
