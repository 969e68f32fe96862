"""The way back: a backup that is whole, put into empty places, and compared with what it said of itself.

Nothing is put over something, and what fails half-way is taken away again. A restore that was killed leaves a mark in
`var`: no hotline begins on half of one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hotline.backup import manifest as form
from hotline.backup.copying import Copying
from hotline.backup.manifest import CONFIG, DATABASE, KEYS, RECORDINGS, SPOOL, VAR, Manifest, Spoiled
from hotline.backup.mark import MARK, broken_off
from hotline.backup.take import OPENS
from hotline.lock import alone_on
from hotline.sealing import key_file, keys_of
from hotline.settings import Settings, load
from records.database import database_file
from records.dump import FILES, Dump, database_shown, look, put_back
from records.migrations import head
from records.vault.keys import KeyFile
from records.vault.sealed import read_head
from records.vault.vault import SEALED

KEY_FILE = "keys.json"
"""Of the master keys in a backup, wherever they lie on this machine."""


class NotRestored(ValueError):
    """Why a backup was not put back, in one line for people."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is put back, and where. `keys` is a folder with what opens things, where the backup does not hold it."""

    backup: Path
    var: Path | None
    config: Path | None
    keys: Path | None = None
    without_keys: bool = False
    without_config: bool = False
    database: str | None = None


async def restore(wish: Wish, told: Callable[[str], object] = lambda _: None) -> tuple[Settings, Manifest]:
    """Put it back and compare; the settings of what is there now, and what the backup said of itself.

    Raises NotRestored, Spoiled, NotDumped, AnotherHotline, SettingsError, KeysError, DBAPIError, sqlite3.Error,
    OSError.
    """
    told("looking through the backup")
    manifest = form.read(wish.backup)
    form.check(wish.backup, manifest)
    settings = _settings(wish)
    _may_be_read(manifest)
    opens = _keys(wish, manifest, settings)
    with alone_on(settings.var):
        _empty(settings.var, "hotline.lock")
        if not wish.without_config:
            _empty(settings.config)
        _look_for_room(wish, manifest, settings)
        with _all_or_nothing(settings, wish) as made:
            told("putting files back")
            _files(wish, manifest, settings, opens, made)
            if manifest.database is not None:
                told(f"filling {database_shown(settings.database_url)}")
                await put_back(wish.backup / DATABASE / FILES[manifest.database.kind], settings.database_url)
                told("comparing")
                _compare(manifest.database, await look(settings.database_url), settings)
    return settings, manifest


def _settings(wish: Wish) -> Settings:
    """Those of the backup's own files, for the places that are asked for."""
    kept = wish.backup / CONFIG
    asked = load(config=wish.config if wish.without_config else kept, var=wish.var)
    config = asked.config if wish.without_config else wish.config or Path(os.environ.get("HOTLINE_CONFIG") or "config")
    changed: dict[str, object] = {"config": config}
    if wish.database is not None:
        changed["database"] = wish.database
    return asked.model_copy(update=changed)


def _may_be_read(manifest: Manifest) -> None:
    kept = manifest.database
    if kept is not None and kept.revision is not None and kept.revision > head():
        raise NotRestored(
            f"the backup was made by a newer version of the hotline, {manifest.program} (tables {kept.revision}, ours "
            f"{head()}): restore it with that version"
        )


def _empty(folder: Path, *ours: str) -> None:
    there = sorted(path.name for path in folder.iterdir() if path.name not in ours) if folder.is_dir() else []
    if MARK in there:
        raise NotRestored(broken_off(folder))
    if there:
        raise NotRestored(f"{folder} is not empty ({there[0]}): a backup is put back into an empty folder alone")


def _look_for_room(wish: Wish, manifest: Manifest, settings: Settings) -> None:
    free = shutil.disk_usage(settings.var).free
    if free < manifest.size:
        raise NotRestored(
            f"{settings.var} has {free / 1e6:,.0f} MB free and {manifest.size / 1e6:,.0f} MB are wanted: "
            "nothing was written"
        )


# ── keys ────────────────────────────────────────────────────────────────────


