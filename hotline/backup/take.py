"""Taking a backup while the hotline runs: everything that is not made again, in one new folder, or nothing.

The order makes it whole. Facts lie in the spool until the database has them, so the spool is copied first: a fact is in
both at worst, and whoever reads it back writes it once. The audit log's head comes before the log for the same reason.
Recordings come last: each one that the database tells of is there by then. What Asterisk still writes is left for the
next backup; what is plain only because nobody sealed it yet is sealed on its way, so that no voice lies open in a
backup. A sealed recording never changes: where an older backup lies beside, it is linked, and takes no room again.
"""

from __future__ import annotations

import fcntl
import io
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from hotline.backup import manifest as form
from hotline.backup.copying import Copying, below, settled, write
from hotline.backup.manifest import CONFIG, DATABASE, KEYS, RECORDINGS, SPOOL, VAR, Kept, Manifest, Spoiled
from hotline.sealing import QUIET, key_file, vault_of
from hotline.secrets import FILE as SECRETS
from hotline.settings import Settings
from records.database import database_file
from records.dump import FILES, Dump, dump
from records.migrations import DUMP
from records.vault import sealed
from records.vault.keys import KeysError, newest
from records.vault.vault import SEALED, SOUND, WIPING, Vault, quiet_for

NAME, KEYS_NAME, STAMP = "hotline", "hotline-keys", "%Y%m%dT%H%M%SZ"
PARTIAL = ".partial"
MADE_AGAIN = frozenset({"asterisk", "sounds", "voice", "recordings", "control.sock", "hotline.lock", "drain.json"})
"""What of `var` a start makes anew, or is kept apart."""
OPENS = (SECRETS, "web.key")
"""What opens telephones and second factors; the master keys of recordings (`key_file`) are the third."""
ROOM_LEFT = 64 << 20
"""Bytes that must be free beyond what is copied."""
_SPOOLED = ("*-spool-*.jsonl", "*-spill*.jsonl", "*-refused.jsonl")
_FALLBACK = "fallback.log*"
_BEFORE = (".db.before-", f"{DUMP}.before-")
"""Copies that upgrades made."""


class NoRoom(OSError):
    """The disk is too small; the text says how much is wanted."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be kept, and where. `keys` is the folder for what opens things; None leaves it out."""

    to: Path
    keys: Path | None = None
    inside: bool = False
    database: bool = True


async def take(
    settings: Settings, wish: Wish, now: datetime, told: Callable[[str], object] = lambda _: None
) -> tuple[Path, Manifest]:
    """A new backup below `wish.to`; its folder and what is in it. `told` hears how far it is.

    Raises NoRoom, NotDumped, DBAPIError, sqlite3.Error, KeysError, OSError; nothing is left of it then.
    """
    to = wish.to.resolve()
    for folder in (settings.var, settings.config):
        if to.is_relative_to(folder.resolve()):
            raise ValueError(f"{to} lies in {folder}, of which the backup is: name another disk")
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(to):
        return await _take(settings, wish, to, now, told)


