"""Categories as data, for `--json` and the API."""

from __future__ import annotations

from typing import Any

from paperwork.categories.category import OTHERS, Category, Tree
from paperwork.categories.spelling import Path, written
from paperwork.categories.trees import Trees
from paperwork.kind import Kind


def maybe_written(path: Path | None) -> str | None:
    return None if path is None else written(path)


def told(trees: Trees, category: Category) -> dict[str, Any]:
    """A category with its places in the trees of others, null where it has none; `written` names those trees in which
    the file says its own, not that of the one above it."""
    return {
        "code": category.code,
        "name": category.name,
        "path": written(category.path),
        "kinds": [kind.value for kind in category.kinds],
        "kind_labels": [kind.label for kind in category.kinds],
        "parent": category.parent,
        "retired": category.retired,
        "becomes": category.becomes,
        **{tree.value: maybe_written(trees.path(category.code, tree)) for tree in OTHERS},
        "written": [tree.value for tree in OTHERS if tree in category.written],
    }


def own_tree(trees: Trees, kind: Kind | None = None, code: str | None = None, *, retired: bool) -> list[dict[str, Any]]:
    """Our own tree, or what of it goes with a kind: each category with those below it in `parts`."""
    return [
        {**told(trees, one), "parts": own_tree(trees, kind, one.code, retired=retired)}
        for one in trees.children(code, retired=retired)
        if kind is None or kind in one.kinds
    ]


def names_tree(trees: Trees, tree: Tree, path: Path = ()) -> list[dict[str, Any]]:
    """The tree of somebody else, in its published order; `code` is the category of ours that such a path means."""
    names = trees.below(tree, path) if path else trees.roots(tree)
    return [
        {
            "name": name,
            "path": written((*path, name)),
            "code": trees.code(tree, (*path, name)),
            "parts": names_tree(trees, tree, (*path, name)),
        }
        for name in names
    ]
