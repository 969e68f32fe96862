"""What a caller can reach in a dialplan, as it is written and as Asterisk has it (`dialplan show`)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

Dialplan = Mapping[str, Sequence[str]]
"""Context → its steps, each `Application(arguments)`; an included context is a step `include(NAME)`."""

DOORS = ("from-trunk", "from-phone")
"""Where callers and phones come in."""

HARMLESS = frozenset(
    {
        *("Answer", "Busy", "Congestion", "Hangup", "Log", "NoOp", "Playback", "Playtones", "Progress", "Read"),
        *("Record", "Ringing", "Set", "Stasis", "Verbose", "Wait"),
        *("Goto", "GotoIf", "GotoIfTime", "Gosub", "GosubIf", "Return", "include"),
    }
)
"""Applications that reach nobody and nothing but the engine, the caller's ear and a message's file."""

FUNCTIONS = frozenset(
    {
        *("CALLERID", "CHANNEL", "CUT", "DEVICE_STATE", "EVAL", "FILTER", "GLOBAL", "GROUP", "GROUP_COUNT", "IF"),
        *("IFTIME", "LEN", "MATH", "REGEX", "STRFTIME", "TIMEOUT", "TOLOWER", "TOUPPER", "TRIM"),
    }
)
"""Functions that read or write nothing beside the call."""

_FIXED = re.compile(r"PJSIP/[a-z][a-z0-9_-]*|PJSIP/\+?[0-9]{1,20}@trunk")
"""Whom the plan's own dialplan may ring: a phone, or one number that stands in the plan."""


def of_text(text: str) -> Dialplan:
    """The dialplan of an `extensions.conf`."""
    found: dict[str, list[str]] = defaultdict(list)
    context = ""
    for raw in text.splitlines():
        line = re.sub(r"(?<!\\);.*", "", raw).strip()
        if head := re.fullmatch(r"\[([^\]]+)\](?:\([^)]*\))?", line):
            context = head[1]
            found[context] = found.get(context, [])
        elif include := re.fullmatch(r"include\s*=>?\s*(\S+)", line):
            found[context].append(f"include({include[1]})")
        elif step := re.fullmatch(r"exten\s*=>?\s*[^,]+,[^,]+,(.*)", line) or re.fullmatch(
            r"same\s*=>?\s*[^,]+,(.*)", line
        ):
            found[context].append(step[1].strip())
    return found


def of_answer(answer: str) -> Dialplan:
    """The dialplan as the running Asterisk shows it."""
    found: dict[str, list[str]] = defaultdict(list)
    context = ""
    for raw in answer.splitlines():
        line = re.sub(r"\s+\[[^\[\]]*\]\s*$", "", raw).strip()
        if head := re.match(r"\[ (?:Included )?Context '([^']+)' created by '([^']+)'", line):
            context = head[1]
            found[context] = found.get(context, [])
        elif include := re.match(r"Include =>\s+'([^']+)'", line):
            found[context].append(f"include({include[1]})")
        elif step := re.match(r"(?:'[^']*' =>\s+)?(?:\[\S+\]\s+)?\d+\. (\w+\(.*\))$", line):
            found[context].append(step[1])
    return found


def reachable(dialplan: Dialplan) -> dict[str, Sequence[str]]:
    """The contexts that a call from any door can get into: every one whose name a step there speaks of."""
    found: dict[str, Sequence[str]] = {}
    ahead = [door for door in DOORS if door in dialplan]
    while ahead:
        context = ahead.pop()
        if context in found:
            continue
        found[context] = dialplan[context]
        spoken = {name for step in dialplan[context] for name in re.findall(r"[\w-]+", step)}
        ahead += [name for name in dialplan if name in spoken]
    return found


def too_much(dialplan: Dialplan) -> list[str]:
    """What a caller or a phone could do beside reaching the engine and hearing the plan."""
    if missing := [door for door in DOORS if door not in dialplan]:
        return [f"no context {name}" for name in missing]
    wrong = []
    for context, steps in reachable(dialplan).items():
        for step in steps:
            wrong += [f"[{context}] {problem}" for problem in _of_step(step, in_plan=context not in DOORS)]
    return wrong


def _of_step(step: str, *, in_plan: bool) -> Iterable[str]:
    application, _, arguments = step.partition("(")
    if application == "Dial" and in_plan:
        whom = arguments.removesuffix(")").split(",")[0].split("&")
        yield from (f"Dial({target})" for target in whom if not _FIXED.fullmatch(target))
    elif application not in HARMLESS:
        yield step[:80]
    # `Goto(${PRESSED},1)` moves within its context; a context that a caller chose would be another matter.
    if application.startswith("Go") and any(_chosen(label) for label in _labels(arguments)):
        yield step[:80]
    yield from (f"{name}(…)" for name in re.findall(r"\$\{([A-Z_]+)\(", step) if name not in FUNCTIONS)


def _labels(arguments: str) -> list[str]:
    """Where a step may go on, with `$` for whatever is worked out when it is run."""
    plain = arguments.removesuffix(")")
    while (shorter := re.sub(r"\$\{[^{}]*\}|\$\[[^\[\]]*\]", "$", plain)) != plain:
        plain = shorter
    return plain.rpartition("?")[2].split(":")


def _chosen(label: str) -> bool:
    """Whether the context is worked out."""
    parts = label.split(",")
    return len(parts) == 3 and "$" in parts[0]
