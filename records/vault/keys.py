"""Master keys: the newest wraps the keys of new recordings, older ones stay to read what they wrapped.

They lie in a file of mode 0600, or a command of yours tells them (from a hardware module, a vault): JSON,
`{"keys": [{"id", "cipher", "key" (hexadecimal), "made"}]}`, the newest last.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets as chance
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from records.vault.ciphers import CIPHERS, Cipher, available

PATIENCE = 30.0
"""Seconds that the command may take."""
REMEMBERED = 600.0
"""Seconds for which the command's answer holds."""


class KeysError(ValueError):
    """The master keys cannot be used; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One master key. `made` is an ISO 8601 instant."""

    id: str
    cipher: Cipher
    made: str
    key: bytes = field(repr=False)


class Keys(Protocol):
    """Where master keys come from. Each call may read them anew; may block; raises KeysError."""

    def all(self) -> Sequence[MasterKey]:
        """Every key, the newest last; none when none was ever made."""


def newest(keys: Keys) -> MasterKey:
    """The key for new recordings. Raises KeysError."""
    found = keys.all()
    if not found:
        raise KeysError("there is no key for recordings yet: `hotline keys rotate` makes one")
    return found[-1]


def key_of(keys: Keys, id: str) -> MasterKey:
    """The key of this id. Raises KeysError."""
    for key in keys.all():
        if key.id == id:
            return key
    raise KeysError(f"the key {id} is missing: put back a copy of the keys' file; the recordings it sealed wait")


class KeyFile:
    """Keys in a file that nobody but its owner may read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self) -> Sequence[MasterKey]:
        try:
            about = self.path.stat()
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise KeysError(f"{self.path}: cannot be read ({error.strerror})") from error
        if about.st_mode & 0o077:
            raise KeysError(f"{self.path}: others may read it; chmod 600 {self.path}")
        return _read(text, str(self.path))

    def rotate(self, cipher: Cipher, now: datetime) -> MasterKey:
        """Make a new key, which seals from now on. Raises KeysError, OSError."""
        if not available(cipher):
            raise KeysError(f"this machine's OpenSSL does not have {cipher.name}")
        with self._alone():
            keys = self.all()
            made = now.astimezone(UTC).isoformat(timespec="seconds")
            key = MasterKey(f"{made[:10]}-{chance.token_hex(4)}", cipher, made, chance.token_bytes(cipher.key_bytes))
            self._write([*keys, key])
        return key

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with (self.path.parent / f".{self.path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, keys: Sequence[MasterKey]) -> None:
        told = [{"id": key.id, "cipher": key.cipher.name, "key": key.key.hex(), "made": key.made} for key in keys]
        handle, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)  # mkstemp makes it 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"keys": told}, file, indent=1)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


class KeyCommand:
    """Keys that a program prints. It is asked again after ten minutes."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._told: tuple[float, Sequence[MasterKey]] | None = None

    def all(self) -> Sequence[MasterKey]:
        if self._told is None or time.monotonic() - self._told[0] > REMEMBERED:
            self._told = (time.monotonic(), self._ask())
        return self._told[1]

    def _ask(self) -> Sequence[MasterKey]:
        name = self._command[0]
        try:
            done = subprocess.run(self._command, capture_output=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise KeysError(f"the keys' command {name} cannot be run: {error}") from error
        if done.returncode:
            raise KeysError(f"the keys' command {name} ended with {done.returncode}")
        return _read(done.stdout.decode("utf-8", "replace"), f"the keys' command {name}")


def _read(text: str, where: str) -> Sequence[MasterKey]:
    try:
        keys = tuple(_key(data) for data in json.loads(text)["keys"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = "damaged" if not isinstance(error, KeysError) else str(error)
        raise KeysError(f"{where}: {why}; put back a copy") from None  # the text holds keys: it is told to nobody
    if len({key.id for key in keys}) < len(keys):
        raise KeysError(f"{where}: two keys have one id")
    return keys


def _key(data: dict[str, Any]) -> MasterKey:
    cipher = CIPHERS.get(data["cipher"])
    if cipher is None:
        raise KeysError(f"a key is for a cipher that is not known here; known are {', '.join(CIPHERS)}")
    key = bytes.fromhex(data["key"])
    if len(key) != cipher.key_bytes or not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", data["id"]):
        raise ValueError(f"{cipher.name} takes keys of {cipher.key_bytes} bytes")
    return MasterKey(data["id"], cipher, str(data["made"]), key)