def _keys(wish: Wish, manifest: Manifest, settings: Settings) -> Mapping[Path, Path]:
    """Where each file that opens something goes → where it lies. Raises NotRestored when recordings stay shut."""
    folder = wish.keys or (wish.backup / KEYS if manifest.keys == "inside" else None)
    wanted = {settings.var / name: name for name in OPENS}
    if not settings.sealing.key_command:
        wanted[key_file(settings)] = KEY_FILE
    if folder is None:
        found = {}
    elif not folder.is_dir():
        raise NotRestored(f"{folder} is no folder of keys")
    else:
        found = {target: folder / name for target, name in wanted.items() if (folder / name).is_file()}
    for target, source in found.items():
        if target.exists() and target.read_bytes() != source.read_bytes():
            raise NotRestored(f"{target} is there and is another one than {source}: put it aside first")
    if not wish.without_keys:
        given = found.get(key_file(settings))
        keys = KeyFile(given) if given else keys_of(settings)
        known = {key.id for key in keys.all()}
        if missing := sorted(set(_sealed_with(wish.backup, manifest)) - known):
            where = "--keys FOLDER names them" if folder is None else f"they are not in {folder}"
            raise NotRestored(
                f"recordings are sealed with keys that are not here ({', '.join(missing)}): {where}; "
                "--without-keys goes on and leaves these recordings shut for good"
            )
    return found


def _sealed_with(backup: Path, manifest: Manifest) -> Iterator[str]:
    for name in manifest.files:
        if name.startswith(f"{RECORDINGS}/") and name.endswith(SEALED):
            with (backup / name).open("rb") as file:
                yield read_head(file).key


# ── files ───────────────────────────────────────────────────────────────────


@contextmanager
def _all_or_nothing(settings: Settings, wish: Wish) -> Iterator[list[Path]]:
    """Take away what was put into empty places, and `made` beside them, should anything fail."""
    made: list[Path] = []
    mark = settings.var / MARK
    mark.touch(mode=0o600)
    file = database_file(settings.database_url)
    there = file is not None and file.exists()
    try:
        yield made
        mark.unlink()
    except BaseException:
        for folder in (settings.var, *(() if wish.without_config else (settings.config,))):
            _sweep(folder)
        for path in (*made, *(() if file is None or there else (file,))):
            path.unlink(missing_ok=True)
        raise


def _sweep(folder: Path) -> None:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name == "hotline.lock":
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()


def _files(wish: Wish, manifest: Manifest, settings: Settings, opens: Mapping[Path, Path], made: list[Path]) -> None:
    places = {VAR: settings.var, SPOOL: settings.spool, RECORDINGS: settings.recordings, CONFIG: settings.config}
    for name, kept in manifest.files.items():
        part, _, rest = name.partition("/")
        if part in (DATABASE, KEYS) or (part == CONFIG and wish.without_config):
            continue
        target = places[part] / rest
        if part == SPOOL:
            made.append(target)
        laid = Copying(places[part])
        if not laid.copy(wish.backup / name, rest) or laid.files[rest].sha256 != kept.sha256:
            raise Spoiled(f"{wish.backup / name} changed while it was read: look at its disk")
        target.chmod(kept.mode if part == CONFIG else 0o600)
    for target, source in opens.items():
        if not target.exists():
            made.append(target)
            Copying(target.parent).copy(source, target.name)


def _compare(kept: Dump, there: Dump, settings: Settings) -> None:
    """Raises NotRestored for a database that does not hold what was kept."""
    wrong = [
        name
        for name in sorted({*kept.tables, *there.tables})
        if name not in kept.tables
        or name not in there.tables
        or kept.tables[name].rows != there.tables[name].rows
        or (kept.tables[name].hash and there.tables[name].hash and kept.tables[name].hash != there.tables[name].hash)
    ]
    if wrong or kept.revision != there.revision:
        what = ", ".join(wrong) or f"its tables are of version {there.revision}"
        raise NotRestored(f"{database_shown(settings.database_url)} does not hold what was kept: {what}")
