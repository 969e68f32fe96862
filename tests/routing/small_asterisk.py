"""As much of Asterisk as a compiled dialplan needs, in values: it reads the text and walks a call through it.

What it must get right is held by the system tests, which walk the same texts on the real one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from routing.dry_walk import HANG_UP, SILENCE, Keys

LONGEST_WALK = 20_000
"""Steps after which a call counts as going round for ever."""


@dataclass(frozen=True, slots=True)
class Written:
    """One step as it stands in the text."""

    label: str
    app: str
    args: str


Contexts = Mapping[str, Mapping[str, list[Written]]]


def parse(text: str) -> Contexts:
    """Context → extension → steps. Includes are the common context's, and looked up by `Walker.find`."""
    contexts: dict[str, dict[str, list[Written]]] = {}
    here: dict[str, list[Written]] = {}
    steps: list[Written] = []
    for line in text.splitlines():
        if not line or line.startswith(";"):
            continue
        if match := re.fullmatch(r"\[([a-z0-9-]+)\]", line):
            assert match[1] not in contexts, f"context {match[1]} is there twice"
            here = contexts[match[1]] = {}
        elif match := re.fullmatch(r"exten => ([^,]+),1(?:\((\w+)\))?,(\w+)\((.*)\)", line):
            assert match[1] not in here, f"extension {match[1]} is there twice"
            steps = here[match[1]] = [Written(match[2] or "", match[3], match[4])]
        elif match := re.fullmatch(r" same => n(?:\((\w+)\))?,(\w+)\((.*)\)", line):
            steps.append(Written(match[1] or "", match[2], match[3]))
        else:
            assert line == "include => plan-common", line
    return contexts


def plain(_: str) -> str:
    return "NOT_INUSE"


@dataclass
class Walker:
    """One caller in the dialplan."""

    contexts: Contexts
    keys: Keys
    epoch: int
    number: str = ""
    device_state: Callable[[str], str] = plain
    dialled: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)

    def walk(self) -> None:
        """From the start until the call is over, somebody is dialled in vain to the end, or a message is taken."""
        context, extension, at = "plan-start", "s", 0
        for _ in range(LONGEST_WALK):
            steps = self.find(context, extension)
            assert at < len(steps), f"{context},{extension} runs out"
            step = steps[at]
            args = self.told(step.args)
            target = self._does(step.app, args)
            if target is None:
                return
            if target == "":
                at += 1
                continue
            context, extension, at = self._place(target, context, extension)
        raise AssertionError("goes round for ever")

    def find(self, context: str, extension: str) -> list[Written]:
        for room in (self.contexts[context], self.contexts["plan-common"]):
            if extension in room:
                return room[extension]
            if "_X!" in room and extension[:1].isdigit():
                return room["_X!"]
        assert "i" in self.contexts[context], f"no {extension} in {context}, and no i"
        return self.contexts[context]["i"]

    def _place(self, target: str, context: str, extension: str) -> tuple[str, str, int]:
        parts = target.split(",")
        if len(parts) == 1:
            labels = [step.label for step in self.find(context, extension)]
            return context, extension, labels.index(target)
        if len(parts) == 2:
            parts = [context, *parts]
        assert parts[2] == "1", target
        assert parts[0] in self.contexts, target
        return parts[0], parts[1], 0

    def _does(self, app: str, args: str) -> str | None:
        """Where the call goes on: empty for the next step, None when it is over."""
        match app:
            case "Set":
                name, _, value = args.partition("=")
                self.values[name] = value
            case "Goto":
                return args
            case "GotoIf":
                condition, _, ways = args.partition("?")
                yes, _, no = ways.partition(":")
                return no if condition in ("", "0") else yes
            case "Read":
                return self._read(args)
            case "Playback":
                assert args
                self.heard += args.split("&")
            case "Dial":
                self.dialled.append(args)
                self.values["DIALSTATUS"] = "NOANSWER"
            case "Record" | "Hangup":
                return None
            case _:
                assert app in ("Answer", "NoOp"), app
        return ""

    def _read(self, args: str) -> str | None:
        name, sounds, most, options, attempts, wait = args.split(",")
        assert (most, options, attempts) == ("1", "e", "1")
        assert float(wait) > 0
        ahead = self.keys.ahead()
        if ahead == HANG_UP:
            return None
        if ahead is None or ahead == SILENCE:
            self.heard += [sound for sound in sounds.split("&") if sound]
        key = (None if ahead == SILENCE else ahead) if wait == "0.05" else self.keys.take()
        if wait == "0.05" and key is not None:
            self.keys.take()
        if key == HANG_UP:
            return None
        self.values[name] = "" if key is None or key == SILENCE else key
        return ""

    # ── what stands in ${} and $[] ──────────────────────────────────────────

    def told(self, text: str) -> str:
        """The text with everything in it that stands for something else."""
        said = ""
        while (match := re.search(r"\$[{\[]", text)) is not None:
            said += text[: match.start()]
            end = _closing(text, match.end())
            inner = self.told(text[match.end() : end])
            said += self._value(inner) if match[0] == "${" else str(int(_Sum(inner).value()))
            text = text[end + 1 :]
        return said + text

    def _value(self, name: str) -> str:
        if match := re.fullmatch(r"([A-Z_]+)\((.*)\)", name):
            return self._function(match[1], match[2])
        name, *bounds = name.split(":")
        value = str(self.epoch) if name == "EPOCH" else self.values.get(name, "")
        first = int(bounds[0]) if bounds else 0
        last = (first + int(bounds[1]) if int(bounds[1]) >= 0 else int(bounds[1])) if len(bounds) > 1 else len(value)
        return value[first:last]

    def _function(self, name: str, args: str) -> str:
        match name:
            case "IF":
                condition, _, ways = args.partition("?")
                yes, _, no = ways.partition(":")
                return no if condition in ("", "0") else yes
            case "LEN":
                return str(len(args))
            case "FILTER":
                allowed, _, text = args.partition(",")
                assert allowed == "0-9+"
                return re.sub(r"[^0-9+]", "", text)
            case "CALLERID":
                return self.number
            case "STRFTIME":
                seconds, zone, how = args.split(",")
                assert zone == "UTC"
                return datetime.fromtimestamp(int(seconds), UTC).strftime(how)
            case "DEVICE_STATE":
                return self.device_state(args.removeprefix("PJSIP/"))
            case "GROUP_COUNT":
                return "1"
        raise AssertionError(name)


