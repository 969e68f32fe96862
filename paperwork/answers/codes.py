"""The port to the trees of categories: a record keeps one code of our own tree, and knows nothing of trees."""

from __future__ import annotations

from typing import Protocol

from paperwork.kind import Kind


class Codes(Protocol):
    """What a category code is."""

    def path(self, code: str) -> str | None:
        """The names from the root to the code, joined by `/`, its kind first; None for a code that there is not."""
        ...

    def wrong(self, kind: Kind | None, code: str) -> str | None:
        """Why a record of this kind cannot have the code, in a sentence; None when it can."""
        ...


class AnyCode:
    """Where no tree is known, a code is a text."""

    def path(self, code: str) -> str | None:
        return code

    def wrong(self, kind: Kind | None, code: str) -> str | None:
        return None
