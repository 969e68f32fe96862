"""Recordings: recordings list, listen, export."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Column, Table
from sqlalchemy.exc import DBAPIError

from hotline.audited import REASON, reason_of, write_down
from hotline.sealing import vault_of
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, day_typed, fail, people, put, settings_of
from records.audit import Act
from records.database import open_database
from records.recordings import Recording, kept_in, told
from records.vault.ciphers import Tampered
from records.vault.keys import KeysError
from records.vault.vault import NoRecording, Vault

app = typer.Typer()
recordings = typer.Typer(no_args_is_help=True, help="Recorded talks and messages.")
app.add_typer(recordings, name="recordings")

CALL = Annotated[str, typer.Argument(help="A call's id, or a recording's name where a call has several.")]

T = TypeVar("T")


@recordings.command("list")
def list_(
    since: Annotated[str | None, typer.Option("--from", help="Made on this day or later, like 2026-10-01.")] = None,
    line: Annotated[str | None, typer.Option(help="Of this line alone.")] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """What is kept, by day; the sound itself is not touched."""
    settings = settings_of(config, var)
    day = None if since is None else day_typed(since)
    found = run(settings, _all(settings, since=day))
    found = sorted((one for one in found if line in (None, one.line)), key=lambda one: (one.day, one.name))
    if as_json:
        for one in found:
            put(one.to_json())
        return
    headings = ("日期", "录音", "热线", "座席", "KB", "")
    table = Table(*(Column(heading, overflow="fold") for heading in headings), box=None, pad_edge=False)
    for one in found:
        sealed = "未加密" if one.kept.plain else "已加密"
        size = f"{one.kept.size / 1024:.0f}"
        table.add_row(one.day.isoformat(), one.name, one.line or "", one.agent or "", size, sealed)
    Console(highlight=False).print(table)


@recordings.command()
def listen(
    call: CALL,
    reason: Annotated[str | None, typer.Option(help=REASON)] = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """Write a recording to stdout as WAV, for a player: `hotline recordings listen CALL --reason WHY | aplay`."""
    settings = settings_of(config, var)
    why = reason_of(reason, "who listens to a recording")
    if sys.stdout.isatty():
        fail("this is sound: pipe it into a player, such as `| aplay`, or use `hotline recordings export`")
    sound = _opened(settings, call, Act.RECORDING_HEARD, why)
    sys.stdout.buffer.write(sound)


@recordings.command()
def export(
    call: CALL,
    out: Annotated[Path | None, typer.Option(help="File to write; CALL.wav by default. Never written over.")] = None,
    reason: Annotated[str | None, typer.Option(help=REASON)] = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """Write a recording to a WAV file that only you may read."""
    settings = settings_of(config, var)
    why = reason_of(reason, "who exports a recording")
    path = out or Path(f"{call.rpartition('/')[2]}.wav")
    if path.exists():
        fail(f"{path} is there already: name another file with --out")
    sound = _opened(settings, call, Act.RECORDING_EXPORTED, why)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sound)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")
    people.print(f"{path}: {len(sound)} bytes, not encrypted any more; delete it when you are done", markup=False)


def _opened(settings: Settings, call: str, what: Act, why: str) -> bytes:
    """The sound of a call's recording, after it was written down who asks for it."""
    one = only(run(settings, of_call(settings, call)), call)
    line = {} if one.line is None else {"line": one.line}
    write_down(settings, what, about=one.name, reason=why, call=one.call, **line)
    vault = vault_of(settings)
    return run(settings, asyncio.to_thread(vault.read, one.name))


def only(found: list[Recording], call: str) -> Recording:
    """The one recording that was asked for."""
    if not found:
        fail(f"there is no recording of {call}: `hotline recordings list` shows them")
    if len(found) > 1:
        fail(f"{call} has {len(found)} recordings, name one: {', '.join(one.name for one in found)}")
    return found[0]


async def of_call(settings: Settings, call: str) -> list[Recording]:
    """The recordings of a call, or the one of this name."""
    vault = vault_of(settings)
    kept = [vault.about(call)] if "/" in call else await asyncio.to_thread(_of_call, vault, call)
    return await _told(settings, kept)


def _of_call(vault: Vault, call: str) -> list[Any]:
    return kept_in(vault, call=call)


async def _all(settings: Settings, **which: Any) -> list[Recording]:
    return await _told(settings, await asyncio.to_thread(lambda: kept_in(vault_of(settings), **which)))


async def _told(settings: Settings, kept: list[Any]) -> list[Recording]:
    engine = open_database(settings.database_url, read_only=True)
    try:
        return await told(engine, kept)
    finally:
        await engine.dispose()


def run(settings: Settings, work: Coroutine[Any, Any, T]) -> T:
    """Do it, or say in one line why it cannot be done."""
    try:
        return asyncio.run(work)
    except NoRecording as error:
        fail(f"there is no recording {error}: `hotline recordings list` shows them")
    except FileNotFoundError:
        fail(f"nothing was recorded yet in {settings.var}: name the hotline's folder with --var")
    except Tampered as error:
        fail(f"the recording was tampered with, or is damaged: {error}")
    except (KeysError, ValueError) as error:
        fail(error)
    except DBAPIError as error:
        fail(f"the database cannot be read ({error.orig})")
