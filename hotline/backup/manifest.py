"""What a backup says of itself: every file with its hash, and what the database in it held."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from records.copying import Content
from records.dump import FILES, Dump

FILE = "manifest.json"
FORM = 1
"""Of the manifest itself: a later one is not read by this version."""

CONFIG, VAR, SPOOL, RECORDINGS, DATABASE, KEYS = "config", "var", "spool", "recordings", "database", "keys"
"""The folders of a backup."""
_BLOCK = 1 << 20


class Spoiled(ValueError):
    """A backup is not as it was made, or is none; the text says which file, in one line for people."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One file: how long, which SHA-256, which mode, and when it was last changed (nanoseconds)."""

    bytes: int
    sha256: str
    mode: int
    changed: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A whole backup. `files` are known by their path in it, `config` is where the operators' files were.

    `keys` says where what opens things is: `inside`, `apart`, `left out`, or with a `command`. `open` are recordings
    that were still being made, `unsealed` such as could not be sealed: neither is in it.
    """

    made: datetime
    program: str
    node: str
    config: str
    database: Dump | None
    keys: str
    files: Mapping[str, Kept]
    open: tuple[str, ...] = ()
    unsealed: tuple[str, ...] = ()
    digest: str = field(default="", compare=False)
    """SHA-256 of all the rest: it names this backup."""

    @property
    def size(self) -> int:
        return sum(file.bytes for file in self.files.values())

    def to_json(self) -> dict[str, Any]:
        data = self._content()
        return {**data, "digest": _digest(data)}

    def _content(self) -> dict[str, Any]:
        database = self.database and {
            "kind": self.database.kind,
            "file": f"{DATABASE}/{FILES[self.database.kind]}",
            "revision": self.database.revision,
            "tables": {name: {"rows": one.rows, "hash": one.hash} for name, one in self.database.tables.items()},
        }
        return {
            "hotline-backup": FORM,
            "made": self.made.isoformat(timespec="seconds"),
            "program": self.program,
            "node": self.node,
            "config": self.config,
            "database": database,
            "keys": self.keys,
            "open": list(self.open),
            "unsealed": list(self.unsealed),
            "files": {
                name: {"bytes": one.bytes, "sha256": one.sha256, "mode": f"{one.mode:04o}", "changed": one.changed}
                for name, one in sorted(self.files.items())
            },
        }


def read(folder: Path) -> Manifest:
    """The manifest of a backup, its own hash checked. Raises Spoiled, OSError."""
    path = folder / FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Spoiled(f"{folder} is no backup: there is no {FILE} in it") from None
    except ValueError:
        raise Spoiled(f"{path} is damaged: take another backup") from None
    if not isinstance(data, dict) or "hotline-backup" not in data:
        raise Spoiled(f"{path} is no manifest of a backup")
    if data["hotline-backup"] != FORM:
        raise Spoiled(f"{folder} was made by another version of the hotline ({data.get('program')}): use that one")
    digest = data.pop("digest", None)
    if digest != _digest(data):
        raise Spoiled(f"{path} was changed after it was written: take another backup")
    try:
        return _from(data, str(digest))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Spoiled(f"{path} is damaged: take another backup") from None


def _from(data: Mapping[str, Any], digest: str) -> Manifest:
    told = data["database"]
    tables = {} if told is None else told["tables"]
    return Manifest(
        datetime.fromisoformat(data["made"]),
        data["program"],
        data["node"],
        data["config"],
        None
        if told is None
        else Dump(told["kind"], told["revision"], {name: Content(t["rows"], t["hash"]) for name, t in tables.items()}),
        data["keys"],
        {
            _proper(name): Kept(one["bytes"], one["sha256"], int(one["mode"], 8) & 0o777, one["changed"])
            for name, one in data["files"].items()
        },
        tuple(data["open"]),
        tuple(data["unsealed"]),
        digest,
    )


def check(folder: Path, manifest: Manifest) -> None:
    """Whether every file is there as it was written, and no other. Raises Spoiled, OSError."""
    there = {str(path.relative_to(folder)) for path in files_below(folder)} - {FILE}
    if missing := sorted(manifest.files.keys() - there):
        raise Spoiled(f"{folder / missing[0]} is missing{_more(missing)}: take another backup")
    if strange := sorted(there - manifest.files.keys()):
        raise Spoiled(f"{folder / strange[0]} is in no manifest{_more(strange)}: somebody put it there; take it away")
    for name, kept in manifest.files.items():
        if (folder / name).stat().st_size != kept.bytes or hash_of(folder / name) != kept.sha256:
            raise Spoiled(f"{folder / name} is not as it was written: take another backup")


def files_below(folder: Path) -> Iterator[Path]:
    """Everything that is no folder, in order."""
    yield from sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())


def hash_of(path: Path) -> str:
    """SHA-256 of a plain file, in hexadecimal. Raises Spoiled for what is none, OSError."""
    if path.is_symlink() or not path.is_file():
        raise Spoiled(f"{path} is no plain file")
    seen = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            seen.update(block)
    return seen.hexdigest()


def _proper(name: str) -> str:
    parts = name.split("/")
    if parts[0] not in (CONFIG, VAR, SPOOL, RECORDINGS, DATABASE, KEYS) or any(
        part in ("", ".", "..") for part in parts
    ):
        raise ValueError(name)
    return name


def _digest(data: Mapping[str, Any]) -> str:
    return sha256(json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _more(names: list[str]) -> str:
    return f" (and {len(names) - 1} more)" if len(names) > 1 else ""