async def _take(
    settings: Settings, wish: Wish, to: Path, now: datetime, told: Callable[[str], object]
) -> tuple[Path, Manifest]:
    at = now.astimezone(UTC)
    while (to / f"{NAME}-{at.strftime(STAMP)}").exists():
        at += timedelta(seconds=1)
    name = f"{NAME}-{at.strftime(STAMP)}"
    whole, partial = to / name, to / f".{name}{PARTIAL}"
    older = newest_in(to)
    partial.mkdir(mode=0o700)
    apart: Path | None = None
    try:
        copying = Copying(partial, *((older[0], dict(older[1].files)) if older else ()))
        _look_for_room(settings, copying, to)
        kept = _keys(settings, wish)
        told("the spool, the settings and what was turned on by hand")
        _var(settings, copying)
        _folder(settings.config, CONFIG, copying, to)
        database = None
        if wish.database:
            told("the database")
            database = await _database(settings, copying)
        told("recordings")
        still_open, unsealed = _recordings(settings, copying)
        where = "command" if settings.sealing.key_command else "left out"
        if wish.inside:
            _lay_keys(kept, copying, f"{KEYS}/")
            where = "inside"
        elif wish.keys is not None:
            apart = wish.keys.resolve() / f"{KEYS_NAME}-{at.strftime(STAMP)}"
            apart.mkdir(parents=True, mode=0o700)
            _lay_keys(kept, Copying(apart))
            where = "apart"
        config = str(settings.config.resolve())
        made = Manifest(
            at, version("hotline"), settings.node, config, database, where, copying.files, still_open, unsealed
        )
        write(partial / form.FILE, json.dumps(made.to_json(), ensure_ascii=False, indent=1).encode())
        partial.rename(whole)
        settled(to)
        return whole, form.read(whole)
    except BaseException:
        for left in (partial, apart):
            if left is not None:
                shutil.rmtree(left, ignore_errors=True)
        raise


def backups_in(folder: Path) -> list[Path]:
    """The whole backups that lie in a folder, the oldest first."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.glob(f"{NAME}-*Z") if (path / form.FILE).is_file())


def newest_in(folder: Path) -> tuple[Path, Manifest] | None:
    """The newest backup there that can be read."""
    for path in reversed(backups_in(folder)):
        with suppress(Spoiled, OSError):
            return path, form.read(path)
    return None


@contextmanager
def _alone(to: Path) -> Iterator[None]:
    """One backup at a time into a folder; what one that was killed left there goes. Raises BlockingIOError."""
    with (to / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BlockingIOError(f"another backup into {to} is being made: wait for it") from None
        for left in to.glob(f".{NAME}-*{PARTIAL}"):
            shutil.rmtree(left)
        yield


def forget(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` backups, or keys of backups; which were. Raises OSError."""
    gone = backups_in(folder)[: -keep or None] if keep else []
    for path in gone:
        aside = path.with_name(f".{path.name}{PARTIAL}")
        path.rename(aside)  # half a backup must not look like one
        shutil.rmtree(aside)
    return gone


def _look_for_room(settings: Settings, copying: Copying, to: Path) -> None:
    """Raises NoRoom before hours of copying come to nothing."""
    file = database_file(settings.database_url)
    wanted = ROOM_LEFT + (file.stat().st_size if file is not None and file.exists() else 0)
    for path in below(settings.recordings):
        kept = copying.older_files.get(f"{RECORDINGS}/{path.relative_to(settings.recordings)}")
        with suppress(FileNotFoundError):
            about = path.stat()
            if kept is None or (kept.bytes, kept.changed) != (about.st_size, about.st_mtime_ns):
                wanted += about.st_size
    free = shutil.disk_usage(to).free
    if free < wanted:
        raise NoRoom(
            f"{to} has {free / 1e6:,.0f} MB free and {wanted / 1e6:,.0f} MB are wanted: nothing was written; "
            "make room there, or name another disk"
        )


# ── the parts ───────────────────────────────────────────────────────────────


def _var(settings: Settings, copying: Copying) -> None:
    for pattern in _SPOOLED:
        for path in sorted(settings.spool.glob(pattern)):
            copying.copy(path, f"{SPOOL}/{path.name}", lines=True)
    for path in sorted((settings.var / "asterisk" / "log").glob(_FALLBACK)):
        copying.copy(path, f"{VAR}/asterisk/log/{path.name}", lines=True)
    file = database_file(settings.database_url)
    database = (
        () if file is None else tuple(file.with_name(file.name + end) for end in ("", "-wal", "-shm", "-journal"))
    )
    apart = {path.resolve() for path in (*database, *(settings.var / name for name in OPENS), key_file(settings))}
    for path in below(settings.var):
        inside = path.relative_to(settings.var)
        if inside.parts[0] in MADE_AGAIN or path.resolve() in apart:
            continue
        if (
            any(path.match(pattern) for pattern in _SPOOLED)
            or path.name.endswith(".new")
            or any(mark in path.name for mark in _BEFORE)
        ):
            continue
        copying.copy(path, f"{VAR}/{inside}", lasting=inside.parts[0] in ("masters", "moh"))


