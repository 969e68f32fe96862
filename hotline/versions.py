"""Plans that were live, each kept under its number: `var/plans/0007/` holds the operators' files as they were.

`live.json` beside them says which is live, and which state of the config folder was set aside by a rollback.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from hotline.operators import RECORDINGS, Published, read_config, recordings_in

KEPT = 200
"""Versions that are kept; the live one always is."""

_META = "meta.json"
_LIVE = "live.json"


class NoSuchVersion(LookupError):
    """No kept version has this number; the text says which there are."""


@dataclass(frozen=True, slots=True)
class Note:
    """Who made a plan live in the browser, and why. Files that were saved by hand say neither."""

    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Version:
    """One kept plan. `mark` is its hash, which calls note."""

    number: int
    mark: str
    kept: datetime
    after: int | None = None
    """Which was live before it."""
    note: Note | None = None


class Versions:
    """The kept plans of one hotline. One process at a time changes them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def listed(self) -> Sequence[Version]:
        """Every kept version, the oldest first. One whose files were damaged by hand is left out."""
        if not self._folder.is_dir():
            return ()
        found = (_read_meta(path) for path in self._folder.iterdir() if path.name.isdigit())
        return sorted((version for version in found if version is not None), key=lambda version: version.number)

    @property
    def live(self) -> Version | None:
        """The live one; the newest when nothing says which; None when none was ever kept."""
        kept = self.listed()
        number = self._pointer().get("number")
        return next((version for version in kept if version.number == number), kept[-1] if kept else None)

    @property
    def pointer_is_lost(self) -> bool:
        """Whether the version that is said to be live is no longer kept whole."""
        number = self._pointer().get("number")
        return number is not None and all(version.number != number for version in self.listed())

    @property
    def set_aside(self) -> str | None:
        """The mark of the config folder that a rollback set aside, see `hotline.operators.mark_of`."""
        mark = self._pointer().get("set_aside")
        return mark if isinstance(mark, str) else None

    def keep(self, published: Published, at: datetime, note: Note | None = None) -> Version:
        """Keep a plan under the next number; the live one is not kept twice. Raises OSError."""
        live = self.live
        if live is not None and live.mark == published.version:
            return live
        self._folder.mkdir(parents=True, exist_ok=True)
        taken = [int(path.name) for path in self._folder.iterdir() if path.name.isdigit()]
        after = live.number if live else None
        version = Version(max(taken, default=0) + 1, published.version, at, after, note)
        fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=self._folder))
        try:
            for name, text in published.files.items():
                path = fresh / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode())
            kept = at.astimezone(UTC).isoformat()
            self._keep_recordings(published, fresh, live)
            meta = {"number": version.number, "version": version.mark, "kept": kept, "after": after}
            meta |= {} if note is None else {"who": note.who, "why": note.why}
            (fresh / _META).write_text(json.dumps(meta) + "\n", encoding="ascii")
            fresh.rename(self._home(version.number))
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        self._forget(live)
        return version

    def _keep_recordings(self, published: Published, fresh: Path, live: Version | None) -> None:
        """What is as it was in the live version takes no room twice."""
        if published.folder is None or not published.recordings:
            return
        before = {} if live is None else recordings_in(self._home(live.number))
        (fresh / RECORDINGS).mkdir()
        for name, mark in published.recordings.items():
            if live is not None and before.get(name) == mark:
                os.link(self._home(live.number) / name, fresh / name)
            else:
                shutil.copyfile(published.folder / name, fresh / name)

    def make_live(self, version: Version, *, set_aside: str | None = None) -> None:
        """Remember which is live, over restarts. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        data = json.dumps({"number": version.number, "set_aside": set_aside}) + "\n"
        handle, name = tempfile.mkstemp(prefix=f".{_LIVE}.", dir=self._folder)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(self._folder / _LIVE)

    def find(self, number: int | None = None) -> Version:
        """The version of a number, or the one that was live before the live one. Raises NoSuchVersion."""
        kept, live = self.listed(), self.live
        if live is None:
            raise NoSuchVersion(f"no version is kept in {self._folder}: the hotline was never started here")
        by_number = {version.number: version for version in kept}
        older = [version.number for version in kept if version.number < live.number]
        if number is None and older:
            number = live.after if live.after in by_number else older[-1]
        if number not in by_number:
            there = f"there are {kept[0].number} to {kept[-1].number}: see `hotline versions`"
            why = (
                f"none is older than {live.number}, the live one" if number is None else f"no version {number} is kept"
            )
            raise NoSuchVersion(f"{why}; {there}")
        return by_number[number]

    def at_home(self, published: Published, version: Version) -> Published:
        """The same, as it is kept: whatever becomes of the folder that it was read from."""
        return replace(published, folder=self._home(version.number))

    def read(self, version: Version) -> Published:
        """The kept plan. Raises Unreadable: this program may no longer take what an older one took."""
        return read_config(self._home(version.number))

    def _home(self, number: int) -> Path:
        return self._folder / f"{number:04}"

    def _pointer(self) -> dict[str, object]:
        try:
            data = json.loads((self._folder / _LIVE).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return {}
        return data if isinstance(data, dict) else {}

    def _forget(self, live: Version | None) -> None:
        for version in self.listed()[:-KEPT]:
            if version != live:
                shutil.rmtree(self._home(version.number), ignore_errors=True)


def _read_meta(folder: Path) -> Version | None:
    try:
        meta = json.loads((folder / _META).read_text(encoding="ascii"))
        after = meta.get("after")
        kept = datetime.fromisoformat(meta["kept"])
        note = Note(str(meta["who"]), str(meta["why"])) if "who" in meta and "why" in meta else None
        return Version(int(meta["number"]), str(meta["version"]), kept, after if isinstance(after, int) else None, note)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
