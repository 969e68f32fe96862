"""Which pages are made of the code, and by what."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from hotline.reference import architecture, commands, settings, staffing

PAGES: Final[dict[Path, Callable[[], str]]] = {
    Path("docs/reference/commands.md"): commands.page,
    Path("docs/reference/settings.md"): settings.page,
    Path("docs/pictures/architecture.svg"): architecture.drawing,
    **{path: partial(staffing.page, path) for path in map(Path, ("docs/director.md", "docs/director.zh-CN.md"))},
}
"""File within the house → what makes its text."""
