"""One file's YAML, read into values that know their place.

YAML 1.2 by ruamel's events, built up here: nothing recurses while the text is read, so depth is bounded before it
costs anything; an alias counts for all that it repeats; `8:30` stays text, `010` keeps its zero, a date stays text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StreamMark
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from routing.reading.encoding import LARGEST_FILE, too_large, unseen
from routing.reading.problem import Path, Place, Problem, found
from routing.reading.slip import mended, slips, spoiled_key

MOST_VALUES = 50_000
DEEPEST = 40
KEPT, LARGEST_KEPT = 32, 1 << 16
"""Texts whose values are kept, and the signs of the largest: of a folder that is read again, one file has changed."""

_INT = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?[0-9]{1,18}\.[0-9]{1,18}")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}

_HINTS = (
    ("expected ',' or", "a bracket is not closed, or a comma is missing"),
    ("expected the node content", "a bracket is not closed, or a comma is missing"),
    ("found unexpected end of stream", "a quote is not closed"),
    ("but found '<scalar>'", "something is left over after the value"),
    ("but found '}'", "something is left over after the value"),
    ("but found ']'", "something is left over after the value"),
    ("expected '<document start>'", "this line is not indented like its neighbours"),
    ("expected <block end>", "this line is not indented like its neighbours"),
    ("mapping values are not allowed", "a `key: value` stands where none can: look at the line before"),
    ("could not find expected ':'", "`key: value` is expected; a colon and a space are missing"),
    ("that cannot start any token", "a text cannot begin with this sign; put it in quotes"),
)


@dataclass(slots=True)
class _Item:
    """A scalar, a list or a mapping (key, value, key, value, …), before its names are known."""

    place: Place
    value: str | list[_Item]
    plain: bool = False
    """A scalar without quotes."""
    is_mapping: bool = False
    size: int = 1
    """How many values it holds, itself included."""
    height: int = 0
    """How many levels it holds."""


@dataclass(frozen=True, slots=True)
class _Document:
    """What a text holds; it may be kept and read again, so nothing changes an item of it."""

    item: _Item | None
    """None when it is empty."""
    tagged: tuple[Problem, ...]
    """The tags, which mean nothing here."""
    total: int
    """How many values it holds, those that are repeated counted each time."""


@dataclass(slots=True)
class Source:
    """What was read from one file."""

    name: str
    value: dict[str, Any] | None = None
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    lost: set[Path] = field(default_factory=set)
    """Mappings of which something was passed over; the empty path when that may be anything."""

    def refuse(self, *problems: Problem, path: Path = ()) -> None:
        """A problem for which a part of the file stays unread."""
        self.problems += problems
        self.lost.add(path)


class _Stop(Exception):
    """The file cannot be read on."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class _NotYaml(Exception):
    """The text is not YAML; the lines (from 0) where a slip of the keyboard would explain it."""

    def __init__(self, problem: Problem, near: range) -> None:
        self.problem, self.near = problem, near


def read(name: str, text: str, most: int = MOST_VALUES) -> Source:
    """Read one file of at most so many values. Problems are in the result, none is raised."""
    if len(text) > LARGEST_FILE:
        return _refused(name, [too_large(name)])
    if hidden := unseen(name, text):
        return _refused(name, hidden)
    try:
        return _read(name, text, most)
    except _Stop as stop:
        return _refused(name, [stop.problem])
    except _NotYaml as error:
        slipped = slips(name, text, error.near)
        return _read_on(name, text, most, slipped) if slipped else _refused(name, [error.problem])


def _refused(name: str, problems: list[Problem]) -> Source:
    source = Source(name)
    source.refuse(*problems)
    return source


def _read_on(name: str, text: str, most: int, slipped: list[Problem]) -> Source:
    """What the file says once its slips are put right, so that the rest is told as well; nothing if that fails."""
    put_right, grew = mended(text, slipped)
    try:
        source = _read(name, put_right, most)
    except (_Stop, _NotYaml):
        return _refused(name, slipped)

    def before(place: Place) -> Place:
        more = sum(column < place.column for column in grew.get(place.line, ()))
        return place._replace(column=place.column - more)

    places = {path: before(place) for path, place in source.places.items()}
    keys = {path: before(place) for path, place in source.keys.items()}
    further = [replace(problem, place=before(problem.place)) for problem in source.problems]
    return Source(name, source.value, places, keys, [*slipped, *further], source.lost)


def _read(name: str, text: str, most: int) -> Source:
    source = Source(name)
    try:
        document = _composed(name, text, most)
    except _Stop:
        raise
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _NotYaml(_syntax(name, mark, error), _near(error)) from None
    except Exception as error:  # whatever the parser makes of a text that no person wrote, the file is at fault
        raise _NotYaml(_syntax(name, None, error), range(0)) from None
    source.problems += document.tagged
    item = document.item
    if item is not None and not item.is_mapping:
        line = item.place.line - 1
        raise _NotYaml(found(item.place, "not-a-mapping"), range(line, line + 1))
    if item is not None:
        source.value = _valued(source, item, ())
    return source


def _near(error: MarkedYAMLError) -> range:
    """The lines where a slip would explain the error: from an open bracket on, or this line and the one before."""
    if error.problem_mark is None:
        return range(0)
    last = error.problem_mark.line
    opened = error.context_mark is not None and "flow" in str(error.context)
    return range(error.context_mark.line if opened else last - 1, last + 1)


