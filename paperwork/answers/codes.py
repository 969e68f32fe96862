"""The port to the trees of categories: a record keeps one code of our own tree, and knows nothing of trees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from paperwork.categories.trees import Trees
from paperwork.kind import Kind
from routing.reading.problem import Unreadable


class Codes(Protocol):
    """What a category code is."""

    def path(self, code: str) -> str | None:
        """The names from the root to the code, joined by `/`, its kind first; None for a code that there is not."""
        ...

    def wrong(self, kind: Kind | None, code: str) -> str | None:
        """Why a record of this kind cannot have the code, in a sentence; None when it can."""
        ...


class TreeCodes:
    """Today's trees. While they cannot be read, no code can be chosen, and all that was chosen stays."""

    def __init__(self, trees: Callable[[], Trees]) -> None:
        """`trees` may raise routing's Unreadable, or OSError."""
        self._trees = trees

    def path(self, code: str) -> str | None:
        try:
            path = self._trees().path(code)
        except (Unreadable, OSError):
            return None
        return None if path is None else "/".join(path)

    def wrong(self, kind: Kind | None, code: str) -> str | None:
        try:
            trees = self._trees()
        except (Unreadable, OSError):
            return "the categories cannot be read: `hotline check` says why"
        category = trees.category(code)
        if category is None:
            return f"there is no category {code[:40]!r}: `hotline categories` shows which there are"
        if category.retired:
            return f"{'/'.join(category.path)} is retired: choose another one"
        if kind is not None and not trees.goes_with(code, kind):
            return f"{'/'.join(category.path)} does not go with {kind} ({kind.label})"
        return None


class AnyCode:
    """Where no tree can be read, a code is a text."""

    def path(self, code: str) -> str | None:
        return code

    def wrong(self, kind: Kind | None, code: str) -> str | None:
        return None
