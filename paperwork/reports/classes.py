"""The classes of business that a table has as columns: the seven kinds, or some of them taken together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from paperwork.kind import Kind


@dataclass(frozen=True, slots=True)
class Classes:
    """Names in their published order, and the name under which each kind is counted."""

    names: tuple[str, ...]
    name_of: Mapping[Kind, str]

    def members(self, name: str) -> tuple[Kind, ...]:
        return tuple(kind for kind in Kind if self.name_of[kind] == name)


def classes(together: Mapping[str, Sequence[str]]) -> Classes:
    """A class stands where the first of its kinds stood."""
    joined = {Kind.labelled(label): name for name, labels in together.items() for label in labels}
    name_of = {kind: joined.get(kind, kind.label) for kind in Kind}
    return Classes(tuple(dict.fromkeys(name_of.values())), name_of)
