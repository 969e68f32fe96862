"""What stands in the database and has no place in one of the trees, with its counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from paperwork.categories.category import OTHERS, Tree
from paperwork.categories.spelling import path_of
from paperwork.categories.trees import Trees
from paperwork.kind import Kind
from records.paper_tables import answers, past_rows
from records.store import Store


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Records and imported rows of one category that some trees have no place for.

    `path` is as it was imported, or a code of ours; `rows` says how many records or rows, `calls` how many calls.
    """

    tree: Tree
    path: str
    kind: Kind
    rows: int
    calls: int
    missing: tuple[Tree, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "tree": self.tree.value,
            "path": self.path,
            "kind": self.kind.value,
            "kind_label": self.kind.label,
            "rows": self.rows,
            "calls": self.calls,
            "missing": [tree.value for tree in self.missing],
        }


async def unplaced(store: Store, trees: Trees) -> Sequence[Unplaced]:
    """All of them, the most calls first. A record of a bare kind is none: nothing nearer is known of it."""
    past = select(
        past_rows.c.tree,
        past_rows.c.path,
        past_rows.c.kind,
        func.count().label("rows"),
        func.sum(past_rows.c["count"]).label("calls"),
    ).where(past_rows.c.path.is_not(None))
    ours = select(answers.c.category.label("path"), answers.c.kind, func.count().label("rows")).where(
        answers.c.category.is_not(None), answers.c.kind.is_not(None), ~answers.c.test
    )
    found = [
        (Tree(row["tree"]), row["path"], Kind(row["kind"]), row["rows"], int(row["calls"]))
        for row in await store.rows(past.group_by(past_rows.c.tree, past_rows.c.path, past_rows.c.kind))
    ]
    found += [
        (Tree.OWN, row["path"], Kind(row["kind"]), row["rows"], row["rows"])
        for row in await store.rows(ours.group_by(answers.c.category, answers.c.kind))
    ]
    told = [
        Unplaced(tree, path, kind, rows, calls, missing)
        for tree, path, kind, rows, calls in found
        if (missing := _missing(trees, tree, path, kind))
    ]
    return sorted(told, key=lambda one: (-one.calls, one.tree, one.path, one.kind))


def _missing(trees: Trees, tree: Tree, path: str, kind: Kind) -> tuple[Tree, ...]:
    names = path_of(path)
    code = trees.code(tree, names, kind)
    category = None if code is None else trees.category(code)
    if category is not None and category.parent is None:
        return ()
    return tuple(into for into in (Tree.OWN, *OTHERS) if trees.place(tree, names, into, kind) is None)
