"""Copies that outlive the machine: backup, restore."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from sqlalchemy.exc import DBAPIError

from hotline.audited import write_down
from hotline.backup import manifest as form
from hotline.backup import restore as back
from hotline.backup import take as away
from hotline.backup.last import Last, remember
from hotline.backup.manifest import Manifest
from hotline.terminal import Config, Json, Var, fail, people, put, settings_of
from records.audit import Act

app = typer.Typer()
T = TypeVar("T")


@app.command()
def backup(
    to: Annotated[Path, typer.Argument(help="Folder on another disk; each backup is a new folder in it.")],
    keys_to: Annotated[
        Path | None, typer.Option("--keys-to", help="Keep what opens recordings and telephones here, apart.")
    ] = None,
    keys_inside: Annotated[
        bool, typer.Option("--keys-inside", help="Keep it in the backup: whoever has that then hears every recording.")
    ] = False,
    without_database: Annotated[
        bool, typer.Option("--without-database", help="For a server that is backed up by its own means.")
    ] = False,
    keep: Annotated[int, typer.Option(min=0, help="Remove all but so many of the newest; 0 removes none.")] = 0,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Keep a copy of everything while the hotline runs: database, spool, recordings, plans, settings."""
    settings = settings_of(config, var)
    if keys_inside and keys_to is not None:
        raise typer.BadParameter("keys lie apart or inside: choose one", param_hint="--keys-inside")
    began = time.monotonic()
    wish = away.Wish(to, keys_to, keys_inside, database=not without_database)
    where = "inside" if keys_inside else "apart" if keys_to else "left out"
    write_down(settings, Act.BACKUP_MADE, about=str(to.resolve()), keys=where)
    folder, manifest = _run(away.take(settings, wish, datetime.now(UTC), _step))
    try:
        remember(settings.var, Last(manifest.made, str(folder), manifest.size, manifest.digest))
        gone = away.forget(to, keep)
    except OSError as error:
        fail(f"the backup {folder} is whole, but: {error}")
    if as_json:
        put({**_told(folder, manifest), "seconds": round(time.monotonic() - began, 1), "removed": list(map(str, gone))})
        return
    rows = sum(table.rows for table in manifest.database.tables.values()) if manifest.database else 0
    people.print(f"{folder}: {len(manifest.files)} files, {manifest.size / 1e6:,.1f} MB, {rows} rows, whole")
    for line in _wants(manifest):
        people.print(line, style="yellow")


@app.command()
def restore(
    backup: Annotated[Path, typer.Argument(help="A backup: a folder that `hotline backup` made.")],
    keys: Annotated[Path | None, typer.Option("--keys", help="Folder of its keys, where they lie apart.")] = None,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="Go on without them: sealed recordings stay shut.")
    ] = False,
    without_config: Annotated[
        bool, typer.Option("--without-config", help="Leave the config folder as it is, and go by its settings.")
    ] = False,
    database: Annotated[
        str | None, typer.Option(help="URL of the empty database, if not that of the settings.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only look whether the backup is whole.")] = False,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Put a backup back into empty places, and compare; nothing is put over something."""
    if check:
        manifest = _run(_checked(backup))
        if as_json:
            put(_told(backup, manifest))
        else:
            people.print(f"{backup}: whole, made {manifest.made:%Y-%m-%d %H:%M} UTC by {manifest.program}")
        return
    wish = back.Wish(backup, var, config, keys, without_keys, without_config, database)
    settings, manifest = _run(back.restore(wish, _step))
    if manifest.database is not None:
        write_down(settings, Act.BACKUP_RESTORED, about=str(backup.resolve()), digest=manifest.digest)
    if as_json:
        put(_told(backup, manifest))
    else:
        people.print(
            f"{len(manifest.files)} files and the database are as they were on {manifest.made:%Y-%m-%d %H:%M} UTC; "
            f"`hotline doctor`, then `hotline up` on {settings.var}"
        )


async def _checked(backup: Path) -> Manifest:
    manifest = form.read(backup)
    form.check(backup, manifest)
    return manifest


def _told(folder: Path, manifest: Manifest) -> dict[str, Any]:
    database = manifest.database
    return {
        "backup": str(folder),
        "made": manifest.made.isoformat(timespec="seconds"),
        "program": manifest.program,
        "files": len(manifest.files),
        "bytes": manifest.size,
        "database": database and database.kind,
        "revision": database and database.revision,
        "rows": {name: table.rows for name, table in database.tables.items()} if database else {},
        "keys": manifest.keys,
        "open": list(manifest.open),
        "unsealed": list(manifest.unsealed),
        "digest": manifest.digest,
    }


def _wants(manifest: Manifest) -> list[str]:
    """What whoever made it should know."""
    wants = []
    if manifest.keys == "left out":
        wants.append(
            "keys are not in it, and without them no recording can be heard again: keep them apart with "
            "--keys-to FOLDER, on another disk"
        )
    if manifest.database is None:
        wants.append("the database is not in it: back the server up too")
    if manifest.open:
        wants.append(f"{len(manifest.open)} recordings are still being made: the next backup has them")
    if manifest.unsealed:
        wants.append(
            f"{len(manifest.unsealed)} recordings lie plain and are not in it: no key can be used (`hotline keys list`)"
        )
    return wants


def _step(line: str) -> None:
    """Who waits at a terminal is told how far it is; a timer's log has the end alone."""
    if people.is_terminal:
        people.print(f"{line} …", style="dim")


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Do it, or say in one line why it cannot be done."""
    try:
        return asyncio.run(work)
    except FileNotFoundError as error:
        fail(f"not there: {error.filename or error}")
    except DBAPIError as error:
        fail(f"the database cannot be used: {error.orig}")
    except sqlite3.Error as error:
        fail(f"the database cannot be copied: {error}; nothing was left")
    except (ValueError, RuntimeError) as error:  # Spoiled, NotRestored, NotDumped, KeysError, AnotherHotline
        fail(error)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        fail(f"it cannot be written: {error.strerror or error}{where}; nothing was left")
