"""A category of our own tree, and the trees that there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from paperwork.categories.spelling import Path
from paperwork.kind import Kind


class Tree(StrEnum):
    """Whose tree: our own, or one that a form of somebody else's asks for."""

    OWN = "own"
    NATIONAL = "national"
    PROVINCIAL = "provincial"
    TIANJIN = "tianjin"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {Tree.OWN: "本热线", Tree.NATIONAL: "国家", Tree.PROVINCIAL: "省", Tree.TIANJIN: "市"}

OTHERS = (Tree.NATIONAL, Tree.PROVINCIAL, Tree.TIANJIN)
"""The trees of others, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Category:
    """One category. A record keeps `code` for ever; all else may change with the tree.

    `kinds` are those that it goes with. `written` holds the places in other trees that stand beside it in the file.
    """

    code: str
    name: str
    kinds: tuple[Kind, ...]
    parent: str | None
    path: Path
    """Names from the root on, its own last."""
    retired: bool = False
    becomes: str | None = None
    """The code that counts in its place since it is retired."""
    written: Mapping[Tree, Path] = field(default_factory=dict)
