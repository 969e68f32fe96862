"""The language of the YAML files, for editors and for people: schema, reference."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from hotline.commands.plan import language_of
from hotline.terminal import fail, people
from routing.reference import reference
from routing.schema import schema, schema_of_tests

app = typer.Typer()

Out = Annotated[Path | None, typer.Option(help="Write it to this file instead.")]


@app.command("schema")
def print_schema(
    out: Out = None, tests: Annotated[bool, typer.Option("--tests", help="Of the tables of test calls.")] = False
) -> None:
    """The JSON Schema of the YAML files: name it in an editor, and it completes and checks while you type."""
    _give(json.dumps(schema_of_tests() if tests else schema(), ensure_ascii=False, indent=1) + "\n", out)


@app.command("reference")
def print_reference(out: Out = None, language: Annotated[str, typer.Option("--lang", help="zh or en.")] = "en") -> None:
    """The reference page of the YAML files, in Markdown."""
    _give(reference(language_of(language)), out)


def _give(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}")
    people.print(f"{out} is written", markup=False)
