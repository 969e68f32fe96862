"""Which further files a file asks for: `include: [lines/*.yaml, more.yaml]` at its top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from routing.reading.problem import Path, Place, Places, Problem, found
from routing.reading.source import read

INCLUDE = "include"


class Include(NamedTuple):
    """A path as seen from the file, with `*` for any part of a name, and where it is written."""

    pattern: str
    place: Place

    @property
    def is_pattern(self) -> bool:
        return any(sign in self.pattern for sign in "*?[")


def includes(name: str, text: str) -> list[Include]:
    """What a file asks for, in its order. What is wrong with the file is no matter here."""
    if INCLUDE not in text:
        return []
    source = read(name, text)
    written = (source.value or {}).get(INCLUDE)
    asked = [written] if isinstance(written, str) else written if isinstance(written, list) else []
    places = Places(source.places, source.keys)
    paths: list[Path] = [(INCLUDE, at) if isinstance(written, list) else (INCLUDE,) for at in range(len(asked))]
    return [
        Include(one, places.of(path)) for one, path in zip(asked, paths, strict=True) if isinstance(one, str) and one
    ]


def wrong_includes(value: Mapping[str, Any], places: Places) -> list[Problem]:
    """Problems of an `include` that is no list of paths."""
    written = value.get(INCLUDE, [])
    asked = written if isinstance(written, list) else [written]
    return [
        found(places.of((INCLUDE, at)), "wrong-type", where=INCLUDE, expected="a list of paths", here=f"`{one}`")
        for at, one in enumerate(asked)
        if not isinstance(one, str) or not one
    ]
