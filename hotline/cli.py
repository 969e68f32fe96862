"""The command line: every command of `hotline.commands`, in one program."""

from __future__ import annotations

import typer

from hotline.commands import (
    calls,
    dial,
    dialplan,
    diff,
    doctor,
    draw,
    front,
    live,
    phones,
    plan,
    prompts,
    replay,
    schema,
    service,
    tests,
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for room in (
    plan,
    draw,
    dialplan,
    dial,
    tests,
    diff,
    replay,
    service,
    live,
    calls,
    phones,
    prompts,
    front,
    schema,
    doctor,
):
    app.add_typer(room.app)
