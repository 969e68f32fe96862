"""The command line: every command of `hotline.commands`, in one program.

Each room is loaded when one of its commands is asked for: nobody should wait for a telephone system to check a file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Final

import typer

ROOMS: Final[Mapping[str, tuple[str, ...]]] = {
    "plan": ("check", "calendar"),
    "dial": ("dial",),
    "tests": ("test",),
    "diff": ("diff",),
    "replay": ("replay",),
    "draw": ("draw",),
    "dialplan": ("compile",),
    "schema": ("schema", "reference"),
    "service": ("up", "serve"),
    "live": ("reload", "rollback", "versions"),
    "front": ("front",),
    "calls": ("calls", "call"),
    "phones": ("phones",),
    "prompts": ("prompts",),
    "doctor": ("doctor",),
}
"""Module of `hotline.commands` → the commands that it gives, in the order of `hotline --help`."""


def app_of(rooms: Iterable[str]) -> typer.Typer:
    """A program of these rooms' commands."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(lambda: None)  # so that a single command keeps its name
    for room in rooms:
        app.add_typer(import_module(f"hotline.commands.{room}").app)
    return app


def main() -> None:
    """Run the command that was typed."""
    typed = sys.argv[1] if len(sys.argv) > 1 else ""
    rooms = [room for room, commands in ROOMS.items() if typed in commands]
    app_of(rooms or ROOMS)(prog_name="hotline")
