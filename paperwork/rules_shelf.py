"""Where the operators' rules are kept while the hotline runs: an edit of the file is taken up by itself."""

from __future__ import annotations

from pathlib import Path

import structlog

from paperwork.rules import FILE, FOLDER, Rules, rules_in
from routing.reading.problem import Unreadable

log = structlog.get_logger(__name__)

Mark = tuple[int, int, int]


class RulesShelf:
    """The rules of a config folder. Those that cannot be read leave the ones from before, or the shipped ones.

    Nobody is kept from being served by a spoiled rule: the log says so once, and `hotline check` always.
    """

    def __init__(self, config: Path) -> None:
        self._config, self._file = config, config / FOLDER / FILE
        self._seen: Mark | None = None
        self._rules: Rules | None = None

    def rules(self) -> Rules:
        """Today's rules. Never raises."""
        mark = self._mark()
        if self._rules is not None and mark == self._seen:
            return self._rules
        try:
            self._rules = rules_in(self._config)
        except (Unreadable, OSError) as error:
            self._rules = self._rules or Rules()
            first = str(error.problems[0]) if isinstance(error, Unreadable) else str(error)
            log.error("the rules of the paperwork cannot be read; those from before stay", problem=first[:300])
        self._seen = mark  # a state of the file that cannot be used is told once
        return self._rules

    def _mark(self) -> Mark | None:
        try:
            about = self._file.stat()
        except OSError:
            return None
        return about.st_mtime_ns, about.st_size, about.st_ino
