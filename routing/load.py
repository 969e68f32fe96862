"""From YAML text to a Plan, or to every problem at once with file, line and column.

YAML 1.2 by ruamel's nodes, so that each value keeps its place in the file. `8:30` stays text, `010` keeps its zero,
a key written twice is a problem, and nothing expands without bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from routing.node import NODES
from routing.plan import Plan

LARGEST_FILE = 1 << 20
MOST_VALUES = 50_000
DEEPEST = 40

_INT = re.compile(r"^-?(0|[1-9][0-9]*)$")
_FLOAT = re.compile(r"^-?[0-9]+\.[0-9]+$")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class Place(NamedTuple):
    """Where in the operators' files; line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, and where."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place.file}:{self.place.line}:{self.place.column}: {self.message}"


class Unreadable(Exception):
    """The files do not make a plan. `problems` has all of them, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


Path = tuple[str | int, ...]


@dataclass(slots=True)
class _Reading:
    """Values and their places, gathered over all files."""

    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    values: int = 0

    def add(self, place: Place, message: str) -> None:
        self.problems.append(Problem(place, message))

    def place_of(self, path: Path) -> Place:
        """The place of the value, or of the nearest written thing around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place("config", 1, 1))


def load(files: Mapping[str, str]) -> tuple[Plan, Mapping[Path, Place]]:
    """The plan written in `files` (name → text), and where each value stands. Raises Unreadable.

    The files' top-level keys are put together; a mapping such as `nodes` may be spread over several files.
    """
    reading = _Reading()
    whole: dict[str, Any] = {}
    for name in sorted(files):
        part = _read(name, files[name], reading)
        if part is not None:
            _merge(whole, part, reading, ())
    if not files:
        reading.add(Place("config", 1, 1), "no *.yaml file here: name the folder that holds the hotline's files")
    if reading.problems:
        raise Unreadable(reading.problems)
    try:
        return Plan.model_validate(whole), reading.places
    except ValidationError as error:
        raise Unreadable(_explain(error, reading)) from None


def _read(name: str, text: str, reading: _Reading) -> dict[str, Any] | None:
    top = Place(name, 1, 1)
    if len(text) > LARGEST_FILE:
        reading.add(top, f"larger than {LARGEST_FILE >> 20} MiB; split it")
        return None
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else top
        reading.add(place, f"not YAML: {error.problem or error.context}")
        return None
    except YAMLError as error:
        reading.add(top, f"not YAML: {str(error).splitlines()[0]}")
        return None
    except RecursionError:
        reading.add(top, f"nested deeper than {DEEPEST} levels")
        return None
    if node is None:
        return None
    if not isinstance(node, MappingNode):
        reading.add(_place(name, node), "the file must hold `key: value` pairs at its top")
        return None
    value = _value(name, node, (), reading, 0)
    return value if isinstance(value, dict) else None


def _place(name: str, node: Node) -> Place:
    return Place(name, node.start_mark.line + 1, node.start_mark.column + 1)


def _value(name: str, node: Node, path: Path, reading: _Reading, depth: int) -> Any:
    place = _place(name, node)
    reading.values += 1
    if reading.values > MOST_VALUES or depth > DEEPEST:
        if reading.values <= MOST_VALUES + 1:
            reading.add(place, f"more than {MOST_VALUES} values or {DEEPEST} levels (are aliases repeated?)")
        reading.values = MOST_VALUES + 1
        return None
    reading.places.setdefault(path, place)
    if isinstance(node, ScalarNode):
        return _scalar(node)
    if isinstance(node, SequenceNode):
        return [_value(name, item, (*path, at), reading, depth + 1) for at, item in enumerate(node.value)]
    assert isinstance(node, MappingNode)  # noqa: S101  (YAML has three kinds of node)
    pairs: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, ScalarNode):
            reading.add(_place(name, key_node), "a key must be plain text")
            continue
        key = key_node.value
        if key in pairs:
            reading.add(_place(name, key_node), f"`{key}` is written twice")
            continue
        reading.keys[(*path, key)] = _place(name, key_node)
        pairs[key] = _value(name, value_node, (*path, key), reading, depth + 1)
    return pairs


def _scalar(node: ScalarNode) -> Any:
    text = node.value
    if node.style is not None:
        return text
    if _INT.match(text):
        return int(text) if len(text) <= 18 else text
    if _FLOAT.match(text):
        return float(text)
    return _WORDS.get(text.lower(), text)


def _merge(whole: dict[str, Any], part: dict[str, Any], reading: _Reading, path: Path) -> None:
    for key, value in part.items():
        here = (*path, key)
        if key not in whole:
            whole[key] = value
        elif isinstance(value, dict) and isinstance(whole[key], dict):
            _merge(whole[key], value, reading, here)
        else:
            reading.add(reading.keys[here], f"`{'.'.join(map(str, here))}` is written in two files")


def _explain(error: ValidationError, reading: _Reading) -> Iterable[Problem]:
    for detail in error.errors():
        path: Path = tuple(detail["loc"])
        if len(path) > 2 and path[0] == "nodes" and path[2] in NODES:
            path = (*path[:2], *path[3:])  # the tag of the union is no key of the file
        path = tuple(part for part in path if part != "[key]")
        kind, message = detail["type"], detail["msg"]
        place = reading.place_of(path)
        what = ".".join(map(str, path))
        if kind == "extra_forbidden":
            place = reading.keys.get(path, place)
            message = "unknown key"
        elif kind == "missing":
            place = reading.keys.get(path[:-1], place)
            message = "is missing"
        else:
            message = message.removeprefix("Value error, ")
            if isinstance(detail["input"], str | int | float):
                message += f" (here: {str(detail['input'])[:60]!r})"
        yield Problem(place, f"{what}: {message}")
