"""Tables of test calls that operators write: who calls when and presses what, and where that must lead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema

from routing.days import DATE, Written, day_written, listed, one_or_many
from routing.dry_walk import MORE_KEYS
from routing.plan import Plan
from routing.reading.mistyped import mistyped
from routing.reading.problem import Path, Place, Places, Problem, Unreadable, found, nearest, quoted
from routing.reading.source import read
from routing.rehearsal.circumstance import Circumstances
from routing.written import STANDARD, Id, in_shanghai

_KEY = rf"(?:[0-9*#.h]|{'|'.join(sorted(MORE_KEYS))})"
_KEYS = re.compile(rf"({_KEY}(,{_KEY})*)?")
_LIKE_INSTANT = re.compile(r"[0-9]+[-:/.T].*")
_KINDS = {"line": True, "outside": True, "message": True, "information": True, "callback": True, "hangup": False}
"""Where a call gets to → whether a line belongs to it."""


class Expected(NamedTuple):
    """Where a call must get to; without a line any will do."""

    kind: str
    line: str | None = None

    def __str__(self) -> str:
        return self.kind if self.line is None else f"{self.kind} {self.line}"


def _expected(value: Any) -> Any:
    words = value.split() if isinstance(value, str) else []
    if len(words) not in (1, 2) or words[0] not in _KINDS:
        raise ValueError(f"write where the call gets to, like `line immunization`, with one of: {', '.join(_KINDS)}")
    return Expected(*words)


def _keys(value: Any) -> Any:
    texts = [str(text).replace(" ", "") for text in (value if isinstance(value, list | tuple) else [value])]
    for text in texts:
        if not _KEYS.fullmatch(text):
            raise ValueError('write keys in quotes like "1,4", with . for silence and h for hanging up')
    return tuple(texts)


def _instant(value: Any) -> Any:
    text = value if isinstance(value, str) else ""
    if day := re.match(DATE, text):
        day_written(day[0])
    if re.fullmatch(DATE, text):
        raise ValueError("the hour is missing; write it like 2026-11-20T10:00")
    try:
        return in_shanghai(datetime.fromisoformat(text))
    except ValueError:
        raise ValueError("write it like 2026-11-20T10:00") from None


_EXPECT = WithJsonSchema({"type": "string", "pattern": f"^({'|'.join(_KINDS)})( [a-z][a-z0-9-]*)?$"})

Instant = Annotated[datetime, BeforeValidator(_instant)]


class Call(Circumstances):
    """One row of a table, or several calls in one: each instant of a list with each of the keys."""

    at: Annotated[tuple[str, ...], BeforeValidator(listed), one_or_many(".+")] = ()
    """Instants, or names under `instants`."""
    keys: Annotated[tuple[str, ...], BeforeValidator(_keys), one_or_many(_KEYS.pattern)] = ("",)
    """Keys like `"1,4"`, `.` for silence, `h` for hanging up; what comes after: see `hotline dial --help`."""
    direct: bool = False
    """The direct mode is on."""
    expect: Annotated[Expected, BeforeValidator(_expected), _EXPECT] | None = None
    """Where the call gets to: `line immunization`, `message immunization`, `outside booking`, `hangup`."""
    open: bool | None = None
    """Whether the line's hours admit the caller."""
    says: Annotated[tuple[str, ...], BeforeValidator(listed), one_or_many(".+")] = ()
    """Prompts, or pieces of their words, that are heard in this order."""
    variant: Id | None = None
    """Something is heard in this language or dialect; `standard`: nothing is in another."""
    why: str | None = None
    """What the test is for, in words."""


