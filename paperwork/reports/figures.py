"""The figures of a briefing, from what was counted: pure, so that sums can be proven."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from paperwork.reports.branch import DEEPEST, LEFT_OVER, UNDIVIDED, UNMAPPED, Branch, Leaf, Path, leaves
from paperwork.reports.classes import Classes
from paperwork.reports.counted import Counted, Key
from paperwork.reports.placing import Placing, Trees

NO_PLACE = "未注明"
"""The place of those of whom nobody knows it."""


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One place: how many of each class."""

    place: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Figures:
    """`kinds` is by class in their order, each month's counts; paths of `categories` begin with the class, but for a
    tree whose percentages are of the whole."""

    classes: Classes
    kinds: Mapping[str, tuple[int, ...]]
    categories: tuple[Leaf, ...]
    places: tuple[PlaceRow, ...]

    @property
    def total(self) -> int:
        return sum(map(sum, self.kinds.values()))

    @property
    def months(self) -> tuple[int, ...]:
        """How many in each month."""
        return tuple(map(sum, zip(*self.kinds.values(), strict=True)))

    def count(self, name: str) -> int:
        return sum(self.kinds[name])


class Places:
    """In which row of the categories a key stands."""

    def __init__(self, trees: Trees, tree: str, classes: Classes, *, of_the_whole: bool) -> None:
        self.placing, self._classes, self.of_the_whole = Placing(trees, tree), classes, of_the_whole
        self.published = trees.roots(tree) if of_the_whole and not self.placing.has_kinds else ()

    def path(self, key: Key) -> Path:
        """Its class first, but where percentages are of the whole."""
        path = self.placing.below_kind(key)
        if self.of_the_whole:
            # a kind may be a category itself: a booking that says no more is one
            path = path or ((key.kind.label,) if key.kind.label in self.published else (UNMAPPED,))
            return path[:DEEPEST]
        return (self._classes.name_of[key.kind], *path[:DEEPEST])

    def holds(self, row: Path, key: Key) -> bool:
        """Whether a key is counted in a row of the categories."""
        path = self.path(key)
        return path == row[:-1] if row[-1] == UNDIVIDED else path[: len(row)] == row


def figures(
    found: Iterable[Counted], months: int, trees: Trees, tree: str, classes: Classes, *, of_the_whole: bool
) -> Figures:
    """What a briefing tells of what was counted, its categories in `tree`."""
    rows = Places(trees, tree, classes, of_the_whole=of_the_whole)
    kinds = {name: [0] * months for name in classes.names}
    places: dict[str, dict[str, int]] = {}
    roots = {name: Branch.empty(months) for name in (("",) if of_the_whole else classes.names)}
    for published in rows.published:
        roots[""].add((published,), 0, 0)
    for one in found:
        key, name = one.key, classes.name_of[one.key.kind]
        kinds[name][key.month] += one.count
        row = places.setdefault(key.place or NO_PLACE, dict.fromkeys(classes.names, 0))
        row[name] += one.count
        path = rows.path(key)
        if of_the_whole:
            roots[""].add(path, key.month, one.count)
        else:
            roots[name].add(path[1:], key.month, one.count)
    if of_the_whole:
        categories = list(leaves(roots[""], rows.placing.order_without_kinds, whole=roots[""].count))
    else:
        order = rows.placing.order(classes)
        categories = [leaf for name, root in roots.items() for leaf in leaves(root, order, (name,))]
    return Figures(classes, {name: tuple(counts) for name, counts in kinds.items()}, tuple(categories), _sorted(places))


def _sorted(places: Mapping[str, Mapping[str, int]]) -> tuple[PlaceRow, ...]:
    rows = (PlaceRow(place, counts) for place, counts in places.items())
    return tuple(sorted(rows, key=lambda row: (-row.total, row.place)))


def top(categories: Sequence[Leaf], above: tuple[str, ...], most: int = 3) -> list[Leaf]:
    """The first few named rows right below a path; what is left over is no category."""
    here = [leaf for leaf in categories if leaf.path[:-1] == above and leaf.count and leaf.path[-1] not in LEFT_OVER]
    return here[:most]
