"""Where each category that was counted stands in the tree of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from paperwork.kind import Kind
from paperwork.reports.branch import UNMAPPED, Path
from paperwork.reports.classes import Classes
from paperwork.reports.counted import Key

_LABELS = frozenset(kind.label for kind in Kind)


class Trees(Protocol):
    """The published trees and our own, as `paperwork.categories` keeps them. A path has its kind first where the tree
    has kinds."""

    def path(self, code: str, tree: str, kind: Kind | None = None) -> Path | None:
        """Where a code of our own tree stands in `tree`; None when it is mapped nowhere."""

    def place(self, tree: str, path: Path, into: str, kind: Kind | None = None) -> Path | None:
        """Where a path of one tree stands in another; None when it is mapped nowhere."""

    def roots(self, tree: str) -> Sequence[str]:
        """The names at the root, in their published order."""

    def below(self, tree: str, path: Path) -> Sequence[str]:
        """The names right below a path, in their published order."""

    def known(self, tree: str, path: Path) -> bool:
        """Whether a tree has this path."""

    def position(self, tree: str, path: Path) -> int:
        """Where a path stands in the published order; behind all others when it is not known."""


class Placing:
    """Places keys in one tree; each category is looked up once."""

    def __init__(self, trees: Trees, into: str) -> None:
        self._trees, self._into = trees, into
        self.has_kinds = has_kinds(trees, into)
        self._known: dict[tuple[Kind, str | None, str], Path] = {}

    def below_kind(self, key: Key) -> Path:
        """The names below the key's kind: none when nobody said a category or said the kind again, `未对应` when the
        tree has none for it."""
        if not key.category:
            return ()
        known = (key.kind, key.tree, key.category)
        if known not in self._known:
            found = self._placed(*known)
            if found is not None:
                self._known[known] = self._without_kind(found, key.kind)
            else:
                self._known[known] = () if self._bare(*known) else (UNMAPPED,)
        return self._known[known]

    def order(self, classes: Classes) -> Callable[[Path], int]:
        """The published place of a path whose first name is a class."""

        def order(path: Path) -> int:
            if not self.has_kinds:
                return self._trees.position(self._into, path[1:])
            return min(self._trees.position(self._into, (kind.label, *path[1:])) for kind in classes.members(path[0]))

        return order

    def below(self, kind: str) -> Iterator[Path]:
        """All published paths below a kind, without it; each before those below it."""
        waiting: list[Path] = [(name,) for name in reversed(self._trees.below(self._into, (kind,)))]
        while waiting:
            path = waiting.pop()
            yield path
            waiting += [(*path, name) for name in reversed(self._trees.below(self._into, (kind, *path)))]

    def published(self, kind: str) -> Callable[[Path], int]:
        """The published place of a path below a kind."""
        return lambda path: self._trees.position(self._into, (kind, *path))

    def order_without_kinds(self, path: Path) -> int:
        """The published place of a path in a table that tells no kinds."""
        if not self.has_kinds:
            return self._trees.position(self._into, path)
        return min(self._trees.position(self._into, (root, *path)) for root in self._trees.roots(self._into))

    def _placed(self, kind: Kind, tree: str | None, category: str) -> Path | None:
        if tree is None:
            return self._trees.path(category, self._into, kind)
        path = tuple(category.split("/"))
        if tree == self._into != "own":
            return path  # as it was imported, even when the tree has changed since
        return self._trees.place(tree, path, self._into, kind)

    def _bare(self, kind: Kind, tree: str | None, category: str) -> bool:
        """Whether a category is the kind itself: nothing nearer is known, as when none is given."""
        if category == kind.label:
            return True
        return tree in (None, "own") and self._trees.path(category, "own", kind) == (kind.label,)

    def _without_kind(self, path: Path, kind: Kind) -> Path:
        if self.has_kinds:
            return path[1:] if path[0] in _LABELS else path
        written_before = path[0] == kind.label and self._trees.known(self._into, path[1:])
        return path[1:] if len(path) > 1 and written_before else path


def has_kinds(trees: Trees, tree: str) -> bool:
    """Whether paths of this tree begin with a kind."""
    roots = trees.roots(tree)
    return bool(roots) and all(root in _LABELS for root in roots)
