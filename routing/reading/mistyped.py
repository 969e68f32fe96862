"""What pydantic found wrong, in words that help whoever wrote it."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from routing.node import NODES
from routing.plan import Hotline, Plan
from routing.reading.problem import Path, Places, Problem, found, nearest, quoted
from routing.reading.slip import spoiled_value

_EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "string": "text",
    "bool": "`true` or `false`",
    "list": "a list",
    "tuple": "a list",
    "dict": "`key: value` pairs",
    "mapping": "`key: value` pairs",
    "model": "`key: value` pairs",
    "datetime": "a date or time",
    "date": "a date or time",
}

_PATTERNS = {
    r"^[a-z][a-z0-9-]{0,39}$": "small letters, digits and hyphens, a letter first",
    r"^[a-z][a-z0-9-]{0,31}$": "small letters, digits and hyphens, a letter first",
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": "small letters, digits and single hyphens, a letter first",
    r"^[0-9*#]$": "write one key of a telephone: 0-9, * or #",
    r"^\+?[0-9]{3,20}$": "write the digits that are dialled, 3 to 20, such as 02212345678",
    r"^[0-9]{1,20}$": "write digits",
    r"^(\+?[0-9]{1,20}\*?|withheld)$": "write a number, the beginning of one and *, or withheld",
    r'^[^\[\]<>;,"\\\x00-\x1f]{1,80}$': "a name of at most 80 signs without brackets, quotes, commas and semicolons",
}
"""Pattern → what it asks for; the first three are names."""
_NAMES = frozenset(list(_PATTERNS)[:3])

_LIMITS = {
    "greater_than_equal": ("ge", "at least", "至少为"),
    "greater_than": ("gt", "more than", "大于"),
    "less_than_equal": ("le", "at most", "最多为"),
    "less_than": ("lt", "less than", "小于"),
}


def mistyped(detail: ErrorDetails, whole: Mapping[str, Any], places: Places, model: type[BaseModel] = Plan) -> Problem:
    """The problem that one of pydantic's errors tells of; `model` is what the whole file should be."""
    path, is_key = _path(detail["loc"], whole)
    kind, context = detail["type"], detail.get("ctx", {})
    where = ".".join(map(str, path)) or "file"
    if kind == "missing":
        missing = str(detail["loc"][-1])
        return found(places.of_key(path), "missing", where=where, key=missing)
    if kind == "extra_forbidden":
        around, key = path[:-1], str(path[-1])
        near = nearest(key, _keys(around, whole, model) - _written(around, whole))
        return found(places.of_key(path), "unknown-key", near, where=".".join(map(str, around)) or "file", key=key)
    place = places.of_key(path) if is_key else places.of(path)
    value = detail["input"]
    if kind == "node_kind":
        near = next((near for key in _written(path, whole) if (near := nearest(key, NODES))), None)
        return found(places.of_key(path), "node-kind", near, where=where, choices=", ".join(NODES))
    if isinstance(value, str) and (spoiled := spoiled_value(value, place)) is not None:
        return spoiled
    here = quoted(value) if isinstance(value, str) else _shape(value)
    if kind == "string_pattern_mismatch":
        hint = _PATTERNS.get(str(context.get("pattern")), "")
        rule = "wrong-name" if context.get("pattern") in _NAMES else "wrong-value"
        return found(place, rule, where=where, here=here, hint=hint)
    if kind in ("literal_error", "enum"):
        choices = _choices(path, whole, model)
        near = nearest(str(value), choices)
        return found(place, "not-one-of", near, where=where, here=here, choices=", ".join(choices))
    if kind in _LIMITS:
        name, limit, chinese = _LIMITS[kind]
        bound = f"{context.get(name):g}"
        return found(
            place, "out-of-range", where=where, here=here, limit=f"{limit} {bound}", limit_zh=f"{chinese} {bound}"
        )
    if kind in ("string_too_short", "too_short"):
        return found(place, "wrong-value", where=where, here=here, hint="something must stand here")
    if kind in ("string_too_long", "too_long"):
        return found(place, "wrong-value", where=where, here=here, hint="too long")
    if kind == "value_error":
        hint = detail["msg"].removeprefix("Value error, ")
        return found(place, "wrong-value", where=where, here=here, hint=hint)
    expected = _EXPECTED.get(kind.split("_")[0], "a value")
    return found(place, "wrong-type", where=where, here=here, expected=expected)


