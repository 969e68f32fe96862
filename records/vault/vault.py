"""The vault: one folder of recordings, plain while they are made, sealed ever after, read by their names either way.

A recording `talks/2026/11/20/LEG` is `LEG.wav` while Asterisk writes it, then `LEG.wav.sealed`. Where sound was added
later (an engine died between), there is another part, `LEG.wav.2.sealed`; who reads hears them one after the other.

What is sealed is read back and compared before the plain file goes: it gets the suffix `.wiping`, is written over with
zeros and removed. On magnetic disks that is the end of it; SSDs and copy-on-write file systems may keep old blocks, so
there the disk itself has to be encrypted.
"""

from __future__ import annotations

import fcntl
import io
import os
import re
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from records.vault import sealed as form
from records.vault.ciphers import Tampered
from records.vault.keys import Keys, newest

SOUND = ".wav"
SEALED = ".sealed"
WIPING = ".wiping"
FRESH = ".fresh"

_NAME = re.compile(r"(?:[A-Za-z0-9_~.-]+/)*[A-Za-z0-9_~.-]+")
_BLOCK = 1 << 20


class NoRecording(LookupError):
    """There is no recording of this name."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One recording as it lies there. `keys` are the ids of those that sealed it, `modified` seconds since 1970."""

    name: str
    size: int
    modified: float
    plain: bool
    """Some of it is not sealed yet."""
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a recording: its bytes from `start` on, of `size`."""

    start: int
    sound: bytes
    size: int


class Vault:
    """Recordings in `folder`. Everything here may block: the engine calls it in threads."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.folder, self.keys = folder, keys

    # ── reading ─────────────────────────────────────────────────────────────

    def read(self, name: str) -> bytes:
        """The recording as one WAV file. Raises NoRecording, Tampered, KeysError, OSError."""
        parts = [b"".join(self._chunks(path)) for path in self._parts(name)]
        with suppress(FileNotFoundError):  # it was sealed this moment, and is among the parts, or will be
            plain = self._plain(name).read_bytes()
            return _joined(parts if parts and parts[-1] == plain else [*parts, plain])
        if not parts:
            parts = [b"".join(self._chunks(path)) for path in self._parts(name)]
        if not parts:
            raise NoRecording(name)
        return _joined(parts)

    def piece(self, name: str, wanted: slice) -> Piece:
        """What is `wanted` of it (no steps), of the WAV file that `read` gives; no more of it is opened than that.

        Raises NoRecording, Tampered, KeysError, OSError.
        """
        parts, plain = self._parts(name), self._plain(name)
        with suppress(FileNotFoundError):  # it was sealed this moment
            if not parts:
                with plain.open("rb") as file:
                    size = os.fstat(file.fileno()).st_size
                    start, stop, _ = wanted.indices(size)
                    file.seek(start)
                    return Piece(start, file.read(max(0, stop - start)), size)
        if len(parts) == 1 and not plain.exists():
            with parts[0].open("rb") as file:
                sealed = os.fstat(file.fileno()).st_size
                size, sound = form.piece(file, sealed, self._inner_name(parts[0]), self.keys, wanted)
            return Piece(wanted.indices(size)[0], sound, size)
        whole = self.read(name)  # of several files: only all of it says where they meet
        return Piece(wanted.indices(len(whole))[0], whole[wanted], len(whole))

    def about(self, name: str) -> Kept:
        """How a recording lies there. Raises NoRecording, Tampered."""
        size, modified, keys = 0, 0.0, []
        for path in self._parts(name):
            with path.open("rb") as file:
                head = form.read_head(file)
            about = path.stat()
            size, modified = size + form.plain_size(about.st_size, head), max(modified, about.st_mtime)
            keys.append(head.key)
        plain = self._plain(name)
        try:
            about = plain.stat()
            return Kept(name, size + about.st_size, max(modified, about.st_mtime), plain=True, keys=tuple(keys))
        except FileNotFoundError:
            if not keys:
                raise NoRecording(name) from None
            return Kept(name, size, modified, plain=False, keys=tuple(keys))

    def names(self, below: str = "") -> Iterator[str]:
        """Every recording below a folder, in order. Raises ValueError for a folder that is none of ours."""
        start = self.folder / _proper(below) if below else self.folder
        found = {_name_of(path.relative_to(self.folder)) for path in start.rglob(f"*{SOUND}*") if path.is_file()}
        yield from sorted(name for name in found if name is not None)

    def unsealed(self, below: str = "") -> list[str]:
        """Recordings of which a plain file is there, or is being wiped."""
        start = self.folder / below
        files = [*start.rglob(f"*{SOUND}"), *start.rglob(f"*{SOUND}{WIPING}")]
        return sorted({str(file.relative_to(self.folder)).partition(SOUND)[0] for file in files})

    # ── sealing ─────────────────────────────────────────────────────────────

    def seal(self, name: str) -> bool:
        """Seal what is plain of a recording; False when there was nothing, or it is still being written.

        A crash at any moment leaves it readable, and the next try finishes. Raises KeysError, Tampered (what was
        written does not read back), OSError; the plain file is there then as it was.
        """
        with self._alone():
            plain = self._plain(name)
            self._wipe(plain.with_name(plain.name + WIPING))
            try:
                before = plain.stat()
            except FileNotFoundError:
                return False
            parts = self._parts(name)
            if not (parts and self._hash(parts[-1]) == _hash_of(plain)):  # else a crash came before it was wiped
                self._write(plain, self._next_part(name, len(parts)))
            after = plain.stat()
            if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                self._parts(name)[-1].unlink()  # it goes on: later
                return False
            wiping = plain.with_name(plain.name + WIPING)
            plain.rename(wiping)
            self._wipe(wiping)
        return True

    def _write(self, plain: Path, part: Path) -> None:
        fresh = part.with_name(part.name + FRESH)
        try:
            with plain.open("rb") as source, fresh.open("wb") as target:
                fresh.chmod(0o600)
                seen = form.seal(source, target, self._inner_name(part), newest(self.keys))
                target.flush()
                os.fsync(target.fileno())
            about = plain.stat()
            os.utime(
                fresh, ns=(about.st_atime_ns, about.st_mtime_ns)
            )  # when it was made counts for how long it is kept
            if self._hash(fresh, part) != seen:
                raise Tampered(f"{part}: what was written does not read back")
            fresh.rename(part)
            _sync_folder(part.parent)
        finally:
            fresh.unlink(missing_ok=True)

    def _wipe(self, path: Path) -> None:
        """Write over the file and remove it."""
        try:
            with path.open("r+b") as file:
                left = os.fstat(file.fileno()).st_size
                while left > 0:
                    left -= file.write(bytes(min(left, _BLOCK)))
                file.flush()
                os.fsync(file.fileno())
        except FileNotFoundError:
            return
        path.unlink()

    # ── deleting ────────────────────────────────────────────────────────────

    def marks(self, name: str) -> list[str]:
        """SHA-256 of every file of a recording, as they lie there. Empty when there is none."""
        return [_hash_of(path) for path in self._files(name)]

    def erase(self, name: str) -> int:
        """Delete a recording; how many files it had. Whoever calls has asked about holds. Raises OSError."""
        with self._alone():
            files = self._files(name)
            for path in files:
                if path.name.endswith(SEALED):
                    path.unlink()  # without its wrapped key in the head it is noise; the head goes with it
                else:
                    self._wipe(path)
        return len(files)

    # ── within ──────────────────────────────────────────────────────────────

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _plain(self, name: str) -> Path:
        return self.folder / f"{_proper(name)}{SOUND}"

    def _files(self, name: str) -> list[Path]:
        plain = self._plain(name)
        return [*self._parts(name), *(p for p in (plain, plain.with_name(plain.name + WIPING)) if p.exists())]

    def _parts(self, name: str) -> list[Path]:
        plain = self._plain(name)
        first, parts = plain.with_name(plain.name + SEALED), []
        if first.exists():
            parts.append(first)
        number = 2
        while (part := plain.with_name(f"{plain.name}.{number}{SEALED}")).exists():
            parts.append(part)
            number += 1
        return parts

    def _next_part(self, name: str, there: int) -> Path:
        plain = self._plain(name)
        return plain.with_name(plain.name + SEALED if there == 0 else f"{plain.name}.{there + 1}{SEALED}")

    def _inner_name(self, part: Path) -> str:
        return str(part.relative_to(self.folder)).removesuffix(SEALED)

    def _chunks(self, path: Path, part: Path | None = None) -> Iterator[bytes]:
        with path.open("rb") as file:
            yield from form.opened(file, self._inner_name(part or path), self.keys)

    def _hash(self, path: Path, part: Path | None = None) -> str:
        """Of what a sealed file holds."""
        seen = sha256()
        for chunk in self._chunks(path, part):
            seen.update(chunk)
        return seen.hexdigest()


