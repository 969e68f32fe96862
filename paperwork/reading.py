"""The operators' files of this room (`config/paperwork/`), read into typed values or into every problem at once."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from routing.days import Written
from routing.reading.encoding import LARGEST_FILE, decoded
from routing.reading.mistyped import mistyped
from routing.reading.problem import MOST_TOLD, Places, Problem, Unreadable
from routing.reading.source import read

Model = TypeVar("Model", bound=Written)


def read_file(path: Path, model: type[Model]) -> tuple[Model, Places]:
    """What is written in `path`, and where. Raises Unreadable with every problem; OSError when it cannot be read."""
    with path.open("rb") as stream:
        text = decoded(str(path), stream.read(LARGEST_FILE + 1))
    if isinstance(text, Problem):
        raise Unreadable((text,))
    return read_text(str(path), text, model)


def read_text(name: str, text: str, model: type[Model]) -> tuple[Model, Places]:
    """As `read_file`, of a file's text."""
    source = read(name, text)
    if source.problems:
        raise Unreadable(tuple(source.problems))
    places = Places(source.places, source.keys)
    whole = source.value or {}
    try:
        return model.model_validate(whole), places
    except ValidationError as error:
        wrong = (mistyped(detail, whole, places, model) for detail in error.errors(include_url=False)[:MOST_TOLD])
        raise Unreadable(tuple(dict.fromkeys(wrong))) from None
