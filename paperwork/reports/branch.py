"""Counts in a tree of categories: what stands under each path, so that the parts of every node add up to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

DEEPEST = 3
"""Levels below the root of a tree of counts that are told; what is deeper counts at the third."""

UNDIVIDED = "未细分"
"""What was counted at a node itself though it has children."""
UNMAPPED = "未对应"
"""What the tree has no place for."""

LEFT_OVER = frozenset({UNDIVIDED, UNMAPPED})

Path = tuple[str, ...]


@dataclass(slots=True)
class Branch:
    """One node: what was counted at itself in each month, and its children."""

    direct: list[int]
    children: dict[str, Branch] = field(default_factory=dict)

    @classmethod
    def empty(cls, months: int) -> Branch:
        return cls([0] * months)

    def add(self, path: Path, month: int, count: int) -> None:
        node = self
        for name in path[:DEEPEST]:
            node = node.children.setdefault(name, Branch.empty(len(self.direct)))
        node.direct[month] += count

    @property
    def months(self) -> list[int]:
        """Counts of each month, children included."""
        counts = list(self.direct)
        for child in self.children.values():
            counts = [one + more for one, more in zip(counts, child.months, strict=True)]
        return counts

    @property
    def count(self) -> int:
        return sum(self.direct) + sum(child.count for child in self.children.values())


@dataclass(frozen=True, slots=True)
class Leaf:
    """A row: what is counted at `path`, of how many its percentage is taken."""

    path: Path
    months: tuple[int, ...]
    count: int
    whole: int


def leaves(
    branch: Branch,
    order: Callable[[Path], int],
    above: Path = (),
    whole: int | None = None,
    *,
    by_count: bool = True,
) -> Iterator[Leaf]:
    """The rows below a branch, each before its children; siblings by count, the most first, then by `order`.

    `whole` is what percentages are of; without it each is of its own parent. Without `by_count` the order is the
    published one alone, what is left over last.
    """
    parent = branch.count
    rows = [(name, child.months, child) for name, child in branch.children.items()]
    if rows and any(branch.direct):
        rows.append((UNDIVIDED, branch.direct, Branch(list(branch.direct))))

    def place(row: tuple[str, list[int], Branch]) -> tuple[int, bool, int, str]:
        name, months, _ = row
        return -sum(months) if by_count else 0, name in LEFT_OVER, order((*above, name)), name

    for name, months, child in sorted(rows, key=place):
        path = (*above, name)
        yield Leaf(path, tuple(months), sum(months), parent if whole is None else whole)
        yield from leaves(child, order, path, whole, by_count=by_count)
