"""How names are typed in pinyin: computed here, each name once, so that a page needs no dictionary.

The dictionary is 60 MB of memory and half a second of the interpreter's lock: a process of its own reads it, spells
every name that is asked for, and ends. The engine keeps what it said.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any, Final

import structlog

from paperwork.categories import spelling

log = structlog.get_logger(__name__)

PATIENCE: Final = 10.0
"""Seconds that the dictionary may take."""
AGAIN: Final = 60.0
"""Seconds after which a dictionary that could not be asked is asked again by itself."""
MOST: Final = 20_000
"""Names that are kept; with more all are forgotten."""
_HOUSE: Final = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Spelled:
    """A name as it is typed: its syllables with spaces between, and their first letters."""

    pinyin: str
    initials: str

    def to_json(self) -> dict[str, str]:
        return {"pinyin": self.pinyin, "initials": self.initials}


class Speller:
    """Spells names. While the dictionary cannot be asked, common characters have their first letters still."""

    def __init__(self) -> None:
        self._known: dict[str, Spelled] = {}
        self._turn = asyncio.Lock()
        self._learning: asyncio.Task[Mapping[str, Spelled]] | None = None
        self._failed = -inf

    async def spell(self, names: Iterable[str]) -> Mapping[str, Spelled]:
        """Each of these names, spelled."""
        wanted = set(names)
        async with self._turn:  # who comes second finds what the first one learned
            if fresh := wanted - self._known.keys():
                learned = await _asked(sorted(fresh))
                self._failed = -inf if learned else monotonic()
                if len(self._known) + len(learned) > MOST:
                    self._known.clear()
                self._known.update(learned)
            return self._by_now(wanted)

    def at_hand(self, names: Iterable[str]) -> Mapping[str, Spelled]:
        """Each of these names as far as it is known by now, at once; the rest is learned until somebody asks again."""
        wanted = set(names)
        idle = self._learning is None or self._learning.done()
        if idle and monotonic() - self._failed >= AGAIN and wanted - self._known.keys():
            self._learning = asyncio.create_task(self.spell(wanted))  # `close` ends it
        return self._by_now(wanted)

    def _by_now(self, names: Iterable[str]) -> Mapping[str, Spelled]:
        return {name: self._known.get(name) or Spelled("", spelling.initials(name)) for name in names}

    async def close(self) -> None:
        """Nothing is learned any more."""
        if self._learning is not None:
            self._learning.cancel()
            await asyncio.wait((self._learning,))


async def _asked(names: Collection[str]) -> Mapping[str, Spelled]:
    """What the dictionary says of names; of none when it cannot be asked."""
    path = os.pathsep.join(filter(None, (str(_HOUSE), os.getenv("PYTHONPATH"))))
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "paperwork.pinyin", stdin=PIPE, stdout=PIPE, env={**os.environ, "PYTHONPATH": path}
        )
    except OSError as error:
        log.error("names are not spelled in pinyin", error=str(error))
        return {}
    try:
        async with asyncio.timeout(PATIENCE):
            said, _ = await process.communicate(json.dumps(list(names)).encode())
        told: Mapping[str, list[str]] = json.loads(said)
    except (TimeoutError, ValueError) as error:
        log.error("names are not spelled in pinyin", error=repr(error), status=process.returncode)
        return {}
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return {name: Spelled(" ".join(found), "".join(one[0] for one in found)) for name, found in told.items()}


def syllables(name: str) -> list[str]:
    """The syllables of a name without tones, in the reading that its words have; letters and digits one by one.

    >>> syllables("预约挂号"), syllables("2型糖尿病"), syllables("重症、长期")
    (['yu', 'yue', 'gua', 'hao'], ['2', 'xing', 'tang', 'niao', 'bing'], ['zhong', 'zheng', 'chang', 'qi'])
    """
    from pypinyin import lazy_pinyin  # only in the process that is for it

    found: list[str] = []
    for chinese, signs in groupby(name.casefold(), key=lambda sign: sign >= "\u3400"):
        run = "".join(signs)
        found += lazy_pinyin(run, errors="ignore") if chinese else filter(str.isalnum, run)
    return found


def main() -> None:
    """Names as a JSON list on stdin; name → syllables as JSON on stdout."""
    os.nice(10)
    names: Any = json.load(sys.stdin)
    json.dump({name: syllables(name) for name in names}, sys.stdout)


if __name__ == "__main__":
    main()
