"""The command line: every command of `hotline.commands`, in one program.

Each room is loaded when one of its commands is asked for: nobody should wait for a telephone system to check a file.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Final

import typer

ROOMS: Final[Mapping[str, tuple[str, ...]]] = {
    "plan": ("check", "calendar"),
    "dial": ("dial",),
    "tests": ("test",),
    "diff": ("diff",),
    "replay": ("replay",),
    "simulate": ("simulate",),
    "draw": ("draw",),
    "dialplan": ("compile",),
    "schema": ("schema", "reference"),
    "service": ("up", "serve"),
    "drain": ("drain", "restart"),
    "live": ("reload", "rollback", "versions"),
    "front": ("front",),
    "lines": ("line",),
    "nuisance": ("nuisance",),
    "attack": ("attack",),
    "floor": ("floor",),
    "desk": ("desk",),
    "users": ("users",),
    "tokens": ("tokens",),
    "lead": ("lead",),
    "calls": ("calls", "call"),
    "test_call": ("call-test",),
    "callbacks": ("callbacks",),
    "categories": ("categories",),
    "knowledge": ("knowledge",),
    "records": ("records",),
    "why": ("why",),
    "recordings": ("recordings",),
    "keys": ("keys",),
    "database": ("database",),
    "backup": ("backup", "restore"),
    "registers": ("registers",),
    "quality": ("quality",),
    "webhooks": ("webhooks",),
    "answers": ("answers",),
    "orders": ("orders",),
    "audit": ("audit",),
    "report": ("report",),
    "phones": ("phones",),
    "pick_up": ("pick-up",),
    "prompts": ("prompts",),
    "doctor": ("doctor",),
    "bench": ("bench",),
    "bans": ("bans",),
    "alert_bridge": ("alert-bridge",),
}
"""Module of `hotline.commands` → the commands that it gives, in the order of `hotline --help`."""


_UNTOLD = frozenset({errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EBADF})


def app_of(rooms: Iterable[str]) -> typer.Typer:
    """A program of these rooms' commands."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(lambda: None)  # so that a single command keeps its name
    for room in rooms:
        app.add_typer(import_module(f"hotline.commands.{room}").app)
    return app


def main() -> None:
    """Run the command that was typed. What cannot be told to the end ends with 1, and says so."""
    _open_mouth()
    typed = sys.argv[1] if len(sys.argv) > 1 else ""
    if typed == "--version":
        sys.stdout.write(f"hotline {version('hotline')}\n")
        return
    rooms = [room for room, commands in ROOMS.items() if typed in commands]
    try:
        try:
            app_of(rooms or ROOMS)(prog_name="hotline")
        finally:
            sys.stdout.flush()
    except OSError as error:
        if error.errno not in _UNTOLD:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is left unsaid must not be tried again at the exit
        sys.stderr.write(f"hotline: the output could not be written: {error.strerror}\n")
        sys.exit(1)


def _open_mouth() -> None:
    """Say everything in UTF-8 into files and pipes; to a terminal of another kind what it can show."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - lives as long as we do
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=stream.encoding if stream.isatty() else "utf-8", errors="replace")