def _syntax(name: str, mark: StreamMark | None, error: Exception) -> Problem:
    said = str(getattr(error, "problem", None) or "")
    hint = next((hint for words, hint in _HINTS if words in said), "cannot be read from here on")
    began = getattr(error, "context_mark", None)
    if began is not None and hint.startswith(("a bracket", "a quote", "`key: value` is expected")):
        mark = began  # the end says nothing
    elif began is not None and hint.startswith("this line") and began.line:
        hint += f" (look from line {began.line + 1} on)"
    return found(Place(name, mark.line + 1, mark.column + 1) if mark else Place(name, 1, 1), "syntax", hint=hint)


def _composed(name: str, text: str, most: int) -> _Document:
    """As `_compose`, once for each text: parsing is most of what reading costs. What cannot be read is not kept."""
    if len(text) > LARGEST_KEPT or most > MOST_VALUES:
        return _compose(name, text, most)
    document = _kept(name, text)
    return document if document.total <= most else _compose(name, text, most)


def _compose(name: str, text: str, most: int) -> _Document:
    """The file's one document. Raises _Stop, and whatever the parser raises."""
    anchors: dict[str, _Item | None] = {}
    open_items: list[tuple[_Item, str | None]] = []
    root: _Item | None = None
    tagged: list[Problem] = []
    documents = 0
    total = 0

    def close(item: _Item, anchor: str | None) -> None:
        nonlocal root
        if anchor is not None:
            anchors[anchor] = item
        if not open_items:
            root = item
            return
        parent = open_items[-1][0]
        parent.size += item.size
        parent.height = max(parent.height, item.height + 1)
        if len(open_items) + item.height > DEEPEST:
            raise _Stop(found(item.place, "too-deep", most=DEEPEST))
        _children(parent).append(item)

    for event in _events(text):
        place = Place(name, event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _Stop(found(place, "several-documents"))
        elif isinstance(event, CollectionEndEvent):
            close(*open_items.pop())
        elif isinstance(event, AliasEvent):
            again = _repeated(place, str(event.anchor), anchors)
            total += again.size
            close(again, None)
        elif isinstance(event, NodeEvent):
            total += 1
            anchor = None if event.anchor is None else str(event.anchor)
            if anchor is not None:
                anchors[anchor] = None
            if isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent) and event.tag is not None:
                tagged.append(found(place, "tag", tag=_short(str(event.tag))))
            if isinstance(event, ScalarEvent):
                close(_Item(place, event.value, event.style is None), anchor)
            else:
                if len(open_items) >= DEEPEST:
                    raise _Stop(found(place, "too-deep", most=DEEPEST))
                is_mapping = isinstance(event, MappingStartEvent)
                open_items.append((_Item(place, [], is_mapping=is_mapping), anchor))
        if total > most:
            raise _Stop(found(place, "too-much", most=MOST_VALUES))
    return _Document(root, tuple(tagged), total)


@lru_cache(KEPT)
def _kept(name: str, text: str) -> _Document:
    return _compose(name, text, MOST_VALUES)


def _events(text: str) -> Iterator[Any]:
    yield from YAML(typ="safe", pure=True).parse(text)


def _short(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")


def _children(parent: _Item) -> list[_Item]:
    assert isinstance(parent.value, list)  # noqa: S101  (only collections are ever open)
    return parent.value


def _repeated(place: Place, name: str, anchors: Mapping[str, _Item | None]) -> _Item:
    if name not in anchors:
        raise _Stop(found(place, "alias", name=name, hint="means nothing; `&` must mark it before"))
    item = anchors[name]
    if item is None:
        raise _Stop(found(place, "alias", name=name, hint="stands within what it repeats"))
    return item


def _valued(source: Source, item: _Item, path: Path) -> Any:
    source.places.setdefault(path, item.place)
    if isinstance(item.value, str):
        return _scalar(item.value) if item.plain else item.value
    if not item.is_mapping:
        return [_valued(source, one, (*path, at)) for at, one in enumerate(_children(item))]
    pairs: dict[str, Any] = {}
    children = iter(_children(item))
    for key_item, value_item in zip(children, children, strict=True):
        key = key_item.value
        if not isinstance(key, str):
            source.refuse(found(key_item.place, "key-not-text"), path=path)
            continue
        if key == "<<" and key_item.plain:
            source.refuse(found(key_item.place, "merge-key"), path=path)
            continue
        if key_item.plain and (spoiled := spoiled_key(key, key_item.place)) is not None:
            source.problems.append(spoiled.problem)
            if not spoiled.plausible:
                source.lost.add(path)
                continue
            key = spoiled.key
            if spoiled.value is not None:
                value_item = _Item(value_item.place, spoiled.value, plain=True)
        if key in pairs:
            first = source.keys[(*path, key)].line
            source.problems.append(found(key_item.place, "duplicate-key", key=key, first=first))
        else:
            source.keys[(*path, key)] = key_item.place
            pairs[key] = _valued(source, value_item, (*path, key))
    return pairs


def _scalar(text: str) -> Any:
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return _WORDS.get(text.lower(), text)
