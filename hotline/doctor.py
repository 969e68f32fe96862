"""What is missing on this machine, and the command that mends it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from desk.gate import is_loopback
from hotline.asterisk_process import live_pid
from hotline.asterisk_program import AsteriskMissing, find_asterisk
from hotline.managed import claim
from hotline.operators import read_config
from hotline.ports import taken
from hotline.secrets import FILE
from hotline.settings import HOUSE, Settings
from hotline.switch_config import Places, modules
from hotline.upkeep import Finding, backups, certificates, clock, logs, tables, unit, watchers
from paperwork.printing.fonts import MEND, families, missing
from prompts.catalogue import Catalogue
from records.database import PATIENCE, open_database
from records.migrations import head
from routing.reading.load import Unreadable

__all__ = ["Finding", "examine"]

ROOM = 2 * 1024**3
"""Bytes that must be free: some 35 hours of talk at 16 kB a second."""


def examine(settings: Settings) -> list[Finding]:
    """Everything that a hotline with these settings needs here, good or not, most basic first."""
    looks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _python,
        _asterisk,
        _ports,
        _browsers,
        _plan,
        _music,
        _secrets,
        _database,
        tables,
        _disk,
        certificates,
        clock,
        logs,
        backups,
        unit,
        watchers,
        _paper,
        _agi,
        _tools,
    )
    return [finding for look in looks for finding in look(settings)]


def _python(settings: Settings) -> Iterator[Finding]:
    del settings
    release = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding(sys.version_info >= (3, 11), f"Python {release}", "install Python 3.11 or newer, then `make setup`")
    locked = (HOUSE / "requirements" / "base.txt").read_text(encoding="utf-8")
    wanted: dict[str, set[str]] = {}
    conditional: set[str] = set()
    for name, version, condition in re.findall(r"^([\w.-]+)==(\S+)( ; .*)? \\$", locked, re.MULTILINE):
        wanted.setdefault(name, set()).add(version)
        if condition:
            conditional.add(name)
    wrong = [name for name, versions in wanted.items() if not _installed(name, versions, name in conditional)]
    yield Finding(
        not wrong,
        f"{len(wanted)} Python packages as locked" if not wrong else f"not as locked: {', '.join(wrong)}",
        "make setup",
    )


def _installed(name: str, versions: set[str], conditional: bool) -> bool:
    try:
        return metadata.version(name) in versions
    except metadata.PackageNotFoundError:
        return conditional


def _asterisk(settings: Settings) -> Iterator[Finding]:
    try:
        program = find_asterisk(settings)
    except AsteriskMissing as missing:
        yield Finding(False, str(missing), "make setup")
        return
    yield Finding(True, f"Asterisk {program.release} in {program.sbin}")
    absent = [module for module in modules(program, settings) if not program.has(module)]
    yield Finding(
        not absent,
        "all its modules are there" if not absent else f"modules missing in {program.modules}: {', '.join(absent)}",
        "make asterisk",
    )


def _ports(settings: Settings) -> Iterator[Finding]:
    try:
        lock = claim(settings)
    except OSError as error:
        yield Finding(
            False, f"{settings.var} cannot be written: {error.strerror}", f"mkdir -p {settings.var}, as its user"
        )
        return
    if lock is None:
        yield Finding(True, f"a hotline runs on {settings.var}")
        return
    with lock:
        left = _left_over(settings)
        if left:
            yield Finding(True, f"an Asterisk (process {left}) waits for its engine: the next start takes it over")
            return
        lines = taken(settings, web=True)
        for line in lines:
            what, _, mend = line.partition(": ")
            yield Finding(False, what, mend)
        if not lines:
            yield Finding(True, "the ports are free")


def _browsers(settings: Settings) -> Iterator[Finding]:
    """Pages that others open, with telephones whose sound does not come here from elsewhere."""
    if not settings.webrtc.enabled or (is_loopback(settings.web.host) and not settings.web.behind_proxy):
        return
    media = settings.webrtc.media or settings.sip.host
    yield Finding(
        not is_loopback(media),
        f"browsers send their sound to {media}"
        if not is_loopback(media)
        else f"the pages are open to the network, but the sound of browsers goes to {media}: "
        "telephones in pages work on this machine alone",
        "set webrtc.media in settings.yaml to this machine's address (HOTLINE_WEBRTC__MEDIA), "
        "or webrtc.enabled to false",
        needed=False,
    )


def _left_over(settings: Settings) -> int | None:
    try:
        places = Places.of(settings, find_asterisk(settings))
    except AsteriskMissing:
        return None
    return live_pid(places.pid_file, str(places.conf))


def _plan(settings: Settings) -> Iterator[Finding]:
    check = f"hotline check {settings.config}"
    try:
        plan = read_config(settings.config).plan
    except Unreadable as unreadable:
        first = str(unreadable).splitlines()[0]
        yield Finding(False, f"the hotline's files have mistakes, the first: {first}", check)
        return
    yield Finding(True, f"{settings.config} is good")
    unbuilt = [name for name in Catalogue(plan.words).texts if not (settings.sounds / f"{name}.alaw").is_file()]
    yield Finding(
        not unbuilt,
        "every prompt can be played" if not unbuilt else f"{len(unbuilt)} sounds not built, such as {unbuilt[0]}",
        "hotline prompts build",
    )


def _music(settings: Settings) -> Iterator[Finding]:
    there = settings.moh.is_dir() and any(settings.moh.iterdir())
    yield Finding(there, "music on hold" if there else f"no music on hold in {settings.moh}", "hotline prompts build")


def _secrets(settings: Settings) -> Iterator[Finding]:
    path = settings.var / FILE
    if not path.exists():
        yield Finding(True, "secrets are made at the first start")
        return
    closed = path.stat().st_mode & 0o077 == 0
    yield Finding(closed, f"{path} is {'ours alone' if closed else 'readable by others'}", f"chmod 600 {path}")


def _database(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite":
        yield asyncio.run(_server(settings.database_url, url.render_as_string(hide_password=True)))
        return
    path = Path(url.database or "")
    if not path.exists():
        writable = os.access(_nearest(path.parent), os.W_OK)
        yield Finding(writable, f"{path} is made at the first start", f"chown -R $(id -un) {path.parent}, as root")
        return
    try:
        with sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=2) as database:
            said = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        database.close()
    except sqlite3.Error as error:
        said = str(error)
    whole = said == "ok" and os.access(path, os.W_OK)
    yield Finding(
        whole,
        f"database {path}: {said if whole or said != 'ok' else 'not writable'}",
        f"chown -R $(id -un) {path.parent}, as root; if it is damaged, put back a copy",
    )


async def _server(url: str, shown: str) -> Finding:
    """Whether a server lets us in, and how old its tables are."""
    try:
        engine = open_database(url, read_only=True)
    except ValueError as error:
        return Finding(False, f"database {shown}: {error}", "mend `database` in settings.yaml")
    try:
        async with asyncio.timeout(PATIENCE + 2), engine.connect() as connection:
            there = await connection.run_sync(lambda known: MigrationContext.configure(known).get_current_revision())
    except (DBAPIError, OSError, TimeoutError) as error:
        why = str(error.orig) if isinstance(error, DBAPIError) else str(error) or "no answer"
        mend = "see that the server runs, and that user, password and name in `database` are right"
        return Finding(False, f"database {shown}: {why.splitlines()[0]}", mend)
    finally:
        await engine.dispose()
    if there is None:
        return Finding(True, f"database {shown} answers; its tables are made at the first start")
    if there > head():
        newer = f"database {shown} was written by a newer version of the hotline (tables {there}, ours {head()})"
        return Finding(False, newer, "start that version, or name another database")
    return Finding(True, f"database {shown} answers")


def _disk(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(_nearest(settings.var.absolute())).free
    yield Finding(
        free >= ROOM, f"{free / 1024**3:.1f} GiB free for recordings", "make room, or move var to a larger disk"
    )


def _nearest(folder: Path) -> Path:
    """The innermost folder of this path that exists."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def _paper(settings: Settings) -> Iterator[Finding]:
    del settings
    lacking = missing()
    family = next((name for name in families() if name == "Noto Serif CJK SC"), next(iter(families()), ""))
    yield Finding(
        not lacking,
        f"forms can be printed, in {family}"
        if not lacking
        else f"forms cannot be printed without {', '.join(lacking)}",
        MEND,
    )


def _agi(settings: Settings) -> Iterator[Finding]:
    if settings.agi.enabled:
        wrong = settings.agi.risk
        yield Finding(
            not wrong,
            wrong or f"FastAGI on {settings.agi.host}:{settings.agi.port}",
            "docs/fastagi.md: name your Asterisk's addresses alone in agi.networks, and let a firewall do the same",
            needed=False,
        )


def _tools(settings: Settings) -> Iterator[Finding]:
    sipp = shutil.which("sipp")
    yield Finding(sipp is not None, "SIPp, for load tests", "apt-get install sip-tester", needed=False)
    voice = settings.var / "voice" / "zf_xiaobei.bin"
    yield Finding(voice.is_file(), "the voice, for building prompts from text", "make voice", needed=False)