class Table(Written):
    """One file of tests."""

    instants: dict[str, Instant] = Field(default_factory=dict)
    """Name → instant."""
    defaults: Call = Call()
    """What holds for all tests of the file that write nothing else."""
    tests: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One call of a table."""

    place: Place
    at: datetime
    keys: str
    call: Call
    expect: Expected
    name: str = ""
    """What the table calls the instant."""


def read_cases(files: Mapping[str, str], plan: Plan) -> tuple[Case, ...]:
    """The calls of all tables (name → text), in their order. Raises Unreadable with every problem."""
    cases: list[Case] = []
    problems: list[Problem] = []
    for name in sorted(files):
        source = read(name, files[name])
        problems += source.problems
        if source.value is None:
            continue
        places = Places(source.places, source.keys)
        try:
            table = Table.model_validate(_filled(source.value))
        except ValidationError as error:
            problems += _mistyped(error, source.value, places)
        else:
            for row, call in enumerate(table.tests):
                wrong = list(_wrong(table, call, plan, places, ("tests", row)))
                problems += wrong
                cases += () if wrong else _cases(table, call, places.of(("tests", row)))
    if problems:
        raise Unreadable(problems)
    return tuple(cases)


def _filled(written: Mapping[str, Any]) -> dict[str, Any]:
    """The table with its defaults in each test."""
    defaults, tests = written.get("defaults"), written.get("tests")
    if not isinstance(defaults, Mapping) or not isinstance(tests, list):
        return dict(written)
    return {**written, "tests": [{**defaults, **test} if isinstance(test, Mapping) else test for test in tests]}


def _mistyped(error: ValidationError, written: Mapping[str, Any], places: Places) -> Iterator[Problem]:
    """What is wrong with the table's types; what comes from the defaults is told once, there."""
    for detail in error.errors(include_url=False):
        match detail["loc"]:
            case ("tests", int(row), field, *_) if detail["type"] != "extra_forbidden":
                if field not in written["tests"][row]:
                    continue
        problem = mistyped(detail, written, places)
        if detail["type"] == "extra_forbidden":
            fields = Call.model_fields if len(detail["loc"]) > 1 else Table.model_fields
            problem = replace(problem, near=nearest(str(detail["loc"][-1]), fields))
        yield problem


def _wrong(table: Table, call: Call, plan: Plan, places: Places, path: Path) -> Iterator[Problem]:
    """Names in one test that stand for nothing, and what it lacks."""

    def unknown(field: str, what: str, name: str, names: Iterable[str]) -> Problem:
        return found(places.of((*path, field)), "unknown-name", nearest(name, names), what=what, name=name, hint="")

    for field, what, name in call.strangers(plan):
        yield unknown(field, what, name, plan.front if field == "front" else plan.lines)
    for name in call.at:
        if name in table.instants:
            continue
        if not _LIKE_INSTANT.fullmatch(name):
            yield unknown("at", "instant", name, table.instants)
        elif (hint := _no_instant(name)) is not None:
            where = ".".join(map(str, (*path, "at")))
            yield found(places.of((*path, "at")), "wrong-value", where=where, here=quoted(name), hint=hint)
    if not call.at:
        yield found(places.of(path), "missing", where=".".join(map(str, path)), key="at")
    if call.expect is None:
        yield found(places.of(path), "missing", where=".".join(map(str, path)), key="expect")
    elif call.expect.line is not None and call.expect.line not in plan.lines:
        yield unknown("expect", "line", call.expect.line, plan.lines)
    if call.direct and plan.hotline.direct is None:
        yield unknown("direct", "mode of the hotline", "direct", ())
    if call.variant is not None and call.variant != STANDARD and call.variant not in plan.variants:
        yield unknown("variant", "variant", call.variant, plan.variants)
    for text in call.says:
        if text not in plan.prompts and not any(text in words for words in plan.words.values()):
            yield unknown("says", "prompt, and no piece of one's words,", text, plan.prompts)


def _no_instant(text: str) -> str | None:
    """Why a text that looks like an instant is none."""
    try:
        _instant(text)
    except ValueError as error:
        return str(error)
    return None


def _cases(table: Table, call: Call, place: Place) -> Iterator[Case]:
    assert call.expect is not None  # noqa: S101  (`_wrong` has looked)
    for at, keys in product(call.at, call.keys):
        if at in table.instants:
            yield Case(place, table.instants[at], keys, call, call.expect, at)
        else:
            yield Case(place, _instant(at), keys, call, call.expect)
