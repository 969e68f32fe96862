"""The verdict on one test call: whether it led where it must, and what was otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from routing.dry_walk import DryWalk, Heard, Keys, NotReached, dry_walk
from routing.plan import Plan
from routing.rehearsal.cases import Case
from routing.rehearsal.circumstance import in_direct_mode
from routing.written import STANDARD


@dataclass(frozen=True, slots=True)
class Fault:
    """What a test expected, and what it got."""

    what: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one test call."""

    case: Case
    walk: DryWalk | None
    """None when the keys fit no call."""
    faults: tuple[Fault, ...]

    @property
    def good(self) -> bool:
        return not self.faults


def judge(plan: Plan, case: Case) -> Verdict:
    """Walk the call, and hold it against what is expected."""
    keys = Keys(case.keys.split(",") if case.keys else ())
    try:
        walk = dry_walk(in_direct_mode(plan) if case.call.direct else plan, keys, case.call.scene(case.at))
    except NotReached as error:
        return Verdict(case, None, (Fault("keys", case.keys, str(error)),))
    return Verdict(case, walk, (*_faults(case, walk), *_unasked(case, keys)))


def _unasked(case: Case, keys: Keys) -> Iterator[Fault]:
    """Keys left over where the call got to: whoever wrote them thought of another call."""
    if left := keys.left():
        yield Fault("keys", case.keys, f"keys {','.join(left)} were never asked for")


def _faults(case: Case, walk: DryWalk) -> Iterator[Fault]:
    end, expect = walk.end, case.expect
    if end.kind != expect.kind or (expect.line is not None and end.line != expect.line):
        yield Fault("end", str(expect), end.kind if end.line is None else f"{end.kind} {end.line}")
    if case.call.open is not None and end.open is not case.call.open:
        yield Fault("open", _yes_or_no(case.call.open), f"{_yes_or_no(end.open)} ({end.why})")
    if (unheard := _unheard(case.call.says, walk)) is not None:
        text, after = unheard
        yield Fault("says", text, f"not heard{f' after {after}' if after else ''}")
    if case.call.variant is not None:
        heard = sorted({sound.partition("--")[0] for step in walk.steps for sound in step.sounds if "--" in sound})
        if (heard != []) if case.call.variant == STANDARD else (case.call.variant not in heard):
            yield Fault("variant", case.call.variant, ", ".join(heard) or STANDARD)


def _unheard(says: tuple[str, ...], walk: DryWalk) -> tuple[str, str] | None:
    """The first text that isn't heard where it should be, and the one heard before it."""
    heard = iter(_sayings(walk.steps))
    before = ""
    for text in says:
        if not any(text == name or text in words for name, words in heard):
            return text, before
        before = text
    return None


def _sayings(steps: tuple[Heard, ...]) -> Iterator[tuple[str, str]]:
    """Prompt and words, one after another; a number that is read back has words alone."""
    for step in steps:
        names = [sound.rpartition("--")[2] for sound in step.sounds]
        if len(names) == len(step.say):
            yield from zip(names, step.say, strict=True)
        else:
            yield from (("", words) for words in step.say)
            yield from ((name, "") for name in names)


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"
