"""What the category of a row means: a path of one of the trees, with or without its kind first.

Written as a tree has it, the path is of the first tree that does: national, provincial, the city's, our own. Else its
kind is put before it or taken from it; then all trees that know it must mean the same category of ours. A name of the
province's list, which has no kinds, is taken for any kind; one that is itself another kind only where it says so below.
"""

from __future__ import annotations

from collections.abc import Iterator

from paperwork.categories.category import Tree
from paperwork.categories.spelling import Path, folded, path_of, written
from paperwork.categories.trees import Trees
from paperwork.kind import Kind
from paperwork.past.row import Unfit
from routing.reading.problem import nearest

ORDER = (Tree.NATIONAL, Tree.PROVINCIAL, Tree.TIANJIN, Tree.OWN)
_LABELS = frozenset(kind.label for kind in Kind)


class Meaning:
    """Answers for one file."""

    def __init__(self, trees: Trees) -> None:
        self._trees = trees
        self._asked = 0

    def __call__(self, kind: Kind, text: str) -> tuple[Tree, Path] | None:
        """Tree and path, in our own tree the code alone; None for an empty text. Raises Unfit."""
        path = path_of(text)
        if not path:
            return None
        if len(path) == 1 and (category := self._trees.category(path[0])) is not None:
            if kind not in category.kinds:
                raise Unfit(f"category {text.strip()} is of {_labels(category.kinds)}, the row is of {kind.label}")
            return Tree.OWN, path
        for tree in ORDER:
            found = self._trees.spelled(tree, path)
            if found is not None and self._fits(tree, found, kind):
                return self._kept(tree, found)
        if len(path) == 1 and folded(path[0]) == kind.label:
            return None  # the kind again, in trees that have no category for it
        if len(path) > 1 and _repeats(kind, path) and not any(self._ways(kind, path)):
            return self(kind, path[0])
        return self._kept(*self._other(kind, path))

    def _other(self, kind: Kind, path: Path) -> tuple[Tree, Path]:
        """The path with its kind first, or without; a name of the province's list as it is. Raises Unfit."""
        shown, first = written(path)[:80], folded(path[0])
        if len(path) > 1 and first in _LABELS and not _same(first, kind):
            raise Unfit(f"category {shown!r} begins with {first}, the row is of {kind.label}")
        found = list(self._ways(kind, path)) or list(self._provincial(kind, path))
        if not found:
            if len(path) == 1 and first in _LABELS:
                raise Unfit(f"category {shown!r} is a kind itself, the row is of {kind.label}")
            near = self._near(kind, path)
            raise Unfit(f"category {shown!r} is in no tree" + (f"; did you mean {near}?" if near else ""))
        if len({self._trees.code(tree, way, kind) for tree, way in found}) > 1:
            ways = " or ".join(f"{tree.label}:{written(way)}" for tree, way in found)
            raise Unfit(f"category {shown!r} may be {ways}: write its kind first")
        return found[0]

    def _ways(self, kind: Kind, path: Path) -> Iterator[tuple[Tree, Path]]:
        """Trees in which the path is known once its kind is put first, or taken away."""
        begins = folded(path[0]) in _LABELS
        headed = begins and len(path) > 1 and folded(path[1]) not in _LABELS  # perhaps by a root of the city's tree
        for tree in ORDER:
            bare = begins if tree is Tree.PROVINCIAL else headed and tree is Tree.TIANJIN
            way = path[1:] if bare else (kind.label, *path)
            found = self._trees.spelled(tree, way) if way else None
            if found is not None and self._fits(tree, found, kind):
                yield tree, found

    def _provincial(self, kind: Kind, path: Path) -> Iterator[tuple[Tree, Path]]:
        """A name of the province's list, though no category of this kind stands there: that list knows no kinds. The
        name of another kind is one only under 咨询, where provinces count their bookings too."""
        name = path[1:] if len(path) > 1 and _same(folded(path[0]), kind) else path
        found = self._trees.spelled(Tree.PROVINCIAL, name) if len(name) == 1 else None
        if found is not None and (kind is Kind.CONSULT or found[0] not in _LABELS or found[0] == Kind.OTHER.label):
            yield Tree.PROVINCIAL, found

    def _fits(self, tree: Tree, path: Path, kind: Kind) -> bool:
        """The kind stands first; the province's list has none, but a category of ours that goes with it."""
        if tree is Tree.PROVINCIAL:
            return self._trees.code(tree, path, kind) is not None
        return _same(path[0], kind)

    def _kept(self, tree: Tree, path: Path) -> tuple[Tree, Path]:
        if tree is not Tree.OWN:
            return tree, path
        code = self._trees.code(tree, path)
        return (tree, path) if code is None else (tree, (code,))

    def _near(self, kind: Kind, path: Path) -> str | None:
        """What was probably meant; only the first mistakes are looked at so closely."""
        self._asked += 1
        if self._asked > 100:
            return None
        asked = path if path[0] in _LABELS else (kind.label, *path)
        names = (written(one) for one in self._trees.paths(Tree.NATIONAL) if _same(one[0], kind))
        return nearest(written(asked), names)


def _same(label: str, kind: Kind) -> bool:
    """举报 and 投诉 share their categories: a report may be written below either."""
    return label == kind.label or (kind is Kind.REPORT and label == Kind.COMPLAINT.label)


def _repeats(kind: Kind, path: Path) -> bool:
    """`表扬/表扬`: the kind as the category of itself, as tables of kinds without categories have it."""
    return _same(folded(path[0]), kind) and len({folded(name) for name in path}) == 1


def _labels(kinds: tuple[Kind, ...]) -> str:
    return "、".join(kind.label for kind in kinds)
