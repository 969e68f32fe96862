"""Recordings: recordings list, listen, export, hold, release, expire."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Column, Table
from sqlalchemy.exc import DBAPIError

from hotline.audited import Reason, readable, reason_of, write_down
from hotline.identity import asker
from hotline.keeping import Done, Keeping
from hotline.sealing import vault_of
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, day_typed, fail, people, put, put_table, settings_of
from records.audit import Act
from records.calls import facts_of
from records.clock import wall_time
from records.database import open_database
from records.recordings import Recording, kept_in, told, whose
from records.retention.held import order_named
from records.retention.holds import Hold, Holds
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
    put_table(table)


@recordings.command()
def listen(
    call: CALL,
    reason: Reason = None,
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
    reason: Reason = None,
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


@recordings.command()
def hold(
    call: Annotated[str | None, typer.Argument(help="A call's id, or order:NUMBER; none: show what is held.")] = None,
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Keep everything of a call, whatever its terms, until it is released; without a call: what is held."""
    settings = settings_of(config, var)
    holds = Holds(settings.database_url, settings.var)
    if call is None:
        _show_holds(run(settings, holds.all()), as_json=as_json)
        return
    why = reason_of(reason, "who holds a call")
    call = whose(call) if "/" in call else call
    if not run(settings, known(settings, call)):
        fail(f"there is no call {call}: `hotline calls --json` and `hotline recordings list` show them")
    run(settings, holds.place(Hold(call, datetime.now(UTC), asker(), why)))
    people.print(f"{call} is kept until `hotline recordings release {call} --reason WHY`", markup=False)


@recordings.command()
def release(
    call: Annotated[str, typer.Argument(help="The id of a held call, or order:NUMBER.")],
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
) -> None:
    """Let the terms of a held call count again: what is older than they are is deleted the next night."""
    settings = settings_of(config, var)
    why = reason_of(reason, "who releases a call")
    holds = Holds(settings.database_url, settings.var)
    if not run(settings, holds.release(Hold(call, datetime.now(UTC), asker(), why))):
        fail(f"{call} is not held: `hotline recordings hold` shows what is")
    people.print(f"{call} is held no more", markup=False)


@recordings.command()
def expire(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Delete what is older than its term and that nobody holds, now; the engine does it each night."""
    settings = settings_of(config, var)
    keeping = Keeping(settings, who=asker())
    now = datetime.now(UTC)
    with readable(settings):
        found = asyncio.run(keeping.due(now) if dry_run else keeping.expire(now))
    if as_json:
        recordings = [one.to_json() for one in found.recordings]
        put({"recordings": recordings, "calls": found.calls, "deleted": not dry_run, "left": list(found.left)})
    else:
        _show_expired(found, dry_run=dry_run)
    if found.left:
        fail(f"not everything could be deleted, the log says why: {', '.join(found.left)}")


def _show_expired(found: Done, *, dry_run: bool) -> None:
    for one in found.recordings:
        gone = "would be deleted" if dry_run else "deleted" if one.why is None else f"not deleted: {one.why}"
        stays = "held" if one.order is None else f"kept for order {one.order}, which is open or held"
        told = f"{one.recording.name}: {stays if one.held else gone}"
        people.print(f"{told} (kept for {one.days} days)", markup=False)
    done = "would lose" if dry_run else "lost"
    people.print(f"{len(found.recordings)} recordings; {found.calls} calls {done} their whole numbers", markup=False)


def _show_holds(found: list[Hold], *, as_json: bool) -> None:
    if as_json:
        for one in found:
            put(one.to_json())
        return
    table = Table(*(Column(heading, overflow="fold") for heading in ("通话", "时间", "何人", "事由")))
    table.box, table.pad_edge = None, False
    for one in found:
        table.add_row(one.call, wall_time(one.at)[:19].replace("T", " "), one.who, one.reason)
    put_table(table)


async def known(settings: Settings, call: str) -> bool:
    """Whether anything was recorded or written down of a call; of `order:NUMBER` whether there is such an order."""
    engine = open_database(settings.database_url, read_only=True)
    try:
        if (order := order_named(call)) is not None:
            async with engine.connect() as connection:
                return (await connection.execute(order)).first() is not None
        if await facts_of(engine, call):
            return True
    finally:
        await engine.dispose()
    return bool(await asyncio.to_thread(_of_call, vault_of(settings), call))


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