def part_of(loc: Sequence[str | int], whole: Mapping[str, Any]) -> Path | None:
    """The smallest part of the plan that can be left out together with the mistake; None when there is none."""
    path, _ = _path(loc, whole)
    match path:
        case ("nodes" | "lines" | "agents" | "front" | "prompts" as section, name, *_):
            return (section, name)
        case ("variants", name, prompt, *_):
            return ("variants", name, prompt)
        case ("calendar", ("hours" | "own_days") as section, name, *_):
            return ("calendar", section, name)
        case ("calendar", ("closures" | "openings" | "own_days") as section, *_):
            return ("calendar", section)
        case ("hotline", key, *_):
            field = Hotline.model_fields.get(str(key))
            return None if field is not None and field.is_required() else ("hotline", key)
        case (section, *_) if section not in Plan.model_fields or not Plan.model_fields[str(section)].is_required():
            return (section,)
    return None


def _path(loc: Sequence[str | int], whole: Any) -> tuple[Path, bool]:
    """The way through what was written, without pydantic's own marks; and whether it is the last key that is wrong."""
    if len(loc) > 2 and loc[0] == "nodes" and loc[2] in NODES:
        loc = (*loc[:2], *loc[3:])  # the tag of the union
    path: list[str | int] = []
    here = whole
    for step in loc:
        known = step in here if isinstance(here, Mapping) else isinstance(step, int) and step in range(_length(here))
        if known:
            here = here[step]
            path.append(step)
    return tuple(path), bool(loc) and loc[-1] == "[key]"


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list | tuple) else 0


def _written(path: Path, whole: Any) -> set[str]:
    for step in path:
        whole = whole[step]
    return set(map(str, whole)) if isinstance(whole, Mapping) else set()


def _shape(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case Mapping():
            return "{…}"
        case list() | tuple():
            return "[…]"
    return type(value).__name__


# ── what could stand at a place ─────────────────────────────────────────────


def _keys(path: Path, whole: Mapping[str, Any], model: type[BaseModel]) -> set[str]:
    """The keys that could stand there."""
    return {
        field.alias or name
        for kind in _kinds(path, whole, model)
        if isinstance(kind, type) and issubclass(kind, BaseModel)
        for name, field in kind.model_fields.items()
    }


def _choices(path: Path, whole: Mapping[str, Any], model: type[BaseModel]) -> list[str]:
    """The words that could stand there."""
    choices: list[str] = []
    for kind in _kinds(path, whole, model):
        if get_origin(kind) is Literal:
            choices += map(str, get_args(kind))
        elif isinstance(kind, type) and issubclass(kind, Enum):
            choices += (str(each.value) for each in kind)
    return choices


def _kinds(path: Path, whole: Mapping[str, Any], model: type[BaseModel]) -> list[Any]:
    """The types of what could stand there."""
    kinds: list[Any] = [model]
    here: Any = whole
    for step in path:
        here = here[step]
        kinds = [inner for kind in kinds for inner in _within(kind, step, here)]
    return kinds


def _within(kind: Any, step: str | int, written: Any) -> Iterable[Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        yield from _alternatives(fields.get(str(step)), written)
    elif (origin := get_origin(kind)) in (dict, Mapping):
        yield from _alternatives(get_args(kind)[1], written)
    elif origin in (tuple, list):
        yield from _alternatives(get_args(kind)[0], written)


def _alternatives(kind: Any, written: Any) -> Iterable[Any]:
    """The types that an annotation allows; of the nodes, the one that is written."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _alternatives(get_args(kind)[0], written)
    elif origin in (Union, types.UnionType):
        for one in get_args(kind):
            yield from _alternatives(one, written)
    elif isinstance(kind, type) and kind in NODES.values():
        first = next((name for name in NODES if isinstance(written, Mapping) and name in written), None)
        if first is None or NODES[first] is kind:
            yield kind
    elif kind is not None:
        yield kind
