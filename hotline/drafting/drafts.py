"""Where drafts lie: `var/drafts/NAME.json`, one for each user, over reloads and restarts."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import orjson
import structlog

from hotline.drafting.draft import Draft

log = structlog.get_logger()

FOLDER = "drafts"


class Drafts:
    """The drafts of one hotline. What it does is I/O: call it in a thread, one change at a time."""

    def __init__(self, var: Path) -> None:
        self._folder = var / FOLDER

    def find(self, user: str) -> Draft | None:
        """The draft of a user; None without one, and for a file that was damaged (the log says so)."""
        file = self._file(user)
        try:
            return Draft.from_json(orjson.loads(file.read_bytes()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.error("a draft cannot be read", file=str(file), error=str(error))
            return None

    def keep(self, draft: Draft) -> None:
        """Write it whole, or leave what was there. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(self._file(draft.user), orjson.dumps(draft.to_json()))

    def forget(self, user: str) -> None:
        """Raises OSError."""
        self._file(user).unlink(missing_ok=True)

    def listed(self) -> Sequence[Draft]:
        """All of them, the newest first."""
        names = [path.stem for path in self._folder.glob("*.json")] if self._folder.is_dir() else []
        found = [draft for name in names if (draft := self.find(name)) is not None]
        return sorted(found, key=lambda draft: draft.changed, reverse=True)

    def _file(self, user: str) -> Path:
        return self._folder / f"{user}.json"


def write_whole(file: Path, content: bytes, mode: int = 0o600) -> None:
    """In one step: readers see what was there, or all of this. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as fresh:
            fresh.write(content)
            fresh.flush()
            os.fchmod(fresh.fileno(), mode)
            os.fsync(fresh.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