def call_of(name: str) -> str:
    """The call that a recording is of, after its name; a message from before the engine has its switch's id."""
    return "-".join(name.rpartition("/")[2].split("-")[:2]).partition("~")[0]


def quiet_for(kept: Kept) -> float:
    """Seconds since anything was written into a recording."""
    return max(0.0, time.time() - kept.modified)


def _proper(name: str) -> str:
    if not _NAME.fullmatch(name) or ".." in name.split("/"):
        raise ValueError(f"{name!r} is no name of a recording")
    return name


def _name_of(path: Path) -> str | None:
    found = re.fullmatch(rf"(.+){re.escape(SOUND)}(?:(?:\.[0-9]+)?{re.escape(SEALED)}|{re.escape(WIPING)})?", str(path))
    return None if found is None else found[1]


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        seen = sha256()
        while block := file.read(_BLOCK):
            seen.update(block)
    return seen.hexdigest()


def _joined(parts: list[bytes]) -> bytes:
    """Several WAV files as one."""
    if len(parts) == 1:
        return parts[0]
    whole = io.BytesIO()
    with wave.open(whole, "wb") as into:
        for index, part in enumerate(parts):
            with wave.open(io.BytesIO(part)) as sound:
                if index == 0:
                    into.setparams(sound.getparams())
                into.writeframes(sound.readframes(sound.getnframes()))
    return whole.getvalue()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
