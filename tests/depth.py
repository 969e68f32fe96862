"""How far the tests that search go: enough to find what breaks on each run, and ten times that in `make deep`.

What they search is the same each time, so that a change that is sound never fails; `make deep` draws anew.
"""

from __future__ import annotations

import os

from hypothesis import settings

DEEP = os.environ.get("HOTLINE_DEEP") == "1"
"""Whether this is `make deep`."""


def depth(usual: int, deep: int | None = None) -> int:
    """How many days, plans or examples to try; ten times as many, or `deep`, where there is time."""
    return usual if not DEEP else 10 * usual if deep is None else deep


def set_depth() -> None:
    """For the properties that don't say it themselves. Before they are imported: each takes what it finds then."""
    settings.register_profile("hotline", max_examples=depth(40), derandomize=not DEEP, print_blob=True)
    settings.load_profile("hotline")
