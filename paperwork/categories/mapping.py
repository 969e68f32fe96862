"""The place of a category of ours in another tree, changed in the operators' file. Pure.

Everything else in the file stays as it was written, comments and order too; its `version` is counted up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final

from ruamel.yaml import YAML

from paperwork.categories.category import Tree
from paperwork.categories.load import trees_of
from paperwork.categories.spelling import path_of, written
from paperwork.categories.trees import Trees
from paperwork.categories.written import CategoriesFile
from paperwork.reading import read_text

WIDEST: Final = 1 << 20
"""Signs in a line: none is broken that was not."""


class NoCategory(LookupError):
    """The file has no category of this code; one line for people."""


class NotWritten(Exception):
    """The file is not for us to write; one line for people."""


class Outdated(Exception):
    """The file has another version than the one that was looked at."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """The file's text, and the trees that it wrote before and writes now. The same text where it said so already."""

    text: str
    before: Trees
    after: Trees


def mapped(name: str, text: str, code: str, tree: Tree, path: str | None) -> Mapped:
    """The file `name` with this place written; `path` None leaves the place to what stands above the category.

    Raises NoCategory; Unreadable, when the file as it is or as it would be is not good: a path that the tree does not
    have, say.
    """
    trees = trees_of(*read_text(name, text, CategoriesFile))
    yaml = _yaml()
    file = yaml.load(text)
    one = next((each for each in _all(file["categories"]) if each["code"] == code), None)
    if one is None:
        raise NoCategory(f"no category has the code {code[:40]!r}")
    place = None if path is None else written(path_of(path))
    if one.get(tree.value) == place:
        return Mapped(text, trees, trees)
    if place is None:
        del one[tree.value]
    elif tree.value in one or "parts" not in one:
        one[tree.value] = place
    else:  # before those below it, where people look
        one.insert(list(one).index("parts"), tree.value, place)
    file["version"] += 1
    stream = StringIO()
    yaml.dump(file, stream)
    return Mapped(stream.getvalue(), trees, trees_of(*read_text(name, stream.getvalue(), CategoriesFile)))


def told_mapped(found: Mapped, code: str, tree: Tree) -> dict[str, str | int | None]:
    """The change as the audit log has it."""
    was, now = (trees.path(code, tree) for trees in (found.before, found.after))
    return {
        "tree": tree.value,
        "was": None if was is None else written(was),
        "now": None if now is None else written(now),
        "version": found.after.version,
    }


def _all(parts: Any) -> Iterator[Any]:
    for one in parts:
        yield one
        yield from _all(one.get("parts", ())) if isinstance(one, Mapping) else ()


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = WIDEST
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
