"""The folder of the Asterisk that belongs to this hotline: what lies in it, and what it was begun with."""

from __future__ import annotations

import math
import os
import stat
import struct
from pathlib import Path

from hotline.asterisk_program import AsteriskProgram
from hotline.bans.log_files import rotate
from hotline.log_rotation import KEPT
from hotline.switch_config import Places, fingerprint
from hotline.switch_refused import SwitchRefused


class AsteriskFolder:
    """Below `var/asterisk`, for us alone."""

    def __init__(self, places: Places, program: AsteriskProgram) -> None:
        self._places, self._program = places, program
        self._mark_file = places.etc / "started-with"

    def furnish(self) -> None:
        """Folders and links that Asterisk finds when it starts. Raises SwitchRefused, OSError."""
        places, data = self._places, self._program.data
        own = (
            places.etc,
            places.lib,
            places.log,
            places.cache,
            places.spool,
            places.data / "sounds",
            places.recordings,
        )
        for folder in own:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (places.sounds, places.moh, places.recordings / "fallback"):
            folder.mkdir(parents=True, exist_ok=True)
        _own_folder(places.run)
        _link(places.data / "documentation", data / "documentation")
        _link(places.data / "rest-api", data / "rest-api")
        _link(places.data / "sounds" / "hotline", places.sounds)
        _link(places.spool / "recording", places.recordings)
        (places.data / "sounds" / "beep.sln").write_bytes(_beep())
        for name in ("messages.log", "security.log"):
            rotate(places.log / name, KEPT)

    def write(self, files: dict[str, str]) -> set[str]:
        """Make `etc` hold exactly these files, each 0600; the names of those that changed."""
        changed = set()
        etc = self._places.etc
        for stranger in {path.name for path in etc.iterdir()} - files.keys() - {self._mark_file.name}:
            (etc / stranger).unlink()
            changed.add(stranger)
        for name, text in files.items():
            path = etc / name
            if path.is_file() and path.read_text(encoding="utf-8") == text:
                continue
            self.put(name, text)
            changed.add(name)
        return changed

    def put(self, name: str, text: str) -> None:
        """Let this file of `etc` hold this, in one step, for us alone."""
        path = self._places.etc / name
        fresh = path.with_name(f".{path.name}.new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(path)

    def begins_with(self, files: dict[str, str]) -> None:
        """Remember that Asterisk is started with these."""
        self._mark_file.touch(mode=0o600)
        self._mark_file.write_text(self._mark_of(files), encoding="ascii")

    def began_with(self, files: dict[str, str]) -> bool:
        """Whether the Asterisk that was started last is of this release and was given files that come to the same."""
        return self._mark_file.is_file() and self._mark_file.read_text(encoding="ascii") == self._mark_of(files)

    def last_words(self) -> str:
        """What Asterisk logged last, a line each, indented."""
        lines: list[str] = []
        for name in ("console.log", "messages.log"):
            path = self._places.log / name
            if path.is_file():
                lines += path.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
        return "".join(f"\n  {line}" for line in lines if line.strip())

    def _mark_of(self, files: dict[str, str]) -> str:
        return f"{self._program.release} {fingerprint(files)}"


def _own_folder(folder: Path) -> None:
    """Make it, for us alone; it may lie in a folder where everybody writes."""
    folder.mkdir(exist_ok=True, mode=0o700)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid():
        raise SwitchRefused(f"{folder} belongs to somebody else: remove it, or use a shorter --var")
    folder.chmod(0o700)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _beep() -> bytes:
    """A quarter second of 1000 Hz at −12 dBFS, 8 kHz signed linear, with soft ends."""
    count = 2000
    ramp = (min(1.0, n / 80, (count - n) / 80) for n in range(count))
    return b"".join(
        struct.pack("<h", round(8230 * edge * math.sin(2 * math.pi * n / 8))) for n, edge in enumerate(ramp)
    )