def _folder(folder: Path, name: str, copying: Copying, never: Path) -> None:
    for path in below(folder):
        if not path.resolve().is_relative_to(never):
            copying.copy(path, f"{name}/{path.relative_to(folder)}")


async def _database(settings: Settings, copying: Copying) -> Dump:
    folder = copying.into / DATABASE
    folder.mkdir(mode=0o700)
    kept = await dump(settings.database_url, folder)
    path = folder / FILES[kept.kind]
    path.chmod(0o600)
    about = path.stat()
    copying.files[f"{DATABASE}/{path.name}"] = Kept(about.st_size, form.hash_of(path), 0o600, about.st_mtime_ns)
    return kept


def _recordings(settings: Settings, copying: Copying) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Copy the recordings; those that are still being made, and those that could not be sealed."""
    vault, folder = settings.recordings, settings.recordings
    still_open: list[str] = []
    unsealed: list[str] = []
    done: set[Path] = set()
    while fresh := [path for path in below(folder) if path not in done]:  # again: what was sealed meanwhile
        for path in fresh:
            done.add(path)
            inside = str(path.relative_to(vault))
            if path.name.endswith(SEALED) or not settings.sealing.on:
                if path.name.endswith((SEALED, SOUND)):
                    copying.copy(path, f"{RECORDINGS}/{inside}", lasting=path.name.endswith(SEALED))
            elif path.name.endswith((SOUND, SOUND + WIPING)):
                _plain(settings, path, inside, copying, still_open, unsealed)
    return tuple(still_open), tuple(unsealed)


def _plain(
    settings: Settings, path: Path, inside: str, copying: Copying, still_open: list[str], unsealed: list[str]
) -> None:
    vault = vault_of(settings)
    name = inside.partition(SOUND)[0]
    beside = path.with_name(f"{Path(name).name}{SOUND}{SEALED}")
    try:
        if path.name.endswith(WIPING):
            return  # it was sealed, and is just being wiped
        about = path.stat()
        if quiet_for(vault.about(name)) < QUIET or beside.exists():  # in parts: its next one is sealed soon
            still_open.append(name)
            return
        copying.put(f"{RECORDINGS}/{inside}{SEALED}", _sealing(vault, path, inside), 0o600, about.st_mtime_ns)
    except (FileNotFoundError, LookupError):
        return  # sealed this moment: the next look finds it
    except KeysError:
        unsealed.append(name)


def _sealing(vault: Vault, path: Path, inside: str) -> Iterator[bytes]:
    """A plain recording as it rests. Raises KeysError before anything is given."""
    whole = io.BytesIO()
    with path.open("rb") as plain:
        sealed.seal(plain, whole, inside, newest(vault.keys))
    yield whole.getvalue()


# ── what opens things ───────────────────────────────────────────────────────


def _keys(settings: Settings, wish: Wish) -> dict[str, Path]:
    """The files that open things, by their names in the backup."""
    if wish.keys is not None and wish.keys.resolve().is_relative_to(wish.to.resolve()):
        raise ValueError("the keys' folder lies in the backup's: name another place, or say --keys-inside")
    kept = {name: settings.var / name for name in OPENS}
    if not settings.sealing.key_command:
        kept["keys.json"] = key_file(settings)
    return {name: path for name, path in kept.items() if path.is_file()}


def _lay_keys(kept: dict[str, Path], copying: Copying, folder: str = "") -> None:
    for name, path in kept.items():
        copying.copy(path, f"{folder}{name}")
