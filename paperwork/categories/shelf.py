"""Where the trees are kept for whoever asks while the hotline runs: an edit of the file is taken up by itself."""

from __future__ import annotations

from pathlib import Path

import structlog

from paperwork.categories.load import FILE, trees_in
from paperwork.categories.trees import Trees
from paperwork.rules import FOLDER
from routing.reading.problem import Unreadable

log = structlog.get_logger(__name__)

Mark = tuple[int, int, int]


class Shelf:
    """The trees of a config folder, of `shipped` while it has no file of its own. A file that was spoiled later leaves
    the trees that were read before."""

    def __init__(self, config: Path, shipped: Path | None = None) -> None:
        self._own, self._shipped = config, shipped or config
        self._seen: Mark | None = None
        self._trees: Trees | None = None

    def trees(self) -> Trees:
        """Today's trees; the file is read again when it was changed.

        Raises Unreadable or OSError when it never could be read.
        """
        mark = self._mark()
        if self._trees is not None and mark == self._seen:
            return self._trees
        try:
            self._trees = trees_in(self._config())
        except (Unreadable, OSError) as error:
            if self._trees is None:
                raise
            first = str(error.problems[0]) if isinstance(error, Unreadable) else str(error)
            log.error("the categories cannot be read; those from before stay", problem=first[:300])
        self._seen = mark  # a state of the file that cannot be used is told once
        return self._trees

    def _config(self) -> Path:
        return self._own if (self._own / FOLDER / FILE).exists() else self._shipped

    def _mark(self) -> Mark | None:
        try:
            about = (self._config() / FOLDER / FILE).stat()
        except OSError:
            return None
        return about.st_mtime_ns, about.st_size, about.st_ino
