"""The dialplan that Asterisk walks alone, written from the plan."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from hotline.clock import clock_of
from hotline.fallback import compiled
from hotline.terminal import Config, fail, people, published_in, settings_of
from routing.dialplan.dialplan import START
from routing.dialplan.text import NotWritable

app = typer.Typer()


@app.command("compile")
def compile_plan(
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it here instead of stdout.")] = None,
    config: Config = None,
) -> None:
    """Write the plan as a dialplan that serves callers while the engine is away.

    `hotline up` gives it to its own Asterisk by itself. On yours, `#include` the file and send callers to its start.
    """
    settings = settings_of(config, None)
    plan = published_in(settings.config).plan
    try:
        text = compiled(plan, settings, clock_of(settings)).lstrip()
    except NotWritable as error:
        fail(f"this plan has no dialplan: {error}")
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}")
    people.print(f"{out}: calls begin at {START}", markup=False)
