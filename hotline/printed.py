"""Papers from the command line: made here, in a process that serves no call, and written where the operator says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from hotline.terminal import fail
from paperwork.printing.form import Form
from paperwork.printing.render import Format, Unprintable, render
from paperwork.reports.report import Report

Out = Annotated[Path | None, typer.Option("--out", help="File to write; stdout without it.")]
Paper = Annotated[Format, typer.Option("--format", help="pdf or html; of lists xlsx too.")]


def put_paper(printed: Report | Form, form: Format, out: Path | None) -> None:
    """Make the document and write it. Says what to do and ends with 1 when it cannot be made or written."""
    if out is None and form is not Format.HTML and sys.stdout.isatty():
        fail(f"say where the file goes: --out FILE.{form}")
    try:
        content = render(printed, form)
    except Unprintable as error:
        fail(error)
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(content)
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}")