def _closing(text: str, begin: int) -> int:
    """Where the bracket that was opened before `begin` is closed."""
    depth = 1
    for at in range(begin, len(text)):
        depth += (text[at] in "{[") - (text[at] in "}]")
        if depth == 0:
            return at
    raise AssertionError(f"not closed: {text}")


class _Sum:
    """An expression of Asterisk: `|`, `&`, comparisons, `+ -`, `%`, brackets, numbers and quoted text."""

    _LEVELS = (("|",), ("&",), ("=", "!=", "<", "<=", ">", ">="), ("+", "-"), ("%",))

    def __init__(self, text: str) -> None:
        self._left = re.findall(r'"[^"]*"|\d+|[!<>]?=|[<>|&+%()-]', text)
        assert "".join(self._left) == re.sub(r'\s+(?=(?:[^"]*"[^"]*")*[^"]*$)', "", text), text

    def value(self) -> int:
        value = self._level(0)
        assert not self._left, self._left
        assert isinstance(value, int)
        return value

    def _level(self, level: int) -> int | str:
        if level == len(self._LEVELS):
            return self._one()
        value = self._level(level + 1)
        while self._left and self._left[0] in self._LEVELS[level]:
            value = _applied(self._left.pop(0), value, self._level(level + 1))
        return value

    def _one(self) -> int | str:
        token = self._left.pop(0)
        if token == "(":
            value = self._level(0)
            assert self._left.pop(0) == ")"
            return value
        return token if token.startswith('"') else int(token)


def _applied(sign: str, one: int | str, other: int | str) -> int:
    if isinstance(one, str) or isinstance(other, str):
        assert sign in ("=", "!=")
        return int((one == other) is (sign == "="))
    return {
        "|": lambda: int(bool(one or other)),
        "&": lambda: int(bool(one and other)),
        "=": lambda: int(one == other),
        "!=": lambda: int(one != other),
        "<": lambda: int(one < other),
        "<=": lambda: int(one <= other),
        ">": lambda: int(one > other),
        ">=": lambda: int(one >= other),
        "+": lambda: one + other,
        "-": lambda: one - other,
        "%": lambda: one % other,
    }[sign]()
